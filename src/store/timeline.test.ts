import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NEVER } from '../model/time.ts'
import { intervalsOf, listingsOf, type Look, placeLate, withoutReports } from './timeline.ts'

/** A report as this test thinks of it: when, what it listed (null: nothing), and whether it would have shown 'high' or anything. */
const report = fc.record({ at: fc.integer({ min: 1, max: 9 }), value: fc.constantFrom(null, 'high', 'low'), all: fc.boolean() })
const reports = fc.uniqueArray(report, { selector: ({ at }) => at, maxLength: 9 })

type Report = { at: number; value: string | null; all: boolean }
const lookOf = ({ at, all, value }: Report): Look => ({ at, shows: (shown) => all || shown === 'high' || shown === value })
const looksOf = (all: readonly Report[]) => all.map(lookOf)
const fold = (all: readonly Report[]) =>
  intervalsOf(
    all.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }])),
    looksOf(all),
  )

describe('a line of time', () => {
  it('begins with a listing, ends with a look that would have shown it, and changes with a listing that says otherwise', () => {
    expect(
      fold([
        { at: 1, value: 'low', all: true },
        { at: 2, value: null, all: false },
        { at: 3, value: 'high', all: false },
        { at: 4, value: null, all: false },
      ]),
    ).toEqual([
      { valid_from: 1, valid_to: 3, value: 'low' },
      { valid_from: 3, valid_to: 4, value: 'high' },
    ])
    expect(fold([{ at: 5, value: 'low', all: true }])).toEqual([{ valid_from: 5, valid_to: NEVER, value: 'low' }])
  })

  it('can be told again from what it was made of', () => {
    fc.assert(
      fc.property(reports, (all) => {
        expect(intervalsOf(listingsOf(fold(all), looksOf(all)), looksOf(all))).toEqual(fold(all))
      }),
    )
  })

  it('is the same when one report comes late, and when it is undone', () => {
    fc.assert(
      fc.property(reports, fc.nat(), (all, choice) => {
        fc.pre(all.length > 0)
        const late = all[choice % all.length]!
        const others = all.filter((each) => each !== late)
        const before = fold(others)
        const listing = late.value === null ? null : { at: late.at, value: late.value }
        expect(placeLate(before, looksOf(others), { listing, looks: [lookOf(late)] })).toEqual(fold(all))
        expect(withoutReports(fold(all), looksOf(others), [{ at: late.at, looks: [lookOf(late)] }])).toEqual(before)
      }),
    )
  })

  it("loses a beginning at the fact's own date with the last report that lists it", () => {
    const every = (at: number): Look => ({ at, shows: () => true })
    const since = [{ valid_from: 2, valid_to: NEVER, value: 'high' }]
    // Listed at 5 and 7, true since 2.
    expect(withoutReports(since, [every(7)], [{ at: 5, looks: [every(5)] }])).toEqual(since)
    expect(withoutReports(since, [], [{ at: 5, looks: [every(5)] }])).toEqual([])
    // A report that says nothing about what it does not list: only that it stated the interval tells.
    const none = { at: 5, shows: () => false }
    expect(withoutReports(since, [], [{ at: 5, looks: [none] }], new Set([2]))).toEqual([])
    expect(withoutReports(since, [none], [{ at: 6, looks: [{ at: 6, shows: () => false }] }])).toEqual(since)
  })
})
