import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeNumber } from '../../model/cause.ts'
import type { ActionMove } from '../../store/queries/secure/moves.ts'
import { activitiesOf, pastsOf, scoreUnits } from './ledger.ts'

const move = (
  day: number,
  action_id: string,
  points: number,
  max_points: number,
  cause = causeNumber('remediated'),
  granted = 0,
): ActionMove => ({
  action_id,
  day,
  cause,
  points,
  max_points,
  granted,
})

/** Moves under which no action ever has points below 0 or above its maximum. */
const moves = fc
  .array(
    fc.record({
      day: fc.integer({ min: 1, max: 9 }),
      id: fc.constantFrom('a', 'b', 'c'),
      cause: fc.integer({ min: 1, max: 15 }),
      points: fc.nat(10_000),
      max: fc.nat(10_000),
    }),
    { maxLength: 25 },
  )
  .map((drawn) => {
    const now = new Map<string, [number, number]>()
    return drawn
      .toSorted((a, b) => a.day - b.day || a.cause - b.cause || (a.id < b.id ? -1 : 1))
      .filter(
        (one, index, all) =>
          index === 0 || all[index - 1]!.day !== one.day || all[index - 1]!.cause !== one.cause || all[index - 1]!.id !== one.id,
      )
      .map(({ day, id, cause, points, max }) => {
        const [was, wasMax] = now.get(id) ?? [0, 0]
        const is = Math.min(points, max)
        now.set(id, [is, max])
        return move(day, id, is - was, max - wasMax, cause)
      })
  })
const day = fc.integer({ min: 0, max: 10 })

describe('activities', () => {
  it('sum to the change of the score over any range of days', () => {
    fc.assert(
      fc.property(moves, day, day, (all, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const at = (end: number) => {
          const held = all.filter((each) => each.day <= end)
          const sum = (column: 'points' | 'max_points') => held.reduce((total, each) => total + each[column], 0)
          return scoreUnits(sum('points'), sum('max_points'))
        }
        expect(activitiesOf(all, from, to).reduce((sum, { units }) => sum + units, 0)).toBe(at(to) - at(from))
      }),
      { numRuns: 300 },
    )
  })

  it('say the same of a step whatever range is asked for', () => {
    fc.assert(
      fc.property(moves, day, (all, from) => {
        expect(activitiesOf(all, from, 10)).toEqual(activitiesOf(all, -1, 10).filter((each) => each.day > from))
      }),
      { numRuns: 100 },
    )
  })

  it('tell the first 5 of 10 points as half of what the action weighs', () => {
    const all = [move(1, 'a', 0, 10_000, 5), move(1, 'b', 0, 10_000, 5), move(2, 'a', 5000, 0)]
    expect(activitiesOf(all, 1, 2)).toMatchObject([
      { action_id: 'a', before: { points: 0 }, after: { points: 5000, max_points: 10_000 }, units: 25_000_000, first: false },
    ])
  })
})

describe('regressed', () => {
  const configuration = causeNumber('configuration_changed')
  const coverage = causeNumber('coverage_changed')
  const lostOn = (all: ActionMove[], to = 200) => pastsOf(all, to).get('a')!

  it('is what lost points through configuration, users or devices and did not regain them', () => {
    const begun = move(1, 'a', 10_000, 10_000, coverage)
    expect(lostOn([begun, move(150, 'a', -4000, 0, configuration)])).toMatchObject({ lost: 4000, regressed_on: 150 })
    expect(lostOn([begun, move(150, 'a', -4000, 0, configuration), move(160, 'a', 3000, 0)])).toMatchObject({
      lost: 1000,
      regressed_on: 150,
    })
    expect(lostOn([begun, move(150, 'a', -4000, 0, configuration), move(160, 'a', 4000, 0)])).toMatchObject({ lost: 0, regressed_on: null })
  })

  it('is not what failed to run, what content changed, or what was lost more than 90 days ago', () => {
    const begun = move(1, 'a', 10_000, 10_000, coverage)
    expect(lostOn([begun, move(150, 'a', -10_000, -10_000, coverage), move(151, 'a', 0, 10_000, coverage)])).toMatchObject({ lost: 0 })
    expect(lostOn([begun, move(150, 'a', -4000, 5000, causeNumber('content_changed'))])).toMatchObject({ lost: 0, updated_on: 150 })
    expect(lostOn([begun, move(110, 'a', -4000, 0, configuration)])).toMatchObject({ lost: 0 })
    expect(lostOn([begun, move(111, 'a', -4000, 0, configuration)])).toMatchObject({ lost: 4000 })
  })

  it('is measured: a state that grants all points takes no regression away', () => {
    const all = [
      move(1, 'a', 10_000, 10_000, coverage),
      move(150, 'a', -4000, 0, configuration),
      move(151, 'a', 4000, 0, causeNumber('state_set'), 4000),
    ]
    expect(lostOn(all)).toMatchObject({ points: 10_000, measured: 6000, lost: 4000 })
  })
})
