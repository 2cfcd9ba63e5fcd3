import { STEPS_PER_DAY } from '../model/cause.ts'
import type { AssetState, HazardSegment } from '../store/queries/explain/findings.ts'
import { type Ratio, ratio } from './split.ts'

/** A finding's part in the change of its asset's exposure, in units of 1e-9. A finding is here what counts once: (kind, subject). */
export interface FindingPart {
  kind: HazardSegment['kind']
  subject: string
  cause: number
  part: Ratio
}

/** h₀ in units of 1e-8 and ln(1 + H₁/h₀) of exposure/1. DESIGN 5. */
const H0 = 5_000_000
const LOG = Math.log1p(100_000_000_000 / H0)

/** E′(H) per unit of 1e-8 of hazard, in units of 1e-9, as a fraction: any exact number serves, for where it is used the changes of hazard sum to 0. */
const slopeAt = (hazard: number): Ratio => ratio(BigInt(Math.round((1e9 / (LOG * (H0 + hazard))) * 1e12)), 1_000_000_000_000n)

interface Moment {
  hazard: number
  exposure: number
  weight: number
}

/**
 * Splits the change of one asset's exposure from the end of `from_day` to the end of `to_day` among its findings: at each step, part = slope · (h₂ − h₁)
 * with slope = (E₂ − E₁)/(H₂ − H₁), or E′(H) where the hazard as a whole stands still. The parts of a step sum to its change exactly. Where the asset enters
 * or leaves the score, its whole exposure is split by hazard, as *score began* (16) or *score ended* (17).
 */
export function splitAmongFindings(
  segments: readonly HazardSegment[],
  facing: readonly { from_step: number; to_step: number }[],
  states: readonly AssetState[],
  from_day: number,
  to_day: number,
): FindingPart[] {
  const inRange = (step: number) => step >= (from_day + 1) * STEPS_PER_DAY && step < (to_day + 1) * STEPS_PER_DAY
  const at = ({ day, cause }: AssetState) => day * STEPS_PER_DAY + cause
  const stateAt = (step: number): Moment => states.findLast((state) => at(state) <= step) ?? { hazard: 0, exposure: 0, weight: 0 }
  const hazards = (step: number): Map<string, number> => {
    const open = facing.some((row) => row.from_step <= step && step < row.to_step)
    const found = new Map<string, number>()
    for (const { kind, subject, from_step, to_step, internet, internal } of segments) {
      if (from_step > step || step >= to_step) continue
      const key = `${kind} ${subject}`
      found.set(key, Math.max(found.get(key) ?? 0, open ? internet : internal))
    }
    return found
  }
  // On a day on which the asset enters or leaves, all that moves has one step.
  const turning = new Map<number, number>()
  for (const [index, state] of states.entries())
    if ((state.weight === 0) !== ((states[index - 1]?.weight ?? 0) === 0)) turning.set(state.day, at(state))
  const steps = new Set<number>()
  const add = (step: number) => {
    if (inRange(step)) steps.add(turning.get(Math.floor(step / STEPS_PER_DAY)) ?? step)
  }
  for (const each of [...segments, ...facing]) {
    add(each.from_step)
    add(each.to_step)
  }
  for (const state of states) add(at(state))

  const parts: FindingPart[] = []
  for (const step of [...steps].toSorted((a, b) => a - b)) {
    const day = Math.floor(step / STEPS_PER_DAY)
    const [before, after] = turning.has(day) ? [day * STEPS_PER_DAY, (day + 1) * STEPS_PER_DAY - 1] : [step - 1, step]
    const [one, two] = [stateAt(before), stateAt(after)]
    if (one.weight === 0 && two.weight === 0) continue
    const [was, is] = [
      one.weight === 0 ? new Map<string, number>() : hazards(before),
      two.weight === 0 ? new Map<string, number>() : hazards(after),
    ]
    const [E1, H1] = one.weight === 0 ? [0, 0] : [one.exposure, one.hazard]
    const [E2, H2] = two.weight === 0 ? [0, 0] : [two.exposure, two.hazard]
    const slope = H1 === H2 ? slopeAt(H1) : ratio(BigInt(E2 - E1), BigInt(H2 - H1))
    const cause = one.weight === 0 ? 16 : two.weight === 0 ? 17 : step % STEPS_PER_DAY
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const moved = (is.get(key) ?? 0) - (was.get(key) ?? 0)
      if (moved === 0) continue
      const space = key.indexOf(' ')
      parts.push({
        kind: key.slice(0, space) as FindingPart['kind'],
        subject: key.slice(space + 1),
        cause,
        part: ratio(slope.numerator * BigInt(moved), slope.denominator),
      })
    }
  }
  return parts
}
