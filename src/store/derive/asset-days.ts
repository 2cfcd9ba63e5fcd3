import { STEPS_PER_DAY } from '../../model/cause.ts'
import { DAY_US } from '../../model/time.ts'
import { dayJoin, daySql, NEVER_DAY } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { idOf } from '../queries/metrics/columns.ts'
import { causeOfStep, causeSql, dayOfStep, NEVER_STEP, stepSql, turningDays } from '../steps.ts'
import { vulnerabilitySteps } from '../vulnerability-steps.ts'

/**
 * SQL: exposure/1 of a hazard sum, in units of 1e-9: E = min(1, ln(1 + H/h0) / ln(1 + H1/h0)), h0 = 0.05, H1 = 1000; `hazard` in units
 * of 1e-8. DESIGN 5.
 */
export const exposureSql = (hazard: string): string =>
  `cast(floor(least(1.0, ln(1.0 + cast(${hazard} as double precision) / 5000000.0) / ln(1.0 + 100000000000.0 / 5000000.0)) * 1000000000.0 + 0.5) as bigint)`

/** SQL: CVSS in tenths of a finding `f` beside the world's `world`: by severity where neither knows (9.5, 8, 5.5, 2.5, 0; unknown as medium). */
export const cvssSql = (world: string, f: string): string =>
  `coalesce(${world}, ${f}.cvss_tenths, case ${f}.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end)`

/** The temporary tables of {@link deriveAssetDays}. */
const temporaries = ['day_scope', 'moving', 'open_finding', 'version', 'segment', 'hazard_delta']

/**
 * Makes asset_day anew for the touched assets. The hazard of a finding
 * comes from table `hazard`; of several findings of one (asset, vulnerability or control) the greatest counts once. Everything runs in steps
 * (day and cause), so each change comes with its cause; on a day on which an asset enters or leaves the score it has that cause alone.
 * `later`: also for those in touched_later, from the day of `since` on: what the findings that move since then add to or take from the hazard of the day before.
 */
export async function deriveAssetDays(transaction: Engine, { later = false } = {}): Promise<void> {
  for (const table of temporaries) await transaction.query(`drop table if exists ${table}`)
  await layScope(transaction, later)
  await transaction.query(
    `create temporary table open_finding as
     select f.org_id, f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, t.since * ${STEPS_PER_DAY} as since, ${stepSql('f.from_day', 'f.from_cause')} as from_step, ${stepSql('f.to_day', 'f.to_cause')} as to_step,
       count(*) over (partition by f.asset_id, f.kind, f.subject) as of_subject
     from finding_history f join day_scope t on t.asset_id = f.asset_id left join moving m on m.asset_id = f.asset_id and m.kind = f.kind and m.subject = f.subject
     where f.from_day < f.to_day and f.to_day >= t.since and (t.since = 0 or m.asset_id is not null)
       and not f.excepted and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)`,
  )
  await transaction.query(
    `create temporary table version as
     with asked as (select distinct org_id, subject from open_finding where kind = 'vulnerability'),
     ${vulnerabilitySteps('asked')}
     select org_id, vulnerability_id as subject, epss, stage, cvss_tenths, from_step, to_step from vulnerability_step
     union all
     select a.org_id, a.subject, null, 0, null, 0, ${NEVER_STEP} from asked a where not exists (select 1 from vulnerability_history v where v.vulnerability_id = a.subject)`,
  )
  await transaction.query(
    `create temporary table segment as
     with held as materialized (
       select f.asset_id, f.kind, f.subject, f.of_subject, greatest(f.from_step, v.from_step) as from_step, least(f.to_step, v.to_step) as to_step,
         greatest(f.stage, v.stage) as stage, coalesce(v.epss, -1) as epss, ${cvssSql('v.cvss_tenths', 'f')} as cvss_tenths
       from open_finding f join version v on v.org_id = f.org_id and v.subject = f.subject and v.from_step < f.to_step and f.from_step < v.to_step and f.since <= v.to_step
       where f.kind = 'vulnerability')
     select f.asset_id, f.kind, f.subject, f.of_subject, f.from_step, f.to_step, h.internet, h.internal
     from held f join hazard h on h.stage = f.stage and h.epss = f.epss and h.cvss_tenths = f.cvss_tenths
     union all
     select f.asset_id, f.kind, f.subject, f.of_subject, f.from_step, f.to_step, h.internet, h.internal
     from open_finding f join hazard h on h.stage = -1 and h.epss = -1 and h.cvss_tenths = coalesce(f.severity, 2)
     where f.kind = 'control'`,
  )
  await transaction.query(
    `create temporary table hazard_delta as
     with several as (select * from segment where of_subject > 1),
     point as (select asset_id, kind, subject, from_step as s from several union select asset_id, kind, subject, to_step from several),
     piece as (select asset_id, kind, subject, s as from_step, lead(s) over (partition by asset_id, kind, subject order by s) as to_step from point),
     greatest_of as (
       select p.asset_id, p.from_step, p.to_step, max(s.internet) as internet, max(s.internal) as internal
       from piece p join several s on s.asset_id = p.asset_id and s.kind = p.kind and s.subject = p.subject and s.from_step <= p.from_step and p.from_step < s.to_step
       where p.to_step is not null group by p.asset_id, p.kind, p.subject, p.from_step, p.to_step),
     piecewise as (
       select asset_id, from_step, to_step, internet, internal from segment where of_subject = 1
       union all select asset_id, from_step, to_step, internet, internal from greatest_of)
     select asset_id, step, cast(sum(internet) as bigint) as internet, cast(sum(internal) as bigint) as internal from (
       select asset_id, from_step as step, internet, internal from piecewise
       union all select asset_id, to_step, -internet, -internal from piecewise where to_step < ${NEVER_STEP}) as steps
     group by asset_id, step`,
  )
  const attribute = causeSql('attribute_changed')
  await transaction.query(
    `insert into asset_day (org_id, asset_id, day, cause, hazard, exposure, weight, hazard_delta, weighted_delta, weight_delta)
     with own as (select a.* from asset_history a join day_scope t on t.asset_id = a.asset_id where a.from_day < a.to_day and a.to_day >= t.since),
     look as (select f.* from fresh_history f join day_scope t on t.asset_id = f.asset_id where f.subject = 'vulnerability' and f.to_day >= t.since),
     scored as (
       select a.asset_id, greatest(a.from_day, f.from_day) as from_day, least(a.to_day, f.to_day) as to_day, a.value
       from own a join look f on f.asset_id = a.asset_id and f.from_day < a.to_day and a.from_day < f.to_day),
     kept as (
       select a.asset_id, t.since, cast(sum(a.hazard_delta) as bigint) as hazard from asset_day a join day_scope t on t.asset_id = a.asset_id and t.since > 0 group by a.asset_id, t.since),
     turn as (${turningDays('scored', 'own', 'look')}),
     moved as (
       select d.asset_id, d.step, d.internet, d.internal, 0 as weight, 0 as reach from hazard_delta d join day_scope t on t.asset_id = d.asset_id where d.step >= t.since * ${STEPS_PER_DAY}
       union all select asset_id, (since - 1) * ${STEPS_PER_DAY}, hazard, hazard, 0, 0 from kept
       union all select asset_id, from_day * 16 + ${attribute}, 0, 0, value, 0 from scored
       union all select asset_id, to_day * 16 + ${attribute}, 0, 0, -value, 0 from scored where to_day < ${NEVER_DAY}
       union all select asset_id, from_day * 16 + ${attribute}, 0, 0, 0, 1 from own where internet_facing
       union all select asset_id, to_day * 16 + ${attribute}, 0, 0, 0, -1 from own where internet_facing and to_day < ${NEVER_DAY}),
     by_step as (
       select m.asset_id, case when t.cause is null then m.step else t.day * 16 + t.cause end as step,
         sum(m.internet) as internet, sum(m.internal) as internal, sum(m.weight) as weight, sum(m.reach) as reach
       from moved m left join turn t on t.asset_id = m.asset_id and t.day = ${dayOfStep('m.step')}
       group by 1, 2),
     state as (
       select asset_id, step, cast(sum(internet) over w as bigint) as internet, cast(sum(internal) over w as bigint) as internal,
         cast(sum(weight) over w as integer) as weight, sum(reach) over w as reach
       from by_step window w as (partition by asset_id order by step rows unbounded preceding)),
     hazardous as (select asset_id, step, case when reach > 0 then internet else internal end as hazard, weight from state),
     exposed as (select *, ${exposureSql('hazard')} as exposure from hazardous),
     changed as (
       select *, lag(hazard) over w as hazard_before, coalesce(lag(weight) over w, 0) as weight_before, coalesce(lag(exposure) over w, 0) as exposure_before
       from exposed window w as (partition by asset_id order by step))
     select k.org_id, c.asset_id, ${dayOfStep('c.step')}, ${causeOfStep('c.step')}, c.hazard, c.exposure, c.weight, c.hazard - coalesce(c.hazard_before, 0),
       c.weight * c.exposure - c.weight_before * c.exposure_before, c.weight - c.weight_before
     from changed c join day_scope t on t.asset_id = c.asset_id join asset_key k on k.asset_id = c.asset_id
     where c.step >= t.since * ${STEPS_PER_DAY} and (c.hazard_before is null or c.hazard_before <> c.hazard or c.weight_before <> c.weight)
     order by c.asset_id, c.step`,
  )
  for (const table of temporaries) await transaction.query(`drop table ${table}`)
}

/**
 * Removes what is to be made anew of asset_day. Leaves the temporary tables `day_scope` (asset_id, since): from which day on, 0: from the first; and `moving` (asset_id, kind,
 * subject): what findings of those with a later day are about that begin, end or may change since then. Where it changes since then whether an asset faces the internet, all its
 * findings count otherwise: it is made anew from the first day.
 */
async function layScope(transaction: Engine, later: boolean): Promise<void> {
  await transaction.query(
    `create temporary table day_scope as
     ${
       later
         ? `with dated as (select t.asset_id, ${daySql('t.since', 'd1')} as since from touched_later t left join day d1 on ${dayJoin('t.since', 't.org_id', 'd1')}),
     unsteady as (
       select distinct d.asset_id from dated d join asset_history a on a.asset_id = d.asset_id and a.from_day < a.to_day and a.to_day >= d.since
       where a.internet_facing and (a.from_day >= d.since or a.to_day < ${NEVER_DAY}))
     select asset_id, case when asset_id in (select asset_id from unsteady) then 0 else since end as since from dated union all`
         : ''
     }
     select asset_id, 0 as since from touched`,
  )
  await transaction.query('delete from asset_day where asset_id in (select asset_id from day_scope where since = 0)')
  const [first] = await transaction.query<{ since: number }>('select since from day_scope where since > 0 order by since limit 1')
  await transaction.run(
    `delete from asset_day as a using day_scope t where t.asset_id = a.asset_id and t.since <= a.day and a.day >= ${first?.since ?? NEVER_DAY}`,
  )
  await transaction.query(
    `create temporary table moving as
     with moved_version as (
       select distinct vulnerability_id from vulnerability_history where valid_from >= ${later ? `(select min(since) from touched_later) - ${2 * DAY_US}` : '0'})
     select distinct f.asset_id, f.kind, f.subject from finding_history f join day_scope t on t.asset_id = f.asset_id
       left join moved_version v on v.vulnerability_id = ${idOf('vulnerability')}
     where t.since > 0 and f.from_day < f.to_day and f.to_day >= t.since and (f.from_day >= t.since or f.to_day < ${NEVER_DAY} or v.vulnerability_id is not null)`,
  )
}

/** Makes the exposure score's daily changes of an organisation anew from asset_day, from day `since` on. */
export async function deriveExposure(transaction: Engine, org_id: number, since = 0): Promise<void> {
  await transaction.query(`delete from score_delta where score = 'exposure' and org_id = $org_id and day >= $since`, { org_id, since })
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
     select org_id, 'exposure', '', day, cause, numerator, denominator from (
       select org_id, day, cause, cast(sum(weighted_delta) as bigint) as numerator, cast(sum(weight_delta) as bigint) as denominator
       from asset_day where org_id = $org_id and day >= $since group by org_id, day, cause) as days
     where numerator <> 0 or denominator <> 0`,
    { org_id, since },
  )
}
