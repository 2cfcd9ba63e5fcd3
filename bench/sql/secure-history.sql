-- Points and possible points at the end of each day.
select d.day, sum(coalesce(s.points, 0)) over w as points, sum(coalesce(s.max_points, 0)) over w as max_points
from (select day from day where org_id = $org_id and day between $from_day and $to_day) d
  left join (
    select day, cast(sum(numerator_delta) as bigint) as points, cast(sum(denominator_delta) as bigint) as max_points
    from score_delta where org_id = $org_id and score = 'secure' group by day) s on s.day = d.day
window w as (order by d.day rows between unbounded preceding and current row)
order by d.day
