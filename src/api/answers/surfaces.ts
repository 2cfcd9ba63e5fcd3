import type { z } from 'zod'
import { everyDay, type HistoryPoint, statesOf } from '../../insights/history.ts'
import { readHistory } from '../../insights/scores.ts'
import type { CataloguedRecommendation } from '../../insights/recommendation-catalog.ts'
import { recommendationStates, surfaces } from '../../model/recommendation.ts'
import { controlPoints, surfaceStates } from '../../store/queries/recommendations/surfaces.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { SurfaceSummary } from '../shapes/recommendation.ts'
import { pointsOf } from './metrics.ts'
import { catalogue } from './recommendations.ts'

/** Days of history in the head of a surface. */
const DAYS = 90

const risks = ['critical', 'high', 'medium', 'low'] as const

type Summary = z.infer<typeof SurfaceSummary>

const byState = (rows: readonly CataloguedRecommendation[]): Summary['recommendations'] =>
  recommendationStates.map((state) => ({ state, recommendations: rows.filter((row) => row.state === state).length }))

/**
 * Every attack surface of which something is known: its own scores over {@link DAYS} days, and its recommendations by state and risk. `total`:
 * all recommendations by state; one may be about several surfaces.
 */
export const answerSurfaces = (asked: Asked): Promise<{ total: Summary['recommendations']; items: Summary[] }> =>
  remember(asked.store, ['surfaces', asked.scope, asked.moment.day, asked.edition], async () => {
    const { store, catalog, scope, moment } = asked
    const from = moment.day - DAYS + 1
    const [rows, states, points, exposure, secure] = await Promise.all([
      catalogue(asked),
      surfaceStates(store.engine, scope, from, moment.day),
      controlPoints(store.engine, scope, from, moment.day),
      readHistory(store.engine, scope, catalog, 'exposure', '', moment.day, moment.day),
      readHistory(store.engine, scope, catalog, 'secure', '', moment.day, moment.day),
    ])
    const surfacesOfControl = new Map(
      rows.filter((row) => row.kind === 'setting').map((row) => [row.id.slice('setting:'.length), row.surfaces]),
    )
    const items = surfaces.flatMap((surface): Summary[] => {
      const own = rows.filter((row) => row.surfaces.includes(surface))
      const exposed = everyDay(
        states.filter((state) => state.surface === surface),
        from,
        moment.day,
      )
      const deltas = points
        .filter(({ control_id }) => surfacesOfControl.get(control_id)?.includes(surface))
        .map(({ day, points, max_points }) => ({ day, numerator_delta: points, denominator_delta: max_points }))
      const secured = everyDay(statesOf(byDay(deltas), 1000), from, moment.day)
      const scores = {
        exposure: headOf(exposed, exposure.at(-1)?.value ?? null),
        secure: headOf(secured, secure.at(-1)?.value ?? null),
      }
      if (own.length === 0 && scores.exposure === null && scores.secure === null) return []
      return [
        {
          surface,
          ...scores,
          recommendations: byState(own),
          risks: risks.map((risk) => ({
            risk,
            recommendations: own.filter((row) => row.state === 'not_compliant' && row.risk === risk).length,
          })),
        },
      ]
    })
    return { total: byState(rows), items }
  })

function byDay(deltas: readonly { day: number; numerator_delta: number; denominator_delta: number }[]) {
  const sums = new Map<number, { day: number; numerator_delta: number; denominator_delta: number }>()
  for (const delta of deltas) {
    const sum = sums.get(delta.day)
    if (sum) {
      sum.numerator_delta += delta.numerator_delta
      sum.denominator_delta += delta.denominator_delta
    } else sums.set(delta.day, { ...delta })
  }
  return [...sums.values()].toSorted((a, b) => a.day - b.day)
}

function headOf(history: readonly HistoryPoint[], whole: number | null) {
  const value = history.at(-1)?.value ?? null
  if (value === null) return null
  const before = history.at(-15)?.value ?? null
  return { value, whole, change_14d: before === null ? null : value - before, history: pointsOf(history) }
}
