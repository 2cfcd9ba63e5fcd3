import { NEVER } from '../../model/time.ts'
import { dayNumbers } from '../../store/days.ts'
import type { Engine, Value } from '../../store/engines/engine.ts'
import { DEFAULT_ACTION_POINTS } from '../../model/secure-action.ts'
import { ActionBody, ActionStateBody, readBody } from './bodies.ts'

interface Held {
  id: string
  body: string
  valid_from: number
  valid_to: number
}

const held = (engine: Engine, org_id: number, kind: string): Promise<Held[]> =>
  engine.query<Held>(
    `select id, body, valid_from, valid_to from definition_history where org_id = $org_id and kind = $kind and retracted_in = ${NEVER}
     order by id collate "C", valid_from`,
    { org_id, kind },
  )

/** Which checks an action has, and how they count: a row of action_check. */
export interface ActionCheck {
  control_id: string
  action_id: string
  /** Thousandths; null: what the source states. */
  max_points: number | null
  several: boolean
  separate: boolean
}

/**
 * The checks that definitions bring together or weigh otherwise. A control is a check of one action: of several that name it the first by id has it. An
 * action with several checks has points of its own, because those of the checks differ.
 */
function checksOf(definitions: ReadonlyMap<string, ActionBody>): ActionCheck[] {
  const taken = new Map<string, ActionCheck>()
  for (const [action_id, body] of [...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const checks = body.checks ?? [action_id]
    const several = checks.length > 1
    const points = body.max_points ?? (several ? DEFAULT_ACTION_POINTS : undefined)
    const separate = body.instances === 'separate'
    if (checks.length === 1 && checks[0] === action_id && points === undefined && !separate) continue
    for (const control_id of checks)
      if (!taken.has(control_id))
        taken.set(control_id, {
          control_id,
          action_id,
          max_points: points === undefined ? null : Math.round(points * 1000),
          several,
          separate,
        })
  }
  return [...taken.values()]
}

/** Makes action_check anew for an organisation, from the definitions of today: as with other definitions, today's hold over the whole past. */
export async function deriveActionChecks(transaction: Engine, org_id: number): Promise<void> {
  const definitions = new Map<string, ActionBody>()
  for (const { id, body, valid_to } of await held(transaction, org_id, 'action')) {
    const read = valid_to === NEVER ? readBody(ActionBody, body) : null
    if (read) definitions.set(id, read)
  }
  await transaction.run('delete from action_check where org_id = $org_id', { org_id })
  await transaction.append(
    'action_check',
    ['org_id', 'control_id', 'action_id', 'max_points', 'several', 'separate'],
    checksOf(definitions).map(({ control_id, action_id, max_points, several, separate }): Value[] => [
      org_id,
      control_id,
      action_id,
      max_points,
      several,
      separate,
    ]),
  )
}

/** Makes action_state anew for an organisation: each state that a person set, for as long as it held. */
export async function deriveActionStates(transaction: Engine, org_id: number): Promise<void> {
  await transaction.run('delete from action_state where org_id = $org_id', { org_id })
  const rows = (await held(transaction, org_id, 'action_state')).flatMap(({ id, body, valid_from, valid_to }) => {
    const state = readBody(ActionStateBody, body)?.state ?? 'to_address'
    return state === 'to_address' || valid_from >= valid_to ? [] : [{ id, state, valid_from, valid_to }]
  })
  if (!rows.length) return
  const dayOf = await dayNumbers(
    transaction,
    org_id,
    rows.flatMap(({ valid_from, valid_to }) => [valid_from, valid_to]),
  )
  await transaction.append(
    'action_state',
    ['org_id', 'action_id', 'state', 'valid_from', 'valid_to', 'from_day', 'to_day'],
    rows.map(({ id, state, valid_from, valid_to }): Value[] => [
      org_id,
      id,
      state,
      valid_from,
      valid_to,
      dayOf(valid_from),
      dayOf(valid_to),
    ]),
  )
}
