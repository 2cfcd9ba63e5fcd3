import { cvssSql } from '../../derive/asset-days.ts'
import type { Engine } from '../../engines/engine.ts'
import { causeSql, stepSql } from '../../steps.ts'
import { vulnerabilitySteps } from '../../vulnerability-steps.ts'
import { idOf, stageSql } from '../metrics/columns.ts'

/** An event, one of its vulnerabilities, and how it moves findings: they start, they end, or their stage changes. */
export interface EventSubject {
  event_id: string
  subject: string
  day: number
  how: 'starts' | 'ends' | 'stage'
}

/**
 * What events moved the organisation's exposure score by, in units of 1e-9 of 0–1: the part of their day and cause that is their vulnerabilities'
 * findings'. An asset's part in a step is split among its findings by what each adds to its hazard. An asset that enters or leaves the score that day, or
 * whose hazard as a whole stands still, adds nothing. Events that moved nothing are left out.
 */
export async function eventEffects(transaction: Engine, org_id: number, subjects: readonly EventSubject[]): Promise<Map<string, number>> {
  if (subjects.length === 0) return new Map()
  await transaction.query('drop table if exists event_subject')
  await transaction.query('create temporary table event_subject (event_id text, subject text, day integer, how text)')
  await transaction.append(
    'event_subject',
    ['event_id', 'subject', 'day', 'how'],
    subjects.map(({ event_id, subject, day, how }) => [event_id, subject, day, how]),
  )
  await transaction.analyze(['event_subject'])
  const starts = ['coverage_changed', 'new_vulnerability', 'configuration_changed'] as const
  const rows = await transaction.query<{ event_id: string; effect: number }>(
    `with cause as (
      select 'starts' as how, n as cause from (values ${starts.map((id) => `(${causeSql(id)})`).join(', ')}) c(n)
      union all select 'ends', ${causeSql('remediated')} union all select 'stage', ${causeSql('exploit_intelligence')}
    ),
    pair as (select s.event_id, s.subject, s.day, c.cause, s.how, s.day * 16 + c.cause as step from event_subject s join cause c on c.how = s.how),
    about as (select distinct cast($org_id as integer) as org_id, subject from event_subject),
    f as materialized (
      select f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, ${stepSql('f.from_day', 'f.from_cause')} as from_step, ${stepSql('f.to_day', 'f.to_cause')} as to_step
      from finding_history f join about a on a.subject = f.subject
      where f.org_id = $org_id and f.kind = 'vulnerability' and f.from_day < f.to_day and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
    ),
    hit as (
      select p.event_id, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.from_step = p.step where p.how = 'starts'
      union select p.event_id, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.to_step = p.step where p.how = 'ends'
      union select p.event_id, p.subject, p.day, p.cause, p.step, f.asset_id from pair p join f on f.subject = p.subject and f.from_step <= p.step and p.step <= f.to_step where p.how = 'stage'
    ),
    moved as materialized (
      select h.event_id, h.subject, h.asset_id, h.day, h.cause, h.step, d.hazard_delta, d.weighted_delta, a.internet_facing
      from hit h join asset_day d on d.org_id = $org_id and d.asset_id = h.asset_id and d.day = h.day and d.cause = h.cause
        join asset_history a on a.org_id = $org_id and a.asset_id = h.asset_id and a.from_day <= h.day - 1 and h.day - 1 < a.to_day
      where d.weight > 0 and d.weight_delta = 0 and d.hazard_delta <> 0
    ),
    ${vulnerabilitySteps('about')},
    held as (
      select m.event_id, m.subject, m.asset_id, m.day, m.cause, m.internet_facing, m.hazard_delta, m.weighted_delta, b.back, ${stageSql} as stage, coalesce(v.epss, -1) as epss, ${cvssSql('v.cvss_tenths', 'f')} as cvss_tenths
      from moved m cross join (values (0), (1)) b(back)
        join f on f.asset_id = m.asset_id and f.subject = m.subject and f.from_step <= m.step - b.back and m.step - b.back < f.to_step
        left join vulnerability_step v on v.vulnerability_id = ${idOf('vulnerability')} and v.from_step <= m.step - b.back and m.step - b.back < v.to_step
    ),
    side as (
      select h.event_id, h.subject, h.asset_id, h.day, h.cause, h.hazard_delta, h.weighted_delta, h.back, max(case when h.internet_facing then z.internet else z.internal end) as hazard
      from held h join hazard z on z.stage = h.stage and z.epss = h.epss and z.cvss_tenths = h.cvss_tenths group by 1, 2, 3, 4, 5, 6, 7, 8
    ),
    part as (
      select event_id, asset_id, day, cause, hazard_delta, weighted_delta, cast(sum(case when back = 0 then hazard else -hazard end) as bigint) as own
      from side group by event_id, asset_id, day, cause, hazard_delta, weighted_delta
    ),
    by_step as (select day, cause, cast(sum(denominator_delta) as bigint) as w from score_delta where org_id = $org_id and score = 'exposure' group by day, cause),
    running as (select day, cause, w, cast(sum(w) over (order by day, cause rows between unbounded preceding and current row) as bigint) as w2 from by_step),
    factor as (
      select day, cause, cast(2 * w2 - w as double precision) / (2 * cast(w2 - w as double precision) * cast(w2 as double precision)) as a from running where w2 > 0 and w2 - w > 0)
    select p.event_id, cast(floor(cast(sum(cast(floor(f.a * cast(p.weighted_delta as double precision) * cast(p.own as double precision) / cast(p.hazard_delta as double precision) * 1000000 + 0.5) as bigint)) as double precision) / 1000000 + 0.5) as bigint) as effect
    from part p join factor f on f.day = p.day and f.cause = p.cause group by p.event_id`,
    { org_id },
  )
  await transaction.query('drop table event_subject')
  return new Map(rows.map(({ event_id, effect }) => [event_id, effect]))
}
