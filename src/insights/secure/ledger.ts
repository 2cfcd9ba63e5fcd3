import { causeNumber, causeOf, type CauseId } from '../../model/cause.ts'
import type { ActionMove } from '../../store/queries/secure/moves.ts'
import { toldCause } from '../explain-moves.ts'
import { apportionRatios, ratio, round, shareOf } from '../split.ts'

/** Whose doing a change of the secure score is. */
export const sides = ['ours', 'content', 'scope'] as const
export type Side = (typeof sides)[number]

const content: readonly CauseId[] = ['content_changed', 'definition_edited', 'formula_changed', 'correction']
const scope: readonly CauseId[] = ['coverage_changed', 'asset_joined', 'asset_left', 'score_began', 'score_ended']

/** *content*: what is asked changed; *scope*: what is looked at changed; everything else we did, or let happen. */
export const sideOf = (cause: number): Side => {
  const { id } = causeOf(cause)
  return content.includes(id) ? 'content' : scope.includes(id) ? 'scope' : 'ours'
}

/** Losses through these are regressions: something that we have became worse. What is not looked at any more is none. */
export const regressing: readonly number[] = (
  ['configuration_changed', 'asset_joined', 'asset_left', 'attribute_changed'] as const satisfies readonly CauseId[]
).map((id) => causeNumber(id))

/** Where an action stands; thousandths of points. */
export interface Standing {
  points: number
  max_points: number
  measured: number
}

/** A change of one action at one step. */
export interface Activity {
  day: number
  /** 1–17; 16 and 17 where the whole score began or ended. */
  cause: number
  action_id: string
  before: Standing
  after: Standing
  /** Nobody knew the action before. */
  first: boolean
  /** Part of the change of the score, in whole 1e-6 points of 0–100: those of any range of days sum to the change over it. */
  units: number
}

const none: Standing = { points: 0, max_points: 0, measured: 0 }

/** The secure score in 1e-6 points of 0–100, rounded once; 0 where nothing is to be scored. */
export const scoreUnits = (points: number, max_points: number): number =>
  max_points === 0 ? 0 : Number(round(ratio(BigInt(points) * 100_000_000n, BigInt(max_points))))

/**
 * All activities after the end of `from_day` until the end of `to_day`, in order. The change of the rounded score at each step is split among its actions by the formula of
 * DESIGN 6 and largest remainder, so that an activity says the same whatever range is asked for, and those of any range sum exactly.
 */
export function activitiesOf(moves: readonly ActionMove[], from_day: number, to_day: number): Activity[] {
  const standing = new Map<string, Standing>()
  const activities: Activity[] = []
  let points = 0
  let max_points = 0
  for (let start = 0; start < moves.length;) {
    const { day, cause } = moves[start]!
    if (day > to_day) break
    let end = start
    while (end < moves.length && moves[end]!.day === day && moves[end]!.cause === cause) end++
    const step = moves.slice(start, end)
    const before = { numerator: BigInt(points), denominator: BigInt(max_points) }
    const units = scoreUnits(points, max_points)
    for (const move of step) {
      points += move.points
      max_points += move.max_points
    }
    const after = { numerator: BigInt(points), denominator: BigInt(max_points) }
    const told = day > from_day
    const parts = told
      ? apportionRatios(
          step.map((move) => {
            const share = shareOf({ numerator: BigInt(move.points), denominator: BigInt(move.max_points) }, before, after)
            return { numerator: share.numerator * 100_000_000n, denominator: share.denominator }
          }),
          BigInt(scoreUnits(points, max_points) - units),
        )
      : []
    for (const [index, move] of step.entries()) {
      const was = standing.get(move.action_id)
      const is = {
        points: (was?.points ?? 0) + move.points,
        max_points: (was?.max_points ?? 0) + move.max_points,
        measured: (was?.measured ?? 0) + move.points - move.granted,
      }
      standing.set(move.action_id, is)
      if (told)
        activities.push({
          day,
          cause: toldCause(cause, before.denominator, after.denominator),
          action_id: move.action_id,
          before: was ?? none,
          after: is,
          first: was === undefined,
          units: Number(parts[index]!),
        })
    }
    start = end
  }
  return activities
}

/** What the past of an action says of it at the end of a day. */
export interface ActionPast extends Standing {
  /** Points lost through a regression and not regained since, within the window. */
  lost: number
  /** The day of the last such loss; null: none. */
  regressed_on: number | null
  /** When it first came into the score. */
  added_on: number
  /** When content last changed its points; null: never. */
  updated_on: number | null
  /** The last day on which all its points were measured; null: never. */
  reached_on: number | null
  /** The last day on which anything moved. */
  moved_on: number
}

const CONTENT = causeNumber('content_changed')

/** How far back a loss makes an action regressed, in days. reference 3.3 */
const REGRESSION_DAYS = 90

/** Where every action stands at the end of a day, and what its past says. Those that left the score have no points. */
export function pastsOf(moves: readonly ActionMove[], to_day: number): Map<string, ActionPast> {
  const pasts = new Map<string, ActionPast>()
  for (const { action_id, day, cause, points, max_points, granted } of moves) {
    if (day > to_day) break
    let past = pasts.get(action_id)
    if (!past) {
      past = { ...none, lost: 0, regressed_on: null, added_on: day, updated_on: null, reached_on: null, moved_on: day }
      pasts.set(action_id, past)
    }
    const wasFull = past.max_points > 0 && past.measured >= past.max_points
    if (wasFull) past.reached_on = day
    const measured = points - granted
    if (measured < 0 && regressing.includes(cause) && day > to_day - REGRESSION_DAYS) {
      past.lost -= measured
      past.regressed_on = day
    } else if (measured > 0) past.lost = Math.max(0, past.lost - measured)
    past.points += points
    past.max_points += max_points
    past.measured += measured
    past.moved_on = day
    if (cause === CONTENT && past.added_on !== day) past.updated_on = day
    if (past.max_points === 0 || past.measured >= past.max_points) past.lost = 0
    if (past.lost === 0) past.regressed_on = null
  }
  for (const past of pasts.values()) if (past.max_points > 0 && past.measured >= past.max_points) past.reached_on = to_day
  return pasts
}
