import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryPoint } from '../history.ts'
import { scoreSteps, targetSteps } from './score-steps.ts'

const history = (values: readonly (number | null)[]): HistoryPoint[] =>
  values.map((value, index) => ({ day: 100 + index, value, numerator: value ?? 0, denominator: value === null ? 0 : 100 }))

const values = fc.array(fc.option(fc.integer({ min: 0, max: 40 }), { freq: 6 }), { maxLength: 12 })

describe('steps of a score', () => {
  it('are told with their size, direction and recovery as looking at each pair of days tells', () => {
    fc.assert(
      fc.property(
        values,
        fc.constantFrom('exposure' as const, 'secure' as const),
        fc.integer({ min: 1, max: 9 }),
        (line, score, threshold) => {
          const lower = score === 'exposure'
          const wanted = []
          for (let index = 1; index < line.length; index++) {
            const [before, after] = [line[index - 1]!, line[index]!]
            if (before === null || after === null || Math.abs(after - before) < threshold) continue
            const worse = lower ? after > before : after < before
            let recovered: number | null = null
            for (let later = line.length - 1; worse && later > index; later--) {
              const value = line[later] ?? null
              if (value !== null && (lower ? value <= before : value >= before)) recovered = later
            }
            wanted.push({ index, before, after, points: Math.abs(after - before), direction: worse ? 'worse' : 'better', recovered })
          }
          expect(scoreSteps(score, history(line), threshold)).toEqual(wanted)
        },
      ),
    )
  })

  it('a target is reached, fallen below, or missed on its day; a day without a value says nothing', () => {
    const found = targetSteps('initiative', history([70, 80, 85, null, 79, 78, 80]), 80, null)
    expect(found.map(({ index, what, recovered }) => [index, what, recovered])).toEqual([
      [1, 'reached', null],
      [6, 'reached', null],
    ])
    expect(targetSteps('initiative', history([85, 79, 81]), 80, null).map(({ what, recovered }) => [what, recovered])).toEqual([
      ['fell_below', 2],
      ['reached', null],
    ])
    // Day 102 is the last; it is told on the day after, when the score was not there at the end of it.
    expect(
      targetSteps('initiative', history([70, 71, 72, 73, 90]), 80, 102).map(({ index, what, recovered }) => [index, what, recovered]),
    ).toEqual([
      [3, 'due', 4],
      [4, 'reached', null],
    ])
    expect(targetSteps('initiative', history([70, 71, 90, 73]), 80, 102).map(({ what }) => what)).toEqual(['reached', 'fell_below'])
    expect(targetSteps('exposure', history([30, 41]), 40, null).map(({ what }) => what)).toEqual(['fell_below'])
  })
})
