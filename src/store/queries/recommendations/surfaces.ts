import { surfaceOfType, type Surface } from '../../../model/recommendation.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'
import { controlDeltas } from '../scores/control-deltas.ts'

/** State of a surface's exposure score from a day's end on: sums over the assets whose type is attacked there. */
export interface SurfaceState {
  surface: Surface
  day: number
  numerator: number
  denominator: number
}

const surfaceSql = `case t.type ${Object.entries(surfaceOfType)
  .map(([type, surface]) => `when '${type}' then '${surface}'`)
  .join(' ')} end`

/** The states of each surface's exposure score from `from_day` to `day`, in order of days; what was before stands on `from_day`. */
export function surfaceStates(engine: Engine, scope: Scope, from_day: number, day: number): Promise<SurfaceState[]> {
  return engine.query<SurfaceState>(
    `with t as (select distinct on (asset_id) asset_id, type from asset_history where org_id = $org_id ${inGroups('asset_id', scope.groups)} order by asset_id, valid_to desc),
    by_day as (
      select ${surfaceSql} as surface, greatest(d.day, $from_day) as day, cast(sum(d.weighted_delta) as bigint) as numerator, cast(sum(d.weight_delta) as bigint) as denominator
      from asset_day d join t on t.asset_id = d.asset_id where d.org_id = $org_id and d.day <= $day group by 1, 2),
    running as (
      select surface, day, cast(sum(numerator) over w as bigint) as numerator, cast(sum(denominator) over w as bigint) as denominator
      from by_day window w as (partition by surface order by day rows between unbounded preceding and current row))
    select surface, day, cast(numerator as double precision) / 1e12 as numerator, cast(denominator as double precision) / 1e3 as denominator from running order by surface, day`,
    { org_id: scope.org_id, from_day, day, ...groupParams(scope.groups) },
  )
}

/** Changes of each control's points and most points by day, in thousandths; what was before `from_day` stands on it. */
export function controlPoints(
  engine: Engine,
  scope: Scope,
  from_day: number,
  day: number,
): Promise<{ control_id: string; day: number; points: number; max_points: number }[]> {
  const change =
    scope.groups === null
      ? `with change as (select id, day, numerator_delta as points, denominator_delta as max_points from score_delta where org_id = $org_id and score = 'control')`
      : `${controlDeltas(scope.groups)}, change as (select id, day, points, max_points from control_delta)`
  return engine.query(
    `${change} select id as control_id, greatest(day, $from_day) as day, cast(sum(points) as bigint) as points, cast(sum(max_points) as bigint) as max_points
    from change where day <= $day group by 1, 2 order by 2`,
    { org_id: scope.org_id, from_day, day, ...groupParams(scope.groups) },
  )
}
