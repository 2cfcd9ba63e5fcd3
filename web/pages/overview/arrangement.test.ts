import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

vi.mock('../../api.ts', () => ({})) // the arithmetic of arrangements asks no server
const { arranged, parseArrangement } = await import('./arrangement.ts')

describe('an arrangement of cards', () => {
  const ids = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f'))

  it('shows every card once, and those it names in its order', () => {
    fc.assert(
      fc.property(ids, fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd', 'x')), (all, order) => {
        const placed = arranged(all, { order, hidden: [] })
        expect(placed.toSorted()).toEqual(all.toSorted())
        const named = [...new Set(order)].filter((id) => all.includes(id))
        expect(placed.filter((id) => named.includes(id))).toEqual(named)
      }),
    )
  })

  it('leaves what it does not name behind its neighbour of the program', () => {
    expect(arranged(['a', 'b', 'new', 'c'], { order: ['c', 'b', 'a'], hidden: [] })).toEqual(['c', 'b', 'new', 'a'])
    expect(arranged(['new', 'a'], { order: ['a'], hidden: [] })).toEqual(['new', 'a'])
  })

  it('is none when what was kept cannot be read', () => {
    for (const text of [null, '', '[]', '{"order":1,"hidden":[]}', '{"order":[1],"hidden":[]}']) expect(parseArrangement(text)).toBeNull()
    expect(parseArrangement('{"order":["a"],"hidden":["b"]}')).toEqual({ order: ['a'], hidden: ['b'] })
  })
})
