import type { HistoryPoint } from '../history.ts'
import { directions, type ScoreName } from '../scores.ts'

/** Values are ratios of integers; this much less than a threshold is noise of binary fractions. */
const NOISE = 1e-9

/** By how many points a score got worse from one value to the next, below 0: better; null when either is missing. */
export function worsening(score: ScoreName, before: number | null, after: number | null): number | null {
  if (before === null || after === null) return null
  return directions[score] === 'lower_is_better' ? after - before : before - after
}

/** A day on which a score moved by the threshold or more since the end of the day before. */
export interface ScoreStep {
  /** Place in the history. */
  index: number
  before: number
  after: number
  /** Points of 0–100, above 0. */
  points: number
  direction: 'worse' | 'better'
  /** Place of the first later day at whose end the score was back at `before` or better; null: it has not been, or the step was for the better. */
  recovered: number | null
}

/** The steps of a history, in its order. `threshold`: points of 0–100, above 0. */
export function scoreSteps(score: ScoreName, history: readonly HistoryPoint[], threshold: number): ScoreStep[] {
  const steps: ScoreStep[] = []
  for (const [index, { value }] of history.entries()) {
    const before = history[index - 1]?.value ?? null
    const worse = worsening(score, before, value)
    if (worse === null || Math.abs(worse) < threshold - NOISE) continue
    const recovered = worse > 0 ? history.findIndex((point, later) => later > index && isBack(score, before!, point.value)) : -1
    steps.push({
      index,
      before: before!,
      after: value!,
      points: Math.abs(worse),
      direction: worse > 0 ? 'worse' : 'better',
      recovered: recovered === -1 ? null : recovered,
    })
  }
  return steps
}

const isBack = (score: ScoreName, before: number, value: number | null): boolean => {
  const worse = worsening(score, before, value)
  return worse !== null && worse <= NOISE
}

/** A day on which a score reached its target, fell below it, or should have reached it. */
export interface TargetStep {
  index: number
  what: 'reached' | 'fell_below' | 'due'
  before: number | null
  after: number
  /** Of the two bad ones: place of the first later day at whose end the target was met; null: not yet. */
  recovered: number | null
}

/**
 * How a history meets a target, 0–100 in the score's own direction. `due`: day by which it should be reached, of which the day after tells;
 * null: none was set.
 */
export function targetSteps(score: ScoreName, history: readonly HistoryPoint[], target: number, due: number | null): TargetStep[] {
  const met = (value: number | null): boolean | null => {
    const worse = worsening(score, target, value)
    return worse === null ? null : worse <= NOISE
  }
  const recoveredAfter = (index: number): number | null => {
    const found = history.findIndex((point, later) => later > index && met(point.value) === true)
    return found === -1 ? null : found
  }
  const steps: TargetStep[] = []
  for (const [index, { day, value }] of history.entries()) {
    const before = history[index - 1]?.value ?? null
    const [was, is] = [met(before), met(value)]
    if (is === null) continue
    const step = { index, before, after: value! }
    if (was === false && is) steps.push({ ...step, what: 'reached', recovered: null })
    else if (was === true && !is) steps.push({ ...step, what: 'fell_below', recovered: recoveredAfter(index) })
    else if (due !== null && day === due + 1 && was === false) steps.push({ ...step, what: 'due', recovered: recoveredAfter(index) })
  }
  return steps
}
