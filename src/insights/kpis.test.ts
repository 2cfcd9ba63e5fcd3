import { describe, expect, it } from 'vitest'
import { parseDay } from '../store/days.ts'
import type { HistoryPoint } from './history.ts'
import { kpiSteps, measure } from './kpis.ts'

const from = parseDay('2026-08-01')!
const history = (values: readonly (number | null)[]): HistoryPoint[] =>
  values.map((value, index) => ({ day: from + index, value, numerator: 0, denominator: 0 }))

const kpi = { score: 'secure' as const, target: 80, due: '2026-08-21', review_days: 5, set_on: '2026-08-01' }
/** As it stands on the 11th: ten days before it is due. */
const on = (values: readonly (number | null)[], change: object = {}, day = from + 10) =>
  measure({ ...kpi, ...change }, history(values), day)

describe('a KPI', () => {
  it('is on track when the pace of the last review period is the needed one', () => {
    // 10 points in 10 days are 5 in each 5; the last 5 days brought 5.
    const even = on([60, 60, 60, 60, 60, 65, 66, 67, 68, 69, 70])
    expect(even).toMatchObject({ state: 'on_track', value: 70, gap: 10, days_left: 10, needed_pace: 5, actual_pace: 5, start_value: 60 })
    const slow = on([60, 60, 60, 60, 60, 66, 66, 67, 68, 69, 70])
    expect(slow).toMatchObject({ state: 'at_risk', actual_pace: 4 })
    expect(slow.why).toBe('10.0 points are missing; 5.0 points in every 5 days are needed, the last 5 days brought 4.0')
    expect(on([60, 60, 60, 60, 60, 72, 66, 67, 68, 69, 70])).toMatchObject({ state: 'at_risk', actual_pace: -2 })
  })

  it('of a score of which less is better counts points down', () => {
    expect(on([60, 60, 60, 60, 60, 55, 54, 53, 52, 51, 50], { score: 'exposure', target: 40 })).toMatchObject({
      state: 'on_track',
      gap: 10,
      needed_pace: 5,
      actual_pace: 5,
    })
    expect(on([40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 39], { score: 'exposure', target: 40 })).toMatchObject({ state: 'reached', gap: 0 })
  })

  it('is judged by the end of its last day once that has passed', () => {
    const late = [...Array.from({ length: 21 }, () => 70), 85]
    expect(on(late, {}, from + 21)).toMatchObject({ state: 'missed', days_left: -1, reached_on: '2026-08-22' })
    expect(on(late, {}, from + 21).why).toMatch(/was not met on 2026-08-21; it is met now/)
    expect(on([...Array.from({ length: 21 }, () => 80), 70], {}, from + 21)).toMatchObject({ state: 'reached', gap: 10 })
    expect(
      on(
        Array.from({ length: 21 }, () => 70),
        {},
        from + 20,
      ),
    ).toMatchObject({ state: 'at_risk', days_left: 0, needed_pace: null })
  })

  it('says when nothing is known of its score, and when its pace is not', () => {
    expect(on([60, 60, 60, 60, 60, 65, 66, 67, 68, 69, null])).toMatchObject({ state: 'no_data', value: null, gap: null })
    expect(on([null, null, null, null, null, null, 66, 67, 68, 69, 70])).toMatchObject({ state: 'at_risk', actual_pace: null })
  })

  it('tells the day on which its pace was enough no more, and the one after its last day when it was missed', () => {
    // Five points in every five days are needed; until the 11th they are made, then nothing is.
    const values = Array.from({ length: 23 }, (_, index) => (index <= 5 ? 60 : Math.min(60 + index - 4, 67)))
    const steps = kpiSteps({ ...kpi, review_days: 1 }, history(values), from)
    const stood = values.map((_, index) => measure({ ...kpi, review_days: 1 }, history(values).slice(0, index + 1), from + index).state)
    expect(steps.map(({ index, state }) => [index, state])).toEqual([
      [stood.lastIndexOf('on_track') + 1, 'at_risk'],
      [21, 'missed'],
    ])
    expect(steps[1]).toMatchObject({ before: 67, after: 67, recovered: null, why: expect.stringMatching(/not met on 2026-08-21/) })
    // What was before it was set as it is tells nothing.
    expect(kpiSteps({ ...kpi, review_days: 1 }, history(values), from + 21)).toEqual([])
  })

  it('is at risk anew when a target that was met is lost, and says when it was met again', () => {
    const values = [80, 81, 79, 78, 80, 80]
    expect(kpiSteps(kpi, history(values), from)).toMatchObject([{ index: 2, state: 'at_risk', before: 81, after: 79, recovered: 4 }])
  })
})
