import { NEVER } from '../../../model/time.ts'

/**
 * CTE `effective_result`: results of checks with `mitigated`: it failed, and an exception that moves scores covers it, so that it counts
 * as passed with all its points. Split where that changes, and `status` is then 'pass'. `heard` false: as though nobody had excepted
 * anything. Parameter: $org_id.
 */
export const effectiveResults = (
  heard = true,
): string => `excepted_control as (select distinct finding_id from finding_history where org_id = $org_id and kind = 'control' and excepted and ${heard}),
  effective_result as (
    select r.control_id, r.source, r.asset_id, r.finding_id, r.status, false as mitigated, r.points, r.max_points, r.passed, r.total, r.valid_from, r.valid_to
    from control_result_history r
    where r.org_id = $org_id and r.retracted_in = ${NEVER} and (r.status <> 'fail' or r.finding_id not in (select finding_id from excepted_control))
    union all
    select r.control_id, r.source, r.asset_id, r.finding_id, case when f.excepted then 'pass' else 'fail' end, f.excepted, r.points, r.max_points, r.passed, r.total,
      greatest(r.valid_from, f.valid_from), least(r.valid_to, f.valid_to)
    from control_result_history r join excepted_control x on x.finding_id = r.finding_id
      join finding_history f on f.finding_id = r.finding_id and f.asset_id = r.asset_id and f.valid_from < r.valid_to and r.valid_from < f.valid_to
    where r.org_id = $org_id and r.retracted_in = ${NEVER} and r.status = 'fail'
  )`
