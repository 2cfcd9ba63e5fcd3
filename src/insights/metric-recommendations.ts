import type { Engine } from '../store/engines/engine.ts'
import { type Exposing, recommendedAssets, recommendedParts, type RecommendedPart } from '../store/queries/metrics/recommended.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import { compileMetric } from './metric-condition.ts'

const OWN = 'metric:'

/** The id under which a metric's own recommendation stands beside those of findings. */
export const ownRecommendation = (metric: Pick<Metric, 'id'>): string => `${OWN}${metric.id}`

/** The metric whose own recommendation an id names, when it {@link standsAlone}; null: it names another, or none. */
export function metricOfAction(catalog: Catalog, id: string): Metric | null {
  const metric = id.startsWith(OWN) ? catalog.metrics.get(id.slice(OWN.length)) : undefined
  return metric && standsAlone(metric) ? metric : null
}

/**
 * Whether a metric's own recommendation is for all assets that it finds exposed, and so stands in the catalogue over all sources: what an organisation wrote for a
 * metric of its own, and what comes with a metric that looks at attributes alone.
 */
export const standsAlone = (metric: Metric): boolean =>
  metric.recommendation !== undefined && (metric.own === true || exposingOf(metric, 'metric') === null)

/** Which findings make an asset exposed to a metric; null: none does, it asks for attributes alone. `prefix`: of its parameters' names. */
function exposingOf(metric: Metric, prefix: string): Exposing | null {
  const { population, terms, params } = compileMetric(metric.population, metric.exposed_when, 'asset', prefix)
  const looking = terms.filter((term) => term.finding !== null)
  if (looking.length === 0) return null
  const any = looking.map((term) => `(${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding}))`).join(' or ')
  return { sql: `(${population}) and (${any})`, params }
}

/**
 * What is recommended for a metric at the end of a day: the recommendations that close findings which make `exposed` assets exposed, and last the metric's own,
 * which is for all of them when it {@link standsAlone}, else for those of which none of the others closes anything. So the assets of a metric are the union of those of its recommendations (M-039).
 */
export async function metricRecommendations(
  engine: Engine,
  scope: Scope,
  metric: Metric,
  day: number,
  exposed: readonly number[],
): Promise<RecommendedPart[]> {
  const exposing = exposingOf(metric, 'metric')
  const parts = exposing ? await recommendedParts(engine, scope, day, exposed, exposing) : []
  const rest =
    exposing && !standsAlone(metric) ? (await recommendedAssets(engine, scope, day, exposed, exposing, null)).size : exposed.length
  return rest > 0 ? [...parts, { recommendation: ownRecommendation(metric), assets: rest }] : parts
}

/** Those of a metric's exposed assets that one of {@link metricRecommendations} is for. */
export async function metricAssetsOf(
  engine: Engine,
  scope: Scope,
  metric: Metric,
  day: number,
  exposed: readonly number[],
  recommendation: string,
): Promise<Set<number>> {
  const exposing = exposingOf(metric, 'metric')
  const own = recommendation === ownRecommendation(metric)
  if (own && standsAlone(metric)) return new Set(exposed)
  if (!exposing) return new Set(own ? exposed : [])
  return recommendedAssets(engine, scope, day, exposed, exposing, own ? null : recommendation)
}
