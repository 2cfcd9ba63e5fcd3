import { expect, it } from 'vitest'
import { statedCriticality } from './stated-criticality.ts'

it.each([
  ['1 -  Most Critical ', 'servicenow: 1 - most critical'],
  ['  ', null],
  [null, null],
  [undefined, null],
  ['x'.repeat(500), `servicenow: ${'x'.repeat(100)}`],
])('%s is %s', (word, expected) => {
  expect(statedCriticality('servicenow', word)).toBe(expected)
})
