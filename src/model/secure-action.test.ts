import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ActionState,
  actionStates,
  actionStatuses,
  proportionalPoints,
  refusalOf,
  resolvingStates,
  statusOf,
} from './secure-action.ts'

const set = fc.constantFrom(...actionStates)
const facts = fc.record({
  max_points: fc.constantFrom(0, 1000, 10_000),
  measured: fc.constantFrom(0, 500, 1000, 10_000),
  set,
  reached_since_set: fc.boolean(),
  excepted: fc.constantFrom(
    'none' as const,
    'third_party' as const,
    'alternate_mitigation' as const,
    'risk_accepted' as const,
    'planned' as const,
  ),
})

describe('the state of an action', () => {
  it('is completed exactly when all points are measured, whatever people set', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const full = one.max_points > 0 && one.measured >= one.max_points && one.excepted === 'none'
        expect(statusOf(one) === 'completed').toBe(full)
      }),
    )
  })

  it('stays what a person set while points are missing, but for a plan that was carried out', () => {
    fc.assert(
      fc.property(set, fc.boolean(), (state, reached_since_set) => {
        const status = statusOf({ max_points: 10_000, measured: 5000, set: state, reached_since_set, excepted: 'none' })
        expect(status).toBe(state === 'planned' && reached_since_set ? 'to_address' : state)
      }),
    )
  })

  it('never says completed to what a person resolved otherwise and is not measured', () => {
    for (const state of resolvingStates)
      expect(statusOf({ max_points: 10_000, measured: 0, set: state, reached_since_set: false, excepted: 'none' })).toBe(state)
  })

  it('takes partial for to address', () => {
    expect(statusOf({ max_points: 10_000, measured: 9999, set: 'to_address', reached_since_set: true, excepted: 'none' })).toBe(
      'to_address',
    )
  })
})

describe('setting a state', () => {
  it('leads from every state that is not completed to every state that a person may set, and back', () => {
    for (const from of actionStatuses)
      for (const to of actionStatuses)
        expect(refusalOf(from, to, false)).toBe(
          to === 'completed' ? 'completed_is_measured' : from === 'completed' ? 'action_completed' : null,
        )
  })

  it('is refused for what follows the exceptions of devices', () => {
    for (const from of actionStatuses) for (const to of actionStates) expect(refusalOf(from, to, true)).toBe('action_follows_exceptions')
  })

  it('walks: after any sequence the state is the last one that was allowed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wanted: fc.constantFrom(...actionStatuses), measured: fc.constantFrom(0, 4000, 10_000) }), { maxLength: 12 }),
        (walk) => {
          let held: (typeof actionStates)[number] = 'to_address'
          let last: (typeof actionStates)[number] = 'to_address'
          for (const { wanted, measured } of walk) {
            const status = statusOf({ max_points: 10_000, measured, set: held, reached_since_set: false, excepted: 'none' })
            if (refusalOf(status, wanted, false) === null) held = wanted as typeof held
            if (measured < 10_000 && wanted !== 'completed') last = wanted as ActionState
            expect(held).toBe(last)
          }
        },
      ),
    )
  })
})

describe('proportional points', () => {
  it('gives 5 of 10 points for 50 of 100 users', () => {
    expect(proportionalPoints(50, 100, 10_000)).toBe(5000)
  })
  it('is never below 0 or above the maximum', () => {
    expect([proportionalPoints(-1, 10, 10_000), proportionalPoints(11, 10, 10_000), proportionalPoints(1, 0, 10_000)]).toEqual([
      0, 10_000, 0,
    ])
  })
})
