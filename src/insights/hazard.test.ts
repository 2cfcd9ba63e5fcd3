import { describe, expect, it } from 'vitest'
import { epssSteps } from '../model/epss.ts'
import { controlHazard, hazardOf, INTERNAL_REACH, stageFloor } from './hazard.ts'

/** E of exposure/1 as DESIGN 5 writes it, in floating point: a second way to compute it. */
const exposure = (hazard: number) => Math.min(1, Math.log(1 + hazard / 1e8 / 0.05) / Math.log(1 + 1000 / 0.05))

describe('hazard of exposure/1', () => {
  it('gives the published example: one known exploited vulnerability alone is about 33', () => {
    expect(100 * exposure(hazardOf(4, 0.2, 8.8, INTERNAL_REACH))).toBeCloseTo(33, -0.5)
  })

  it('rises with stage, EPSS, CVSS and reach: no worse fact makes it smaller', () => {
    const steps = epssSteps.map((step) => step / 100_000)
    for (const stage of stageFloor.keys()) {
      for (const [index, epss] of steps.entries()) {
        const here = hazardOf(stage, epss, 7.5, INTERNAL_REACH)
        if (stage > 0) expect(here).toBeGreaterThan(hazardOf(stage - 1, epss, 7.5, INTERNAL_REACH))
        if (index > 0) expect(here).toBeGreaterThanOrEqual(hazardOf(stage, steps[index - 1]!, 7.5, INTERNAL_REACH))
        expect(hazardOf(stage, epss, 7.6, INTERNAL_REACH)).toBeGreaterThan(here)
        expect(hazardOf(stage, epss, 7.5, 1)).toBeGreaterThan(here)
      }
    }
  })

  it('is an exact integer, and 0 only for what is informational', () => {
    expect(hazardOf(0, 0.001, 0, 1)).toBe(0)
    expect(hazardOf(0, 0.001, 0.1, INTERNAL_REACH)).toBe(600)
    expect(controlHazard(4, 1)).toBe(9_500_000)
    expect(controlHazard(0, 1)).toBe(0)
  })
})
