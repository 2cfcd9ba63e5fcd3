-- finding_history of a whole store: findings with one standing sighting as they are, the few with several cut into pieces and merged again.
-- Failed controls are left out: the generator makes none.
with standing as (
  select finding_id, severity, cvss_tenths, stage, valid_from, valid_to from sighting_history where retracted_in = 9007199254740991),
several as materialized (select finding_id from standing group by finding_id having count(*) > 1),
multiple as materialized (select s.* from standing s join several e on e.finding_id = s.finding_id),
point as (select finding_id, valid_from as t from multiple union select finding_id, valid_to from multiple),
piece as (select finding_id, t as valid_from, lead(t) over (partition by finding_id order by t) as valid_to from point),
valued as (
  select p.finding_id, p.valid_from, p.valid_to, max(m.severity) as severity, max(m.cvss_tenths) as cvss_tenths, max(m.stage) as stage
  from piece p join multiple m on m.finding_id = p.finding_id and m.valid_from <= p.valid_from and p.valid_from < m.valid_to
  where p.valid_to is not null group by p.finding_id, p.valid_from, p.valid_to),
marked as (
  select *, case when lag(valid_to) over w is distinct from valid_from or lag(severity) over w is distinct from severity
    or lag(cvss_tenths) over w is distinct from cvss_tenths or lag(stage) over w is distinct from stage then 1 else 0 end as begins
  from valued window w as (partition by finding_id order by valid_from)),
run as (select *, sum(begins) over (partition by finding_id order by valid_from rows unbounded preceding) as run from marked),
whole as materialized (
  select s.finding_id, s.severity, s.cvss_tenths, s.stage, s.valid_from, s.valid_to from standing s where not exists (select 1 from several e where e.finding_id = s.finding_id)
  union all
  select finding_id, max(severity), max(cvss_tenths), max(stage), min(valid_from), max(valid_to) from run group by finding_id, run)
select k.org_id, k.asset_id, k.finding_id, k.kind, k.subject, k.component, w.severity, w.cvss_tenths, w.stage, w.valid_from, w.valid_to,
  case when w.valid_from >= 9007199254740991 then 2147483647 when w.valid_from >= b.ends_at then b.day + 1 when w.valid_from < b.starts_at then b.day - 1 else b.day end as from_day,
  case when w.valid_to >= 9007199254740991 then 2147483647 when w.valid_to >= e.ends_at then e.day + 1 when w.valid_to < e.starts_at then e.day - 1 else e.day end as to_day
from whole w join finding_key k on k.finding_id = w.finding_id
  join day b on b.org_id = $org_id and b.day = cast(floor(cast(least(greatest(w.valid_from, 915148800000000), 2556057600000000) as double precision) / 86400000000) as integer)
  join day e on e.org_id = $org_id and e.day = cast(floor(cast(least(greatest(w.valid_to, 915148800000000), 2556057600000000) as double precision) / 86400000000) as integer)
where k.org_id = $org_id
