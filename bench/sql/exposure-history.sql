-- The exposure score at the end of every day, from its daily changes.
with change as (
  select greatest(day, $from_day) as day, sum(numerator_delta) as numerator, sum(denominator_delta) as denominator
  from score_delta where org_id = $org_id and score = 'exposure' and day <= $to_day group by 1),
every as (select d.day, coalesce(c.numerator, 0) as numerator, coalesce(c.denominator, 0) as denominator
  from day d left join change c on c.day = d.day where d.org_id = $org_id and d.day between $from_day and $to_day)
select day, cast(cast(sum(numerator) over w as bigint) as double precision) / 1e12 as numerator,
  cast(cast(sum(denominator) over w as bigint) as double precision) / 1e3 as denominator
from every window w as (order by day rows unbounded preceding) order by day
