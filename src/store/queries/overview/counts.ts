import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, countsSql, momentParams, openFindings, presentAssets } from '../moment.ts'

/** Counts of the overview; assets that have left are not in them. */
export interface OverviewCounts {
  /** Distinct open (asset, vulnerability) by severity, without the merely informational. */
  severity_counts: { critical: number; high: number; medium: number; low: number; unknown: number }
  /** Distinct open vulnerabilities that are known exploited. */
  exploited: number
  /** Most first. */
  asset_types: { type: string; assets: number }[]
}

/** What is open at a moment, and on what. */
export async function countOverview(engine: Engine, scope: Scope, moment: AskedMoment): Promise<OverviewCounts> {
  const params = momentParams(scope, moment)
  const [[open], asset_types] = await Promise.all([
    engine.query<OverviewCounts['severity_counts'] & { exploited: number }>(
      `with ${presentAssets(scope)}, ${openFindings('a', `and f.kind = 'vulnerability'`)},
      pair as (select o.asset_id, o.subject, max(o.severity) as severity, max(o.stage) as stage from open o where ${countsSql} group by o.asset_id, o.subject)
      select count(case when severity = 4 then 1 end) as critical, count(case when severity = 3 then 1 end) as high, count(case when severity = 2 then 1 end) as medium,
        count(case when severity = 1 then 1 end) as low, count(case when severity is null then 1 end) as unknown, count(distinct case when stage >= 4 then subject end) as exploited
      from pair`,
      params,
    ),
    engine.query<{ type: string; assets: number }>(
      `with ${presentAssets(scope)} select a.type, count(*) as assets from a group by a.type order by assets desc, a.type collate "C"`,
      params,
    ),
  ])
  const { exploited, ...severity_counts } = open!
  return { severity_counts, exploited, asset_types }
}
