import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** An asset whose part in the exposure score changed on a day. Exposures in units of 1e-9; null: not in the score. */
export interface ChangedExposure {
  asset_id: number
  before: number | null
  after: number | null
}

/** The assets whose exposure, value or place in the score changed on a day, the greatest change first. */
export function changedExposures(engine: Engine, scope: Scope, day: number): Promise<ChangedExposure[]> {
  return engine.query<ChangedExposure>(
    `with moved as materialized (
      select d.asset_id, cast(sum(d.weighted_delta) as bigint) as delta from asset_day d
      where d.org_id = $org_id and d.day = $day ${inGroups('d.asset_id', scope.groups)} group by d.asset_id having sum(d.weighted_delta) <> 0 or sum(d.weight_delta) <> 0),
    own as (select d.asset_id, d.day, d.cause, d.exposure, d.weight from asset_day d join moved m on m.asset_id = d.asset_id where d.org_id = $org_id and d.day <= $day),
    after as (select distinct on (asset_id) asset_id, exposure, weight from own order by asset_id, day desc, cause desc),
    before as (select distinct on (asset_id) asset_id, exposure, weight from own where day < $day order by asset_id, day desc, cause desc)
    select m.asset_id, case when b.weight > 0 then b.exposure end as before, case when a.weight > 0 then a.exposure end as after
    from moved m join after a on a.asset_id = m.asset_id left join before b on b.asset_id = m.asset_id order by abs(m.delta) desc, m.asset_id`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups) },
  )
}
