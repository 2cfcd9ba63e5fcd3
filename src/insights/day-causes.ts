import type { Engine } from '../store/engines/engine.ts'
import { endStep, exposureMoves, readSteps } from '../store/queries/explain/moves.ts'
import type { Scope } from '../store/scope.ts'
import { toldCause } from './explain-moves.ts'
import { apportionRatios, meanOf, ratio, type Ratio, round, shareOf, sum, type Sums, times } from './split.ts'

/** Why the exposure score of a scope moved on one day. Units of 1e-6 points, as the explanation of that day alone shows them. */
export interface DayCauses {
  day: number
  /** At the day's beginning and end; null: nothing to score. */
  from_units: number | null
  to_units: number | null
  /** to_units − from_units, where nothing to score counts as 0. */
  change: number
  /** In their order; their units sum to `change`. `exact`: before rounding. */
  causes: { cause: number; units: number; exact: Ratio }[]
}

const rounded = (sums: Sums, unit: Ratio): number | null => (sums.denominator === 0n ? null : Number(round(times(meanOf(sums), unit))))

/** The days from the one to the other, both included, on which the exposure score of a scope moved, in order. */
export async function dayCauses(engine: Engine, scope: Scope, from_day: number, to_day: number): Promise<DayCauses[]> {
  const moves = exposureMoves(scope, null)
  const unit = ratio(BigInt(moves.unit.numerator), BigInt(moves.unit.denominator))
  const { before, steps } = await readSteps(engine, moves, endStep(from_day - 1), endStep(to_day))
  const days: DayCauses[] = []
  let last = before
  for (let index = 0; index < steps.length;) {
    const { day } = steps[index]!
    const first = last
    const shares = new Map<number, Ratio[]>()
    for (; steps[index]?.day === day; index++) {
      const step = steps[index]!
      const next = { numerator: last.numerator + step.numerator, denominator: last.denominator + step.denominator }
      if (last.denominator !== 0n || next.denominator !== 0n) {
        const cause = toldCause(step.cause, last.denominator, next.denominator)
        shares.set(cause, [...(shares.get(cause) ?? []), shareOf(step, last, next)])
      }
      last = next
    }
    const [from_units, to_units] = [rounded(first, unit), rounded(last, unit)]
    const change = (to_units ?? 0) - (from_units ?? 0)
    const exact = [...shares]
      .map(([cause, list]) => ({ cause, exact: times(sum(list), unit) }))
      .filter((each) => each.exact.numerator !== 0n)
      .toSorted((a, b) => a.cause - b.cause)
    const units = apportionRatios(
      exact.map((each) => each.exact),
      BigInt(change),
    )
    days.push({ day, from_units, to_units, change, causes: exact.map((each, place) => ({ ...each, units: Number(units[place]) })) })
  }
  return days
}
