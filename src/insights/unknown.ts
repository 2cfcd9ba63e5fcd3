import { groupedBy } from '../model/grouped-by.ts'
import type { Engine } from '../store/engines/engine.ts'
import { type AssetCounts, countUnknown, type UnknownAssets } from '../store/queries/scores/unknown-assets.ts'
import { type UnknownControls, unknownControls, unknownOfFrameworks } from '../store/queries/scores/unknown-controls.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Initiative } from './catalog.ts'
import type { HistoryPoint } from './history.ts'
import { frameworkInitiatives } from './frameworks.ts'
import { initiativeScore, weightOf } from './initiatives.ts'
import { fedCapabilities, missingNeeds, populationOf, subjectOf } from './metrics.ts'

/** What a score knows, and what it would be if everything unknown were good or bad (law 6). */
export interface Bounds {
  /** In the unit and direction of the score; null: there is nothing, known or unknown, that it is about. */
  best: number | null
  worst: number | null
  coverage: ScoreCoverage
}

/** Assets by how well they are known for this score, and the checks that did not run. */
export interface ScoreCoverage extends AssetCounts {
  /** Controls that on some asset did not run, or ran too long ago; only the secure score counts them. */
  not_run: number
}

/** What is unknown at the end of a day. */
export interface Unknown {
  assets: UnknownAssets
  controls: UnknownControls
  metrics: ReadonlyMap<string, AssetCounts>
  /** Metrics with a need that nothing feeds: their answer could be anything. */
  unfed: ReadonlySet<string>
  initiatives: ReadonlyMap<string, AssetCounts>
  /** Of initiatives that are scored from controls, by id. */
  frameworks: ReadonlyMap<string, UnknownControls>
}

/** Counts what is unknown at the end of a day, for all scores at once. */
export async function readUnknown(engine: Engine, scope: Scope, catalog: Catalog, day: number): Promise<Unknown> {
  // Many metrics ask the same assets.
  const alike = [...groupedBy(catalog.metrics.values(), (metric) => JSON.stringify([metric.population, subjectOf(metric)])).values()]
  const places = new Map(alike.flatMap((metrics, place) => metrics.map(({ id }): [string, number] => [id, place])))
  const populations = alike.map(([metric], place) => populationOf(metric!, `population${place}`))
  const initiatives = [...catalog.initiatives.values()]
  const unions = initiatives.map((initiative) => [...new Set(initiative.metrics.flatMap(({ id }) => places.get(id) ?? []))])
  const assets = await countUnknown(engine, scope, day, populations, unions)
  const fed = await fedCapabilities(engine, scope.org_id, catalog)
  return {
    assets,
    controls: await unknownControls(engine, scope, day),
    metrics: new Map([...places].map(([id, place]) => [id, assets.populations[place]!])),
    unfed: new Set([...catalog.metrics.values()].filter((metric) => missingNeeds(metric, fed).length > 0).map((metric) => metric.id)),
    frameworks: await unknownOfFrameworks(engine, scope, day, frameworkInitiatives(catalog)),
    initiatives: new Map(initiatives.map(({ id }, index) => [id, assets.unions[index]!])),
  }
}

/** What of it the bounds of the secure score rest on. */
export type SecureUnknown = Pick<Unknown, 'assets' | 'controls'>

/** Counts what is unknown of the secure score alone, without asking any metric. */
export async function readSecureUnknown(engine: Engine, scope: Scope, day: number): Promise<SecureUnknown> {
  const [assets, controls] = await Promise.all([countUnknown(engine, scope, day, [], []), unknownControls(engine, scope, day)])
  return { assets, controls }
}

/** Sums of a score at the end of a day; none: it has no history there. */
type Sums = Pick<HistoryPoint, 'numerator' | 'denominator'> | undefined

/** Exposure score: unknown assets at exposure 0 or 1 with their value. */
export function exposureBounds({ assets }: Unknown, now: Sums): Bounds {
  const { numerator, denominator } = now ?? { numerator: 0, denominator: 0 }
  return { ...between(numerator, denominator, assets.unknown_value / 1000), coverage: { ...assets.vulnerability, not_run: 0 } }
}

/** Metric, in percent of its population: unknown assets as not exposed or exposed. One that nothing feeds could be anything. */
export function metricBounds({ metrics, unfed }: Unknown, id: string, now: Sums): Bounds {
  const counts = metrics.get(id) ?? { scanned: 0, stale: 0, never_scanned: 0 }
  const coverage = { ...counts, not_run: 0 }
  if (unfed.has(id)) return { best: 0, worst: 100, coverage }
  const { numerator, denominator } = now ?? { numerator: 0, denominator: 0 }
  return { ...between(numerator, denominator, counts.stale + counts.never_scanned), coverage }
}

/**
 * Initiative: from the bounds of its metrics; `points` are their sums by id. A metric that is about no asset at all has no weight. One that is scored from
 * controls: as the secure score, `now` being its own sums.
 */
export function initiativeBounds(unknown: Unknown, initiative: Initiative, points: ReadonlyMap<string, Sums>, now: Sums): Bounds {
  if (initiative.frameworks.length) return pointsBounds(now, unknown.frameworks.get(initiative.id) ?? allKnown, unknown.assets.control)
  const bounds = initiative.metrics.map((part) => ({
    weight: weightOf(part),
    mitigated: part.handled === 'mitigated',
    ...metricBounds(unknown, part.id, points.get(part.id)),
  }))
  const scored = (end: 'best' | 'worst'): number | null => {
    const score = initiativeScore(
      bounds.map((part) => ({ weight: part.weight, exposure: part[end] === null ? null : part.mitigated ? 0 : part[end] / 100 })),
    )
    return score === null ? null : 100 * score
  }
  const counts = unknown.initiatives.get(initiative.id) ?? { scanned: 0, stale: 0, never_scanned: 0 }
  return { best: scored('best'), worst: scored('worst'), coverage: { ...counts, not_run: 0 } }
}

/** Secure score: checks that did not run at all or at none of their points. */
export const secureBounds = ({ assets, controls }: SecureUnknown, now: Sums): Bounds => pointsBounds(now, controls, assets.control)

const allKnown: UnknownControls = { controls: 0, gain: 0, loss: 0, max_points: 0 }

function pointsBounds(now: Sums, controls: UnknownControls, assets: AssetCounts): Bounds {
  // In thousandths of points, whole numbers, so that all of the points are exactly 100 %.
  const [got, of_known] = [now?.numerator ?? 0, now?.denominator ?? 0].map((points) => Math.round(points * 1000)) as [number, number]
  const of = of_known + controls.max_points
  return {
    best: of === 0 ? null : (100 * (got + controls.gain)) / of,
    worst: of === 0 ? null : (100 * (got - controls.loss)) / of,
    coverage: { ...assets, not_run: controls.controls },
  }
}

/** A mean, in percent, with `unknown` more weight at 0 and at 1. */
function between(numerator: number, denominator: number, unknown: number): { best: number | null; worst: number | null } {
  const of = denominator + unknown
  return of === 0 ? { best: null, worst: null } : { best: (100 * numerator) / of, worst: Math.min(100, (100 * (numerator + unknown)) / of) }
}
