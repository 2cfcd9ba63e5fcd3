import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Initiative, Metric, Weight } from '../../insights/catalog.ts'
import { assetColumns, metricColumns } from '../../insights/condition-fields.ts'
import { conditionWords } from '../../insights/condition-words.ts'
import type { HistoryPoint } from '../../insights/history.ts'
import { impactOf, metricWeight, partsOn } from '../../insights/initiatives.ts'
import { objectivesOf } from '../../insights/metric-condition.ts'
import { fedCapabilities, metricAssets, missingNeeds } from '../../insights/metrics.ts'
import { readMetricHistories } from '../../insights/scores.ts'
import { metricBounds, readUnknown, type Unknown } from '../../insights/unknown.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import { lastImport, recordedAt } from '../../store/known/taken.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import { type Unanswered, whyNoData } from './no-data.ts'
import type { MetricSummary, Point } from '../shapes.ts'

type Summary = z.infer<typeof MetricSummary>

/** Days in a small trend. */
export const TREND_DAYS = 14

/** How far back the day of the last change is looked for. */
const LOOK_BACK = 730

/** A history as it goes over the wire. */
export const pointsOf = (history: readonly HistoryPoint[]): z.infer<typeof Point>[] =>
  history.map(({ day, ...point }) => ({ day: dayText(day), ...point }))

/** What is unknown at the end of the day asked for. */
export const unknownOf = ({ store, catalog, edition, scope, moment }: Asked): Promise<Unknown> =>
  remember(store, ['unknown', scope, moment.day, edition], () => readUnknown(store.engine, scope, catalog, moment.day))

/** Histories of all metrics, ending on the day asked for; enough of them for a summary. */
export const historiesOf = ({ store, catalog, scope, moment }: Asked) =>
  readMetricHistories(store.engine, scope, catalog, moment.day - LOOK_BACK, moment.day)

/**
 * All metrics, those whose fixing would gain most first, those without data last. `within`: only those of an initiative, with the weight and the gain that they
 * have in it; else with the greatest that they have in any.
 */
export const summarizeMetrics = (asked: Asked, within: Initiative | null = null): Promise<Summary[]> =>
  remember(asked.store, ['metrics', asked.scope, asked.moment.day, asked.edition, within?.id ?? null], async () => {
    const { store } = asked
    const own = within && new Set(within.metrics.map(({ id }) => id))
    const catalog = own ? { ...asked.catalog, metrics: new Map([...asked.catalog.metrics].filter(([id]) => own.has(id))) } : asked.catalog
    const histories = await historiesOf({ ...asked, catalog })
    const fed = await fedCapabilities(store.engine, asked.scope.org_id, catalog)
    const unknown = await unknownOf(asked)
    const updated_at = await updatedAt(asked)
    return [...catalog.metrics.values()]
      .map((metric) => summarize(asked, metric, histories, missingNeeds(metric, fed), unknown, updated_at, within))
      .toSorted(
        (a, b) => (b.score_impact ?? -1) - (a.score_impact ?? -1) || (b.exposure ?? -1) - (a.exposure ?? -1) || (a.id < b.id ? -1 : 1),
      )
  })

function summarize(
  { catalog }: Asked,
  metric: Metric,
  histories: ReadonlyMap<string, readonly HistoryPoint[]>,
  missing: readonly string[],
  unknown: Unknown,
  updated_at: string | null,
  within: Initiative | null,
): Summary {
  const history = histories.get(metric.id)!
  const now = history.at(-1)!
  const before = history.at(-1 - TREND_DAYS)?.value ?? null
  const inside = [...catalog.initiatives.values()].filter((initiative) => initiative.metrics.some(({ id }) => id === metric.id))
  const counting = within ? [within] : inside
  const impacts = counting.map((initiative) =>
    impactOf(
      partsOn(initiative, histories, history.length - 1),
      initiative.metrics.findIndex(({ id }) => id === metric.id),
    ),
  )
  const known = impacts.filter((impact) => impact !== null)
  const state = now.value !== null && now.numerator > 0 ? (metric.handled ?? stateAt(now)) : stateAt(now)
  const { best, worst, coverage } = metricBounds(unknown, metric.id, now)
  const changed = history.findLastIndex(
    (point, index) =>
      index > 0 && (point.numerator !== history[index - 1]!.numerator || point.denominator !== history[index - 1]!.denominator),
  )
  return {
    id: metric.id,
    title: metric.title,
    why: metric.why,
    source: metric.source,
    state,
    needs: titlesOf(catalog, metric.needs),
    missing: titlesOf(catalog, missing),
    no_data: state === 'no_data' ? unansweredWords(catalog, metric, missing, coverage, history) : null,
    exposed: now.numerator,
    total: now.denominator,
    exposure: now.value === null ? null : now.value / 100,
    best: best === null ? null : best / 100,
    worst: worst === null ? null : worst / 100,
    coverage,
    weight: heaviest(counting.flatMap((initiative) => initiative.metrics.filter(({ id }) => id === metric.id).map(({ weight }) => weight))),
    score_impact: known.length ? Math.max(...known) : null,
    change_14d: now.value === null || before === null ? null : now.value - before,
    trend: history.slice(-TREND_DAYS).map(({ value }) => (value === null ? null : value / 100)),
    initiatives: inside.map(({ id, title }) => ({ id, title })),
    last_changed_on: changed === -1 ? null : dayText(history[changed]!.day),
    state_since: stateSince(history),
    updated_at,
  }
}

const stateAt = ({ value, numerator }: HistoryPoint): Summary['state'] =>
  value === null ? 'no_data' : numerator === 0 ? 'met' : 'needs_attention'

function unansweredWords(
  catalog: Asked['catalog'],
  metric: Metric,
  missing: readonly string[],
  counts: Unanswered['counts'],
  history: readonly HistoryPoint[],
): string {
  const last = history.findLast(({ value }) => value !== null)
  return whyNoData({
    missing: missing.flatMap((need) => catalog.capabilities.get(need) ?? []),
    population: conditionWords(metric.population, assetColumns),
    objectives: (objectivesOf(metric.exposed_when) ?? []).map((id) => catalog.objectives.get(id)?.title ?? id),
    counts,
    last: last ? dayText(last.day) : null,
  })
}

/** The first day of the state that the last day has; null: all days have it. */
function stateSince(history: readonly HistoryPoint[]): string | null {
  const now = stateAt(history.at(-1)!)
  const other = history.findLastIndex((point) => stateAt(point) !== now)
  return other === -1 ? null : dayText(history[other + 1]!.day)
}

/** When the newest import was recorded that had come at the moment asked for: since then nothing new was worked out. */
export const updatedAt = ({ store, moment }: Asked): Promise<string | null> =>
  remember(store, ['updated', moment.at], async () => {
    const at = await recordedAt(store.engine, await lastImport(store.engine, moment.at))
    return at === null ? null : formatInstant(at)
  })

const titlesOf = (catalog: Asked['catalog'], needs: readonly string[]): string[] =>
  needs.map((need) => catalog.capabilities.get(need)?.title ?? need)

/** The greatest of some weights; a metric of no initiative counts as medium. */
const heaviest = (weights: readonly Weight[]): Weight => weights.toSorted((a, b) => metricWeight[b] - metricWeight[a])[0] ?? 'medium'

/** One metric of the catalog. Throws UserError('unknown_metric'). */
export function findMetric({ catalog }: Asked, id: string): Metric {
  const metric = catalog.metrics.get(id)
  if (!metric) throw new UserError('unknown_metric', `there is no metric "${id.slice(0, 100)}"`, { status: 404 })
  return metric
}

/** The definition of a metric in words. */
export const metricWords = (metric: Metric) => ({
  recommendation: metric.recommendation ?? null,
  population: conditionWords(metric.population, assetColumns),
  exposed_when: conditionWords(metric.exposed_when, metricColumns),
  yaml: metric.yaml,
})

/** All assets that a metric finds exposed, with the reason; none where nothing feeds what it needs: then it is not known. */
export const exposedBy = ({ store, catalog, edition, scope, moment }: Asked, id: string) =>
  remember(store, ['metric assets', id, scope, moment.day, edition], async () => {
    const metric = catalog.metrics.get(id)!
    if (missingNeeds(metric, await fedCapabilities(store.engine, scope.org_id, catalog)).length) return []
    return metricAssets(store.engine, scope, metric, moment.day, { limit: 100_000 })
  })
