import { describe, expect, it } from 'vitest'
import { everyDay } from './every-day.ts'

describe('everyDay', () => {
  it('holds a value until the next change and to the last day', () => {
    const points = everyDay(
      [
        { day: '2026-02-27', exposure: 40 },
        { day: '2026-03-01', exposure: null },
        { day: '2026-03-02', exposure: 12.5 },
      ],
      '2026-03-03',
    )
    expect(points.map(({ day, value }) => [day, value])).toEqual([
      ['2026-02-27', 40],
      ['2026-02-28', 40],
      ['2026-03-01', null],
      ['2026-03-02', 12.5],
      ['2026-03-03', 12.5],
    ])
  })

  it('is empty without a change', () => {
    expect(everyDay([], '2026-03-03')).toEqual([])
  })
})
