-- Every action with its points, its newest description and its result now.
with points as (
  select id, cast(sum(numerator_delta) as bigint) as points, cast(sum(denominator_delta) as bigint) as max_points
  from score_delta where org_id = $org_id and score = 'control' group by id)
select p.id, p.points, p.max_points, c.title, c.category, c.product, c.severity, c.description, c.remediation, r.status, r.evidence
from points p
  join control_history c on c.org_id = $org_id and c.control_id = p.id and c.valid_from <= $at and $at < c.valid_to and c.retracted_in = 9007199254740991
  join control_result_history r on r.org_id = $org_id and r.control_id = p.id and r.valid_from <= $at and $at < r.valid_to and r.retracted_in = 9007199254740991
order by p.max_points - p.points desc, p.id
