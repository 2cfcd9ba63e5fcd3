import { expect, it } from 'vitest'
import type { CataloguedRecommendation } from '../../insights/recommendation-catalog.ts'
import { implementationWords, productUrl } from './recommendation-words.ts'

const row = (given: Partial<CataloguedRecommendation>) =>
  ({
    kind: 'update',
    state: 'not_compliant',
    assets: 0,
    assets_after: 0,
    applicable_assets: null,
    done_assets: null,
    done_inside: null,
    total_inside: null,
    stale: false,
    ...given,
  }) as CataloguedRecommendation

it('the sentence names the counts that are known', () => {
  expect(implementationWords(row({ assets: 27, assets_after: 27, applicable_assets: 80 }))).toBe('Open on 27 of 80 assets that have it.')
  expect(implementationWords(row({ assets: 1, assets_after: 0 }))).toBe('Open on 1 asset. An exception keeps 1 asset out of the scores.')
  expect(implementationWords(row({}))).toBe('Done: nothing of it is open any more.')
  expect(implementationWords(row({ kind: 'setting', applicable_assets: 1, done_assets: 0, done_inside: 72, total_inside: 1595 }))).toBe(
    '72 of 1,595 items that the check counts meet it. 0 of 1 asset meets it.',
  )
  expect(implementationWords(row({ kind: 'setting', applicable_assets: 0, stale: true }))).toMatch(/no answer.*silent/)
})
it('only https addresses lead out, and the host is told', () => {
  expect(productUrl('https://portal.example.com/x?y')).toEqual({ url: 'https://portal.example.com/x?y', host: 'portal.example.com' })
  for (const bad of ['http://portal.example.com', 'javascript:alert(1)', 'https://good.example@bad.example/', '', 'ftp://x', null])
    expect(productUrl(bad), String(bad)).toBe(null)
})
