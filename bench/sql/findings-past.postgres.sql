-- First page of open findings by hazard, a past instant, only critical ones with an exploit.
with gone as materialized (
  select asset_id from presence_history where org_id = $org_id and retracted_in = 9007199254740991 and valid_from <= $at group by asset_id having max(valid_to) <= $at),
a as not materialized (
  select asset_id, name, internet_facing from asset_history
  where org_id = $org_id and valid_from <= $at and $at < valid_to and asset_id not in (select asset_id from gone)),
v as not materialized (select vulnerability_id, epss, stage, cvss_tenths from vulnerability_history where valid_from <= $at and $at < valid_to),
weighed as materialized (
  select f.finding_id, f.asset_id, f.kind, f.subject, f.severity as tool_severity, f.cvss_tenths as tool_cvss, v.cvss_tenths as world_cvss, v.epss,
    case when f.kind = 'vulnerability' then greatest(coalesce(v.stage, 0), f.stage) else 0 end as stage,
    case when f.severity = 0 and coalesce(f.cvss_tenths, 0) = 0 then 0 when a.internet_facing then coalesce(h.internet, 0) else coalesce(h.internal, 0) end as hazard
  from finding_history f join a on a.asset_id = f.asset_id left join v on v.vulnerability_id = case when f.kind = 'vulnerability' then f.subject end
    left join hazard h on h.stage = case when f.kind = 'control' then -1 else greatest(coalesce(v.stage, 0), f.stage) end
      and h.epss = case when f.kind = 'control' then -1 else coalesce(v.epss, -1) end
      and h.cvss_tenths = case when f.kind = 'control' then coalesce(f.severity, 2) else
        coalesce(v.cvss_tenths, f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end) end
  where f.org_id = $org_id and f.valid_from <= $at and $at < f.valid_to
    and (v.cvss_tenths >= 90 or (v.cvss_tenths is null and f.severity = 4)) and greatest(coalesce(v.stage, 0), f.stage) >= 1),
page as materialized (select * from weighed order by hazard desc, finding_id limit $limit),
told as (
  select s.finding_id, s.source, s.title, s.version, s.fixed_version from sighting_history s join page p on p.finding_id = s.finding_id and p.asset_id = s.asset_id
  where s.retracted_in = 9007199254740991 and s.valid_from <= $at and $at < s.valid_to),
said as (
  select finding_id, string_agg(source, ',' order by source collate "C") as sources, min(title) as title, min(version) as version, min(fixed_version) as fixed_version
  from told group by finding_id),
seen as (
  select f.finding_id, min(f.valid_from) as first from finding_history f join page p on p.finding_id = f.finding_id and p.asset_id = f.asset_id
  where f.valid_from <= $at group by f.finding_id),
better as (
  select distinct p.finding_id from page p join (select * from weighed where asset_id in (select asset_id from page)) w
    on w.asset_id = p.asset_id and w.kind = p.kind and w.subject = p.subject
  where w.hazard > p.hazard or (w.hazard = p.hazard and w.finding_id < p.finding_id)),
scored as (
  select distinct on (d.asset_id) d.asset_id, d.hazard from asset_day d join (select distinct asset_id from page) p on p.asset_id = d.asset_id
  where d.org_id = $org_id and d.day <= $day order by d.asset_id, d.day desc, d.cause desc)
select p.finding_id, p.asset_id, a.name as asset_name, p.kind, p.subject, nullif(k.component, '') as component, s.title, s.version, s.fixed_version,
  case when p.world_cvss >= 90 then 4 when p.world_cvss >= 70 then 3 when p.world_cvss >= 40 then 2 when p.world_cvss > 0 then 1 when p.world_cvss = 0 then 0
    else p.tool_severity end as severity,
  coalesce(p.world_cvss, p.tool_cvss) as cvss_tenths, p.epss, p.stage, p.hazard,
  case when d.hazard > 0 then cast(floor(least(1.0, case when b.finding_id is null then cast(p.hazard as double precision) / d.hazard else 0 end) * 1000000 + 0.5) as integer) end as share,
  e.first as first_seen_at, s.sources, t.total
from page p join a on a.asset_id = p.asset_id join finding_key k on k.finding_id = p.finding_id left join said s on s.finding_id = p.finding_id
  join seen e on e.finding_id = p.finding_id left join better b on b.finding_id = p.finding_id left join scored d on d.asset_id = p.asset_id
  cross join (select count(*) as total from weighed) t
order by p.hazard desc, p.finding_id
