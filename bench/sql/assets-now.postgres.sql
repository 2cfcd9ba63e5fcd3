-- First page of assets by exposure, now.
with gone as materialized (
  select asset_id from presence_history where org_id = $org_id and retracted_in = 9007199254740991 and valid_from <= $at group by asset_id having max(valid_to) <= $at),
fresh as materialized (
  select asset_id, max(valid_to) as until from fresh_history where org_id = $org_id and subject in ('vulnerability', 'control') and valid_from <= $at group by asset_id),
a as materialized (
  select h.asset_id, h.name, h.type, h.os_family, h.criticality, h.internet_facing, h.asset_group,
    case when f.until > $at then 'active' when f.until is not null then 'stale' else 'never_scanned' end as state
  from asset_history h left join fresh f on f.asset_id = h.asset_id
  where h.org_id = $org_id and h.valid_from <= $at and $at < h.valid_to and h.asset_id not in (select asset_id from gone)),
scored as (
  select a.asset_id, d.exposure, d.weight from a cross join lateral (
    select exposure, weight from asset_day d where d.org_id = $org_id and d.asset_id = a.asset_id and d.day <= $day order by d.day desc, d.cause desc limit 1) d),
page as materialized (
  select a.*, case when s.weight > 0 then s.exposure end as exposure from a left join scored s on s.asset_id = a.asset_id
  order by case when s.weight > 0 then s.exposure end desc nulls last, a.asset_id limit $limit),
v as materialized (select vulnerability_id, epss, stage, cvss_tenths from vulnerability_history where valid_from <= $at and $at < valid_to),
counted as (
  select f.asset_id, count(distinct case when f.kind = 'vulnerability' and coalesce(case when v.cvss_tenths >= 90 then 4 when v.cvss_tenths >= 70 then 3 when v.cvss_tenths >= 40 then 2 when v.cvss_tenths > 0 then 1
      when v.cvss_tenths = 0 then 0 else f.severity end, 4) > 0 then f.subject end) as vulnerabilities,
    count(distinct case when f.kind = 'vulnerability' and case when v.cvss_tenths >= 90 then 4 when v.cvss_tenths >= 70 then 3 when v.cvss_tenths >= 40 then 2 when v.cvss_tenths > 0 then 1
      when v.cvss_tenths = 0 then 0 else f.severity end = 4 then f.subject end) as critical,
    count(distinct case when f.kind = 'vulnerability' and greatest(coalesce(v.stage, 0), f.stage) >= 4 then f.subject end) as exploited,
    count(distinct case when f.kind = 'control' then f.subject end) as failed_controls
  from page p join finding_history f on f.asset_id = p.asset_id left join v on v.vulnerability_id = case when f.kind = 'vulnerability' then f.subject end
  where f.valid_from <= $at and $at < f.valid_to group by f.asset_id),
looked as (
  select p.asset_id, string_agg(s.source, ',' order by s.source collate "C") as sources, max(c.observed_at) as last_seen_at
  from page p cross join (select source from source_staleness where org_id = $org_id) s cross join lateral (
    select observed_at from coverage_history c where c.asset_id = p.asset_id and c.source = s.source and c.observed_at <= $at and c.retracted_in = 9007199254740991
    order by c.observed_at desc limit 1) c
  group by p.asset_id)
select p.asset_id, p.name, p.type, p.os_family, p.criticality, p.internet_facing, p.asset_group, p.state, p.exposure, coalesce(c.vulnerabilities, 0) as vulnerabilities,
  coalesce(c.critical, 0) as critical, coalesce(c.exploited, 0) as exploited, coalesce(c.failed_controls, 0) as failed_controls, coalesce(l.sources, '') as sources,
  l.last_seen_at, t.total
from page p left join counted c on c.asset_id = p.asset_id left join looked l on l.asset_id = p.asset_id cross join (select count(*) as total from a) t
order by p.exposure desc nulls last, p.asset_id
