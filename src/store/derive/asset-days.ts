import { NEVER_DAY, dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'

/**
 * SQL: exposure/1 of a hazard sum, in units of 1e-9: E = min(1, ln(1 + H/h0) / ln(1 + H1/h0)), h0 = 0.05, H1 = 1000; `hazard` in units
 * of 1e-8. DESIGN 5.
 */
export const exposureSql = (hazard: string): string =>
  `cast(floor(least(1.0, ln(1.0 + cast(${hazard} as double precision) / 5000000.0) / ln(1.0 + 100000000000.0 / 5000000.0)) * 1000000000.0 + 0.5) as bigint)`

/** SQL: CVSS in tenths of a finding `f` beside the world's `world`: by severity where neither knows (9.5, 8, 5.5, 2.5, 0; unknown as medium). */
export const cvssSql = (world: string, f: string): string =>
  `coalesce(${world}, ${f}.cvss_tenths, case ${f}.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end)`

/**
 * Makes asset_day anew for the touched assets. The hazard of a finding comes from table `hazard`; of several findings of one (asset, vulnerability or control) the greatest counts once.
 */
export async function deriveAssetDays(transaction: Engine): Promise<void> {
  await transaction.query('delete from asset_day where asset_id in (select asset_id from touched)')
  for (const table of ['open_finding', 'version', 'segment', 'hazard_delta']) await transaction.query(`drop table if exists ${table}`)
  await transaction.query(
    `create temporary table open_finding as
     select f.org_id, f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, f.from_day, f.to_day,
       count(*) over (partition by f.asset_id, f.kind, f.subject) as of_subject
     from finding_history f join touched t on t.asset_id = f.asset_id where f.from_day < f.to_day and not f.excepted and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)`,
  )
  await transaction.query(
    `create temporary table version as
     with asked as (select distinct org_id, subject from open_finding where kind = 'vulnerability'),
     held as materialized (
       select a.org_id, a.subject, v.epss, v.stage, v.cvss_tenths, v.valid_from, v.valid_to from asked a join vulnerability_history v on v.vulnerability_id = a.subject)
     select * from (
       select v.org_id, v.subject, v.epss, v.stage, v.cvss_tenths, ${daySql('v.valid_from', 'd1')} as from_day, ${daySql('v.valid_to', 'd2')} as to_day
       from held v
       join day d1 on ${dayJoin('v.valid_from', 'v.org_id', 'd1')}
       join day d2 on ${dayJoin('v.valid_to', 'v.org_id', 'd2')}) as dated
     where from_day < to_day
     union all
     select a.org_id, a.subject, null, 0, null, 0, ${NEVER_DAY} from asked a where not exists (select 1 from vulnerability_history v where v.vulnerability_id = a.subject)`,
  )
  await transaction.query(
    `create temporary table segment as
     with held as materialized (
       select f.asset_id, f.kind, f.subject, f.of_subject, greatest(f.from_day, v.from_day) as from_day, least(f.to_day, v.to_day) as to_day,
         greatest(f.stage, v.stage) as stage, coalesce(v.epss, -1) as epss, ${cvssSql('v.cvss_tenths', 'f')} as cvss_tenths
       from open_finding f join version v on v.org_id = f.org_id and v.subject = f.subject and v.from_day < f.to_day and f.from_day < v.to_day
       where f.kind = 'vulnerability')
     select f.asset_id, f.kind, f.subject, f.of_subject, f.from_day, f.to_day, h.internet, h.internal
     from held f join hazard h on h.stage = f.stage and h.epss = f.epss and h.cvss_tenths = f.cvss_tenths
     union all
     select f.asset_id, f.kind, f.subject, f.of_subject, f.from_day, f.to_day, h.internet, h.internal
     from open_finding f join hazard h on h.stage = -1 and h.epss = -1 and h.cvss_tenths = coalesce(f.severity, 2)
     where f.kind = 'control'`,
  )
  await transaction.query(
    `create temporary table hazard_delta as
     with several as (select * from segment where of_subject > 1),
     point as (select asset_id, kind, subject, from_day as d from several union select asset_id, kind, subject, to_day from several),
     piece as (select asset_id, kind, subject, d as from_day, lead(d) over (partition by asset_id, kind, subject order by d) as to_day from point),
     greatest_of as (
       select p.asset_id, p.from_day, p.to_day, max(s.internet) as internet, max(s.internal) as internal
       from piece p join several s on s.asset_id = p.asset_id and s.kind = p.kind and s.subject = p.subject and s.from_day <= p.from_day and p.from_day < s.to_day
       where p.to_day is not null group by p.asset_id, p.kind, p.subject, p.from_day, p.to_day),
     piecewise as (
       select asset_id, from_day, to_day, internet, internal from segment where of_subject = 1
       union all select asset_id, from_day, to_day, internet, internal from greatest_of)
     select asset_id, day, cast(sum(internet) as bigint) as internet, cast(sum(internal) as bigint) as internal from (
       select asset_id, from_day as day, internet, internal from piecewise
       union all select asset_id, to_day, -internet, -internal from piecewise where to_day < ${NEVER_DAY}) as steps
     group by asset_id, day`,
  )
  await transaction.query(
    `insert into asset_day (org_id, asset_id, day, hazard, exposure, weight, weighted_delta, weight_delta)
     with own as (select a.* from asset_history a join touched t on t.asset_id = a.asset_id where a.from_day < a.to_day),
     scored as (
       select a.asset_id, greatest(a.from_day, f.from_day) as from_day, least(a.to_day, f.to_day) as to_day, a.value
       from own a join fresh_history f on f.asset_id = a.asset_id and f.subject = 'vulnerability' and f.from_day < a.to_day and a.from_day < f.to_day),
     step as (
       select asset_id, day, internet, internal, 0 as weight, 0 as reach from hazard_delta
       union all select asset_id, from_day, 0, 0, value, 0 from scored
       union all select asset_id, to_day, 0, 0, -value, 0 from scored where to_day < ${NEVER_DAY}
       union all select asset_id, from_day, 0, 0, 0, 1 from own where internet_facing
       union all select asset_id, to_day, 0, 0, 0, -1 from own where internet_facing and to_day < ${NEVER_DAY}),
     by_day as (
       select asset_id, day, sum(internet) as internet, sum(internal) as internal, sum(weight) as weight, sum(reach) as reach from step group by asset_id, day),
     state as (
       select asset_id, day, cast(sum(internet) over w as bigint) as internet, cast(sum(internal) over w as bigint) as internal,
         cast(sum(weight) over w as integer) as weight, sum(reach) over w as reach
       from by_day window w as (partition by asset_id order by day rows unbounded preceding)),
     hazardous as (select asset_id, day, case when reach > 0 then internet else internal end as hazard, weight from state),
     exposed as (select *, ${exposureSql('hazard')} as exposure from hazardous),
     changed as (
       select *, lag(hazard) over w as hazard_before, coalesce(lag(weight) over w, 0) as weight_before, coalesce(lag(exposure) over w, 0) as exposure_before
       from exposed window w as (partition by asset_id order by day))
     select k.org_id, c.asset_id, c.day, c.hazard, c.exposure, c.weight, c.weight * c.exposure - c.weight_before * c.exposure_before, c.weight - c.weight_before
     from changed c join asset_key k on k.asset_id = c.asset_id
     where c.hazard_before is null or c.hazard_before <> c.hazard or c.weight_before <> c.weight`,
  )
  for (const table of ['open_finding', 'version', 'segment', 'hazard_delta']) await transaction.query(`drop table ${table}`)
}

/** Makes the exposure score's daily changes of an organisation anew from asset_day. */
export async function deriveExposure(transaction: Engine, org_id: number): Promise<void> {
  await transaction.query(`delete from score_delta where score = 'exposure' and org_id = $org_id`, { org_id })
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, numerator_delta, denominator_delta)
     select org_id, 'exposure', '', day, numerator, denominator from (
       select org_id, day, cast(sum(weighted_delta) as bigint) as numerator, cast(sum(weight_delta) as bigint) as denominator
       from asset_day where org_id = $org_id group by org_id, day) as days
     where numerator <> 0 or denominator <> 0`,
    { org_id },
  )
}
