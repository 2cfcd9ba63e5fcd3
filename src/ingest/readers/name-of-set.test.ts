import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOfSet } from './name-of-set.ts'

describe('nameOfSet', () => {
  it('names a small set by its words, a large one by its size', () => {
    expect(nameOfSet(['b', 'a', 'b'], 'files')).toBe('a, b')
    expect(
      nameOfSet(
        Array.from({ length: 100 }, (_, place) => `file-${place}`),
        'files',
      ),
    ).toMatch(/^100 files [0-9a-f]{16}$/)
  })

  it('has one name for a set whatever its order, and another for another set', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z0-9./-]{1,40}$/), { minLength: 2, maxLength: 30 }), (words) => {
        const name = nameOfSet(words, 'files')
        expect(name.length).toBeLessThanOrEqual(200)
        expect(nameOfSet(words.toReversed(), 'files')).toBe(name)
        expect(nameOfSet(words.slice(1), 'files')).not.toBe(name)
      }),
    ))
})
