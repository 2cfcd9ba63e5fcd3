import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../model/time.ts'
import { dateInName } from './date-in-name.ts'

describe('dateInName', () => {
  it.each([
    ['files_exploits.reassembled-2022-07-31.csv', '2022-07-31'],
    ['epss_scores_20240102.csv.gz', '2024-01-02'],
    ['from-2020-01-01-to-2021-02-03.json', '2021-02-03'],
  ])('%s', (name, date) => {
    expect(dateInName(name)).toBe(parseInstant(`${date}T12:00:00Z`))
  })

  it.each(['files_exploits.csv', 'nvd-2024-13-01.json', 'build-120240101.csv', 'x-2024-02-30.json'])('%s has none', (name) => {
    expect(dateInName(name)).toBeNull()
  })
})
