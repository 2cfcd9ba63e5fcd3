-- First page of open vulnerabilities by exploit stage, now.
with gone as materialized (
  select asset_id from presence_history where org_id = $org_id and retracted_in = 9007199254740991 and valid_from <= $at group by asset_id having max(valid_to) <= $at),
a as not materialized (
  select asset_id from asset_history where org_id = $org_id and valid_from <= $at and $at < valid_to and asset_id not in (select asset_id from gone)),
v as not materialized (select vulnerability_id, epss, stage, cvss_tenths from vulnerability_history where valid_from <= $at and $at < valid_to),
open as (
  select f.subject, max(f.stage) as stage, max(f.severity) as severity, max(f.cvss_tenths) as cvss_tenths
  from finding_history f join a on a.asset_id = f.asset_id
  where f.org_id = $org_id and f.kind = 'vulnerability' and f.valid_from <= $at and $at < f.valid_to group by f.subject),
known as materialized (
  select f.subject as vulnerability_id, case when v.cvss_tenths >= 90 then 4 when v.cvss_tenths >= 70 then 3 when v.cvss_tenths >= 40 then 2 when v.cvss_tenths > 0 then 1
      when v.cvss_tenths = 0 then 0 else f.severity end as severity,
    coalesce(v.cvss_tenths, f.cvss_tenths) as cvss_tenths, v.epss, greatest(coalesce(v.stage, 0), f.stage) as stage
  from open f left join v on v.vulnerability_id = f.subject),
page as materialized (select * from known order by stage desc, vulnerability_id collate "C" limit $limit),
has as materialized (
  select f.subject, f.component, f.finding_id, f.asset_id, f.valid_from, f.valid_to from finding_history f join page p on p.vulnerability_id = f.subject join a on a.asset_id = f.asset_id
  where f.org_id = $org_id and f.kind = 'vulnerability' and f.valid_from <= $at),
seen as (select subject, min(valid_from) as first, count(distinct case when $at < valid_to then asset_id end) as assets from has group by subject),
said as (
  select h.subject, h.component, count(s.fixed_version) > 0 as fixed, min(s.title collate "C") as title
  from has h left join sighting_history s on s.finding_id = h.finding_id and s.asset_id = h.asset_id and s.retracted_in = 9007199254740991 and s.valid_from <= $at and $at < s.valid_to
  where $at < h.valid_to group by h.subject, h.component),
place as (
  select *, row_number() over (partition by subject order by case when component <> '' then 0 else 1 end, component collate "C") as place,
    first_value(title) over (partition by subject order by case when title is null then 1 else 0 end, component collate "C") as first_title
  from said),
what as (
  select subject, string_agg(component, ',' order by component collate "C") filter (where place <= 20 and component <> '') as components,
    max(case when fixed then 1 else 0 end) = 1 as fix_available, min(first_title) as title from place group by subject),
described as (
  select d.vulnerability_id, 0 as place, d.title, d.published_at, d.source from description_history d join page p on p.vulnerability_id = d.vulnerability_id
  where d.retracted_in = 9007199254740991 and d.valid_from <= $at and $at < d.valid_to
  union all
  select d.vulnerability_id, 1, d.title, d.published_at, d.source from advisory_history d join page p on p.vulnerability_id = d.vulnerability_id
  where d.org_id = $org_id and d.retracted_in = 9007199254740991 and d.valid_from <= $at and $at < d.valid_to),
titled as (select distinct on (vulnerability_id) vulnerability_id, title from described where title is not null order by vulnerability_id, place, source collate "C"),
published as (select distinct on (vulnerability_id) vulnerability_id, published_at from described where published_at is not null order by vulnerability_id, place, source collate "C")
select p.vulnerability_id, coalesce(t.title, w.title) as title, p.severity, p.cvss_tenths, p.epss, p.stage, s.assets, u.published_at, coalesce(w.components, '') as components,
  w.fix_available, s.first as first_seen_at, c.total
from page p join seen s on s.subject = p.vulnerability_id join what w on w.subject = p.vulnerability_id left join titled t on t.vulnerability_id = p.vulnerability_id
  left join published u on u.vulnerability_id = p.vulnerability_id cross join (select count(*) as total from known) c
order by p.stage desc, p.vulnerability_id collate "C"
