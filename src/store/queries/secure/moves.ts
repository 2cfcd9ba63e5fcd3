import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams } from '../metrics/sweep.ts'
import { controlDeltas } from '../scores/control-deltas.ts'

/** A change of an action's points at a step: day, then cause. Thousandths of points. */
export interface ActionMove {
  action_id: string
  day: number
  /** 1–15: model/cause.ts. */
  cause: number
  points: number
  max_points: number
  /** Of the points, what a person's state grants beyond what is measured. */
  granted: number
}

/** Every change of every action until the end of a day, in the order of days and causes, then of ids. */
export function readActionMoves(engine: Engine, scope: Scope, to_day: number): Promise<ActionMove[]> {
  const order = 'order by day, cause, id collate "C"'
  if (scope.groups === null)
    return engine.query<ActionMove>(
      `select id as action_id, day, cause, cast(sum(case when score = 'control' then numerator_delta else 0 end) as bigint) as points,
        cast(sum(case when score = 'control' then denominator_delta else 0 end) as bigint) as max_points, cast(sum(case when score = 'granted' then numerator_delta else 0 end) as bigint) as granted
      from score_delta where org_id = $org_id and score in ('control', 'granted') and day <= $to_day group by id, day, cause ${order}`,
      { org_id: scope.org_id, to_day },
    )
  return engine.query<ActionMove>(
    `${controlDeltas(scope.groups)}
    select id as action_id, day, cause, cast(points as bigint) as points, cast(max_points as bigint) as max_points, cast(granted as bigint) as granted
    from control_delta where day <= $to_day and (points <> 0 or max_points <> 0 or granted <> 0) ${order}`,
    { org_id: scope.org_id, to_day, ...groupParams(scope.groups) },
  )
}

/** When a person's state held, in days: [from_day, to_day). */
export interface SetState {
  action_id: string
  state: string
  valid_from: number
  from_day: number
  to_day: number
}

/** Every state that people set, in the order of time. */
export const readSetStates = (engine: Engine, org_id: number): Promise<SetState[]> =>
  engine.query<SetState>(
    `select action_id, state, valid_from, from_day, to_day from action_state where org_id = $org_id order by valid_from, action_id collate "C"`,
    { org_id },
  )
