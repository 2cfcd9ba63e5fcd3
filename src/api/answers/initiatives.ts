import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Initiative } from '../../insights/catalog.ts'
import { initiativeHistories, readMetricHistories, scoreOf } from '../../insights/scores.ts'
import { initiativeBounds } from '../../insights/unknown.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { InitiativeSummary } from '../shapes.ts'
import { exposedBy, pointsOf, summarizeMetrics, TREND_DAYS, unknownOf } from './metrics.ts'

type Summary = z.infer<typeof InitiativeSummary>

/** All initiatives, the furthest below its target first, those without data last. */
export const summarizeInitiatives = (asked: Asked): Promise<Summary[]> =>
  remember(asked.store, ['initiatives', asked.scope, asked.moment.day], async () => {
    const { store, catalog, scope, moment } = asked
    const from = moment.day - TREND_DAYS
    const metricHistories = await readMetricHistories(store.engine, scope, catalog, from, moment.day)
    const histories = initiativeHistories(catalog, metricHistories, from, moment.day)
    const sums = new Map([...metricHistories].map(([id, history]) => [id, history.at(-1)]))
    const unknown = await unknownOf(asked)
    const metrics = new Map((await summarizeMetrics(asked)).map((metric) => [metric.id, metric]))
    const summaries: Summary[] = []
    for (const initiative of catalog.initiatives.values()) {
      const { id, title, why, kind } = initiative
      const history = histories.get(id)!
      const parts = initiative.metrics.map((part) => metrics.get(part.id)!)
      summaries.push({
        id,
        title,
        why,
        kind,
        score: { ...scoreOf(catalog, 'initiative', id, history), ...initiativeBounds(unknown, initiative, sums) },
        metrics: parts.length,
        metrics_with_data: parts.filter((metric) => metric.exposure !== null).length,
        critical_assets: await countCritical(
          asked,
          parts.filter((metric) => metric.exposed > 0).map((metric) => metric.id),
        ),
        trend: history.slice(-TREND_DAYS).map((point) => point.value),
      })
    }
    const gap = ({ score }: Summary) => (score.value === null ? -1000 : score.target! - score.value)
    return summaries.toSorted((a, b) => gap(b) - gap(a) || (a.id < b.id ? -1 : 1))
  })

/** The daily history of every initiative that has a value in the range, by today's definitions, in the order of their ids. */
export async function initiativeLines({ store, scope, catalog }: Asked, { from, to }: { from: number; to: number }) {
  const metrics = await readMetricHistories(store.engine, scope, catalog, from, to)
  return [...initiativeHistories(catalog, metrics, from, to)]
    .filter(([, history]) => history.some(({ value }) => value !== null))
    .map(([id, history]) => ({ id, title: catalog.initiatives.get(id)!.title, points: pointsOf(history) }))
}

/** Distinct assets of high or very high criticality that some of these metrics find exposed. */
async function countCritical(asked: Asked, metric_ids: readonly string[]): Promise<number> {
  const found = new Set<number>()
  for (const id of metric_ids) {
    for (const asset of await exposedBy(asked, id))
      if (asset.criticality === 'high' || asset.criticality === 'very_high') found.add(asset.asset_id)
  }
  return found.size
}

/** One initiative of the catalog. Throws UserError('unknown_initiative'). */
export function findInitiative({ catalog }: Asked, id: string): Initiative {
  const initiative = catalog.initiatives.get(id)
  if (!initiative) throw new UserError('unknown_initiative', `there is no initiative "${id.slice(0, 100)}"`, { status: 404 })
  return initiative
}
