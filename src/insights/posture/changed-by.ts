import type { Engine } from '../../store/engines/engine.ts'
import { changedAssets } from '../../store/queries/metrics/changed-assets.ts'
import { changedExposures } from '../../store/queries/posture/changed-exposure.ts'
import { allStoredDeltas } from '../../store/queries/scores/deltas.ts'
import type { Scope } from '../../store/scope.ts'
import type { Catalog, Metric } from '../catalog.ts'
import { compile, metricReasons } from '../metrics.ts'

/** An asset that made a score worse or better on a day, with a sentence that says how. */
export interface ChangedBy {
  asset_id: number
  change: 'worse' | 'better'
  reason: string
  /** The day. */
  since_day: number
}

/**
 * The assets whose change made a score move on a day: newly exposed and no longer exposed ones of a metric, of any metric of an initiative, and those
 * whose exposure changed. Of the secure score none are known: its parts are recommended actions.
 */
export async function changedBy(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  { score, score_id, day }: { score: string | null; score_id: string | null; day: number },
): Promise<ChangedBy[]> {
  if (score === 'exposure') return changedExposure(engine, scope, day)
  if (score === 'metric') {
    const metric = catalog.metrics.get(score_id ?? '')
    return metric ? changedByMetric(engine, scope, metric, day, false) : []
  }
  const initiative = score === 'initiative' ? catalog.initiatives.get(score_id ?? '') : undefined
  if (!initiative) return []
  const moved = new Set((await allStoredDeltas(engine, scope.org_id, 'metric')).filter((delta) => delta.day === day).map(({ id }) => id))
  const assets = new Map<number, ChangedBy>()
  for (const { id } of initiative.metrics) {
    const metric = moved.has(id) ? catalog.metrics.get(id) : undefined
    if (!metric) continue
    for (const one of await changedByMetric(engine, scope, metric, day, true)) {
      const held = assets.get(one.asset_id)
      // An asset that gets worse for one metric and better for another has got worse.
      if (!held || (held.change === 'better' && one.change === 'worse')) assets.set(one.asset_id, one)
      else if (held.change === one.change) assets.set(one.asset_id, { ...held, reason: `${held.reason}; ${one.reason}` })
    }
  }
  return [...assets.values()].toSorted((a, b) => a.asset_id - b.asset_id)
}

async function changedByMetric(engine: Engine, scope: Scope, metric: Metric, day: number, named: boolean): Promise<ChangedBy[]> {
  const changed = await changedAssets(engine, scope, compile(metric), day)
  const idsOf = (exposed: boolean) => changed.filter((each) => each.exposed === exposed).map(({ asset_id }) => asset_id)
  const [now, before] = [
    await metricReasons(engine, scope, metric, day, idsOf(true)),
    await metricReasons(engine, scope, metric, day - 1, idsOf(false)),
  ]
  const head = named ? `${metric.title}: ` : ''
  return changed.map(({ asset_id, exposed }) => ({
    asset_id,
    change: exposed ? ('worse' as const) : ('better' as const),
    reason: exposed ? `${head}${now.get(asset_id) ?? 'exposed'}` : `${head}no longer: ${before.get(asset_id) ?? 'exposed'}`,
    since_day: day,
  }))
}

const written = (exposure: number): string => (exposure / 1e7).toFixed(1)

async function changedExposure(engine: Engine, scope: Scope, day: number): Promise<ChangedBy[]> {
  return (await changedExposures(engine, scope, day)).map(({ asset_id, before, after }) => ({
    asset_id,
    change: (after ?? 0) > (before ?? 0) ? ('worse' as const) : ('better' as const),
    reason:
      before === null
        ? `entered the score with an exposure of ${written(after ?? 0)}`
        : after === null
          ? `left the score, where it had an exposure of ${written(before)}`
          : before === after
            ? `its value changed; its exposure is ${written(after)}`
            : `exposure ${written(before)} → ${written(after)}`,
    since_day: day,
  }))
}
