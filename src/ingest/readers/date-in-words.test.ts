import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../model/time.ts'
import { parseDateInWords, zoneOffset } from './date-in-words.ts'

describe('dates with the month in words', () => {
  it.each([
    ['Jan 5, 2021 10:24:08 MST', '2021-01-05T17:24:08Z'],
    ['Aug 18, 2004 12:00:00 MDT', '2004-08-18T18:00:00Z'],
    ['Feb 03, 2026 07:00 AM', '2026-02-03T07:00:00Z'],
    ['Dec 1, 2025 12:05 AM', '2025-12-01T00:05:00Z'],
    ['Dec 1, 2025 12:05 PM', '2025-12-01T12:05:00Z'],
    ['04 Feb 2026 10:00AM GMT-0500', '2026-02-04T15:00:00Z'],
    ['Wed, Nov 18 2020', '2020-11-18T12:00:00Z'],
    ['September 9, 2024 23:00 CEST', '2024-09-09T21:00:00Z'],
  ])('reads %s', (text, instant) => {
    expect(parseDateInWords(text)).toBe(parseInstant(instant))
  })

  it.each([
    '',
    'yesterday',
    'Feb 31, 2026',
    'Foo 3, 2026',
    'Feb 3, 2026 25:00',
    'Feb 3, 2026 13:00 PM',
    'Feb 3, 2026 10:00 IST',
    '2026-02-03',
  ])('does not guess "%s"', (text) => {
    expect(parseDateInWords(text)).toBeNull()
  })

  it.each([
    ['CET (UTC +1:00)', 60],
    ['+0530', 330],
    ['utc-3:30', -210],
    ['Romance Standard Time', null],
    ['+1500', null],
  ])('knows the zone %s', (text, minutes) => {
    expect(zoneOffset(text)).toBe(minutes)
  })

  it('reads back every second that it is given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const text = new Date(seconds * 1000).toUTCString()
        expect(parseDateInWords(text)).toBe(seconds * 1_000_000)
      }),
    )
  })
})
