import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** How many assets were there at the end of a day, and which of them had been looked at for vulnerabilities. */
export interface CoverageCounts {
  assets: number
  /** Looked at within the staleness of the source. */
  scanned: number
  /** Looked at once, but not within the staleness. */
  stale: number
  never_scanned: number
}

/** Coverage at the end of a day. */
export async function countCoverage(engine: Engine, scope: Scope, day: number): Promise<CoverageCounts> {
  const [row] = await engine.query<CoverageCounts>(
    `with looked as (
      select asset_id, max(case when from_day <= $day and $day < to_day then 1 else 0 end) as fresh
      from fresh_history where org_id = $org_id and subject = 'vulnerability' and from_day <= $day group by asset_id
    ),
    here as (select distinct a.asset_id from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)})
    select cast(count(*) as bigint) as assets, cast(coalesce(sum(l.fresh), 0) as bigint) as scanned,
      cast(count(l.asset_id) - coalesce(sum(l.fresh), 0) as bigint) as stale, cast(count(*) - count(l.asset_id) as bigint) as never_scanned
    from here left join looked l on l.asset_id = here.asset_id`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups) },
  )
  return row!
}
