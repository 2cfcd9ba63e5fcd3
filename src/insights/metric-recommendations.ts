import type { Engine } from '../store/engines/engine.ts'
import { type Exposing, recommendedAssets, recommendedParts, type RecommendedPart } from '../store/queries/metrics/recommended.ts'
import type { Scope } from '../store/scope.ts'
import type { Metric } from './catalog.ts'
import { compileMetric } from './metric-condition.ts'

/** The id under which a metric's own recommendation stands beside those of findings. */
export const ownRecommendation = (metric: Pick<Metric, 'id'>): string => `metric:${metric.id}`

/** Which findings make an asset exposed to a metric; null: none does, it asks for attributes alone. `prefix`: of its parameters' names. */
function exposingOf(metric: Metric, prefix: string): Exposing | null {
  const { population, terms, params } = compileMetric(metric.population, metric.exposed_when, 'asset', prefix)
  const looking = terms.filter((term) => term.finding !== null)
  if (looking.length === 0) return null
  const any = looking.map((term) => `(${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding}))`).join(' or ')
  return { sql: `(${population}) and (${any})`, params }
}

/**
 * What is recommended for a metric at the end of a day: the recommendations that close findings which make `exposed` assets exposed, and last the metric's own
 * for the assets of which none of those closes anything. So the assets of a metric are the union of those of its recommendations (M-039).
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
  const rest = exposing ? (await recommendedAssets(engine, scope, day, exposed, exposing, null)).size : exposed.length
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
  if (!exposing) return new Set(own ? exposed : [])
  return recommendedAssets(engine, scope, day, exposed, exposing, own ? null : recommendation)
}
