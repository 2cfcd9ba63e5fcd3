import type { Engine } from '../store/engines/engine.ts'
import { endStep, exposureMoves, readSteps } from '../store/queries/explain/moves.ts'
import { exposureMakeup, type MakeupDimension, makeupDimensions, type MakeupRow } from '../store/queries/scores/makeup.ts'
import type { Scope } from '../store/scope.ts'
import { apportion, meanOf, ratio, round, times } from './split.ts'

/** The exposure score divided in one way; units of 1e-6 points. */
export interface Division {
  dimension: MakeupDimension
  /** Largest first. */
  rows: (Omit<MakeupRow, 'part' | 'dimension' | 'place'> & { units: number })[]
  /** How many more there are, and their sum. */
  more: number
  more_units: number
}

/** What makes up an exposure score. The rows of each division, with what the others have, sum to `units`. */
export interface Makeup {
  /** Null: nothing to score. */
  units: number | null
  divisions: Division[]
}

const MILLION = 1_000_000

/** What makes up the exposure score of a scope at the end of a day. */
export async function readMakeup(engine: Engine, scope: Scope, day: number, limit: number): Promise<Makeup> {
  const moves = exposureMoves(scope, null)
  const [{ before }, { rows, totals }] = await Promise.all([
    readSteps(engine, moves, endStep(day), endStep(day)),
    exposureMakeup(engine, scope, day, limit),
  ])
  if (before.denominator === 0n) return { units: null, divisions: [] }
  const unit = ratio(BigInt(moves.unit.numerator), BigInt(moves.unit.denominator))
  const units = Number(round(times(meanOf(before), unit)))
  return {
    units,
    divisions: makeupDimensions.map((dimension) => {
      const own = rows.filter((row) => row.dimension === dimension)
      const total = totals.find((each) => each.dimension === dimension)!
      const others = total.part - own.reduce((sum, { part }) => sum + part, 0)
      const more = total.rows - own.length
      const pieces = [...own.map(({ part }) => part), ...(more > 0 ? [others] : [])]
      const wholes = apportion(
        pieces.map((part) => ({ whole: BigInt(Math.floor(part / MILLION)), remainder: part / MILLION - Math.floor(part / MILLION) })),
        BigInt(units),
      ).map(Number)
      return {
        dimension,
        rows: own.map(({ id, assets, findings }, index) => ({ id, assets, findings, units: wholes[index]! })),
        more,
        more_units: more > 0 ? wholes.at(-1)! : 0,
      }
    }),
  }
}
