import { UserError } from '../errors.ts'
import type { Engine } from '../store/engines/engine.ts'
import { exposedAssets } from '../store/queries/metrics/exposed-assets.ts'
import { memberAssetIds, memberGain } from '../store/queries/recommendations/gains.ts'
import { settingGains } from '../store/queries/recommendations/settings.ts'
import { type AskedMetric, closedByAny, countCleared } from '../store/queries/recommendations/together.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import { initiativeScore, partsOn } from './initiatives.ts'
import { exposedTo } from './metric-actions.ts'
import { metricOfAction } from './metric-recommendations.ts'
import { compile } from './metrics.ts'
import { campaignsOf } from './recommendation-catalog.ts'
import { isSetting } from './recommendations.ts'
import { readHistory, readMetricHistories } from './scores.ts'

/** A score before and after; null when there is nothing to score. `gain`: points of 0–100, above 0 is better. */
export interface ScoreGain {
  id: string
  title: string
  before: number | null
  after: number | null
  gain: number
}

/** What several recommendations give back when all of their findings close at the same instant (law 10), and no asset is exposed to a metric whose own action is among them. */
export interface JointGain {
  exposure: ScoreGain
  secure: ScoreGain
  /** Those that would move, the greatest gain first. */
  initiatives: ScoreGain[]
  /** Metrics that would move: assets exposed now, and how many of them no longer. */
  metrics: { id: string; title: string; exposed: number; cleared: number }[]
  findings: number
  assets: number
}

/** No page has more assets than this. */
const ALL = 1_000_000

/** How many of the assets that each of some metrics finds exposed at the end of a day these recommendations clear, in the order of the metrics. */
export async function clearedBy(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  ids: readonly string[],
  metrics: readonly Metric[],
  day: number,
): Promise<number[]> {
  const asked: AskedMetric[] = []
  for (const [index, metric] of metrics.entries()) {
    const sql = compile(metric, `metric${index}`)
    // Who was asked about an objective is told by the metric's own history alone.
    const exposed =
      sql.objectives === null
        ? null
        : (await exposedAssets(engine, scope, sql, day, { limit: ALL, offset: 0 })).map(({ asset_id }) => asset_id)
    const { population, subject, terms, params } = sql
    asked.push({ population, subject, terms, exposed, params })
  }
  return countCleared(engine, scope, day, closedByAny(ids, campaignsOf(catalog)), asked)
}

/**
 * The gain of these recommendations together, at the end of a day. `matching`: ids of the metrics that some of their findings are asked by;
 * others cannot move. Gains are computed together, never added: a finding that two would close counts once, and exposure is a logarithm.
 * Throws UserError('unknown_recommendation') for an empty list.
 */
export async function jointGain(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  ids: readonly string[],
  matching: readonly string[],
  day: number,
): Promise<JointGain> {
  if (ids.length === 0) throw new UserError('unknown_recommendation', 'name at least one recommendation')
  const { member, params } = closedByAny(ids, campaignsOf(catalog))
  const gain = await memberGain(engine, scope, day, member, params)
  const actions = new Map<string, readonly number[]>()
  for (const id of ids) {
    const metric = metricOfAction(catalog, id)
    if (metric)
      actions.set(
        metric.id,
        (await exposedTo(engine, scope, metric, day)).map(({ asset_id }) => asset_id),
      )
  }
  const assets =
    actions.size === 0
      ? (gain?.assets ?? 0)
      : new Set([...(await memberAssetIds(engine, scope, day, member, params)), ...[...actions.values()].flat()]).size
  const settings = ids.some(isSetting)
    ? (await settingGains(engine, scope, day)).filter(({ control_id }) => ids.includes(`setting:${control_id}`))
    : []
  const now = async (score: 'exposure' | 'secure') => (await readHistory(engine, scope, catalog, score, '', day, day)).at(-1)?.value ?? null
  const [exposure, secure] = [await now('exposure'), await now('secure')]
  const secureGain = settings.reduce((sum, setting) => sum + setting.gain, 0)
  const histories = await readMetricHistories(engine, scope, catalog, day, day)
  const exposing = [...new Set([...matching, ...actions.keys()])].flatMap((id) => {
    const [metric, point] = [catalog.metrics.get(id), histories.get(id)?.at(-1)]
    return metric && point && point.value !== null && point.numerator > 0 ? [{ metric, point }] : []
  })
  const counts = await clearedBy(
    engine,
    scope,
    catalog,
    ids,
    exposing.map(({ metric }) => metric),
    day,
  )
  const cleared = new Map(
    exposing.flatMap(({ metric, point }, index) => {
      const clears = actions.has(metric.id) ? point.numerator : counts[index]!
      return clears > 0 ? [[metric.id, { exposed: point.numerator, cleared: clears, total: point.denominator }]] : []
    }),
  )
  return {
    exposure: moved('exposure', 'Exposure score', exposure, -(gain?.gain ?? 0), gain?.gain ?? 0),
    secure: moved('secure', 'Secure score', secure, secureGain, secureGain),
    initiatives: [...catalog.initiatives.values()]
      .filter((initiative) => initiative.metrics.some(({ id }) => cleared.has(id)))
      .map((initiative) => {
        const parts = partsOn(initiative, histories, 0)
        const before = initiativeScore(parts)
        const after = initiativeScore(
          parts.map((part, index) => {
            const { id, handled } = initiative.metrics[index]!
            const change = cleared.get(id)
            return change && part.exposure !== null && handled !== 'mitigated'
              ? { ...part, exposure: part.exposure - change.cleared / change.total }
              : part
          }),
        )
        const points = before === null || after === null ? 0 : 100 * (after - before)
        return moved(initiative.id, initiative.title, before === null ? null : 100 * before, points, points)
      })
      .filter((each) => each.gain > 0)
      .toSorted((a, b) => b.gain - a.gain || (a.id < b.id ? -1 : 1)),
    metrics: [...cleared].map(([id, change]) => ({
      id,
      title: catalog.metrics.get(id)!.title,
      exposed: change.exposed,
      cleared: change.cleared,
    })),
    findings: gain?.findings ?? 0,
    assets,
  }
}

const moved = (id: string, title: string, before: number | null, change: number, gain: number): ScoreGain => ({
  id,
  title,
  before,
  after: before === null ? null : before + change,
  gain,
})
