import { createHash } from 'node:crypto'
import type { Engine } from '../store/engines/engine.ts'
import {
  clearMetricDeltas,
  computedDigests,
  keepMetricDeltas,
  metricDeltas,
  type DayDelta,
  writeComputedDigests,
  writeMetricDeltas,
} from '../store/queries/metrics/deltas.ts'
import { type ExposedAsset, exposedAssets, type ExposingFinding, exposingFindings } from '../store/queries/metrics/exposed-assets.ts'
import { everInhabited, servedObjectives } from '../store/queries/metrics/ever-asked.ts'
import { isFed } from '../store/queries/metrics/fed.ts'
import { goesOn, type MetricSql } from '../store/queries/metrics/sweep.ts'
import { storedDeltas } from '../store/queries/scores/deltas.ts'
import type { Population } from '../store/queries/scores/unknown-assets.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import { assetColumns } from './condition-fields.ts'
import { conditionSql, ParameterList } from './condition-sql.ts'
import { compileMetric, objectivesOf } from './metric-condition.ts'

/** What a metric answers at the end of a day. */
export interface MetricAnswer {
  id: string
  /** Assets that are exposed, of those that could be asked. */
  exposed: number
  total: number
  /** Needs that nothing feeds: with any of them the metric has no data and no weight. */
  missing: string[]
  /** What went wrong, else null. A metric that failed carries no weight. */
  error: string | null
}

/** Whose freshness decides whether an asset could be asked: that of what the metric needs most specifically. */
export function subjectOf(metric: Metric): MetricSql['subject'] {
  if (metric.needs.includes('vulnerabilities')) return 'vulnerability'
  if (metric.needs.includes('inventory.software')) return 'software'
  return metric.needs.includes('controls') ? 'control' : 'asset'
}

/** A metric ready for SQL. `prefix`: of its parameters' names, where several stand in one question. */
export const compile = (metric: Metric, prefix?: string): MetricSql =>
  compileMetric(metric.population, metric.exposed_when, subjectOf(metric), prefix)

/** Whom a metric asks, for counting how many of them could answer. `prefix`: of its parameters' names. */
export function populationOf(metric: Metric, prefix: string): Population {
  const parameters = new ParameterList(prefix)
  return { sql: conditionSql(metric.population, assetColumns, parameters), subject: subjectOf(metric), params: parameters.params }
}

/** Ids of the catalog's capabilities that something feeds in this organisation. */
export async function fedCapabilities(engine: Engine, org_id: number, catalog: Catalog): Promise<Set<string>> {
  const fed = new Set<string>()
  for (const capability of catalog.capabilities.values()) {
    for (const feeding of capability.fed_by) {
      if (!(await isFed(engine, org_id, feeding))) continue
      fed.add(capability.id)
      break
    }
  }
  return fed
}

/** The needs of a metric that nothing feeds. */
export const missingNeeds = (metric: Metric, fed: ReadonlySet<string>): string[] => metric.needs.filter((need) => !fed.has(need))

/**
 * Writes the daily history of the organisation's metrics anew (score_delta, score 'metric'): of all, or of those that `same` does not name; of those whose
 * stored history holds good up to day `since`, from that day on. A metric whose needs nothing feeds has no rows: it is not known, which is neither 0 nor 1.
 */
export async function computeMetrics(
  transaction: Engine,
  org_id: number,
  catalog: Catalog,
  same: ReadonlySet<string> = new Set(),
  since = 0,
): Promise<void> {
  const fed = await fedCapabilities(transaction, org_id, catalog)
  const wanted = [...catalog.metrics.values()].filter((metric) => !same.has(metric.id) && missingNeeds(metric, fed).length === 0)
  const goingOn = since > 0 ? await metricsThatStand(transaction, org_id, catalog) : new Set<string>()
  const asking = (await withSomebodyToAsk(transaction, org_id, wanted)).map((metric, place) => ({
    id: metric.id,
    sql: compile(metric, `metric${place}`),
  }))
  const later = asking.filter(({ id, sql }) => goingOn.has(id) && goesOn(sql))
  const kept = new Set([...same, ...later.map(({ id }) => id)])
  await keepMetricDeltas(transaction, org_id, [...kept])
  await writeMetricDeltas(transaction, org_id, later, since)
  await writeMetricDeltas(
    transaction,
    org_id,
    asking.filter(({ id }) => !kept.has(id)),
  )
}

/**
 * Of some metrics those that could ever have asked an asset. The others have no history: no asset was ever in their population, or no control serves
 * the objectives that they ask for. Most of a catalog is about things that an organisation has not, and a question takes longer to plan than to answer.
 */
async function withSomebodyToAsk(transaction: Engine, org_id: number, metrics: readonly Metric[]): Promise<Metric[]> {
  const served = await servedObjectives(transaction, org_id)
  const answerable = metrics.filter((metric) => objectivesOf(metric.exposed_when)?.some((objective) => served.has(objective)) ?? true)
  const inhabited = await everInhabited(
    transaction,
    org_id,
    answerable.map((metric, index) => populationOf(metric, `population${index}`)),
  )
  return answerable.filter((_, index) => inhabited[index])
}

/** Of each metric, a digest of its definition and of what it lacks, as hex: with either its whole history is another. */
async function digestsOf(transaction: Engine, org_id: number, catalog: Catalog): Promise<Map<string, string>> {
  const fed = await fedCapabilities(transaction, org_id, catalog)
  const said = (metric: Metric) => [metric.yaml, ...missingNeeds(metric, fed)].join('\n')
  return new Map([...catalog.metrics.values()].map((metric) => [metric.id, createHash('sha256').update(said(metric)).digest('hex')]))
}

/**
 * The metrics whose stored history answers the question that the catalog asks today: they need not be asked again as long as the facts are the
 * same. Those of others are removed.
 */
export async function metricsThatStand(transaction: Engine, org_id: number, catalog: Catalog): Promise<Set<string>> {
  const asked = await digestsOf(transaction, org_id, catalog)
  const computed = await computedDigests(transaction, org_id)
  const gone = [...computed].flatMap(([id, digest]) => (asked.get(id) === digest ? [] : [id]))
  await clearMetricDeltas(transaction, org_id, gone)
  return new Set([...computed.keys()].filter((id) => !gone.includes(id)))
}

/** Remembers by which definitions the stored histories were worked out. */
export const rememberMetrics = async (transaction: Engine, org_id: number, catalog: Catalog): Promise<void> =>
  writeComputedDigests(transaction, org_id, await digestsOf(transaction, org_id, catalog))

/**
 * The changes of a metric's exposed and asked assets by day: as computed for the whole organisation, on the fly for some of its groups.
 * Empty when a need is missing.
 */
export async function metricHistory(engine: Engine, scope: Scope, metric: Metric, fed: ReadonlySet<string>): Promise<DayDelta[]> {
  if (missingNeeds(metric, fed).length) return []
  if (scope.groups === null && !metric.past) return storedDeltas(engine, scope.org_id, 'metric', metric.id)
  return metricDeltas(engine, scope, compile(metric))
}

/** Asks one metric about the end of a day, straight from the findings, also one that is not in the catalog yet (`metrics try`). */
export async function measureMetric(engine: Engine, scope: Scope, metric: Metric, day: number, catalog: Catalog): Promise<MetricAnswer> {
  const missing = missingNeeds(metric, await fedCapabilities(engine, scope.org_id, catalog))
  if (missing.length) return { id: metric.id, exposed: 0, total: 0, missing, error: null }
  try {
    const deltas = await metricDeltas(engine, scope, compile(metric))
    const until = deltas.filter((delta) => delta.day <= day)
    const exposed = until.reduce((sum, delta) => sum + delta.numerator_delta, 0)
    return { id: metric.id, exposed, total: until.reduce((sum, delta) => sum + delta.denominator_delta, 0), missing, error: null }
  } catch (error) {
    return { id: metric.id, exposed: 0, total: 0, missing, error: error instanceof Error ? error.message : String(error) }
  }
}

/** An exposed asset with a sentence that says why. */
export interface AffectedAsset extends ExposedAsset {
  reason: string
}

/** The assets that a metric finds exposed at the end of a day, most critical first; a page of them (default: the first 10,000). */
export async function metricAssets(
  engine: Engine,
  scope: Scope,
  metric: Metric,
  day: number,
  page: { limit?: number; offset?: number } = {},
): Promise<AffectedAsset[]> {
  const sql = compile(metric)
  const assets = await exposedAssets(engine, scope, sql, day, { limit: page.limit ?? 10_000, offset: page.offset ?? 0 })
  const findings = await exposingFindings(
    engine,
    scope,
    sql,
    day,
    assets.map((asset) => asset.asset_id),
  )
  const byAsset = new Map(findings.map((finding) => [finding.asset_id, finding]))
  return assets.map((asset) => ({ ...asset, reason: reasonOf(metric, byAsset.get(asset.asset_id)) }))
}

/** Why a metric finds these assets exposed at the end of a day, by asset; those that it does not find exposed by a finding have its plain reason. */
export async function metricReasons(
  engine: Engine,
  scope: Scope,
  metric: Metric,
  day: number,
  asset_ids: readonly number[],
): Promise<Map<number, string>> {
  const findings = await exposingFindings(engine, scope, compile(metric), day, asset_ids)
  const byAsset = new Map(findings.map((finding) => [finding.asset_id, finding]))
  return new Map(asset_ids.map((asset_id) => [asset_id, reasonOf(metric, byAsset.get(asset_id))]))
}

function reasonOf(metric: Metric, finding: ExposingFinding | undefined): string {
  const values: Record<string, string> = {
    subject: finding?.subject ?? '',
    component: finding?.component ?? 'an unnamed component',
    title: finding?.title ?? finding?.subject ?? '',
  }
  const text = metric.reason.replace(/\{(subject|component|title)\}/g, (_, name: string) => values[name]!)
  return finding && finding.subjects > 1 ? `${text} and ${finding.subjects - 1} more` : text
}
