import { expect, it } from 'vitest'
import { counted } from './counted.ts'

it('says one in the singular', () => {
  expect([0, 1, 2].map((count) => counted(count, 'asset'))).toEqual(['0 assets', '1 asset', '2 assets'])
  expect([1, 2].map((count) => counted(count, 'vulnerability', 'vulnerabilities'))).toEqual(['1 vulnerability', '2 vulnerabilities'])
})
