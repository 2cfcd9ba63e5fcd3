import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type ActionStatus, actionStatusTitles, type Refusal, refusalOf } from '../../model/secure-action.ts'
import { NEVER } from '../../model/time.ts'
import { type Author, changeDefinitions, type DefinitionChange } from '../../store/definitions/change.ts'
import { readDefinition, readDefinitions } from '../../store/definitions/read.ts'
import { dayOf } from '../../store/days.ts'
import type { Scope } from '../../store/scope.ts'
import type { Store } from '../../store/store.ts'
import { type Action, readActions } from './actions.ts'
import { ActionBody, type ActionStateBody, readBody } from './bodies.ts'

/** A state that an action shall have. What is left out of note and assignee stays as it was; null takes it away. */
export interface WantedState {
  action_id: string
  state: ActionStatus
  note?: string | null | undefined
  assigned_to?: string | null | undefined
}

/** What became of one of several actions. */
export interface StateOutcome {
  action_id: string
  /** Null: it was set, or said so already. */
  refused: Refusal | 'unknown_action' | 'total_only' | null
  message: string | null
}

const because: Record<Exclude<StateOutcome['refused'], null>, (action: Action | undefined, wanted: WantedState) => string> = {
  completed_is_measured: () => `${actionStatusTitles.completed} is measured by the sources of the action, nobody sets it`,
  action_completed: () => 'all its points are measured, so it is completed and locked: it opens again when the measure falls',
  action_follows_exceptions: () => 'it is measured on devices and follows the exceptions of its checks: add an exception instead',
  total_only: () => 'its source states it only in total: import the controls behind it',
  unknown_action: (_, { action_id }) => `there is no recommended action "${action_id.slice(0, 100)}" here`,
}

const refusedFor = (action: Action | undefined, wanted: WantedState): StateOutcome => {
  const refused = !action
    ? 'unknown_action'
    : action.total_only
      ? 'total_only'
      : refusalOf(action.status, wanted.state, action.locked === 'action_follows_exceptions')
  return { action_id: wanted.action_id, refused, message: refused && because[refused](action, wanted) }
}

/**
 * Sets the states of actions as one act; it can be undone. Those that cannot be set are told with the reason and left as they are, unless none can and `whenNone` is throw:
 * then it throws their UserError. What follows is touched, not computed: call `compute` afterwards.
 */
export async function setActionStates(
  store: Store,
  org_id: number,
  wanted: readonly WantedState[],
  by: Author,
  whenNone: 'throw' | 'tell' = 'throw',
): Promise<{ import_no: number | null; outcomes: StateOutcome[] }> {
  const scope: Scope = { org_id, groups: null }
  const now = store.now()
  const actions = new Map(
    (await readActions(store.engine, scope, { at: now, day: await dayOf(store.engine, org_id, now) })).map((action) => [
      action.action_id,
      action,
    ]),
  )
  const outcomes = wanted.map((each) => refusedFor(actions.get(each.action_id), each))
  const taken = wanted.filter((_, index) => outcomes[index]!.refused === null)
  if (whenNone === 'throw' && !taken.length && outcomes.length) throw refusalError(outcomes[0]!)
  const changes = taken.map(({ action_id, state, note, assigned_to }): DefinitionChange => {
    const held = actions.get(action_id)!
    const body: ActionStateBody = { state: state as ActionStateBody['state'] }
    const said = { note: note === undefined ? held.note : note, assigned_to: assigned_to === undefined ? held.assigned_to : assigned_to }
    if (said.note) body.note = said.note
    if (said.assigned_to) body.assigned_to = said.assigned_to
    const nothing = state === 'to_address' && Object.keys(body).length === 1
    return { kind: 'action_state', id: action_id, body: nothing ? null : JSON.stringify(body) }
  })
  const { import_no } = await changeDefinitions(store, org_id, changes, by)
  return { import_no, outcomes }
}

function refusalError({ refused, message }: StateOutcome): UserError {
  const text = message ?? ''
  switch (refused) {
    case 'completed_is_measured':
      return new UserError('completed_is_measured', text)
    case 'action_completed':
      return new UserError('action_completed', text, { status: 409 })
    case 'action_follows_exceptions':
      return new UserError('action_follows_exceptions', text, { status: 409 })
    case 'total_only':
      return new UserError('action_total_only', text, { status: 409 })
    default:
      return new UserError('unknown_action', text, { status: 404 })
  }
}

/**
 * Describes actions, or takes what was said of them away (null): new ones bring checks together. A member given as null goes back to what the sources say. Throws UserError('bad_action'),
 * UserError('unknown_action').
 */
export async function describeActions(
  store: Store,
  org_id: number,
  wanted: readonly { action_id: string; body: Record<string, unknown> | null }[],
  by: Author,
): Promise<{ import_no: number | null }> {
  const held = new Map(
    (await readDefinitions(store.engine, org_id, 'action')).map(({ id, body }) => [id, readBody(ActionBody, body) ?? {}]),
  )
  const changes: DefinitionChange[] = []
  for (const { action_id, body } of wanted) {
    if (!/^\S(.{0,498}\S)?$/.test(action_id)) throw new UserError('bad_action', 'an action has an id of at most 500 characters')
    const merged =
      body &&
      Object.fromEntries(Object.entries({ ...held.get(action_id), ...body }).filter(([, value]) => value !== null && value !== undefined))
    const read = merged && Object.keys(merged).length > 0 ? checkBody(ActionBody, merged) : null
    if (read) held.set(action_id, read)
    else held.delete(action_id)
    changes.push({ kind: 'action', id: action_id, body: read && JSON.stringify(read) })
  }
  await checkActions(
    store,
    org_id,
    wanted.map(({ action_id }) => action_id),
    held,
  )
  return changeDefinitions(store, org_id, changes, by)
}

/** A body that fits its shape. Throws UserError('bad_action') that names the place. */
function checkBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const read = shape.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new UserError('bad_action', `${issue!.path.join('.') || 'the body'}: ${issue!.message}`)
}

/** Every action has a check that is known, and no check belongs to two. */
async function checkActions(
  store: Store,
  org_id: number,
  changed: readonly string[],
  held: ReadonlyMap<string, ActionBody>,
): Promise<void> {
  const known = new Set(
    (
      await store.engine.query<{ control_id: string }>(
        `select distinct control_id from control_history where org_id = $org_id and retracted_in = ${NEVER}
         union select distinct control_id from control_result_history where org_id = $org_id and retracted_in = ${NEVER}`,
        { org_id },
      )
    ).map((row) => row.control_id),
  )
  for (const id of changed) {
    const body = held.get(id)
    if (!body) continue
    const base = id.slice(0, id.lastIndexOf('@'))
    if (!body.checks && !known.has(id) && !(base && held.get(base)?.instances === 'separate'))
      throw new UserError('unknown_action', `there is no recommended action "${id.slice(0, 100)}" here: a new one names its checks`, {
        status: 404,
      })
    for (const check of body.checks ?? []) {
      if (!known.has(check)) throw new UserError('bad_action', `checks: no source knows a control "${check.slice(0, 100)}" here`)
      const other = [...held].find(([one, { checks }]) => one !== id && checks?.includes(check))
      if (other)
        throw new UserError('bad_action', `checks: "${check.slice(0, 100)}" is a check of the action "${other[0].slice(0, 100)}" already`)
    }
  }
}

/** The definition of a kind with the one id `secure`; null: none. */
export async function readSetting<Shape extends z.ZodType>(
  store: Store,
  org_id: number,
  kind: 'score_zone' | 'score_goal',
  shape: Shape,
  at?: number,
): Promise<z.infer<Shape> | null> {
  const held = await readDefinition(store.engine, org_id, kind, 'secure', at)
  return held && readBody(shape, held.body)
}
