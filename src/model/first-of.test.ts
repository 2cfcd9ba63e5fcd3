import { expect, it } from 'vitest'
import { firstOf } from './first-of.ts'

it.each([
  [[], undefined],
  [['a.js'], 'a.js'],
  [['a.js', 'b.js', 'c.js'], 'a.js and 2 more'],
])('of %j it is %s', (all, expected) => expect(firstOf(all)).toBe(expected))
