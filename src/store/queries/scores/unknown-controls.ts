import { NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups, newestControl } from '../metrics/sweep.ts'
import { floored, possibleJoins, possiblePoints as ofPoints, statedPoints, totalled } from './control-deltas.ts'
import { effectiveResults } from './effective-results.ts'

/** What checks that did not run, or ran too long ago, could do to the secure score at the end of a day; points in thousandths. */
export interface UnknownControls {
  /** Controls of which on some asset nothing is known. */
  controls: number
  /** Points that come on top if all of them pass. */
  gain: number
  /** Points that go if all of them fail. */
  loss: number
  /** Possible points of the controls of which nothing is known anywhere: they come on top either way. */
  max_points: number
}

/** SQL columns of {@link UnknownControls} over rows of `part`. */
const sums = `cast(count(*) as bigint) as controls,
      cast(coalesce(sum(${floored('got + n * max_points', '(known + n)')} - points), 0) as bigint) as gain,
      cast(coalesce(sum(points - ${floored('got', '(known + n)')}), 0) as bigint) as loss,
      cast(coalesce(sum(case when known = 0 then max_points else 0 end), 0) as bigint) as max_points`

/**
 * The unknown part of the secure score. A control that is known on some assets keeps its possible points; the others pull its mean up or
 * down. What a source states only as a total holds its unknown controls already.
 */
export async function unknownControls(engine: Engine, scope: Scope, day: number): Promise<UnknownControls> {
  const [row] = await engine.query<UnknownControls>(`${parts(scope, true)} select ${sums} from part`, {
    org_id: scope.org_id,
    day,
    ...groupParams(scope.groups),
  })
  return row!
}

/**
 * The same of initiatives that are scored from the controls of frameworks, by id; one of whose controls all is known is not in it. A source's total says
 * nothing about one framework: here all its unknown controls count.
 */
export async function unknownOfFrameworks(
  engine: Engine,
  scope: Scope,
  day: number,
  initiatives: readonly { id: string; framework_keys: readonly string[] }[],
): Promise<Map<string, UnknownControls>> {
  const pairs = initiatives.flatMap(({ id, framework_keys }) => framework_keys.map((key) => [id, key] as const))
  if (pairs.length === 0) return new Map()
  const rows = await engine.query<UnknownControls & { id: string }>(
    `${parts(scope, false)},
    wanted as (select unnest($ids) as id, unnest($frameworks) as framework),
    served as (select distinct w.id, c.control_id from wanted w join control_framework c on c.org_id = $org_id and c.framework = w.framework)
    select s.id, ${sums} from part p join served s on s.control_id = p.control_id group by s.id`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups), ids: pairs.map(([id]) => id), frameworks: pairs.map(([, key]) => key) },
  )
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}

/** CTEs down to `part`: of every control with something unknown what is known and what could be. `totals`: without those that a source's total holds. */
function parts(scope: Scope, totals: boolean): string {
  const standing = 'r.valid_from < m.ends_at and m.ends_at <= r.valid_to'
  return `with moment as (select ends_at from day where org_id = $org_id and day = $day),
    ${newestControl},
    ${effectiveResults()},
    ${totalled},
    fresh as (select distinct asset_id from fresh_history where org_id = $org_id and subject = 'control' and from_day <= $day and $day < to_day),
    here as (
      select a.asset_id, f.asset_id is not null as checked from asset_history a left join fresh f on f.asset_id = a.asset_id
      where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)}),
    stated as (
      select r.control_id, r.asset_id, r.status, ${statedPoints(ofPoints)} is not null as own_points, ${ofPoints} as of_points,
        case when r.mitigated then ${ofPoints} else least(greatest(coalesce(${statedPoints(ofPoints)}, 0), 0), ${ofPoints}) end as got
      from effective_result r cross join moment m join here h on h.asset_id = r.asset_id ${possibleJoins}
      where h.checked and r.status in ('pass', 'fail') and ${ofPoints} is not null and ${standing}),
    on_asset as (
      select control_id, asset_id, count(case when own_points then 1 end) as own, count(case when own_points then null else 1 end) as plain,
        count(case when status = 'fail' and not own_points then 1 end) as failed,
        cast(coalesce(sum(case when own_points then got end), 0) as bigint) as own_got, cast(coalesce(sum(case when own_points then of_points end), 0) as bigint) as own_of,
        cast(coalesce(sum(case when own_points then null else of_points end), 0) as bigint) as plain_of
      from stated group by control_id, asset_id),
    known as (
      select control_id, count(*) as n,
        cast(sum(case when own > 0 then ${floored('own_got', 'own')} when failed = 0 then ${floored('plain_of', 'plain')} else 0 end) as bigint) as got,
        cast(sum(case when own > 0 then ${floored('own_of', 'own')} else ${floored('plain_of', 'plain')} end) as bigint) as of_points
      from on_asset group by control_id),
    not_known as (
      select r.control_id, r.asset_id, max(${ofPoints}) as of_points, min(r.source collate "C") as source
      from control_result_history r cross join moment m join here h on h.asset_id = r.asset_id ${possibleJoins}
        left join on_asset k on k.control_id = r.control_id and k.asset_id = r.asset_id
      where r.org_id = $org_id and r.retracted_in = ${NEVER} and ${standing} and (r.status = 'not_run' or r.status in ('pass', 'fail') and not h.checked)
        and k.asset_id is null
      group by r.control_id, r.asset_id),
    ${
      totals
        ? `total as (
      select distinct r.source from score_total_history r cross join moment m join here h on h.asset_id = r.asset_id
      where r.org_id = $org_id and r.retracted_in = ${NEVER} and r.score = 'secure_score' and ${standing}),`
        : ''
    }
    unknown as (
      select u.control_id, count(*) as n, cast(sum(u.of_points) as bigint) as of_points from not_known u
      ${totals ? 'where u.source not in (select source from total)' : ''} group by u.control_id),
    part as (
      select u.control_id, coalesce(k.n, 0) as known, u.n, coalesce(k.got, 0) as got,
        case when k.n > 0 then ${floored('k.got', 'k.n')} else 0 end as points,
        case when k.n > 0 then ${floored('k.of_points', 'k.n')} else ${floored('u.of_points', 'u.n')} end as max_points
      from unknown u left join known k on k.control_id = u.control_id)`
}
