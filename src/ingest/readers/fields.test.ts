import { describe, expect, it } from 'vitest'
import { fieldsOf, httpsOf, lineOf, listOf, textOf } from './fields.ts'

describe('fields of unknown values', () => {
  it('gives nothing for what is of another type', () => {
    for (const value of [null, undefined, 1, 'x', true, [1]]) expect(Object.keys(fieldsOf(value))).toEqual([])
    for (const value of [null, 1, {}, ['x']]) expect(textOf(value)).toBe('')
    for (const value of [null, 1, {}, 'x']) expect(listOf(value)).toEqual([])
    for (const value of [0, -1, 1.5, '3', null, Number.NaN]) expect(lineOf(value)).toBeNull()
  })

  it('gives what is there', () => {
    expect(fieldsOf({ a: 1 })).toEqual({ a: 1 })
    expect(fieldsOf('x')['constructor']).toBeUndefined()
    expect(textOf(' x ')).toBe('x')
    expect(lineOf(3)).toBe(3)
    expect(httpsOf('http://a', null, 'https://b.example.com/x', 'https://c')).toBe('https://b.example.com/x')
    expect(httpsOf('javascript:alert(1)', 'https://a b')).toBeUndefined()
  })
})
