import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatInstant, parseInstant } from './time.ts'

describe('parseInstant', () => {
  it.each([
    ['2026-08-12T10:00:00Z', Date.UTC(2026, 7, 12, 10) * 1000],
    ['2026-08-12T10:00:00+02:00', Date.UTC(2026, 7, 12, 8) * 1000],
    ['2026-08-12 10:00:00.123456', Date.UTC(2026, 7, 12, 10) * 1000 + 123_456],
    ['2026-08-12', Date.UTC(2026, 7, 12, 12) * 1000],
    ['2024-02-29T23:59:59-0530', Date.UTC(2024, 2, 1, 5, 29, 59) * 1000],
  ])('reads %s', (text, instant) => expect(parseInstant(text)).toBe(instant))

  it.each(['2026-02-31', '2025-02-29T00:00:00Z', 'yesterday', '', '12/08/2026', '2026-08-12T25:00:00Z'])(
    'guesses nothing for "%s"',
    (text) => expect(parseInstant(text)).toBeNull(),
  )

  it.each([
    ['2026-08-12T10:00:00.1Z', 100_000],
    ['2026-08-12T10:00:00.00003Z', 30],
    ['2026-08-12T10:00:00.123456789Z', 123_456],
    ['2026-08-12T10:00:00Z', 0],
  ])('reads the fraction of %s', (text, micros) => expect(parseInstant(text)).toBe(Date.UTC(2026, 7, 12, 10) * 1000 + micros))

  it('reads the same whether it is written in the usual way or not', () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'))
    const fraction = fc.stringMatching(/^(?:\.\d{1,9})?$/)
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), two(13), two(32), two(25), two(61), two(61), fraction, (year, ...rest) => {
        const [month, day, hour, minute, second, part] = rest
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${part}`
        // A zone of its own takes the way of the regular expression.
        expect(parseInstant(`${text}Z`)).toBe(parseInstant(`${text}+00:00`))
      }),
      { numRuns: 500 },
    )
    expect(parseInstant('2026-08-12T10:00:60Z')).toBe(Date.UTC(2026, 7, 12, 10, 1) * 1000)
    expect(parseInstant('2026-08-12T23:59:60Z')).toBeNull()
    expect(parseInstant('2026-08-12T10:00:0xZ')).toBeNull()
    expect(parseInstant('2026-08-12T10:00:00.Z')).toBeNull()
    expect(parseInstant('2026-08-12T10:00:00x5Z')).toBeNull()
  })

  it('reads what formatInstant writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (instant) => parseInstant(formatInstant(instant)) === instant),
    )
  })
})
