import { expect, it } from 'vitest'
import { trackLowest } from './lowest-severity.ts'
import type { Severity } from './severity.ts'

it.each<[(Severity | null)[], Severity | undefined]>([
  [[], undefined],
  [['critical'], 'critical'],
  [['high', 'critical', 'medium'], 'medium'],
  [['high', 'informational'], undefined],
  [['high', null], undefined],
])('%j goes down to %s', (all, lowest) => {
  const track = trackLowest()
  for (const severity of all) track.add(severity)
  expect(track.min_severity()).toBe(lowest)
})
