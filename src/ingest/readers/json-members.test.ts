import { describe, expect, it } from 'vitest'
import { cutText, firstInstant, given, httpsLink, instantOf, listOf, membersOf, numberOf, textOf, textsOf } from './json-members.ts'

describe('members of an untrusted object', () => {
  it('are what they are, or nothing', () => {
    expect([membersOf([1]), membersOf(null), membersOf({ a: 1 })]).toEqual([{}, {}, { a: 1 }])
    expect([listOf('x'), listOf([1])]).toEqual([[], [1]])
    expect([textOf(' a '), textOf(7), textOf(null), textOf({})]).toEqual(['a', '7', '', ''])
    expect([textsOf('a'), textsOf(['a', '', 2, null]), textsOf(undefined)]).toEqual([['a'], ['a', '2'], []])
    expect([numberOf('7.5'), numberOf(0), numberOf(''), numberOf('7.5 high'), numberOf(Number.NaN)]).toEqual([7.5, 0, null, null, null])
  })

  it('tell times as text, seconds or milliseconds', () => {
    const at = Date.UTC(2026, 0, 2) * 1000
    expect([instantOf('2026-01-02T00:00:00Z'), instantOf(at / 1e6), instantOf(at / 1e3), instantOf('soon'), instantOf(0)]).toEqual([
      at,
      at,
      at,
      null,
      null,
    ])
    expect(firstInstant(undefined, 'x', '2026-01-02T00:00:00Z')).toBe(at)
  })

  it('are cut and kept safe', () => {
    expect(cutText('x'.repeat(9000))).toHaveLength(8001)
    expect(cutText('')).toBeUndefined()
    expect(httpsLink('http://a.example', 'javascript:1', 'https://a.example/x')).toBe('https://a.example/x')
    expect(given({ a: '', b: undefined, c: 0, d: null })).toEqual({ c: 0 })
  })
})
