import { type CauseId, causeNumber, STEPS_PER_DAY } from '../model/cause.ts'
import { NEVER_DAY } from './days.ts'

/** The step that never comes. */
export const NEVER_STEP = NEVER_DAY

/** SQL: the number of a cause. */
export const causeSql = (id: CauseId): string => String(causeNumber(id))

/** SQL: the step of a day and a cause (see STEPS_PER_DAY); never stays never. */
export const stepSql = (day: string, cause: string): string =>
  `case when ${day} >= ${NEVER_DAY} then ${NEVER_STEP} else ${day} * ${STEPS_PER_DAY} + ${cause} end`

/** SQL: the day of a step that comes. */
export const dayOfStep = (step: string): string => `(${step} >> 4)`

/** SQL: the cause of a step that comes. */
export const causeOfStep = (step: string): string => `(${step} & 15)`

/**
 * SQL select (asset_id, day, cause): the days on which an asset enters or leaves a score, with the one cause of all that moves that day:
 * joined or left when the asset itself was not there before or is not there any more, coverage when it was or is not looked at within the
 * staleness, else its attributes. `counted`: rows (asset_id, from_day, to_day), not overlapping, in which it counts. `assets` and `looks`:
 * all its rows of asset_history, and those of fresh_history for what the score looks for. `several`: `counted` and `looks` are of several metrics
 * (column `metric`), and so is the answer.
 */
export const turningDays = (counted: string, assets: string, looks: string, several = false): string => {
  const by = several ? 'metric, asset_id' : 'asset_id'
  return `
  select ${several ? 't.metric, ' : ''}t.asset_id, t.day, case when h.asset_id is null then case when t.sign > 0 then ${causeSql('asset_joined')} else ${causeSql('asset_left')} end
    when l.asset_id is null then ${causeSql('coverage_changed')} else ${causeSql('attribute_changed')} end as cause
  from (
    select ${by}, day, cast(sum(sign) as integer) as sign, case when sum(sign) > 0 then day - 1 else day end as other_day from (
      select ${by}, from_day as day, 1 as sign from ${counted} union all select ${by}, to_day, -1 from ${counted} where to_day < ${NEVER_DAY}) turns
    group by ${by}, day having sum(sign) <> 0) t
  left join ${assets} h on h.asset_id = t.asset_id and h.from_day <= t.other_day and t.other_day < h.to_day
  left join ${looks} l on l.asset_id = t.asset_id ${several ? 'and l.metric = t.metric' : ''} and l.from_day <= t.other_day and t.other_day < l.to_day`
}
