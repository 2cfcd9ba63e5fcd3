import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams } from '../metrics/sweep.ts'
import type { DayDelta } from '../metrics/deltas.ts'
import type { Moves } from '../explain/moves.ts'
import { controlDeltas } from '../scores/control-deltas.ts'

/** An initiative that is scored from controls, with the frameworks whose controls they are. */
export interface FrameworkInitiative {
  id: string
  framework_keys: readonly string[]
}

/** SQL: controls that serve some of `$frameworks`; each once, however many requirements it serves. */
const itsControls = 'select control_id from control_framework where org_id = $org_id and framework = any($frameworks)'

/** CTE `served` (id, control_id): which initiative has which control; parameters $initiative_ids and $initiative_frameworks side by side. */
const served = `wanted as (select unnest($initiative_ids) as id, unnest($initiative_frameworks) as framework),
  served as (select distinct w.id, c.control_id from wanted w join control_framework c on c.org_id = $org_id and c.framework = w.framework)`

const pairs = (initiatives: readonly FrameworkInitiative[]): Params => {
  const flat = initiatives.flatMap(({ id, framework_keys }) => framework_keys.map((key) => [id, key] as const))
  return { initiative_ids: flat.map(([id]) => id), initiative_frameworks: flat.map(([, key]) => key) }
}

/** CTEs with the word `with`, down to `moved` (id, day, points, max_points): changes of every control, as kept for the whole organisation. */
const movedControls = ({ groups }: Scope): string =>
  groups === null
    ? `with moved as (select id, day, numerator_delta as points, denominator_delta as max_points from score_delta where org_id = $org_id and score = 'control')`
    : `${controlDeltas(groups)}, moved as (select id, day, points, max_points from control_delta)`

const sums = `cast(sum(numerator_delta) as bigint) as numerator_delta, cast(sum(denominator_delta) as bigint) as denominator_delta`

/**
 * Writes the points of every such initiative (thousandths) into score_delta, score 'initiative', by day and cause: the sums of those of its
 * controls, which are there already.
 */
export async function writeFrameworkDeltas(
  transaction: Engine,
  org_id: number,
  initiatives: readonly FrameworkInitiative[],
): Promise<void> {
  if (initiatives.every(({ framework_keys }) => framework_keys.length === 0)) return
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    with ${served}
    select $org_id, 'initiative', s.id, d.day, d.cause, ${sums} from score_delta d join served s on s.control_id = d.id
    where d.org_id = $org_id and d.score = 'control' group by s.id, d.day, d.cause having sum(numerator_delta) <> 0 or sum(denominator_delta) <> 0`,
    { org_id, ...pairs(initiatives) },
  )
}

/** The changes of such initiatives by day, worked out on the fly: for the assets of some groups, or by definitions that are not today's. In order of id and day. */
export function frameworkDeltas(
  engine: Engine,
  scope: Scope,
  initiatives: readonly FrameworkInitiative[],
): Promise<(DayDelta & { id: string })[]> {
  if (initiatives.every(({ framework_keys }) => framework_keys.length === 0)) return Promise.resolve([])
  return engine.query(
    `${movedControls(scope)}, ${served}
    select s.id, d.day, cast(sum(d.points) as bigint) as numerator_delta, cast(sum(d.max_points) as bigint) as denominator_delta
    from moved d join served s on s.control_id = d.id group by s.id, d.day order by s.id collate "C", d.day`,
    { org_id: scope.org_id, ...groupParams(scope.groups), ...pairs(initiatives) },
  )
}

/** An initiative that is scored from controls: they are its parts, each with its points. */
export const frameworkMoves = (scope: Scope, asset_id: number | null, framework_keys: readonly string[]): Moves => {
  const whole = scope.groups === null && asset_id === null
  return {
    ctes: whole ? '' : controlDeltas(scope.groups, asset_id !== null),
    delta: whole
      ? `select id as part, day, cause, numerator_delta as n, denominator_delta as w from score_delta where org_id = $org_id and score = 'control' and id in (${itsControls})`
      : `select id as part, day, cause, points as n, max_points as w from control_delta where (points <> 0 or max_points <> 0) and id in (${itsControls})`,
    sums: null,
    params: {
      org_id: scope.org_id,
      ...groupParams(scope.groups),
      ...(asset_id === null ? {} : { asset_id }),
      frameworks: framework_keys.length ? [...framework_keys] : [''],
    },
    unit: { numerator: 100_000_000, denominator: 1 },
  }
}

/** A part of a framework at the end of a day. */
export interface FrameworkSection {
  section: string
  /** Requirements that some control with a result serves, and of them those of which every such control has all its points. */
  requirements: number
  met: number
  controls: number
  /** Points that its controls have and could have, in thousandths; a control counts once, whatever number of its requirements it serves. */
  points: number
  max_points: number
}

/** The sections of frameworks at the end of a day, in order; those without any result are left out. */
export function frameworkSections(
  engine: Engine,
  scope: Scope,
  framework_keys: readonly string[],
  day: number,
): Promise<FrameworkSection[]> {
  if (framework_keys.length === 0) return Promise.resolve([])
  return engine.query(
    `${movedControls(scope)},
    standing_control as (
      select id, cast(sum(points) as bigint) as points, cast(sum(max_points) as bigint) as max_points from moved where day <= $day group by id having sum(max_points) > 0),
    part as (
      select distinct c.section, c.requirement, c.control_id, s.points, s.max_points from control_framework c join standing_control s on s.id = c.control_id
      where c.org_id = $org_id and c.framework = any($frameworks)),
    requirement as (select section, requirement, min(case when points = max_points then 1 else 0 end) as met from part group by section, requirement),
    by_requirement as (select section, count(*) as requirements, cast(sum(met) as bigint) as met from requirement group by section),
    its_control as (select distinct section, control_id, points, max_points from part),
    by_control as (select section, count(*) as controls, cast(sum(points) as bigint) as points, cast(sum(max_points) as bigint) as max_points from its_control group by section)
    select r.section, r.requirements, r.met, c.controls, c.points, c.max_points from by_requirement r join by_control c on c.section = r.section order by r.section collate "C"`,
    { org_id: scope.org_id, ...groupParams(scope.groups), frameworks: [...framework_keys], day },
  )
}

/** Ids of the controls of frameworks. */
export async function frameworkControls(engine: Engine, org_id: number, framework_keys: readonly string[]): Promise<Set<string>> {
  if (framework_keys.length === 0) return new Set()
  const rows = await engine.query<{ control_id: string }>(`select distinct control_id from (${itsControls}) c`, {
    org_id,
    frameworks: [...framework_keys],
  })
  return new Set(rows.map(({ control_id }) => control_id))
}
