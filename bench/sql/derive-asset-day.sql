-- asset_day of an organisation from the histories of findings, vulnerabilities, assets and looks, in one statement.
-- Vulnerabilities only: the generator makes no failed controls.
with open as (
  select asset_id, subject, severity, cvss_tenths, stage, from_day, to_day from finding_history
  where org_id = $org_id and kind = 'vulnerability' and from_day < to_day and (severity is null or severity > 0 or cvss_tenths > 0)),
several as materialized (select asset_id, subject from open group by asset_id, subject having count(*) > 1),
instant as (select valid_from as t from vulnerability_history union select valid_to from vulnerability_history),
dated as materialized (
  select i.t, case when i.t >= 9007199254740991 then 2147483647 when d.day is null then 0 when i.t >= d.ends_at then d.day + 1 when i.t < d.starts_at then d.day - 1 else d.day end as day
  from instant i left join day d on d.org_id = $org_id and d.day = cast(floor(cast(least(i.t, 2556057600000000) as double precision) / 86400000000) as integer)),
version as materialized (
  select v.vulnerability_id, coalesce(v.epss, -1) as epss, v.stage, v.cvss_tenths, b.day as from_day, e.day as to_day
  from vulnerability_history v join dated b on b.t = v.valid_from join dated e on e.t = v.valid_to where b.day < e.day),
held as materialized (
  select f.asset_id, f.subject, greatest(f.from_day, v.from_day) as from_day, least(f.to_day, v.to_day) as to_day, greatest(f.stage, v.stage) as stage, v.epss,
    coalesce(v.cvss_tenths, f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end) as cvss_tenths
  from open f join version v on v.vulnerability_id = f.subject and v.from_day < f.to_day and f.from_day < v.to_day
  union all
  select f.asset_id, f.subject, f.from_day, f.to_day, f.stage, -1,
    coalesce(f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end)
  from open f where not exists (select 1 from vulnerability_history v where v.vulnerability_id = f.subject)),
rated as materialized (
  select s.asset_id, s.subject, s.from_day, s.to_day, h.internet, h.internal from held s join hazard h on h.stage = s.stage and h.epss = s.epss and h.cvss_tenths = s.cvss_tenths),
multiple as materialized (select r.* from rated r join several s on s.asset_id = r.asset_id and s.subject = r.subject),
point as (select asset_id, subject, from_day as d from multiple union select asset_id, subject, to_day from multiple),
piece as (select asset_id, subject, d as from_day, lead(d) over (partition by asset_id, subject order by d) as to_day from point),
single as (
  select r.asset_id, r.from_day, r.to_day, r.internet, r.internal from rated r
  where not exists (select 1 from several s where s.asset_id = r.asset_id and s.subject = r.subject)
  union all
  select p.asset_id, p.from_day, p.to_day, max(m.internet), max(m.internal)
  from piece p join multiple m on m.asset_id = p.asset_id and m.subject = p.subject and m.from_day <= p.from_day and p.from_day < m.to_day
  where p.to_day is not null group by p.asset_id, p.subject, p.from_day, p.to_day),
own as materialized (select asset_id, internet_facing, value, from_day, to_day from asset_history where org_id = $org_id and from_day < to_day),
scored as (
  select a.asset_id, greatest(a.from_day, f.from_day) as from_day, least(a.to_day, f.to_day) as to_day, a.value
  from own a join fresh_history f on f.asset_id = a.asset_id and f.subject = 'vulnerability' and f.from_day < a.to_day and a.from_day < f.to_day),
step as (
  select asset_id, case when e.sign = 1 then from_day else to_day end as day, e.sign * internet as internet, e.sign * internal as internal, 0 as weight, 0 as reach
  from single cross join (values (1), (-1)) e(sign)
  union all
  select asset_id, case when e.sign = 1 then from_day else to_day end, 0, 0, e.sign * value, 0 from scored cross join (values (1), (-1)) e(sign)
  union all
  select asset_id, case when e.sign = 1 then from_day else to_day end, 0, 0, 0, e.sign from own cross join (values (1), (-1)) e(sign) where internet_facing),
by_day as (
  select asset_id, day, cast(sum(internet) as bigint) as internet, cast(sum(internal) as bigint) as internal, cast(sum(weight) as bigint) as weight, cast(sum(reach) as bigint) as reach
  from step where day < 2147483647 group by asset_id, day),
state as (
  select asset_id, day, cast(case when sum(reach) over w > 0 then sum(internet) over w else sum(internal) over w end as bigint) as hazard, cast(sum(weight) over w as integer) as weight
  from by_day window w as (partition by asset_id order by day rows unbounded preceding)),
exposed as (
  select *, cast(floor(least(1.0, ln(1.0 + cast(hazard as double precision) / 5000000.0) / ln(1.0 + 100000000000.0 / 5000000.0)) * 1000000000.0 + 0.5) as bigint) as exposure from state),
changed as (
  select *, lag(hazard) over w as hazard_before, lag(weight, 1, 0) over w as weight_before, lag(exposure, 1, cast(0 as bigint)) over w as exposure_before
  from exposed window w as (partition by asset_id order by day))
select cast($org_id as integer) as org_id, asset_id, day, hazard, exposure, weight, weight * exposure - weight_before * exposure_before as weighted_delta, weight - weight_before as weight_delta
from changed where hazard_before is null or hazard_before <> hazard or weight_before <> weight
