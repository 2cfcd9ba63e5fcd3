import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decimalsOf, POINT, readableParts, roundedTo } from './readable.ts'

it('what is shown adds up to what is shown, and each part misses its own by less than one of the last digit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 * POINT }),
      fc.array(fc.integer({ min: -POINT, max: POINT }), { minLength: 1, maxLength: 20 }),
      (from, parts) => {
        const change = parts.reduce((sum, part) => sum + part, 0)
        const decimals = decimalsOf([change, ...parts])
        const last = 10 ** decimals
        const total = (Math.round(roundedTo(from + change, decimals) * last) - Math.round(roundedTo(from, decimals) * last)) / last
        const shown = readableParts(parts, total, decimals)
        expect(shown.reduce((sum, part) => sum + Math.round(part * last), 0)).toBe(Math.round(total * last))
        for (const [index, part] of parts.entries()) expect(Math.abs(shown[index]! - part / POINT)).toBeLessThan(2 / last)
      },
    ),
  )
})

it('keeps two digits of what is small', () => {
  expect(decimalsOf([3_100_000])).toBe(2)
  expect(decimalsOf([-31_000])).toBe(4)
  expect(decimalsOf([31])).toBe(6)
  expect(decimalsOf([])).toBe(6)
  expect(roundedTo(-5000, 2)).toBe(0)
})
