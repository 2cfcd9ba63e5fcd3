import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import type { DayDelta } from '../metrics/deltas.ts'

/** The stored changes of a score of small sums (metric, secure, control) in order of days. */
export function storedDeltas(engine: Engine, org_id: number, score: string, id: string): Promise<DayDelta[]> {
  return engine.query<DayDelta>(
    `select day, cast(sum(numerator_delta) as bigint) as numerator_delta, cast(sum(denominator_delta) as bigint) as denominator_delta
    from score_delta where org_id = $org_id and score = $score and id = $id group by day order by day`,
    { org_id, score, id },
  )
}

/** As storedDeltas, for all ids of a score at once, in order of id and day. */
export function allStoredDeltas(engine: Engine, org_id: number, score: string): Promise<(DayDelta & { id: string })[]> {
  return engine.query<DayDelta & { id: string }>(
    `select id, day, cast(sum(numerator_delta) as bigint) as numerator_delta, cast(sum(denominator_delta) as bigint) as denominator_delta
    from score_delta where org_id = $org_id and score = $score group by id, day order by id collate "C", day`,
    { org_id, score },
  )
}

/** State of the exposure score from a day's end on. */
export interface ExposureState {
  day: number
  /** Sum of asset value times exposure; both sums may pass 2^53 in their own units, so they come divided. */
  numerator: number
  /** Sum of the values of the assets that are in the score; 0: none. */
  denominator: number
}

/** Every state of the exposure score in order of days; for some groups from the assets that are in them now. */
export function exposureStates(engine: Engine, scope: Scope): Promise<ExposureState[]> {
  const [deltas, params] =
    scope.groups === null
      ? [`select day, numerator_delta, denominator_delta from score_delta where org_id = $org_id and score = 'exposure'`, {}]
      : [
          `select d.day, d.weighted_delta as numerator_delta, d.weight_delta as denominator_delta from asset_day d where d.org_id = $org_id and d.asset_id in (
            select g.asset_id from (
              select distinct on (asset_id) asset_id, asset_group from asset_history where org_id = $org_id order by asset_id, valid_to desc
            ) g where g.asset_group = any($groups))`,
          { groups: scope.groups.length ? scope.groups : [''] },
        ]
  return engine.query<ExposureState>(
    `with delta as (${deltas}),
    by_day as (select day, cast(sum(numerator_delta) as bigint) as numerator, cast(sum(denominator_delta) as bigint) as denominator from delta group by day),
    running as (select day, cast(sum(numerator) over w as bigint) as numerator, cast(sum(denominator) over w as bigint) as denominator
      from by_day window w as (order by day rows between unbounded preceding and current row))
    select day, cast(numerator as double precision) / 1e12 as numerator, cast(denominator as double precision) / 1e3 as denominator from running order by day`,
    { org_id: scope.org_id, ...params },
  )
}
