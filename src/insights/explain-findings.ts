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

/** What one asset's findings and score are over time, as somebody knows them. */
export interface AssetOverTime {
  segments: readonly HazardSegment[]
  facing: readonly { from_step: number; to_step: number }[]
  states: readonly AssetState[]
}

/** Hazards of an asset's findings by `kind subject`, and its own state; without weight it is not in the score and has neither. */
interface Held {
  moment: Moment
  hazards: ReadonlyMap<string, number>
}

const out: Held = { moment: { hazard: 0, exposure: 0, weight: 0 }, hazards: new Map() }

const stepOf = ({ day, cause }: AssetState): number => day * STEPS_PER_DAY + cause

/** What holds after a step. */
function heldAt({ segments, facing, states }: AssetOverTime, step: number): Held {
  const moment = states.findLast((state) => stepOf(state) <= step)
  if (!moment || moment.weight === 0) return out
  const open = facing.some((row) => row.from_step <= step && step < row.to_step)
  const hazards = new Map<string, number>()
  for (const { kind, subject, from_step, to_step, internet, internal } of segments) {
    if (from_step > step || step >= to_step) continue
    const key = `${kind} ${subject}`
    hazards.set(key, Math.max(hazards.get(key) ?? 0, open ? internet : internal))
  }
  return { moment, hazards }
}

/** Splits one step from `was` to `is` among findings: part = slope · (h₂ − h₁). */
function splitStep(was: Held, is: Held, cause: number): FindingPart[] {
  const [{ exposure: E1, hazard: H1 }, { exposure: E2, hazard: H2 }] = [was.moment, is.moment]
  const slope = H1 === H2 ? slopeAt(H1) : ratio(BigInt(E2 - E1), BigInt(H2 - H1))
  return [...new Set([...was.hazards.keys(), ...is.hazards.keys()])].flatMap((key) => {
    const moved = (is.hazards.get(key) ?? 0) - (was.hazards.get(key) ?? 0)
    const space = key.indexOf(' ')
    const [kind, subject] = [key.slice(0, space) as FindingPart['kind'], key.slice(space + 1)]
    return moved === 0 ? [] : [{ kind, subject, cause, part: ratio(slope.numerator * BigInt(moved), slope.denominator) }]
  })
}

/** Splits among findings by how much the exposure of an asset at the end of one day differs between two states of knowledge. */
export const correctFindings = (was: AssetOverTime, is: AssetOverTime, step: number, cause: number): FindingPart[] =>
  splitStep(heldAt(was, step), heldAt(is, step), cause)

/**
 * Splits the change of one asset's exposure from the end of `from_day` to the end of `to_day` among its findings: at each step, part = slope · (h₂ − h₁)
 * with slope = (E₂ − E₁)/(H₂ − H₁), or E′(H) where the hazard as a whole stands still. The parts of a step sum to its change exactly. Where the asset enters
 * or leaves the score, its whole exposure is split by hazard, as *score began* (16) or *score ended* (17).
 */
export function splitAmongFindings(asset: AssetOverTime, from_day: number, to_day: number): FindingPart[] {
  const { segments, facing, states } = asset
  // On a day on which the asset enters or leaves, all that moves has one step.
  const turning = new Map<number, number>()
  for (const [index, state] of states.entries())
    if ((state.weight === 0) !== ((states[index - 1]?.weight ?? 0) === 0)) turning.set(state.day, stepOf(state))
  const inRange = (step: number) => step >= (from_day + 1) * STEPS_PER_DAY && step < (to_day + 1) * STEPS_PER_DAY
  const moving = [...[...segments, ...facing].flatMap(({ from_step, to_step }) => [from_step, to_step]), ...states.map(stepOf)]
  const steps = new Set(moving.filter(inRange).map((step) => turning.get(Math.floor(step / STEPS_PER_DAY)) ?? step))
  return [...steps]
    .toSorted((a, b) => a - b)
    .flatMap((step) => {
      const day = Math.floor(step / STEPS_PER_DAY)
      const [before, after] = turning.has(day) ? [day * STEPS_PER_DAY, (day + 1) * STEPS_PER_DAY - 1] : [step - 1, step]
      const [was, is] = [heldAt(asset, before), heldAt(asset, after)]
      return splitStep(was, is, was.moment.weight === 0 ? 16 : is.moment.weight === 0 ? 17 : step % STEPS_PER_DAY)
    })
}
