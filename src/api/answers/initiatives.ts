import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Initiative } from '../../insights/catalog.ts'
import { readInitiativeHistories, readMetricHistories, scoreOf } from '../../insights/scores.ts'
import { initiativeBounds } from '../../insights/unknown.ts'
import { dayText } from '../../store/days.ts'
import { frameworkSections } from '../../store/queries/initiatives/framework-deltas.ts'
import { newInitiatives } from '../../store/queries/events/read.ts'
import { countCriticalAssets } from '../../store/queries/metrics/deltas.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { InitiativeDetail, InitiativeSummary } from '../shapes.ts'
import { pointsOf, summarizeMetrics, TREND_DAYS, unknownOf, updatedAt } from './metrics.ts'

type Summary = z.infer<typeof InitiativeSummary>

/** All initiatives, the furthest below its target first, those without data last. */
export const summarizeInitiatives = (asked: Asked): Promise<Summary[]> =>
  remember(asked.store, ['initiatives', asked.scope, asked.moment.day, asked.edition], async () => {
    const { store, catalog, scope, moment } = asked
    const from = moment.day - TREND_DAYS
    const metricHistories = await readMetricHistories(store.engine, scope, catalog, from, moment.day)
    const histories = await readInitiativeHistories(store.engine, scope, catalog, metricHistories, from, moment.day)
    const sums = new Map([...metricHistories].map(([id, history]) => [id, history.at(-1)]))
    const unknown = await unknownOf(asked)
    const metrics = new Map((await summarizeMetrics(asked)).map((metric) => [metric.id, metric]))
    const updated_at = await updatedAt(asked)
    const added = await newInitiatives(store.engine, scope.org_id, from + 1, moment.day)
    const initiatives = [...catalog.initiatives.values()]
    const critical = await countCriticalAssets(
      store.engine,
      scope,
      moment.day,
      initiatives.map((initiative) => ({
        id: initiative.id,
        metric_ids: initiative.metrics.flatMap(({ id }) => (metrics.get(id)!.exposed > 0 ? [id] : [])),
      })),
    )
    const summaries = initiatives.map((initiative): Summary => {
      const { id, title, why, kind, preview, generated, learn_more, threats } = initiative
      const history = histories.get(id)!
      const parts = initiative.metrics.map((part) => metrics.get(part.id)!)
      const unfed = parts.filter((metric) => metric.missing.length > 0)
      return {
        id,
        title,
        why,
        kind,
        preview,
        generated: generated ?? false,
        new_since: added.has(id) ? dayText(added.get(id)!) : null,
        learn_more: learn_more ?? null,
        threats,
        score: {
          ...scoreOf(catalog, 'initiative', id, history),
          ...initiativeBounds(unknown, initiative, sums, history.at(-1)),
          ...(initiative.frameworks.length && history.at(-1)?.value === null
            ? { reason: 'no control of this framework has a result' }
            : {}),
        },
        scored_from: initiative.frameworks.length ? 'controls' : 'metrics',
        metrics: parts.length,
        metrics_with_data: parts.filter((metric) => metric.exposure !== null).length,
        missing: [...new Set(unfed.flatMap((metric) => metric.missing))],
        critical_assets: critical.get(id) ?? 0,
        trend: history.slice(-TREND_DAYS).map((point) => point.value),
        updated_at,
      }
    })
    const gap = ({ score }: Summary) => (score.value === null ? -1000 : (score.target ?? 100) - score.value)
    // What reports generate comes after what was written: there may be dozens.
    return summaries.toSorted((a, b) => Number(a.generated) - Number(b.generated) || gap(b) - gap(a) || (a.id < b.id ? -1 : 1))
  })

/**
 * The daily history of every initiative that has a value in the range, by today's definitions, in the order of their ids. Of those that reports generate only
 * the ones for which somebody has set a target: there may be dozens.
 */
export async function initiativeLines({ store, scope, catalog }: Asked, { from, to }: { from: number; to: number }) {
  const metrics = await readMetricHistories(store.engine, scope, catalog, from, to)
  const shown = new Map([...catalog.initiatives].filter(([, { generated, target }]) => !generated || target !== null))
  return [...(await readInitiativeHistories(store.engine, scope, { ...catalog, initiatives: shown }, metrics, from, to))]
    .filter(([, history]) => history.some(({ value }) => value !== null))
    .map(([id, history]) => ({ id, title: catalog.initiatives.get(id)!.title, points: pointsOf(history) }))
}

/** The parts of the framework that an initiative is scored from, with their points; none for one that has metrics. */
export async function sectionsOf(
  { store, scope, moment }: Asked,
  initiative: Initiative,
): Promise<z.infer<typeof InitiativeDetail>['sections']> {
  const sections = await frameworkSections(store.engine, scope, initiative.framework_keys ?? [], moment.day)
  return sections
    .map(({ points, max_points, ...section }) => ({
      ...section,
      points: points / 1000,
      max_points: max_points / 1000,
      value: (100 * points) / max_points,
    }))
    .toSorted((a, b) => a.section.localeCompare(b.section, 'en', { numeric: true }))
}

/** One initiative of the catalog. Throws UserError('unknown_initiative'). */
export function findInitiative({ catalog }: Asked, id: string): Initiative {
  const initiative = catalog.initiatives.get(id)
  if (!initiative) throw new UserError('unknown_initiative', `there is no initiative "${id.slice(0, 100)}"`, { status: 404 })
  return initiative
}
