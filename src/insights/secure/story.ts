import { causeOf } from '../../model/cause.ts'
import { type ActionStatus, actionStatusTitles } from '../../model/secure-action.ts'
import { NEVER } from '../../model/time.ts'
import { dayNumbers, endOfDay } from '../../store/days.ts'
import { definitionLog, type DefinitionVersion } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import { readCountChanges, readExceptionAuthors, readRedescribed } from '../../store/queries/secure/history.ts'
import { type ActionMove, readActionMoves } from '../../store/queries/secure/moves.ts'
import { readActionChecks } from '../../store/queries/secure/checks.ts'
import type { Scope } from '../../store/scope.ts'
import { ActionStateBody, readBody } from './bodies.ts'
import { activitiesOf, type Activity, type Side, sideOf } from './ledger.ts'
import { regressionOf, type RegressionCause } from './trends.ts'

export const activityKinds = [
  'points_gained',
  'points_regressed',
  'status_changed',
  'note_changed',
  'action_added',
  'action_updated',
  'action_removed',
  'exception_applied',
  'exception_ended',
  'scope_changed',
] as const
export type ActivityKind = (typeof activityKinds)[number]

/** Something that happened to an action. Points are thousandths. */
export interface Told {
  day: number
  action_id: string
  kind: ActivityKind
  /** 1–17; null: it moved no points. */
  cause: number | null
  side: Side
  regression: RegressionCause | null
  points_before: number
  points_after: number
  max_before: number
  max_after: number
  /** Part of the change of the score, 1e-6 points of 0–100. */
  units: number
  /** A person by name, the measuring system, or the content of a source. */
  actor: { kind: 'person' | 'system' | 'content'; name: string | null }
  /** What a person set it to. */
  state: ActionStatus | null
  reason: string | null
  /** "Category: Apps → Identity". */
  detail: string | null
}

function kindOf({ cause, before, after, first }: Activity): ActivityKind {
  const gained = after.points - before.points
  const known = { was: before.max_points > 0, is: after.max_points > 0 }
  switch (causeOf(cause).id) {
    case 'state_set':
      return 'status_changed'
    case 'exception_started':
      return 'exception_applied'
    case 'exception_ended':
      return 'exception_ended'
    case 'content_changed':
    case 'definition_edited':
    case 'formula_changed':
      return known.was ? (known.is ? 'action_updated' : 'action_removed') : 'action_added'
    case 'coverage_changed':
    case 'score_began':
    case 'score_ended':
      return first ? 'action_added' : 'scope_changed'
    case 'asset_joined':
    case 'asset_left':
      return gained < 0 && known.was && known.is ? 'points_regressed' : 'scope_changed'
    default:
      return gained < 0 ? 'points_regressed' : 'points_gained'
  }
}

/** An act of a person on a state or a description. */
interface Act {
  action_id: string
  at: number
  actor: string
  reason: string | null
  state: ActionStatus | null
  detail: string | null
}

/** What people set, one act after another: an end without a successor sets the action to be addressed again. */
function actsOf(states: readonly DefinitionVersion[], described: readonly DefinitionVersion[]): Act[] {
  const acts: Act[] = []
  const byId = new Map<string, DefinitionVersion[]>()
  for (const version of states.toReversed()) byId.set(version.id, [...(byId.get(version.id) ?? []), version])
  for (const [action_id, versions] of byId) {
    let before: ActionStateBody | null = null
    for (const [index, version] of versions.entries()) {
      const body = readBody(ActionStateBody, version.body)
      const changed = body?.state !== (before?.state ?? 'to_address')
      acts.push({
        action_id,
        at: version.valid_from,
        actor: version.actor,
        reason: version.reason,
        state: changed ? (body?.state ?? 'to_address') : null,
        detail:
          body?.note && body.note !== before?.note
            ? body.note
            : body?.assigned_to && body.assigned_to !== before?.assigned_to
              ? `Assigned to ${body.assigned_to}`
              : null,
      })
      before = body
      if (version.valid_to < NEVER && versions[index + 1]?.valid_from !== version.valid_to) {
        acts.push({
          action_id,
          at: version.valid_to,
          actor: version.ended_by ?? '',
          reason: version.end_reason,
          state: 'to_address',
          detail: null,
        })
        before = null
      }
    }
  }
  for (const { id, valid_from, actor, reason } of described)
    acts.push({ action_id: id, at: valid_from, actor, reason, state: null, detail: 'Description, points, tags or notes edited' })
  return acts.toSorted((a, b) => a.at - b.at || (a.action_id < b.action_id ? -1 : 1))
}

/**
 * All that happened after the end of `from_day` until the end of `to_day`, oldest first: every change of points with its part of the score, and
 * acts of people and new words of sources that moved none. The parts sum to the change of the score.
 */
export async function readStory(
  engine: Engine,
  scope: Scope,
  from_day: number,
  to_day: number,
  moves?: readonly ActionMove[],
): Promise<Told[]> {
  const [from, to] = [await endOfDay(engine, scope.org_id, from_day), await endOfDay(engine, scope.org_id, to_day)]
  const [moved, states, described, counts, authors, redescribed, mapped] = await Promise.all([
    moves ?? readActionMoves(engine, scope, to_day),
    definitionLog(engine, scope.org_id, 'action_state'),
    definitionLog(engine, scope.org_id, 'action'),
    readCountChanges(engine, scope.org_id, from_day, to_day),
    readExceptionAuthors(engine, scope.org_id),
    readRedescribed(engine, scope.org_id, from, to),
    readActionChecks(engine, scope.org_id),
  ])
  const acts = actsOf(states, described).filter(({ at }) => from <= at && at < to)
  const owner = new Map(mapped.map(({ control_id, action_id }) => [control_id, action_id]))
  const dayOf = await dayNumbers(engine, scope.org_id, [
    ...acts.map(({ at }) => at),
    ...redescribed.map(({ at }) => at),
    ...authors.flatMap(({ valid_from, valid_to }) => [valid_from, valid_to]),
  ])
  const counted = new Set(counts.map(({ control_id, day }) => `${owner.get(control_id) ?? control_id} ${day}`))
  const lastAct = new Map(acts.filter(({ state }) => state !== null).map((act) => [`${act.action_id} ${dayOf(act.at)}`, act]))
  const excepting = new Map(
    authors.flatMap(({ control_id, author, valid_from, valid_to }) => {
      const id = owner.get(control_id) ?? control_id
      return [[`${id} ${dayOf(valid_from)}`, author] as const, [`${id} ${dayOf(valid_to)}`, author] as const]
    }),
  )
  const used = new Set<Act>()
  const told = activitiesOf(moved, from_day, to_day).map((activity): Told => {
    const { day, action_id, cause, before, after, units } = activity
    const kind = kindOf(activity)
    const key = `${action_id} ${day}` as const
    const act = kind === 'status_changed' ? lastAct.get(key) : undefined
    if (act) used.add(act)
    const excepted = kind === 'exception_applied' || kind === 'exception_ended' ? excepting.get(key) : undefined
    const side = sideOf(cause)
    return {
      day,
      action_id,
      kind,
      cause,
      side,
      regression: regressionOf(activity, (id, on) => counted.has(`${id} ${on}`)),
      points_before: before.points,
      points_after: after.points,
      max_before: before.max_points,
      max_after: after.max_points,
      units,
      actor: act
        ? { kind: 'person', name: act.actor }
        : excepted !== undefined
          ? { kind: 'person', name: excepted }
          : { kind: side === 'content' ? 'content' : 'system', name: null },
      state: act?.state ?? null,
      reason: act?.reason ?? null,
      detail: null,
    }
  })
  const still = standingAt(moved)
  const quiet = (day: number, action_id: string, rest: Pick<Told, 'kind' | 'actor' | 'state' | 'reason' | 'detail' | 'side'>): Told => {
    const { points, max_points } = still(action_id, day)
    return {
      day,
      action_id,
      cause: null,
      regression: null,
      points_before: points,
      points_after: points,
      max_before: max_points,
      max_after: max_points,
      units: 0,
      ...rest,
    }
  }
  for (const act of acts) {
    if (used.has(act)) continue
    told.push(
      quiet(dayOf(act.at), act.action_id, {
        kind: act.state === null ? 'note_changed' : 'status_changed',
        actor: { kind: 'person', name: act.actor },
        state: act.state,
        reason: act.reason,
        detail: act.detail,
        side: 'ours',
      }),
    )
  }
  for (const { control_id, at, what, before, after } of redescribed)
    told.push(
      quiet(dayOf(at), owner.get(control_id) ?? control_id, {
        kind: 'action_updated',
        actor: { kind: 'content', name: null },
        state: null,
        reason: null,
        detail: `${what === 'points' ? 'Most points' : 'Category'}: ${before} → ${after}`,
        side: 'content',
      }),
    )
  return told.toSorted(
    (a, b) => a.day - b.day || (a.cause ?? 99) - (b.cause ?? 99) || (a.action_id < b.action_id ? -1 : a.action_id > b.action_id ? 1 : 0),
  )
}

/** Where an action stands at the end of a day, for those that moved nothing then. */
function standingAt(moves: readonly ActionMove[]): (action_id: string, day: number) => { points: number; max_points: number } {
  const byAction = new Map<string, ActionMove[]>()
  for (const move of moves) {
    const list = byAction.get(move.action_id)
    if (list) list.push(move)
    else byAction.set(move.action_id, [move])
  }
  return (action_id, day) => {
    let points = 0
    let max_points = 0
    for (const move of byAction.get(action_id) ?? []) {
      if (move.day > day) break
      points += move.points
      max_points += move.max_points
    }
    return { points, max_points }
  }
}

/** One line of what happened, for lists. */
export function sentenceOf({ kind, state, regression, max_before, max_after, points_before, points_after, detail }: Told): string {
  const points = (thousandths: number) => String(thousandths / 1000)
  switch (kind) {
    case 'points_gained':
      return `Points achieved: ${points(points_before)} → ${points(points_after)}`
    case 'points_regressed':
      return `Points regressed${regression && regression !== 'configuration' ? ` through ${regression}` : ''}: ${points(points_before)} → ${points(points_after)}`
    case 'status_changed':
      return `Set to ${actionStatusTitles[state ?? 'to_address']}`
    case 'note_changed':
      return detail ?? 'Note changed'
    case 'action_added':
      return `Action added, ${points(points_after)} of ${points(max_after)} points`
    case 'action_updated':
      return detail ?? (max_before === max_after ? 'Content updated' : `Most points changed: ${points(max_before)} → ${points(max_after)}`)
    case 'action_removed':
      return 'Action removed'
    case 'exception_applied':
      return 'Exception applied'
    case 'exception_ended':
      return 'Exception ended'
    case 'scope_changed':
      return max_after === 0 ? 'No longer measured' : max_before === 0 ? 'Measured again' : 'What is measured changed'
  }
}
