import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cutText,
  fieldsOf,
  firstInstant,
  firstText,
  given,
  httpsOf,
  instantOf,
  isFields,
  lineOf,
  listOf,
  numberOf,
  objectsIn,
  textOf,
  textsIn,
  wordOf,
} from './json-fields.ts'

describe('the fields of an untrusted object', () => {
  it('are what has the shape and nothing else, whatever the value is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(textOf(value)).toBe(typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '')
        expect(Object.getPrototypeOf(fieldsOf(value))).toBe(Object.prototype)
        expect(objectsIn(value).every(isFields)).toBe(true)
        expect(numberOf(value) === null || Number.isFinite(numberOf(value))).toBe(true)
      }),
    )
    expect([isFields({}), isFields([]), isFields(null), isFields('a')]).toEqual([true, false, false, false])
    expect([fieldsOf([1]), fieldsOf(null), fieldsOf({ a: 1 })]).toEqual([{}, {}, { a: 1 }])
    expect(textOf(fieldsOf({ a: 1 })['constructor'])).toBe('')
  })

  it('are texts, also where the tool writes a number', () => {
    expect([' a ', '', 7, 1.5, Number.NaN, true, null, {}, ['a']].map(textOf)).toEqual(['a', '', '7', '1.5', '', '', '', '', ''])
    expect([true, false, ' a', 7, null].map(wordOf)).toEqual(['true', 'false', 'a', '7', ''])
  })

  it('are the first text of several names', () => {
    expect(firstText({ a: ' ', b: null, c: 7, d: 'd' }, 'a', 'b', 'c', 'd')).toBe('7')
    expect(firstText({}, 'a', 'constructor')).toBeUndefined()
  })

  it('are lists, of which only what is readable counts', () => {
    expect([listOf([1, 'a']), listOf({}), listOf('a')]).toEqual([[1, 'a'], [], []])
    expect(objectsIn([{ a: 1 }, null, [], 'a'])).toEqual([{ a: 1 }])
    expect([textsIn([' a', '', null, 4, {}]), textsIn('c'), textsIn(undefined)]).toEqual([['a', '4'], ['c'], []])
  })

  it('are numbers, also written as text, and no other text is one', () => {
    expect(['9', ' 7.5 ', '-1', '+1.46', 0].map(numberOf)).toEqual([9, 7.5, -1, 1.46, 0])
    const none = ['', '1e3', '0x10', '1,5', '7.5 high', 'NaN', null, true, [1], Infinity]
    expect(none.map(numberOf)).toEqual(none.map(() => null))
    expect([3, 0, -1, 1.5, '3', null].map(lineOf)).toEqual([3, null, null, null, null, null])
  })

  it('are times as text, seconds or milliseconds', () => {
    const at = Date.UTC(2026, 0, 2) * 1000
    const values = ['2026-01-02T00:00:00Z', at / 1e6, at / 1e3, 'soon', 0, null]
    expect(values.map(instantOf)).toEqual([at, at, at, null, null, null])
    // What Date cannot hold, and what nobody means.
    expect([8_640_000_000_000_001, Number.MAX_VALUE, Infinity, NaN, -1].map(instantOf)).toEqual([null, null, null, null, null])
    expect(firstInstant(undefined, 'x', '2026-01-02T00:00:00Z')).toBe(at)
    expect(firstInstant('x')).toBeNull()
  })
})

describe('what a record keeps', () => {
  it('is cut text, and nothing for an empty one', () => {
    expect(['  ', '', null, undefined, ' a '].map((text) => cutText(text))).toEqual([undefined, undefined, undefined, undefined, 'a'])
    expect(cutText('x'.repeat(9000))).toBe(`${'x'.repeat(8000)}…`)
    expect([cutText('abc', 3), cutText('abcd', 3)]).toEqual(['abc', 'abc…'])
  })

  it('is the first https address', () => {
    expect(httpsOf('http://a', null, 'javascript:alert(1)', ' https://b.example.com/x', 'https://c')).toBe('https://b.example.com/x')
    expect(httpsOf('https://a b', 'https://a"b', `https://${'a'.repeat(2000)}`, undefined)).toBeUndefined()
  })

  it('leaves out what is not known', () => {
    expect(given({ a: '', b: undefined, c: 0, d: null, e: false })).toEqual({ c: 0, e: false })
  })
})
