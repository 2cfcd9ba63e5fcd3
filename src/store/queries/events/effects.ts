import { causeNumber } from '../../../model/cause.ts'
import { cvssSql } from '../../derive/asset-days.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { stepSql } from '../../steps.ts'
import { vulnerabilitySteps } from '../../vulnerability-steps.ts'
import { idOf, stageSql } from '../metrics/columns.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** An event, one of its subjects, and through which cause of which day it moves findings. No two events share (subject, day, cause). */
export interface EventSubject {
  /** Number of the event: the caller's own, whole. */
  event: number
  subject: string
  day: number
  /** Number of the cause. */
  cause: number
  /** The findings start with it, end with it, or change their hazard while they are open. */
  how: 'starts' | 'ends' | 'stage'
}

/** What one event moved the exposure score by through one cause. */
export interface EventPart {
  event: number
  cause: number
  /** Whole units of 1e-12 points. */
  part: number
}

const columns = ['event', 'subject', 'day', 'cause', 'how'] as const

/** Subjects that one question holds as parameters. */
const MOST_PARAMETERS = 20_000

/** From this cause on an asset is as internet-facing as at the day's end, before it as at its beginning. */
const FACING = causeNumber('attribute_changed')

/**
 * What events moved the exposure score of a scope by: the part of their day and cause that is their subjects' findings'. An asset's share of a
 * step (DESIGN 6, in units of 1e-12 points, as the explanation gives it) is split among its findings by what each adds to its hazard. An
 * asset that enters or leaves the score that day, or whose hazard as a whole stands still, adds nothing. Events that moved nothing are left out.
 */
export async function eventEffects(engine: Engine, scope: Scope, subjects: Iterable<EventSubject>): Promise<EventPart[]> {
  const parts: EventPart[] = []
  const all = [...subjects]
  for (let start = 0; start < all.length; start += MOST_PARAMETERS) {
    const some = all.slice(start, start + MOST_PARAMETERS)
    parts.push(
      ...(await ask(
        engine,
        scope,
        `select ${columns.map((name) => `unnest($asked_${name}) as ${name}`).join(', ')}`,
        some.reduce((first, { day }) => Math.min(first, day), Infinity),
        some.reduce((last, { day }) => Math.max(last, day), -Infinity),
        Object.fromEntries(columns.map((name) => [`asked_${name}`, some.map((subject) => subject[name])])),
      )),
    )
  }
  const sums = new Map<string, EventPart>()
  for (const each of parts) {
    const key = `${each.cause} ${each.event}`
    sums.set(key, { ...each, part: (sums.get(key)?.part ?? 0) + each.part })
  }
  return [...sums.values()]
}

/** As {@link eventEffects}, for any number of subjects at once; in a transaction that may write. */
export async function allEventEffects(transaction: Engine, scope: Scope, subjects: Iterable<EventSubject>): Promise<EventPart[]> {
  await transaction.query('drop table if exists event_subject')
  await transaction.query('create temporary table event_subject (event integer, subject text, day integer, cause integer, how text)')
  await transaction.append('event_subject', columns, rowsOf(subjects))
  await transaction.analyze(['event_subject'])
  const [days] = await transaction.query<{ first: number | null; last: number | null }>(
    'select min(day) as first, max(day) as last from event_subject',
  )
  const { first = null, last = null } = days ?? {}
  const parts =
    first === null || last === null ? [] : await ask(transaction, scope, `select ${columns.join(', ')} from event_subject`, first, last, {})
  await transaction.query('drop table event_subject')
  return parts
}

function* rowsOf(subjects: Iterable<EventSubject>): Generator<(string | number)[]> {
  for (const subject of subjects) yield columns.map((name) => subject[name])
}

/**
 * `first_day`, `last_day`: the first and last day of any of the subjects; findings that ended before or began after them have no part in anything. `share`: of an asset in its step. The
 * rates of the steps are joined early: after the many joins that follow PostgreSQL expects one row, and would go through all steps for each of very many.
 */
function ask(engine: Engine, scope: Scope, asked: string, first_day: number, last_day: number, params: Params): Promise<EventPart[]> {
  return engine.query<EventPart>(
    `with pair as materialized (select p.event, p.subject, p.day, p.cause, p.how, p.day * 16 + p.cause as step from (${asked}) p),
    about as (select distinct cast($org_id as integer) as org_id, subject from pair),
    f as materialized (
      select f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, ${stepSql('f.from_day', 'f.from_cause')} as from_step, ${stepSql('f.to_day', 'f.to_cause')} as to_step
      from finding_history f join about a on a.subject = f.subject
      where f.org_id = $org_id and f.from_day < f.to_day and f.to_day >= $first_day and f.from_day <= $last_day and not f.excepted and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0) ${inGroups('f.asset_id', scope.groups)}
    ),
    hit as (
      select p.event, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.from_step = p.step where p.how = 'starts'
      union select p.event, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.to_step = p.step where p.how = 'ends'
      union select p.event, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.from_step <= p.step and p.step <= f.to_step where p.how = 'stage'
    ),
    by_step as (${
      scope.groups === null
        ? `select day, cause, cast(sum(denominator_delta) as bigint) as w from score_delta where org_id = $org_id and score = 'exposure' group by day, cause`
        : `select d.day, d.cause, cast(sum(d.weight_delta) as bigint) as w from asset_day d where d.org_id = $org_id ${inGroups('d.asset_id', scope.groups)} group by d.day, d.cause`
    }),
    running as (select day, cause, w, cast(sum(w) over (order by day, cause rows between unbounded preceding and current row) as bigint) as w2 from by_step),
    step_rate as materialized (
      select day, cause, cast(2 * w2 - w as double precision) / (2 * cast(w2 - w as double precision) * cast(w2 as double precision)) as rate from running where w2 > 0 and w2 - w > 0),
    moved as materialized (
      select h.event, h.subject, h.asset_id, h.day, h.cause, h.step, d.hazard_delta, a.internet_facing,
        floor(r.rate * cast(d.weighted_delta as double precision) * 100000 + 0.5) as share
      from hit h join step_rate r on r.day = h.day and r.cause = h.cause
        join asset_day d on d.org_id = $org_id and d.asset_id = h.asset_id and d.day = h.day and d.cause = h.cause
        join asset_history a on a.org_id = $org_id and a.asset_id = h.asset_id
          and a.from_day <= h.day - case when h.cause >= ${FACING} then 0 else 1 end and h.day - case when h.cause >= ${FACING} then 0 else 1 end < a.to_day
      where d.weight > 0 and d.weight_delta = 0 and d.hazard_delta <> 0
    ),
    ${vulnerabilitySteps('about', '$first_day')},
    held as (
      select m.event, m.subject, m.asset_id, m.day, m.cause, m.internet_facing, m.hazard_delta, m.share, b.back,
        case when f.kind = 'control' then -1 else ${stageSql} end as stage, case when f.kind = 'control' then -1 else coalesce(v.epss, -1) end as epss,
        case when f.kind = 'control' then coalesce(f.severity, 2) else ${cvssSql('v.cvss_tenths', 'f')} end as cvss_tenths
      from moved m cross join (values (0), (1)) b(back)
        join f on f.asset_id = m.asset_id and f.subject = m.subject and f.from_step <= m.step - b.back and m.step - b.back < f.to_step
        left join vulnerability_step v on v.vulnerability_id = ${idOf('vulnerability')} and v.from_step <= m.step - b.back and m.step - b.back < v.to_step
    ),
    side as (
      select h.event, h.subject, h.asset_id, h.day, h.cause, h.hazard_delta, h.share, h.back, max(case when h.internet_facing then z.internet else z.internal end) as hazard
      from held h join hazard z on z.stage = h.stage and z.epss = h.epss and z.cvss_tenths = h.cvss_tenths group by 1, 2, 3, 4, 5, 6, 7, 8
    ),
    part as (
      select event, cause, hazard_delta, share, cast(sum(case when back = 0 then hazard else -hazard end) as bigint) as own
      from side group by event, asset_id, day, cause, hazard_delta, share
    )
    select event, cause, cast(sum(cast(floor(share * cast(own as double precision) / cast(hazard_delta as double precision) + 0.5) as bigint)) as bigint) as part
    from part group by event, cause having sum(cast(floor(share * cast(own as double precision) / cast(hazard_delta as double precision) + 0.5) as bigint)) <> 0`,
    { org_id: scope.org_id, first_day, last_day, ...params, ...groupParams(scope.groups) },
  )
}
