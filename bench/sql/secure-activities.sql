-- Every change of every action with where it stood before and after.
select id, day, cause, numerator_delta, denominator_delta, sum(numerator_delta) over w as points, sum(denominator_delta) over w as max_points
from score_delta where org_id = $org_id and score = 'control' and day <= $to_day
window w as (partition by id order by day, cause rows between unbounded preceding and current row)
order by day desc, cause, id
