-- The exposure score of some groups at the end of every day, from the states of their assets.
with change as (
  select greatest(d.day, $from_day) as day, sum(d.weighted_delta) as numerator, sum(d.weight_delta) as denominator
  from asset_day d join (select distinct on (asset_id) asset_id, asset_group from asset_history where org_id = $org_id order by asset_id, valid_to desc) g
    on g.asset_id = d.asset_id and g.asset_group = any($groups)
  where d.org_id = $org_id and d.day <= $to_day group by 1),
every as (select d.day, coalesce(c.numerator, 0) as numerator, coalesce(c.denominator, 0) as denominator
  from day d left join change c on c.day = d.day where d.org_id = $org_id and d.day between $from_day and $to_day)
select day, cast(cast(sum(numerator) over w as bigint) as double precision) / 1e12 as numerator,
  cast(cast(sum(denominator) over w as bigint) as double precision) / 1e3 as denominator
from every window w as (order by day rows unbounded preceding) order by day
