import { NEVER_DAY, dayJoin, daySql } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups, newestControl } from '../metrics/sweep.ts'
import type { DayDelta } from '../metrics/deltas.ts'
import { effectiveResults } from './effective-results.ts'

/** Points of a control for which nobody states any, in thousandths. docs/scores.md */
export const DEFAULT_MAX = 10_000

/** SQL: a / b rounded down, exactly, for whole numbers a >= 0 and b > 0. */
export const floored = (a: string, b: string): string => `cast(((${a}) - (${a}) % (${b})) / (${b}) as bigint)`

/** SQL columns: an interval of a fact `row` in the organisation's days, cut to when its asset counts (`here` from {@link present}). */
const cutDays = `greatest(here.from_day, ${daySql('r.valid_from', 'd1')}) as from_day, least(here.to_day, ${daySql('r.valid_to', 'd2')}) as to_day`
const dayJoins = `left join day d1 on ${dayJoin('r.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('r.valid_to', '$org_id', 'd2')}`

/** CTE: runs of days in which an asset is there and was looked at for `subject`. */
export const present = (name: string, subject: string, groups: readonly string[] | null): string => `${name} as (
    select a.asset_id, greatest(a.from_day, h.from_day) as from_day, least(a.to_day, h.to_day) as to_day
    from asset_history a join fresh_history h on h.asset_id = a.asset_id and h.subject = '${subject}' and h.from_day < a.to_day and a.from_day < h.to_day
    where a.org_id = $org_id and h.org_id = $org_id ${inGroups('a.asset_id', groups)}
  )`

/**
 * CTEs down to `control_delta` (id, day, points, max_points): changes of every control's points, thousandths. A control has the mean over
 * the assets that it passed or failed on, rounded down: the points that the source states, else all or nothing. What a source states only
 * as a total stands as `<source>:total-only`. What did not run, does not apply or is stale is in neither sum. docs/scores.md
 */
export const controlDeltas = (groups: readonly string[] | null): string => `with ${newestControl},
  ${effectiveResults},
  ${present('checked', 'control', groups)},
  ${present('seen', 'asset', groups)},
  stated as (
    select r.control_id, r.source, r.asset_id, r.status, r.points is not null as own_points, case when r.mitigated then r.of_points else least(greatest(coalesce(r.points, 0), 0), r.of_points) end as got, r.of_points, r.from_day, r.to_day
    from (
      select r.control_id, r.source, r.asset_id, r.status, r.mitigated, r.points, coalesce(r.max_points, c.max_points, greatest(${DEFAULT_MAX}, coalesce(r.points, 0))) as of_points, ${cutDays}
      from effective_result r join checked here on here.asset_id = r.asset_id left join newest_control c on c.control_id = r.control_id ${dayJoins}
    ) r where r.from_day < r.to_day
  ),
  asset_step as (
    select control_id, asset_id, case when e.sign = 1 then from_day else to_day end as day,
      sum(case when own_points then e.sign else 0 end) as own, sum(case when own_points then e.sign * got else 0 end) as own_got, sum(case when own_points then e.sign * of_points else 0 end) as own_of,
      sum(case when own_points then 0 else e.sign end) as plain, sum(case when own_points then 0 else e.sign * of_points end) as plain_of,
      sum(case when not own_points and status = 'fail' then e.sign else 0 end) as failed
    from stated cross join (values (1), (-1)) e(sign) group by 1, 2, 3
  ),
  asset_sum as (
    select control_id, asset_id, day, cast(sum(own) over w as bigint) as own, cast(sum(own_got) over w as bigint) as own_got, cast(sum(own_of) over w as bigint) as own_of,
      cast(sum(plain) over w as bigint) as plain, cast(sum(plain_of) over w as bigint) as plain_of, cast(sum(failed) over w as bigint) as failed
    from asset_step where day < ${NEVER_DAY} window w as (partition by control_id, asset_id order by day rows between unbounded preceding and current row)
  ),
  asset_state as (
    select control_id, asset_id, day, case when own > 0 or plain > 0 then 1 else 0 end as n,
      case when own > 0 then ${floored('own_got', 'own')} when plain > 0 and failed = 0 then ${floored('plain_of', 'plain')} else 0 end as got,
      case when own > 0 then ${floored('own_of', 'own')} when plain > 0 then ${floored('plain_of', 'plain')} else 0 end as of_points
    from asset_sum
  ),
  asset_change as (
    select control_id, day, n - coalesce(lag(n) over w, 0) as n, got - coalesce(lag(got) over w, 0) as got, of_points - coalesce(lag(of_points) over w, 0) as of_points
    from asset_state window w as (partition by control_id, asset_id order by day)
  ),
  control_step as (select control_id, day, sum(n) as n, sum(got) as got, sum(of_points) as of_points from asset_change group by control_id, day),
  control_sum as (
    select control_id, day, cast(sum(n) over w as bigint) as n, cast(sum(got) over w as bigint) as got, cast(sum(of_points) over w as bigint) as of_points
    from control_step window w as (partition by control_id order by day rows between unbounded preceding and current row)
  ),
  control_state as (
    select control_id, day, case when n > 0 then ${floored('got', 'n')} else 0 end as points, case when n > 0 then ${floored('of_points', 'n')} else 0 end as max_points from control_sum
  ),
  known_delta as (
    select control_id as id, day, points - coalesce(lag(points) over w, 0) as points, max_points - coalesce(lag(max_points) over w, 0) as max_points
    from control_state window w as (partition by control_id order by day)
  ),
  total as (
    select r.source, r.points, r.max_points, ${cutDays}
    from score_total_history r join seen here on here.asset_id = r.asset_id ${dayJoins}
    where r.org_id = $org_id and r.retracted_in = 9007199254740991 and r.score = 'secure_score'
  ),
  source_step as (
    select source, case when e.sign = 1 then from_day else to_day end as day, e.sign as n, e.sign * points as total, e.sign * max_points as total_max, 0 as known, 0 as known_max
    from total cross join (values (1), (-1)) e(sign) where from_day < to_day
    union all
    select s.source, k.day, 0, 0, 0, k.points, k.max_points
    from known_delta k join (select control_id, min(source collate "C") as source from stated group by control_id) s on s.control_id = k.id
    where s.source in (select source from total)
  ),
  source_day as (
    select source, day, sum(n) as n, sum(total) as total, sum(total_max) as total_max, sum(known) as known, sum(known_max) as known_max from source_step where day < ${NEVER_DAY} group by source, day
  ),
  source_sum as (
    select source, day, cast(sum(n) over w as bigint) as n, cast(sum(total) over w as bigint) as total, cast(sum(total_max) over w as bigint) as total_max,
      cast(sum(known) over w as bigint) as known, cast(sum(known_max) over w as bigint) as known_max
    from source_day window w as (partition by source order by day rows between unbounded preceding and current row)
  ),
  source_state as (
    select source, day, case when n > 0 then greatest(${floored('total', 'n')} - known, 0) else 0 end as points,
      case when n > 0 then greatest(${floored('total_max', 'n')} - known_max, 0) else 0 end as max_points
    from source_sum
  ),
  rest_state as (select source, day, least(points, max_points) as points, max_points from source_state),
  control_delta as (
    select id, day, points, max_points from known_delta
    union all
    select source || ':total-only', day, points - coalesce(lag(points) over w, 0), max_points - coalesce(lag(max_points) over w, 0)
    from rest_state window w as (partition by source order by day)
  )`

/** Writes the points of every control (score 'control') and their sum (score 'secure') of a whole organisation into score_delta. */
export async function writeControlDeltas(transaction: Engine, org_id: number): Promise<void> {
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, numerator_delta, denominator_delta)
    select $org_id, 'control', id, day, points, max_points from (${controlDeltas(null)} select * from control_delta where points <> 0 or max_points <> 0) deltas`,
    { org_id },
  )
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, numerator_delta, denominator_delta)
    select $org_id, 'secure', '', day, cast(sum(numerator_delta) as bigint), cast(sum(denominator_delta) as bigint)
    from score_delta where org_id = $org_id and score = 'control' group by day having sum(numerator_delta) <> 0 or sum(denominator_delta) <> 0`,
    { org_id },
  )
}

/** Changes of the secure score by day for the assets of some groups, worked out on the fly. */
export function secureDeltas(engine: Engine, scope: Scope): Promise<DayDelta[]> {
  return engine.query<DayDelta>(
    `${controlDeltas(scope.groups)}
    select day, cast(sum(points) as bigint) as numerator_delta, cast(sum(max_points) as bigint) as denominator_delta from control_delta group by day order by day`,
    { org_id: scope.org_id, ...groupParams(scope.groups) },
  )
}
