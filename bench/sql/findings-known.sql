-- First page of open findings by hazard, a past instant as known at import $known, only critical and exploited ones: from the facts alone, by
-- "as known at K" of DESIGN 3 (opened_in <= K < retracted_in; an end counts when it was stated by then).
with s as (
  select * from (
    select source, asset_id, finding_id, kind, severity, cvss_tenths, stage, title, version, fixed_version, valid_from,
      case when closed_in <= $known then valid_to else 9007199254740991 end as valid_to
    from sighting_history where org_id = $org_id and opened_in <= $known and $known < retracted_in and valid_from <= $at) known
  where $at < valid_to),
f as materialized (
  select finding_id, asset_id, kind, max(severity) as severity, max(cvss_tenths) as cvss_tenths, max(stage) as stage from s group by finding_id, asset_id, kind),
gone as materialized (
  select asset_id from presence_history where org_id = $org_id and opened_in <= $known and $known < retracted_in and valid_from <= $at
  group by asset_id having max(case when closed_in <= $known then valid_to else 9007199254740991 end) <= $at),
stated as (
  select asset_id, attribute, value, source, valid_from from attribute_history
  where org_id = $org_id and attribute in ('name', 'internet_facing') and opened_in <= $known and $known < retracted_in and valid_from <= $at
    and $at < case when closed_in <= $known then valid_to else 9007199254740991 end),
newest as (
  select *, row_number() over (partition by asset_id, attribute order by valid_from desc, source, value) as place from stated),
a as materialized (
  select asset_id, coalesce(max(case when attribute = 'name' then value end), 'unnamed') as name, max(case when attribute = 'internet_facing' then value end) = 'true' as internet_facing
  from newest where place = 1 and asset_id not in (select asset_id from gone) group by asset_id),
world as (
  select vulnerability_id, epss, cast(null as smallint) as stage, cast(null as integer) as cvss, valid_from, closed_in, valid_to from epss_history where opened_in <= $known and $known < retracted_in
  union all select vulnerability_id, null, stage, null, valid_from, closed_in, valid_to from exploit_history where opened_in <= $known and $known < retracted_in
  union all select vulnerability_id, null, null, case version when '4.0' then 4000 when '3.1' then 3000 when '3.0' then 2000 else 1000 end + cvss_tenths, valid_from, closed_in, valid_to
    from cvss_history where opened_in <= $known and $known < retracted_in),
v as materialized (
  select vulnerability_id, max(epss) as epss, coalesce(max(stage), 0) as stage, max(cvss) % 1000 as cvss_tenths from world
  where valid_from <= $at and $at < case when closed_in <= $known then valid_to else 9007199254740991 end group by vulnerability_id),
weighed as materialized (
  select f.finding_id, f.asset_id, f.kind, k.subject, k.component, f.severity as tool_severity, f.cvss_tenths as tool_cvss, v.cvss_tenths as world_cvss, v.epss,
    case when f.kind = 'vulnerability' then greatest(coalesce(v.stage, 0), f.stage) else 0 end as stage,
    case when f.severity = 0 and coalesce(f.cvss_tenths, 0) = 0 then 0 when a.internet_facing then coalesce(h.internet, 0) else coalesce(h.internal, 0) end as hazard,
    case when v.cvss_tenths >= 90 then 4 when v.cvss_tenths >= 70 then 3 when v.cvss_tenths >= 40 then 2 when v.cvss_tenths > 0 then 1 when v.cvss_tenths = 0 then 0
      else f.severity end as severity
  from f join a on a.asset_id = f.asset_id join finding_key k on k.finding_id = f.finding_id
    left join v on v.vulnerability_id = case when f.kind = 'vulnerability' then k.subject end
    left join hazard h on h.stage = case when f.kind = 'control' then -1 else greatest(coalesce(v.stage, 0), f.stage) end
      and h.epss = case when f.kind = 'control' then -1 else coalesce(v.epss, -1) end
      and h.cvss_tenths = case when f.kind = 'control' then coalesce(f.severity, 2) else
        coalesce(v.cvss_tenths, f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end) end),
wanted as materialized (select * from weighed where severity = 4 and stage >= 1),
page as materialized (select * from wanted order by hazard desc, finding_id limit $limit),
said as (
  select s.finding_id, string_agg(distinct s.source collate "C", ',' order by s.source collate "C") as sources, min(s.title) as title, min(s.version) as version, min(s.fixed_version) as fixed_version
  from s join page p on p.finding_id = s.finding_id and p.asset_id = s.asset_id group by s.finding_id),
seen as (
  select h.finding_id, min(h.valid_from) as first from sighting_history h join page p on p.finding_id = h.finding_id and p.asset_id = h.asset_id
  where h.opened_in <= $known and $known < h.retracted_in and h.valid_from <= $at group by h.finding_id),
beside as materialized (select w.* from weighed w join (select distinct asset_id from page) p on p.asset_id = w.asset_id),
better as (
  select distinct p.finding_id from page p join beside w on w.asset_id = p.asset_id and w.kind = p.kind and w.subject = p.subject
  where w.hazard > p.hazard or (w.hazard = p.hazard and w.finding_id < p.finding_id)),
greatest_of as (select asset_id, kind, subject, max(hazard) as hazard from beside group by asset_id, kind, subject),
summed as (select asset_id, cast(sum(hazard) as bigint) as hazard from greatest_of group by asset_id)
select p.finding_id, p.asset_id, a.name as asset_name, p.kind, p.subject, nullif(p.component, '') as component, t.title, t.version, t.fixed_version, p.severity,
  coalesce(p.world_cvss, p.tool_cvss) as cvss_tenths, p.epss, p.stage, p.hazard,
  case when d.hazard > 0 then cast(floor(least(1.0, case when b.finding_id is null then cast(p.hazard as double precision) / d.hazard else 0 end) * 1000000 + 0.5) as integer) end as share,
  e.first as first_seen_at, t.sources, c.total
from page p join a on a.asset_id = p.asset_id left join said t on t.finding_id = p.finding_id join seen e on e.finding_id = p.finding_id
  left join better b on b.finding_id = p.finding_id left join summed d on d.asset_id = p.asset_id cross join (select count(*) as total from wanted) c
order by p.hazard desc, p.finding_id
