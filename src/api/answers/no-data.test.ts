import { expect, it } from 'vitest'
import { type Unanswered, whyNoData } from './no-data.ts'

const base: Unanswered = {
  missing: [],
  population: 'operating system is ios',
  objectives: [],
  counts: { scanned: 0, stale: 0, never_scanned: 0 },
  last: null,
}

it.each<[string, Partial<Unanswered>, string]>([
  [
    'a need that nothing feeds, and how it could be',
    { missing: [{ title: 'Owners', why: 'A CSV that names them.' }], counts: { scanned: 3, stale: 0, never_scanned: 0 } },
    'Needs Owners: A CSV that names them.',
  ],
  ['nobody to ask', {}, 'No asset is there that it asks: operating system is ios.'],
  [
    'nobody to ask any more',
    { last: '2026-05-01' },
    'No asset is there that it asks: operating system is ios. It was last answered on 2026-05-01.',
  ],
  [
    'checks that no fresh report ran',
    { objectives: ['Backups are there'], counts: { scanned: 1, stale: 1, never_scanned: 0 } },
    'Needs a recent report that checks, on the 2 assets that it asks, one of: Backups are there.',
  ],
  [
    'reports that are too old',
    { counts: { scanned: 0, stale: 1, never_scanned: 4 }, last: '2026-05-01' },
    'Needs a recent report about the 5 assets that it asks: the last one is too old. It was last answered on 2026-05-01.',
  ],
  [
    'assets that nobody ever looked at',
    { counts: { scanned: 0, stale: 0, never_scanned: 1 } },
    'Needs a recent report about the one asset that it asks: none ever looked at what it needs.',
  ],
])('says of a metric without data: %s', (_, more, words) => {
  expect(whyNoData({ ...base, ...more })).toBe(words)
})
