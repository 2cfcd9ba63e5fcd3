import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epssStep, epssSteps } from './epss.ts'

describe('epssStep', () => {
  it.each([
    [0, 100],
    [0.00099, 100],
    [0.00125, 125],
    [0.00315, 315],
    [0.1, 10_000],
    [0.0999, 8000],
    [0.124, 10_000],
    [0.8999, 80_000],
    [0.9, 90_000],
    [1, 90_000],
  ])('%f is on step %i', (epss, step) => expect(epssStep(epss)).toBe(step))

  it('rounds down to a step, never below .001, and keeps the order', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        expect(epssSteps).toContain(epssStep(a))
        expect(epssStep(a)).toBeLessThanOrEqual(Math.max(100, a * 100_000 + 1e-6))
        if (a <= b) expect(epssStep(a)).toBeLessThanOrEqual(epssStep(b))
      }),
    )
  })
})
