import { describe, expect, it } from 'vitest'
import { asFields, asList, asNumber, asText, asTexts, cutText, httpsLink } from './fields.ts'

describe('fields', () => {
  it.each([
    [' a ', 'a'],
    ['', undefined],
    [7, '7'],
    [false, 'false'],
    [null, undefined],
    [{}, undefined],
    [Number.NaN, undefined],
  ])('%j as a text is %j', (value, text) => expect(asText(value)).toBe(text))

  it.each([
    [7.5, 7.5],
    ['7.5', 7.5],
    ['-1', -1],
    ['', undefined],
    ['7,5', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
  ])('%j as a number is %j', (value, number) => expect(asNumber(value)).toBe(number))

  it('take objects and lists for what they are', () => {
    expect(asFields([])).toBeNull()
    expect(asFields(null)).toBeNull()
    expect(asText(asFields({ a: 1 })?.['constructor'])).toBeUndefined()
    expect(asList({})).toEqual([])
    expect(asTexts([' a', null, 4, {}])).toEqual(['a', '4'])
  })

  it('cut long texts and keep short ones', () => {
    expect(cutText('  ')).toBeUndefined()
    expect(cutText(' a ')).toBe('a')
    expect(cutText('x'.repeat(9000))).toHaveLength(8001)
  })

  it('take https links only', () => {
    expect(httpsLink(undefined, 'http://a.example', 'javascript:alert(1)', 'https://b.example/x')).toBe('https://b.example/x')
    expect(httpsLink('https://a b', 'x')).toBeUndefined()
  })
})
