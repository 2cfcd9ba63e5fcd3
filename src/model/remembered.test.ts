import { expect, test } from 'vitest'
import { remembered } from './remembered.ts'

test('makes a thing of a text once, until it has seen too many others', () => {
  const asked: string[] = []
  const lengthOf = remembered((text) => {
    asked.push(text)
    return text === '' ? null : { length: text.length }
  }, 2)
  expect(lengthOf('ab')).toEqual({ length: 2 })
  expect(lengthOf('ab')).toBe(lengthOf('ab'))
  expect([lengthOf(''), lengthOf('')]).toEqual([null, null])
  expect(asked).toEqual(['ab', ''])
  expect(lengthOf('abc')).toEqual({ length: 3 })
  expect(lengthOf('ab')).toEqual({ length: 2 })
  expect(asked).toEqual(['ab', '', 'abc', 'ab'])
})

test('does not keep long texts', () => {
  let asked = 0
  const count = remembered(() => ++asked)
  expect([count('x'.repeat(501)), count('x'.repeat(501))]).toEqual([1, 2])
})
