-- Assets with an open finding that is critical, by the CVSS of the world, else as the tool says, of all assets with fresh vulnerability coverage: changes by day.
-- One number holds the counts side by side: open findings (20 bits), fresh looks (10), asset rows (10).
-- The condition is asked of the few versions of vulnerabilities, merged to runs, before the many findings are met.
with run as materialized (
  select vulnerability_id, by_tool, min(valid_from) as valid_from, max(valid_to) as valid_to from (
    select vulnerability_id, by_tool, valid_from, valid_to, sum(begins) over (partition by vulnerability_id, by_tool order by valid_from rows unbounded preceding) as run from (
      select vulnerability_id, cvss_tenths is null as by_tool, valid_from, valid_to,
        case when lag(valid_to) over (partition by vulnerability_id, cvss_tenths is null order by valid_from) = valid_from then 0 else 1 end as begins
      from vulnerability_history where cvss_tenths >= 90 or cvss_tenths is null) marked) numbered
  group by vulnerability_id, by_tool, run),
instant as materialized (select valid_from as at from run union select valid_to from run where valid_to < 9007199254740991),
dated as materialized (
  select i.at, case when d.day is null then 0 when i.at >= d.ends_at then d.day + 1 when i.at < d.starts_at then d.day - 1 else d.day end as day
  from instant i left join day d on d.org_id = $org_id and d.day = cast(floor(cast(i.at as double precision) / 86400000000) as integer)),
run_day as materialized (
  select r.vulnerability_id, r.by_tool, b.day as from_day, coalesce(e.day, 2147483647) as to_day
  from run r join dated b on b.at = r.valid_from left join dated e on e.at = r.valid_to),
step as (
  select asset_id, case when e.sign = 1 then from_day else to_day end as day, cast(e.sign as bigint) * 1073741824 as n
  from asset_history cross join (values (1), (-1)) e(sign) where org_id = $org_id and from_day < to_day
  union all
  select asset_id, case when e.sign = 1 then from_day else to_day end, cast(e.sign as bigint) * 1048576
  from fresh_history cross join (values (1), (-1)) e(sign) where org_id = $org_id and subject = 'vulnerability' and from_day < to_day
  union all
  select f.asset_id, case when e.sign = 1 then greatest(f.from_day, r.from_day) else least(f.to_day, r.to_day) end, cast(e.sign as bigint)
  from finding_history f join run_day r on r.vulnerability_id = f.subject and r.from_day < f.to_day and f.from_day < r.to_day
    cross join (values (1), (-1)) e(sign)
  where f.org_id = $org_id and f.kind = 'vulnerability' and f.from_day < f.to_day and (f.severity = 4 or not r.by_tool)
  union all
  select f.asset_id, case when e.sign = 1 then f.from_day else f.to_day end, cast(e.sign as bigint)
  from finding_history f cross join (values (1), (-1)) e(sign)
  where f.org_id = $org_id and f.kind = 'vulnerability' and f.severity = 4 and f.from_day < f.to_day
    and not exists (select 1 from vulnerability_history v where v.vulnerability_id = f.subject)),
by_day as (
  select asset_id, day, cast(sum(n) as bigint) as n from step where day < 2147483647 group by asset_id, day),
running as (
  select asset_id, day, cast(sum(n) over w as bigint) as n
  from by_day window w as (partition by asset_id order by day rows unbounded preceding)),
state as (
  select asset_id, day,
    case when n % 1099511627776 >= 1073741824 and n % 1073741824 >= 1048576 then 1 else 0 end as total,
    case when n % 1099511627776 >= 1073741824 and n % 1073741824 >= 1048576 and n % 1048576 > 0 then 1 else 0 end as exposed
  from running),
change as (
  select day, total - lag(total, 1, 0) over w as total, exposed - lag(exposed, 1, 0) over w as exposed
  from state window w as (partition by asset_id order by day))
select day, cast(sum(exposed) as bigint) as numerator_delta, cast(sum(total) as bigint) as denominator_delta
from change where total <> 0 or exposed <> 0 group by day having sum(exposed) <> 0 or sum(total) <> 0 order by day
