import { UserError } from '../../../errors.ts'
import { formatInstant, NEVER } from '../../../model/time.ts'
import { dayText } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type ExceptionInForce, exceptionsOnAsset } from '../exceptions/in-force.ts'
import { type AskedMoment, exposedWhere, knownAssets, lastOfAsset, momentParams } from '../moment.ts'
import { lookedFor, type LookedFor, type LookRow } from '../coverage.ts'
import { identityOf, type IdentityReason } from './identity.ts'
import { type AssetItem, completeAssets } from './list.ts'
import { type SystemSupport, systemSupport } from './system-support.ts'

/** One way in which a source looks at an asset, and when it last did. */
export interface AssetLook extends LookedFor {
  source: string
  first_looked_at: string
  last_looked_at: string
  /** Looks of this way until then. */
  looks: number
  /** When the last look becomes stale: the source's staleness later. */
  fresh_until: string
}

/** All about one asset. */
export interface AssetAnswer extends AssetItem {
  /** Of its operating system; null: no feed says when support of it ends, or it does not tell which release it is. */
  os_support: SystemSupport | null
  attributes: { attribute: string; value: string; source: string; since: string }[]
  /** `until`: when a report of the source first no longer gave it that name; null while it does. */
  names: { name_type: string; name: string; source: string; since: string; until: string | null }[]
  /** Why what the sources report is one asset: what linked their records, strongest first. Empty when it is one record. */
  identity: IdentityReason[]
  /** What was looked for, by whom and how: a row for each way of looking. */
  coverage: AssetLook[]
  /** Exceptions that cover some of its open findings, and how many. */
  exceptions: (ExceptionInForce & { covered_findings: number })[]
  /** 0–100, a row where it changes; null from the day on which it left the score. */
  history: { day: string; exposure: number | null }[]
  /** Its weight in the exposure score. */
  value: number
}

/** One asset, also one that has left. Throws UserError('unknown_asset') when there is none in this scope at this moment. */
export async function getAsset(engine: Engine, scope: Scope, moment: AskedMoment, asset_id: number): Promise<AssetAnswer> {
  const params = { ...momentParams(scope, moment), asset_id }
  const [row] = await engine.query<Parameters<typeof completeAssets>[3][number] & { value: number }>(
    `with ${knownAssets(scope, lastOfAsset)}, ${exposedWhere('and d.asset_id = $asset_id')}
    select a.asset_id, a.name, a.type, a.os_family, a.os, a.criticality, a.internet_facing, a.owner, a.asset_group, a.endpoint_agent, a.cloud_provider, a.state, a.value,
      case when e.weight > 0 then e.exposure end as exposure
    from known a left join exposed e on e.asset_id = a.asset_id where a.asset_id = $asset_id`,
    params,
  )
  if (!row) throw new UserError('unknown_asset', `there is no asset ${asset_id} here at that moment`, { status: 404 })
  const [[item], os_support, attributes, names, identity, coverage, exceptions, history] = await Promise.all([
    completeAssets(engine, scope, moment, [row]),
    systemSupport(engine, scope, moment, row.os),
    // What a source said last of an attribute holds while its reports do not mention it.
    engine.query<{ attribute: string; value: string; source: string; valid_from: number }>(
      `select attribute, value, source, valid_from from (
        select h.attribute, h.value, h.source, h.valid_from, row_number() over (partition by h.attribute, h.source order by h.valid_from desc) as place
        from attribute_history h where h.org_id = $org_id and h.asset_id = $asset_id and h.retracted_in = ${NEVER} and h.valid_from <= $at) as said
      where place = 1 order by attribute collate "C", valid_from desc, source collate "C"`,
      params,
    ),
    engine.query<{ name_type: string; name: string; source: string; since: number; until: number }>(
      `select h.name_type, h.name, h.source, min(h.valid_from) as since, max(h.valid_to) as until from name_history h
      where h.org_id = $org_id and h.asset_id = $asset_id and h.retracted_in = ${NEVER} and h.valid_from <= $at
      group by h.name_type, h.name, h.source order by h.name_type collate "C", h.name collate "C", h.source collate "C"`,
      params,
    ),
    identityOf(engine, scope.org_id, asset_id),
    engine.query<LookRow & { source: string; first: number; last: number; looks: number; lasts: number | null }>(
      `select c.source, c.subject, c.access, c.min_severity, c.checks, min(c.observed_at) as first, max(c.observed_at) as last,
        cast(count(distinct c.observed_at) as bigint) as looks, max(s.lasts) as lasts
      from coverage_history c left join source_staleness s on s.org_id = c.org_id and s.source = c.source
      where c.org_id = $org_id and c.asset_id = $asset_id and c.retracted_in = ${NEVER} and c.observed_at <= $at and c.subject <> 'score'
      group by c.source, c.subject, c.access, c.min_severity, c.checks
      order by c.source collate "C", c.subject collate "C", c.access desc, c.min_severity, c.checks collate "C"`,
      params,
    ),
    exceptionsOnAsset(engine, scope, moment, asset_id),
    engine.query<{ day: number; exposure: number; weight: number }>(
      'select distinct on (day) day, exposure, weight from asset_day where org_id = $org_id and asset_id = $asset_id and day <= $day order by day, cause desc',
      params,
    ),
  ])
  return {
    ...item!,
    os_support,
    attributes: attributes.map(({ valid_from, ...rest }) => ({ ...rest, since: formatInstant(valid_from) })),
    names: names.map(({ since, until, ...rest }) => ({
      ...rest,
      since: formatInstant(since),
      until: until > moment.at ? null : formatInstant(until),
    })),
    identity,
    coverage: coverage.map(({ source, first, last, looks, lasts, ...row }) => ({
      source,
      ...lookedFor(row),
      first_looked_at: formatInstant(first),
      last_looked_at: formatInstant(last),
      looks,
      fresh_until: formatInstant(last + (lasts ?? 0)),
    })),
    exceptions,
    history: history.map(({ day, exposure, weight }) => ({ day: dayText(day), exposure: weight > 0 ? exposure / 10_000_000 : null })),
    value: row.value / 1000,
  }
}
