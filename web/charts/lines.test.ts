import { describe, expect, it } from 'vitest'
import { runsOf } from './lines.ts'

describe('runsOf', () => {
  it('never draws over a gap', () => {
    const points = [1, null, null, 2, 3, null].map((value, index) => ({ day: `2026-01-0${index + 1}`, value }))
    expect(runsOf(points).map((run) => run.map(({ index }) => index))).toEqual([[0], [3, 4]])
  })
})
