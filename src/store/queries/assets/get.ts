import { UserError } from '../../../errors.ts'
import { formatInstant, NEVER } from '../../../model/time.ts'
import { dayText } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, exposedWhere, knownAssets, lastOfAsset, momentParams, standing } from '../moment.ts'
import { type AssetItem, completeAssets } from './list.ts'

/** All about one asset. */
export interface AssetAnswer extends AssetItem {
  attributes: { attribute: string; value: string; source: string; since: string }[]
  names: { name_type: string; name: string; source: string; since: string }[]
  /** What was looked for, by whom and when last; `fresh_until`: when that becomes stale. */
  coverage: { source: string; subject: string; access: 'none' | 'remote' | 'full'; last_looked_at: string; fresh_until: string }[]
  /** 0–100, a row where it changes; null from the day on which it left the score. */
  history: { day: string; exposure: number | null }[]
  /** Its weight in the exposure score. */
  value: number
}

const accesses = ['none', 'remote', 'full'] as const

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
  const [[item], attributes, names, coverage, history] = await Promise.all([
    completeAssets(engine, scope, moment, [row]),
    engine.query<{ attribute: string; value: string; source: string; valid_from: number }>(
      `select h.attribute, h.value, h.source, h.valid_from from attribute_history h where h.org_id = $org_id and h.asset_id = $asset_id and ${standing('h')}
      order by h.attribute collate "C", h.valid_from desc, h.source collate "C"`,
      params,
    ),
    engine.query<{ name_type: string; name: string; source: string; valid_from: number }>(
      `select h.name_type, h.name, h.source, h.valid_from from name_history h where h.org_id = $org_id and h.asset_id = $asset_id and ${standing('h')}
      order by h.name_type collate "C", h.name collate "C", h.source collate "C"`,
      params,
    ),
    engine.query<{ source: string; subject: string; access: number; last: number; lasts: number }>(
      `select c.source, c.subject, max(c.access) as access, max(c.observed_at) as last, max(s.lasts) as lasts
      from coverage_history c left join source_staleness s on s.org_id = c.org_id and s.source = c.source
      where c.org_id = $org_id and c.asset_id = $asset_id and c.retracted_in = ${NEVER} and c.observed_at <= $at
      group by c.source, c.subject order by c.source collate "C", c.subject collate "C"`,
      params,
    ),
    engine.query<{ day: number; exposure: number; weight: number }>(
      'select day, exposure, weight from asset_day where org_id = $org_id and asset_id = $asset_id and day <= $day order by day',
      params,
    ),
  ])
  return {
    ...item!,
    attributes: attributes.map(({ valid_from, ...rest }) => ({ ...rest, since: formatInstant(valid_from) })),
    names: names.map(({ valid_from, ...rest }) => ({ ...rest, since: formatInstant(valid_from) })),
    coverage: coverage.map(({ access, last, lasts, ...rest }) => ({
      ...rest,
      access: accesses[access] ?? 'none',
      last_looked_at: formatInstant(last),
      fresh_until: formatInstant(last + (lasts ?? 0)),
    })),
    history: history.map(({ day, exposure, weight }) => ({ day: dayText(day), exposure: weight > 0 ? exposure / 10_000_000 : null })),
    value: row.value / 1000,
  }
}
