import { NEVER } from '../../../model/time.ts'
import { resolvingStates } from '../../../model/secure-action.ts'
import { NEVER_DAY, dayJoin, daySql } from '../../days.ts'
import { causeOfStep, causeSql, dayOfStep, NEVER_STEP } from '../../steps.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups, newestControl } from '../metrics/sweep.ts'
import type { DayDelta } from '../metrics/deltas.ts'
import { effectiveResults } from './effective-results.ts'

/** Points of a control for which nobody states any, in thousandths. docs/scores.md */
const DEFAULT_MAX = 10_000

/** SQL: a / b rounded down, exactly, for whole numbers a >= 0 and b > 0. */
export const floored = (a: string, b: string): string => `cast(((${a}) - (${a}) % (${b})) / (${b}) as bigint)`

/**
 * SQL: the points of a result `r` whose possible points are `of`, as the source states them, else its share of them ("97 of 120 users"); null where
 * it says neither, so that it is all or nothing.
 */
export const statedPoints = (of: string): string =>
  `coalesce(r.points, case when r.total > 0 and r.passed between 0 and r.total then ${floored(`cast(r.passed as bigint) * (${of})`, 'r.total')} end)`

/** CTE `totalled`: on which assets a source states the total of its points. */
export const totalled = `totalled as (
    select distinct source, asset_id from score_total_history where org_id = $org_id and retracted_in = ${NEVER} and score = 'secure_score')`

/**
 * SQL: the possible points of a result `r` of control `c`, after {@link possibleJoins}. Null where its source states only a total that they are part of,
 * and nobody says how large a part.
 */
export const possiblePoints = `coalesce(r.max_points, c.max_points, case when t.source is null then greatest(${DEFAULT_MAX}, coalesce(r.points, 0)) else o.max_points end)`

/** SQL joins that {@link possiblePoints} of `r` reads; needs {@link newestControl} and {@link totalled}. */
export const possibleJoins = `left join newest_control c on c.control_id = r.control_id left join totalled t on t.source = r.source and t.asset_id = r.asset_id
      left join action_check o on o.org_id = $org_id and o.control_id = r.control_id`

/** SQL columns: an interval of a fact `r` in the organisation's days. */
const inDays = `${daySql('r.valid_from', 'd1')} as from_day, ${daySql('r.valid_to', 'd2')} as to_day`
const dayJoins = `left join day d1 on ${dayJoin('r.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('r.valid_to', '$org_id', 'd2')}`

/** SQL columns: a row `r` (from_day, to_day and their causes) in steps, cut to when its asset counts (`here` from {@link stays}). */
const cutSteps = `case when here.from_day >= r.from_day then here.from_day * 16 + here.from_cause else r.from_day * 16 + r.from_cause end as from_step,
      case when least(here.to_day, r.to_day) >= ${NEVER_DAY} then ${NEVER_STEP} when here.to_day <= r.to_day then here.to_day * 16 + here.to_cause else r.to_day * 16 + r.to_cause end as to_step`

/** CTE: runs of days in which an asset is there and was looked at for `subject`. */
export const present = (name: string, subject: string, groups: readonly string[] | null, only = ''): string => `${name} as (
    select a.asset_id, greatest(a.from_day, h.from_day) as from_day, least(a.to_day, h.to_day) as to_day
    from asset_history a join fresh_history h on h.asset_id = a.asset_id and h.subject = '${subject}' and h.from_day < a.to_day and a.from_day < h.to_day
    where a.org_id = $org_id and h.org_id = $org_id ${inGroups('a.asset_id', groups)} ${only}
  )`

/**
 * CTEs down to `<name>` (asset_id, from_day, to_day, from_cause, to_cause): the longest runs of days in which an asset is there and was looked
 * at for `subject`, with why they begin and end: the asset joined or left, or coverage changed.
 */
const stays = (
  name: string,
  subject: string,
  groups: readonly string[] | null,
  only: string,
): string => `${present(`${name}_part`, subject, groups, only)},
  ${name}_marked as (
    select *, case when lag(to_day) over (partition by asset_id order by from_day) = from_day then 0 else 1 end as begins from ${name}_part where from_day < to_day
  ),
  ${name}_run as (select *, sum(begins) over (partition by asset_id order by from_day rows between unbounded preceding and current row) as run from ${name}_marked),
  ${name}_whole as (select asset_id, min(from_day) as from_day, max(to_day) as to_day from ${name}_run group by asset_id, run),
  ${name} as (
    select w.asset_id, w.from_day, w.to_day,
      case when b.asset_id is null then ${causeSql('asset_joined')} else ${causeSql('coverage_changed')} end as from_cause,
      case when e.asset_id is null then ${causeSql('asset_left')} else ${causeSql('coverage_changed')} end as to_cause
    from ${name}_whole w
      left join asset_history b on b.org_id = $org_id and b.asset_id = w.asset_id and b.from_day <= w.from_day - 1 and w.from_day - 1 < b.to_day
      left join asset_history e on e.org_id = $org_id and e.asset_id = w.asset_id and e.from_day <= w.to_day and w.to_day < e.to_day
  )`

/** SQL: the cause of a change from one result of a check to the next, which follows it without a gap. */
const resultChange = (before: (column: string) => string, after: (column: string) => string): string =>
  `case when ${after('mitigated')} and not ${before('mitigated')} then ${causeSql('exception_started')}
      when ${before('mitigated')} and not ${after('mitigated')} then ${causeSql('exception_ended')}
      when ${before('status')} = 'not_run' or ${after('status')} = 'not_run' then ${causeSql('coverage_changed')}
      when ${before('status')} = 'not_applicable' or ${after('status')} = 'not_applicable' then ${causeSql('configuration_changed')}
      when ${before('status')} = 'fail' and ${after('status')} = 'pass' then ${causeSql('remediated')}
      when ${before('status')} = 'pass' and ${after('status')} = 'fail' then ${causeSql('configuration_changed')}
      when ${pointsChange(before, after)} end`

/** SQL, inside a case: the cause of a change of points. Other possible points are other content; more are a remedy, fewer a change of configuration. */
const pointsChange = (before: (column: string) => string, after: (column: string) => string): string =>
  `${before('of_points')} <> ${after('of_points')} then ${causeSql('content_changed')}
      when ${after('points')} > ${before('points')} then ${causeSql('remediated')}
      when ${after('points')} < ${before('points')} then ${causeSql('configuration_changed')} else ${causeSql('content_changed')}`

/** SQL columns from_cause and to_cause of rows `r`, whose neighbours of the same line are in columns …_before and …_after. */
const changeCauses = (change: (before: (column: string) => string, after: (column: string) => string) => string): string =>
  `case when r.to_day_before = r.from_day then ${change(
    (column) => `r.${column}_before`,
    (column) => `r.${column}`,
  )} when r.from_day = r.first_day then ${causeSql('coverage_changed')} else ${causeSql('content_changed')} end as from_cause,
      case when r.from_day_after = r.to_day then ${change(
        (column) => `r.${column}`,
        (column) => `r.${column}_after`,
      )} else ${causeSql('content_changed')} end as to_cause`

/** SQL columns: the neighbours of a row in its line `w`. */
const neighbours = (columns: readonly string[]): string =>
  ['to_day', ...columns].map((column) => `lag(${column}) over w as ${column}_before`).join(', ') +
  ', ' +
  ['from_day', ...columns].map((column) => `lead(${column}) over w as ${column}_after`).join(', ')

/**
 * CTEs from `<name>_change` (…key, step, n, got, of_points), changes of assets, down to `<name>_delta` (…key, step, measured, max_points): changes of
 * the mean over the assets that count, rounded down.
 */
const meanOverAssets = (name: string, key: string): string => `${name}_step as (
    select ${key}, step, sum(n) as n, sum(got) as got, sum(of_points) as of_points from ${name}_change group by ${key}, step),
  ${name}_sum as (
    select ${key}, step, cast(sum(n) over w as bigint) as n, cast(sum(got) over w as bigint) as got, cast(sum(of_points) over w as bigint) as of_points
    from ${name}_step window w as (partition by ${key} order by step rows between unbounded preceding and current row)
  ),
  ${name}_mean as (
    select ${key}, step, case when n > 0 then ${floored('got', 'n')} else 0 end as measured, case when n > 0 then ${floored('of_points', 'n')} else 0 end as max_points from ${name}_sum
  ),
  ${name}_delta as (
    select ${key}, step, measured - coalesce(lag(measured) over w, 0) as measured, max_points - coalesce(lag(max_points) over w, 0) as max_points
    from ${name}_mean window w as (partition by ${key} order by step)
  )`

/**
 * CTEs down to `control_delta` (id, day, cause, points, max_points, granted): changes of every action's points, thousandths; of them `granted` by a
 * state that a person set. An action is a control by itself unless action_check says otherwise; of several checks of an action the best on each asset
 * counts. It has the mean over the assets on which a check passed or failed, rounded down: the points that the source states, else all or
 * nothing; all of them while a state resolves it. What a source states only
 * as a total stands as `<source>:total-only`. What did not run, does not apply or is stale is in neither sum. docs/scores.md
 * `ofAsset`: only those of the asset $asset_id. `heard` false: as though nobody had excepted anything.
 */
export const controlDeltas = (groups: readonly string[] | null, ofAsset = false, heard = true): string => `with ${newestControl},
  ${effectiveResults(heard)},
  ${totalled},
  ${stays('checked', 'control', groups, ofAsset ? 'and a.asset_id = $asset_id' : '')},
  ${stays('seen', 'asset', groups, ofAsset ? 'and a.asset_id = $asset_id' : '')},
  result_day as (
    select r.control_id, r.source, r.asset_id, r.finding_id, r.status, r.mitigated, ${statedPoints(possiblePoints)} as points, ${possiblePoints} as of_points, ${inDays}
    from effective_result r ${possibleJoins} ${dayJoins}
    where r.asset_id in (select asset_id from checked)
  ),
  result_line as (
    select *, min(from_day) over (partition by source, asset_id) as first_day, ${neighbours(['status', 'mitigated', 'points', 'of_points'])}
    from result_day where from_day < to_day window w as (partition by source, asset_id, finding_id order by from_day)
  ),
  result_caused as (select r.*, ${changeCauses(resultChange)} from result_line r where r.status in ('pass', 'fail') and r.of_points is not null),
  stated as (
    select r.control_id, r.source, r.asset_id, r.status, r.points is not null as own_points, case when r.mitigated then r.of_points else least(greatest(coalesce(r.points, 0), 0), r.of_points) end as got, r.of_points, ${cutSteps}
    from result_caused r join checked here on here.asset_id = r.asset_id and here.from_day < r.to_day and r.from_day < here.to_day
  ),
  asset_step as (
    select control_id, asset_id, case when e.sign = 1 then from_step else to_step end as step,
      sum(case when own_points then e.sign else 0 end) as own, sum(case when own_points then e.sign * got else 0 end) as own_got, sum(case when own_points then e.sign * of_points else 0 end) as own_of,
      sum(case when own_points then 0 else e.sign end) as plain, sum(case when own_points then 0 else e.sign * of_points end) as plain_of,
      sum(case when not own_points and status = 'fail' then e.sign else 0 end) as failed
    from stated cross join (values (1), (-1)) e(sign) group by 1, 2, 3
  ),
  asset_sum as (
    select control_id, asset_id, step, cast(sum(own) over w as bigint) as own, cast(sum(own_got) over w as bigint) as own_got, cast(sum(own_of) over w as bigint) as own_of,
      cast(sum(plain) over w as bigint) as plain, cast(sum(plain_of) over w as bigint) as plain_of, cast(sum(failed) over w as bigint) as failed
    from asset_step where step < ${NEVER_STEP} window w as (partition by control_id, asset_id order by step rows between unbounded preceding and current row)
  ),
  asset_state as (
    select control_id, asset_id, step, case when own > 0 or plain > 0 then 1 else 0 end as n,
      case when own > 0 then ${floored('own_got', 'own')} when plain > 0 and failed = 0 then ${floored('plain_of', 'plain')} else 0 end as got,
      case when own > 0 then ${floored('own_of', 'own')} when plain > 0 then ${floored('plain_of', 'plain')} else 0 end as of_points
    from asset_sum
  ),
  check_state as (
    select case when m.separate then m.action_id || '@' || cast(s.asset_id as text) else coalesce(m.action_id, s.control_id) end as id, coalesce(m.several, false) as several, s.control_id, s.asset_id, s.step,
      s.n, case when m.max_points is null then s.got when s.of_points > 0 then ${floored('s.got * m.max_points', 'greatest(s.of_points, 1)')} else 0 end as got,
      case when s.n > 0 then coalesce(m.max_points, s.of_points) else 0 end as of_points
    from asset_state s left join action_check m on m.org_id = $org_id and m.control_id = s.control_id
  ),
  check_run as (select *, coalesce(lead(step) over (partition by control_id, asset_id order by step), ${NEVER_STEP}) as until_step from check_state where several),
  check_step as (select distinct id, asset_id, step from check_run),
  line_state as (
    select id, asset_id, step, n, got, of_points from check_state where not several
    union all
    select k.id, k.asset_id, k.step, max(c.n), max(c.got), max(c.of_points)
    from check_step k join check_run c on c.id = k.id and c.asset_id = k.asset_id and c.step <= k.step and k.step < c.until_step group by k.id, k.asset_id, k.step
  ),
  line_change as (
    select id, step, n - coalesce(lag(n) over w, 0) as n, got - coalesce(lag(got) over w, 0) as got, of_points - coalesce(lag(of_points) over w, 0) as of_points
    from line_state window w as (partition by id, asset_id order by step)
  ),
  ${meanOverAssets('line', 'id')},
  state_step as (
    select s.action_id as id, e.sign, case when e.sign = 1 then s.from_day else s.to_day end as day from action_state s cross join (values (1), (-1)) e(sign)
    where s.org_id = $org_id and s.from_day < s.to_day and s.state in (${resolvingStates.map((state) => `'${state}'`).join(', ')})
  ),
  action_move as (
    select id, step, measured, max_points, 0 as resolved from line_delta
    union all
    select id, day * 16 + ${causeSql('state_set')}, 0, 0, sign from state_step where day < ${NEVER_DAY} and id in (select id from line_delta)
  ),
  action_step as (select id, step, sum(measured) as measured, sum(max_points) as max_points, sum(resolved) as resolved from action_move group by id, step),
  action_sum as (
    select id, step, cast(sum(measured) over w as bigint) as measured, cast(sum(max_points) over w as bigint) as max_points, sum(resolved) over w as resolved
    from action_step window w as (partition by id order by step rows between unbounded preceding and current row)
  ),
  action_points as (select id, step, measured, max_points, case when resolved > 0 then max_points else measured end as points from action_sum),
  action_delta as (
    select id, step, points - coalesce(lag(points) over w, 0) as points, max_points - coalesce(lag(max_points) over w, 0) as max_points,
      measured - coalesce(lag(measured) over w, 0) as measured
    from action_points window w as (partition by id order by step)
  ),
  total_day as (
    select r.source, r.asset_id, r.points, r.max_points as of_points, ${inDays}
    from score_total_history r ${dayJoins}
    where r.org_id = $org_id and r.retracted_in = ${NEVER} and r.score = 'secure_score'
  ),
  total_line as (
    select *, min(from_day) over (partition by source, asset_id) as first_day, ${neighbours(['points', 'of_points'])}
    from total_day where from_day < to_day window w as (partition by source, asset_id order by from_day)
  ),
  total_caused as (select r.*, ${changeCauses((before, after) => `case when ${pointsChange(before, after)} end`)} from total_line r),
  total as (
    select r.source, r.points, r.of_points as max_points, ${cutSteps}
    from total_caused r join seen here on here.asset_id = r.asset_id and here.from_day < r.to_day and r.from_day < here.to_day
  ),
  known_change as (
    select s.control_id, o.source, s.step, s.n - coalesce(lag(s.n) over w, 0) as n, s.got - coalesce(lag(s.got) over w, 0) as got, s.of_points - coalesce(lag(s.of_points) over w, 0) as of_points
    from asset_state s join (select control_id, min(source collate "C") as source from stated group by control_id) o on o.control_id = s.control_id
    where o.source in (select source from total) window w as (partition by s.control_id, s.asset_id order by s.step)
  ),
  ${meanOverAssets('known', 'control_id, source')},
  source_step as (
    select source, case when e.sign = 1 then from_step else to_step end as step, e.sign as n, e.sign * points as total, e.sign * max_points as total_max, 0 as known, 0 as known_max
    from total cross join (values (1), (-1)) e(sign)
    union all
    select source, step, 0, 0, 0, measured, max_points from known_delta
  ),
  source_total as (
    select source, step, sum(n) as n, sum(total) as total, sum(total_max) as total_max, sum(known) as known, sum(known_max) as known_max from source_step where step < ${NEVER_STEP} group by source, step
  ),
  source_sum as (
    select source, step, cast(sum(n) over w as bigint) as n, cast(sum(total) over w as bigint) as total, cast(sum(total_max) over w as bigint) as total_max,
      cast(sum(known) over w as bigint) as known, cast(sum(known_max) over w as bigint) as known_max
    from source_total window w as (partition by source order by step rows between unbounded preceding and current row)
  ),
  source_state as (
    select source, step, case when n > 0 then greatest(${floored('total', 'n')} - known, 0) else 0 end as points,
      case when n > 0 then greatest(${floored('total_max', 'n')} - known_max, 0) else 0 end as max_points
    from source_sum
  ),
  rest_state as (select source, step, least(points, max_points) as points, max_points from source_state),
  control_delta as (
    select id, ${dayOfStep('step')} as day, ${causeOfStep('step')} as cause, points, max_points, points - measured as granted from action_delta
    union all
    select source || ':total-only', ${dayOfStep('step')}, ${causeOfStep('step')}, points - coalesce(lag(points) over w, 0), max_points - coalesce(lag(max_points) over w, 0), 0
    from rest_state window w as (partition by source order by step)
  )`

/**
 * Writes the points of every action (score 'control'), what of them states grant (score 'granted') and their sum (score 'secure') of a whole
 * organisation into score_delta.
 */
export async function writeControlDeltas(transaction: Engine, org_id: number): Promise<void> {
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    select $org_id, e.score, id, day, cause, case when e.score = 'control' then points else granted end, case when e.score = 'control' then max_points else 0 end
    from (${controlDeltas(null)} select * from control_delta where points <> 0 or max_points <> 0 or granted <> 0) deltas cross join (values ('control'), ('granted')) e(score)
    where e.score = 'control' and (points <> 0 or max_points <> 0) or e.score = 'granted' and granted <> 0`,
    { org_id },
  )
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    select $org_id, 'secure', '', day, cause, cast(sum(numerator_delta) as bigint), cast(sum(denominator_delta) as bigint)
    from score_delta where org_id = $org_id and score = 'control' group by day, cause having sum(numerator_delta) <> 0 or sum(denominator_delta) <> 0`,
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
