import type { AssetType, Criticality } from '../../../model/asset.ts'
import { formatInstant, NEVER } from '../../../model/time.ts'
import { dayText } from '../../days.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, exposedAssets, holds, momentParams, presentAssets } from '../moment.ts'
import { askPage, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
import { assetListColumns } from './list.ts'

/** An asset with the reason why it is in a list. */
export interface AffectedItem {
  asset_id: number
  name: string
  type: AssetType
  criticality: Criticality | null
  asset_group: string | null
  owner: string | null
  internet_facing: boolean | null
  /** 0–100; null when it is not in the score. */
  exposure: number | null
  reason: string
  /** The day since which it is so. */
  since: string | null
}

type Row = Omit<AffectedItem, 'since'> & { since_at: number | null; since_day: number | null }

/** Fields that a list of affected assets can be filtered and sorted by. */
export const affectedColumns: ListColumns = new Map(
  [...assetListColumns].filter(([name]) => !['vulnerabilities', 'critical', 'exploited', 'failed_controls'].includes(name)),
)

/** What makes assets part of a list: CTEs that end with `affected` (asset_id, reason, since_at, since_day: either or none), one row per asset. */
interface Affecting {
  ctes: string
  params: Params
}

async function listAffected(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  affecting: Affecting,
  page: PageQuestion,
): Promise<PageAnswer<AffectedItem>> {
  const answer = await askPage<Row>(
    engine,
    {
      ctes: `${presentAssets(scope)}, ${exposedAssets}, ${affecting.ctes}`,
      select: `select a.asset_id, a.name, a.type, a.os_family, a.os, a.criticality, a.internet_facing, a.owner, a.asset_group, a.environment, a.endpoint_agent,
          a.cloud_provider, a.cloud_account, a.region, a.state, a.coverage, case when e.weight > 0 then e.exposure end as exposure, t.reason, t.since_at, t.since_day
        from a join affected t on t.asset_id = a.asset_id left join exposed e on e.asset_id = a.asset_id`,
      params: { ...momentParams(scope, moment), ...affecting.params },
      columns: affectedColumns,
      key: [{ column: 'asset_id', type: 'number' }],
      search: ['x.name', 'x.owner', 'x.asset_group'],
      sort: '-exposure',
    },
    page,
  )
  const days = await daysOf(
    engine,
    scope.org_id,
    answer.items.map((row) => row.since_at),
  )
  const items = answer.items.map(
    ({ asset_id, name, type, criticality, asset_group, owner, internet_facing, exposure, reason, since_at, since_day }) => ({
      asset_id,
      name,
      type,
      criticality,
      asset_group,
      owner,
      internet_facing,
      exposure: exposure === null ? null : exposure / 10_000_000,
      reason,
      since:
        since_day !== null ? dayText(since_day) : since_at === null ? null : (days.get(since_at) ?? formatInstant(since_at).slice(0, 10)),
    }),
  )
  return { ...answer, items }
}

/** The organisation's day of some instants, as YYYY-MM-DD. */
async function daysOf(engine: Engine, org_id: number, instants: readonly (number | null)[]): Promise<Map<number, string>> {
  const known = [...new Set(instants.filter((at) => at !== null))]
  if (known.length === 0) return new Map()
  const rows = await engine.query<{ at: number; day: number }>(
    `select i.at, d.day from (select unnest($instants) as at) i join day d on d.org_id = $org_id and d.starts_at <= i.at and i.at < d.ends_at
      and d.day between $first and $last`,
    {
      instants: known,
      org_id,
      first: Math.floor(Math.min(...known) / 86_400_000_000) - 1,
      last: Math.floor(Math.max(...known) / 86_400_000_000) + 1,
    },
  )
  return new Map(rows.map((row) => [row.at, dayText(row.day)]))
}

/** Assets that have a vulnerability; the reason names the components. */
export const listVulnerableAssets = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  vulnerability_id: string,
  page: PageQuestion,
): Promise<PageAnswer<AffectedItem>> =>
  listAffected(
    engine,
    scope,
    moment,
    {
      ctes: `affected as (
        select f.asset_id, coalesce(string_agg(distinct nullif(f.component, '') collate "C", ', ' order by nullif(f.component, '') collate "C"), 'has it') as reason, min(f.valid_from) as since_at, cast(null as bigint) as since_day
        from finding_history f where f.org_id = $org_id and f.kind = 'vulnerability' and f.subject = $subject and ${holds('f')} group by f.asset_id)`,
      params: { subject: vulnerability_id },
    },
    page,
  )

/** Assets that have a software, whether listed or only named by a finding; the reason names the versions. */
export const listSoftwareAssets = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  software: { name: string; vendor: string | null },
  page: PageQuestion,
): Promise<PageAnswer<AffectedItem>> =>
  listAffected(
    engine,
    scope,
    moment,
    {
      ctes: `had as (
          select s.asset_id, s.version, s.valid_from from software_history s
          where s.org_id = $org_id and s.name = $name and s.retracted_in = ${NEVER} and ${holds('s')} ${software.vendor === null ? '' : 'and s.vendor = $vendor'}
          union all
          select f.asset_id, coalesce(s.version, ''), f.valid_from from finding_history f
          left join sighting_history s on s.finding_id = f.finding_id and s.retracted_in = ${NEVER} and ${holds('s')}
          where f.org_id = $org_id and f.kind = 'vulnerability' and f.component = $name and ${holds('f')}
            and ${software.vendor === null ? 'true' : `exists (select 1 from software_history l where l.asset_id = f.asset_id and l.name = $name and l.vendor = $vendor and l.retracted_in = ${NEVER} and ${holds('l')})`}),
        affected as (
          select asset_id, coalesce(string_agg(distinct nullif(version, '') collate "C", ', ' order by nullif(version, '') collate "C"), 'version unknown') as reason, min(valid_from) as since_at, cast(null as bigint) as since_day
          from had group by asset_id)`,
      params: { name: software.name, ...(software.vendor === null ? {} : { vendor: software.vendor }) },
    },
    page,
  )

/** Assets by number, each with a reason that was worked out before (a metric's, a recommendation's, an event's). */
export const listReasonedAssets = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  reasoned: readonly { asset_id: number; reason: string; since_day: number | null }[],
  page: PageQuestion,
): Promise<PageAnswer<AffectedItem>> => {
  if (reasoned.length === 0) return Promise.resolve({ items: [], total: 0, next_cursor: null })
  return listAffected(
    engine,
    scope,
    moment,
    {
      ctes: 'affected as (select unnest($ids) as asset_id, unnest($reasons) as reason, cast(null as bigint) as since_at, nullif(unnest($sinces), -1) as since_day)',
      params: {
        ids: reasoned.map((row) => row.asset_id),
        reasons: reasoned.map((row) => row.reason),
        sinces: reasoned.map((row) => row.since_day ?? -1),
      },
    },
    page,
  )
}
