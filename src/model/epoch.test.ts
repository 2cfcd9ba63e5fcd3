import { expect, it } from 'vitest'
import { parseEpoch } from './epoch.ts'
import { parseInstant } from './time.ts'

it('reads seconds since 1970, and nothing else', () => {
  expect([parseEpoch(1_700_000_000), parseEpoch(' 1700000000 ')]).toEqual(Array(2).fill(parseInstant('2023-11-14T22:13:20Z')))
  expect([1.7e12, '1700000000000', 0, '', null, '1.7e9', 1700000000.5].map(parseEpoch)).toEqual(Array(7).fill(null))
})
