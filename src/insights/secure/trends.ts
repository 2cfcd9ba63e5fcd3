import type { ActionMove, SetState } from '../../store/queries/secure/moves.ts'
import type { Action } from './actions.ts'
import { type Activity, regressing, type Side, sideOf } from './ledger.ts'
import { causeOf } from '../../model/cause.ts'

/** The secure score at the end of a day; thousandths of points. Null where nothing is scored. */
export interface ScoreDay {
  day: number
  points: number
  max_points: number
  /** If all that is planned were done. */
  planned: number
  /** With everything that the licences allow. */
  licence: number
  /** The same without what is accepted as a risk. */
  achievable: number
  /** Actions that are accepted as a risk on that day and in the score. */
  risk_accepted: number
}

/** What a line needs to know of an action beside its points. */
export type ForLines = Pick<Action, 'action_id' | 'licensed' | 'total_only' | 'category'>

/**
 * The score and its lines at the end of each day from `from_day` to `to_day`. `only`: of these actions. States are each day's own; licences today's.
 * An action whose licence nobody spoke of counts as licensed; what is known only in total nobody can do. reference 3.3
 */
export function scoreDays(
  moves: readonly ActionMove[],
  states: readonly SetState[],
  actions: readonly ForLines[],
  from_day: number,
  to_day: number,
  only: (action_id: string) => boolean = () => true,
): ScoreDay[] {
  const blocked = new Set(actions.flatMap((action) => (action.licensed === false || action.total_only ? [action.action_id] : [])))
  const set = new Map<string, SetState[]>()
  for (const state of states) set.set(state.action_id, [...(set.get(state.action_id) ?? []), state])
  const standing = new Map<string, { points: number; max_points: number; measured: number; reached_on: number }>()
  const days: ScoreDay[] = []
  let next = 0
  const changes = new Set(states.flatMap((state) => [state.from_day, state.to_day]))
  for (let day = from_day; day <= to_day; day++) {
    let moved = false
    for (; next < moves.length && moves[next]!.day <= day; next++) {
      const { action_id, points, max_points, granted, day: on } = moves[next]!
      if (!only(action_id)) continue
      const held = standing.get(action_id) ?? { points: 0, max_points: 0, measured: 0, reached_on: -1 }
      if (held.max_points > 0 && held.measured >= held.max_points) held.reached_on = on
      held.points += points
      held.max_points += max_points
      held.measured += points - granted
      standing.set(action_id, held)
      moved = true
    }
    const before = days.at(-1)
    if (before && !moved && !changes.has(day)) {
      days.push({ ...before, day })
      continue
    }
    const now: ScoreDay = { day, points: 0, max_points: 0, planned: 0, licence: 0, achievable: 0, risk_accepted: 0 }
    for (const [id, { points, max_points, measured, reached_on }] of standing) {
      if (max_points === 0) continue
      const state = set.get(id)?.findLast((each) => each.from_day <= day && day < each.to_day)
      const open = measured < max_points
      const planned = open && state?.state === 'planned' && reached_on < state.from_day
      const accepted = open && state?.state === 'risk_accepted'
      now.points += points
      now.max_points += max_points
      now.planned += planned ? max_points : points
      now.licence += blocked.has(id) ? points : max_points
      now.achievable += blocked.has(id) || accepted ? points : max_points
      if (accepted) now.risk_accepted++
    }
    days.push(now)
  }
  return days
}

/** Why something got worse that we have. */
export const regressionCauses = ['configuration', 'users', 'devices'] as const
export type RegressionCause = (typeof regressionCauses)[number]

/**
 * Whether a loss is a regression, and through what: `devices` when assets joined, left or changed; `users` when the number of objects that are asked
 * about changed with the result ("97 of 118 users" after "97 of 120"); else the configuration.
 */
export function regressionOf(activity: Activity, countChanged: (action_id: string, day: number) => boolean): RegressionCause | null {
  const { cause, before, after, action_id, day } = activity
  if (!regressing.includes(cause) || after.measured - before.measured >= 0) return null
  const { id } = causeOf(cause)
  if (id !== 'configuration_changed') return 'devices'
  return countChanged(action_id, day) ? 'users' : 'configuration'
}

/** What changed in a range: in 1e-6 points of the score, by whose doing, and in thousandths of points. */
export interface ScoreChanges {
  /** 1e-6 points of 0–100: they sum to the change of the score. */
  sides: Record<Side, number>
  /** Thousandths of points that were gained by our doing, and lost. */
  achieved: number
  regressed: number
  /** Change of points and of possible points, thousandths, whatever the cause. */
  points: number
  max_points: number
}

/** What the activities of a range come to. */
export function changesOf(activities: readonly Activity[]): ScoreChanges {
  const total: ScoreChanges = { sides: { ours: 0, content: 0, scope: 0 }, achieved: 0, regressed: 0, points: 0, max_points: 0 }
  for (const activity of activities) {
    const side = sideOf(activity.cause)
    total.sides[side] += activity.units
    const points = activity.after.points - activity.before.points
    total.points += points
    total.max_points += activity.after.max_points - activity.before.max_points
    if (side === 'ours' && points > 0) total.achieved += points
    else if (regressing.includes(activity.cause) && points < 0) total.regressed -= points
  }
  return total
}

/** Where a score is to be and when, and how fast it must move. */
export interface Pace {
  /** Days from the day of the question to the goal's; below 0 when it has passed. */
  days_left: number
  /** Points of 0–100 missing; 0 when reached. */
  missing: number
  reached: boolean
  /** Points of 0–100 that are needed in each 30 days; null when reached or too late. */
  required: number | null
  /** Points of 0–100 by which the score moved in each 30 days of the 90 before; null when it has no such past. */
  actual: number | null
  /** The score on the goal's day at that pace, 0–100; null without a past or when the day has passed. */
  forecast: number | null
}

/** How fast a score must move to reach a target on a day, and how fast it does. `value`s are 0–100. */
export function paceOf(
  points: readonly { day: number; value: number | null }[],
  today: number,
  goal: { target: number; day: number },
): Pace | null {
  const now = points.findLast((point) => point.day <= today && point.value !== null)
  if (!now) return null
  const days_left = goal.day - today
  const missing = Math.max(0, goal.target - now.value!)
  const reached = missing === 0
  const first = points.find((point) => point.value !== null && point.day >= today - 90 && point.day < now.day)
  const actual = first ? (30 * (now.value! - first.value!)) / (now.day - first.day) : null
  return {
    days_left,
    missing,
    reached,
    required: reached || days_left <= 0 ? null : (30 * missing) / days_left,
    actual,
    forecast: actual === null || days_left <= 0 ? null : Math.min(100, Math.max(0, now.value! + (actual * days_left) / 30)),
  }
}

/** When a source last looked, and whether it has been silent for longer than half as long again as it usually is. */
export interface SourceState {
  source: string
  looked_at: number
  overdue: boolean
}

/** The usual interval of a source is the median of those between its newest looks; one that looked once has none. `looks`: newest first. Instants. */
export function sourceStates(looks: readonly { source: string; looked_at: number }[], now: number): SourceState[] {
  const bySource = new Map<string, number[]>()
  for (const { source, looked_at } of looks) bySource.set(source, [...(bySource.get(source) ?? []), looked_at])
  return [...bySource].map(([source, times]) => {
    const gaps = times.slice(1).map((time, index) => times[index]! - time)
    const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]
    return { source, looked_at: times[0]!, overdue: usual !== undefined && now - times[0]! > 1.5 * usual }
  })
}
