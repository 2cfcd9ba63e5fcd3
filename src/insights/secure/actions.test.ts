import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { efforts } from '../../model/secure-action.ts'
import { type ForRank, ranked } from './actions.ts'

const effort = fc.option(fc.constantFrom(...efforts))
const actions: fc.Arbitrary<ForRank[]> = fc
  .array(
    fc.record({
      scored: fc.boolean(),
      got: fc.nat(4),
      left: fc.nat(4),
      rank: fc.constantFrom(0, 0, 0, 1, 2),
      total_only: fc.constantFrom(false, false, true),
      difficulty: effort,
      user_impact: effort,
    }),
    { maxLength: 7 },
  )
  .map((drawn) =>
    drawn.map(({ scored, got, left, ...rest }, index) => ({
      ...rest,
      action_id: `a${index}`,
      points: scored ? got : null,
      max_points: scored ? got + left : null,
    })),
  )

/** Unknown effort is taken for moderate. */
const weigh = (word: ForRank['difficulty']) => (word === 'low' ? 1 : word === 'high' ? 3 : 2)

/** Whether nothing speaks for the second before the first, and something for the first before the second. */
function before(a: ForRank, b: ForRank): boolean {
  if (a.rank !== b.rank && (a.rank !== 0 || b.rank !== 0)) return a.rank !== 0 && (b.rank === 0 || a.rank < b.rank)
  if (a.total_only !== b.total_only) return b.total_only
  const left = (each: ForRank) => (each.max_points === null ? -1 : each.max_points - each.points!)
  const [more, less] = [left(a), left(b)]
  const [mine, other] = [weigh(a.difficulty) + weigh(a.user_impact), weigh(b.difficulty) + weigh(b.user_impact)]
  return more > less || (more === less && mine < other)
}

describe('the order of work', () => {
  it('has many points left first, then little difficulty and user impact; own ranks before all, what is not scored last', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const order = ranked(all)
        expect(order.map(({ rank }) => rank)).toEqual(all.map((_, index) => index + 1))
        const given = new Map(all.map((each) => [each.action_id, each]))
        const placed = order.map(({ action_id }) => given.get(action_id)!)
        expect(new Set(placed).size).toBe(all.length)
        for (const [place, one] of placed.entries())
          for (const later of placed.slice(place + 1)) expect(before(later, one), `${later.action_id} before ${one.action_id}`).toBe(false)
      }),
    )
  })

  it('puts 10 points left at little effort before 10 at much, and those before 9', () => {
    const action = (action_id: string, left: number, word: ForRank['difficulty']): ForRank => ({
      action_id,
      rank: 0,
      total_only: false,
      points: 0,
      max_points: left,
      difficulty: word,
      user_impact: word,
    })
    const order = ranked([action('nine', 9, 'low'), action('hard', 10, 'high'), action('easy', 10, 'low')])
    expect(order.map(({ action_id }) => action_id)).toEqual(['easy', 'hard', 'nine'])
  })
})
