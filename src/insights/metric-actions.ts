import type { AssetType } from '../model/asset.ts'
import { impactOfGain, surfacesOf, type RecommendationState } from '../model/recommendation.ts'
import type { Engine } from '../store/engines/engine.ts'
import { type ExposedAsset, exposedAssets } from '../store/queries/metrics/exposed-assets.ts'
import { LOOK_BACK, TREND_DAYS } from '../store/queries/recommendations/course.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import type { HistoryPoint } from './history.ts'
import { impactOf, partsOn, weightOf } from './initiatives.ts'
import { ownRecommendation, standsAlone } from './metric-recommendations.ts'
import { compile } from './metrics.ts'
import type { CataloguedRecommendation } from './recommendation-catalog.ts'

/** No organisation has more assets than this. */
const ALL = 1_000_000

/**
 * The actions that metrics themselves ask for, as rows of the catalogue: of every metric whose text is for all of its assets and that ever had data. `gain`: points
 * of the initiative that would gain most were none of its assets exposed any more; other metrics stay as they are. `histories`: of all metrics, every day up to
 * the one asked about.
 */
export async function metricActions(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  day: number,
  histories: ReadonlyMap<string, readonly HistoryPoint[]>,
): Promise<CataloguedRecommendation[]> {
  const rows: CataloguedRecommendation[] = []
  for (const metric of catalog.metrics.values()) {
    const history = histories.get(metric.id) ?? []
    if (!standsAlone(metric) || history.every(({ value }) => value === null)) continue
    rows.push(rowOf(catalog, metric, histories, (history.at(-1)?.numerator ?? 0) > 0 ? await exposedTo(engine, scope, metric, day) : []))
  }
  return rows
}

/** The assets that the action of a metric is for, most critical first. */
export const exposedTo = (engine: Engine, scope: Scope, metric: Metric, day: number): Promise<ExposedAsset[]> =>
  exposedAssets(engine, scope, compile(metric), day, { limit: ALL, offset: 0 })

function rowOf(
  catalog: Catalog,
  metric: Metric,
  histories: ReadonlyMap<string, readonly HistoryPoint[]>,
  exposed: readonly ExposedAsset[],
): CataloguedRecommendation {
  const history = histories.get(metric.id)!
  const now = history.at(-1)!
  const initiatives = [...catalog.initiatives.values()].filter((initiative) => initiative.metrics.some(({ id }) => id === metric.id))
  const placed = initiatives.map((initiative) => ({ initiative, index: initiative.metrics.findIndex(({ id }) => id === metric.id) }))
  const gain = Math.max(
    0,
    ...placed.map(({ initiative, index }) => impactOf(partsOn(initiative, histories, history.length - 1), index) ?? 0),
  )
  const state = stateOf(metric, now)
  return {
    id: ownRecommendation(metric),
    kind: 'metric',
    title: `${firstClause(metric.recommendation!)} (${metric.title})`,
    component: null,
    fixed_version: null,
    gain,
    gain_before: gain,
    score: 'initiative',
    exposure_gain: 0,
    secure_gain: 0,
    impact: impactOfGain(gain),
    state,
    exception: 'active',
    remediation_type: 'configuration_change',
    assets: exposed.length,
    assets_after: metric.handled === undefined ? exposed.length : 0,
    critical_assets: exposed.filter(({ criticality }) => criticality === 'high' || criticality === 'very_high').length,
    internet_assets: exposed.filter(({ internet_facing }) => internet_facing === true).length,
    findings: 0,
    vulnerabilities: 0,
    stage: 'none',
    severity: null,
    applicable_assets: now.value === null ? null : now.denominator,
    done_assets: now.value === null ? null : now.denominator - now.numerator,
    done_inside: null,
    total_inside: null,
    user_impact: null,
    active_alert: null,
    trend: Array.from({ length: TREND_DAYS }, (_, index) => history.at(index - TREND_DAYS)?.numerator ?? 0),
    changed_on_day: lastTurn(history.slice(-LOOK_BACK)),
    threats: [],
    tags: [],
    surfaces: surfacesOf(
      exposed.map(({ type }) => type as AssetType),
      [],
    ),
    workload: null,
    vendor: null,
    sources: [],
    stale: false,
    counts: state !== 'not_available' && placed.some(({ initiative, index }) => weightOf(initiative.metrics[index]!) > 0),
    risk: null,
    rank: null,
    objectives: [],
    metrics: [metric.id],
    initiatives: initiatives.map(({ id }) => id),
    source: metric.source ?? null,
    category: null,
    description: metric.why,
    remediation: metric.recommendation!,
    url: metric.source ?? null,
  }
}

/** What a text says up to its first full stop or semicolon, in one line. */
const firstClause = (text: string): string => /^[^;.!?]*/.exec(text.trim())![0].replace(/\s+/g, ' ').slice(0, 120)

function stateOf(metric: Metric, { value, numerator }: HistoryPoint): RecommendationState {
  if (value === null) return 'not_available'
  if (numerator === 0) return 'compliant'
  return metric.handled === undefined ? 'not_compliant' : 'mitigated'
}

/** The last day on which some asset became exposed after none was, or none was any more; null: not in these days. */
function lastTurn(history: readonly HistoryPoint[]): number | null {
  return history.findLast((point, index) => index > 0 && point.numerator > 0 !== history[index - 1]!.numerator > 0)?.day ?? null
}
