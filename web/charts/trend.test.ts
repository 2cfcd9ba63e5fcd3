import { describe, expect, it } from 'vitest'
import { dotsOnLine } from './trend.ts'

const dot = (day: string) => ({ day, events: 1, headline: day })

describe('dotsOnLine', () => {
  const points = [
    { day: '2026-01-01', value: 10 },
    { day: '2026-01-02', value: null },
    { day: '2026-01-03', value: 30 },
  ]

  it('puts a dot on the value of its day', () => {
    expect(dotsOnLine([dot('2026-01-01'), dot('2026-01-03')], points).map(({ value }) => value)).toEqual([10, 30])
  })

  it('leaves out days without a score and days before the line', () => {
    expect(dotsOnLine([dot('2025-12-31'), dot('2026-01-02')], points)).toEqual([])
  })
})
