import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText, fieldsOf, httpsOf, idOf, lineOf, listOf, numberOf, objectsIn, textOf, textsIn } from './json-fields.ts'

describe('the fields of a JSON value', () => {
  it('takes what has the shape and nothing else, whatever the value is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(textOf(value)).toBe(typeof value === 'string' ? value.trim() : '')
        expect(Object.getPrototypeOf(fieldsOf(value))).toBe(Object.prototype)
        expect(objectsIn(value).every((one) => typeof one === 'object' && !Array.isArray(one))).toBe(true)
        expect(numberOf(value) === null || Number.isFinite(numberOf(value))).toBe(true)
      }),
    )
  })

  it('reads numbers written as text, and takes no other text for one', () => {
    expect(['9', ' 7.5 ', '-1', '+1.46'].map(numberOf)).toEqual([9, 7.5, -1, 1.46])
    expect(['', '1e3', '0x10', '1,5', 'NaN', null, [1], Infinity].map(numberOf)).toEqual([null, null, null, null, null, null, null, null])
  })

  it('reads ids, lists and long texts', () => {
    expect([idOf(35022), idOf('A-1 '), idOf(1.5), idOf(null)]).toEqual(['35022', 'A-1', '', ''])
    expect([textsIn([' a', '', 3, 'b']), textsIn('c'), textsIn(null)]).toEqual([['a', 'b'], ['c'], []])
    expect([cutText('abc', 3), cutText('abcd', 3)]).toEqual(['abc', 'abc…'])
    expect([listOf([1, 'a']), listOf({}), listOf('a')]).toEqual([[1, 'a'], [], []])
  })

  it('takes lines from 1 on, and only https addresses', () => {
    expect([3, 0, -1, 1.5, '3', null].map(lineOf)).toEqual([3, null, null, null, null, null])
    expect(httpsOf('http://a', null, 'https://b.example.com/x', 'https://c')).toBe('https://b.example.com/x')
    expect(httpsOf('javascript:alert(1)', 'https://a b')).toBeUndefined()
  })
})
