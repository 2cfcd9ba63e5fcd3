import { dayOf } from '../store/days.ts'
import type { Engine } from '../store/engines/engine.ts'
import { UserError } from '../errors.ts'
import { secureDeltas } from '../store/queries/scores/control-deltas.ts'
import { type CoverageCounts, countCoverage } from '../store/queries/scores/coverage.ts'
import { allStoredDeltas, exposureStates, storedDeltas } from '../store/queries/scores/deltas.ts'
import { frameworkDeltas } from '../store/queries/initiatives/framework-deltas.ts'
import type { DayDelta } from '../store/queries/metrics/deltas.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog } from './catalog.ts'
import { catalogAt, definitionChanges } from './definitions.ts'
import { EXPOSURE_FORMULA } from './hazard.ts'
import { type HistoryPoint, everyDay, statesOf } from './history.ts'
import { frameworkInitiatives } from './frameworks.ts'
import { initiativeHistory } from './initiatives.ts'
import { fedCapabilities, metricHistory, missingNeeds } from './metrics.ts'
import { SECURE_FORMULA } from './secure-score.ts'

export type ScoreName = 'exposure' | 'secure' | 'initiative' | 'metric'

/** Which way is good; a metric is the share of exposed assets. */
export const directions: Record<ScoreName, 'lower_is_better' | 'higher_is_better'> = {
  exposure: 'lower_is_better',
  secure: 'higher_is_better',
  initiative: 'higher_is_better',
  metric: 'lower_is_better',
}

/** Name and version of the formula of each score; raised when it changes. docs/scores.md */
export const formulas: Record<ScoreName, string> = {
  exposure: EXPOSURE_FORMULA,
  secure: SECURE_FORMULA,
  initiative: 'initiative/1',
  metric: 'metric/1',
}

export type Level = 'low' | 'medium' | 'high'

/** Level of an exposure 0–100: low < 30 <= medium < 70 <= high. DESIGN 5. */
const levelOf = (exposure: number): Level => (exposure < 30 ? 'low' : exposure < 70 ? 'medium' : 'high')

/** A score with everything needed to read it. */
export interface ScoreAnswer {
  score: ScoreName
  /** '' for exposure and secure. */
  id: string
  /** 0–100 in the direction of `direction`; null: nothing to score, `reason` says why. */
  value: number | null
  reason: string | null
  /** Exposure only. */
  level: Level | null
  direction: 'lower_is_better' | 'higher_is_better'
  formula: string
  /** Secure score only. */
  points: number | null
  max_points: number | null
  /** Value minus the value one and fourteen days before; null when either is missing. */
  change_1d: number | null
  change_14d: number | null
  /** 0–100, initiatives only. */
  target: number | null
}

/** Coverage at the end of a day. */
export const readCoverage = (engine: Engine, scope: Scope, day: number): Promise<CoverageCounts> => countCoverage(engine, scope, day)

/** Histories of all metrics by id, every day from `from_day` to `to_day`; a metric without data has null values. */
export async function readMetricHistories(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  from_day: number,
  to_day: number,
): Promise<Map<string, HistoryPoint[]>> {
  const deltas = new Map<string, DayDelta[]>()
  if (scope.groups === null) {
    for (const delta of await allStoredDeltas(engine, scope.org_id, 'metric')) {
      const list = deltas.get(delta.id)
      if (list) list.push(delta)
      else deltas.set(delta.id, [delta])
    }
  }
  const asked = [...catalog.metrics.values()].filter((metric) => scope.groups !== null || metric.past)
  const fed = asked.length ? await fedCapabilities(engine, scope.org_id, catalog) : new Set<string>()
  for (const metric of asked) deltas.set(metric.id, await metricHistory(engine, scope, metric, fed))
  return new Map([...catalog.metrics.keys()].map((id) => [id, everyDay(statesOf(deltas.get(id) ?? []), from_day, to_day)]))
}

/** Histories of all initiatives by id: from those of the metrics over the same days, or from the points of its controls. */
export async function readInitiativeHistories(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  metrics: ReadonlyMap<string, HistoryPoint[]>,
  from_day: number,
  to_day: number,
): Promise<Map<string, HistoryPoint[]>> {
  const scored = frameworkInitiatives(catalog)
  const deltas = new Map<string, DayDelta[]>(scored.map(({ id }) => [id, []]))
  if (scored.length) {
    const kept = scope.groups === null ? await allStoredDeltas(engine, scope.org_id, 'initiative') : []
    const afresh = scored.filter(({ past }) => scope.groups !== null || past)
    const ids = new Set(afresh.map(({ id }) => id))
    for (const delta of [...kept.filter(({ id }) => !ids.has(id)), ...(await frameworkDeltas(engine, scope, afresh))])
      deltas.get(delta.id)?.push(delta)
  }
  return new Map(
    [...catalog.initiatives.values()].map((initiative) => {
      const own = deltas.get(initiative.id)
      return [
        initiative.id,
        own ? everyDay(statesOf(own, 1000), from_day, to_day) : initiativeHistory(initiative, metrics, from_day, to_day - from_day + 1),
      ]
    }),
  )
}

/**
 * Every day's value of one score, both ends included. Throws UserError('unknown_score') for an initiative or metric that the catalog
 * does not have.
 */
export async function readHistory(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  score: ScoreName,
  id: string,
  from_day: number,
  to_day: number,
): Promise<HistoryPoint[]> {
  switch (score) {
    case 'exposure':
      return everyDay(await exposureStates(engine, scope), from_day, to_day)
    case 'secure': {
      const deltas = scope.groups === null ? await storedDeltas(engine, scope.org_id, 'secure', '') : await secureDeltas(engine, scope)
      return everyDay(statesOf(deltas, 1000), from_day, to_day)
    }
    case 'metric': {
      const metric = catalog.metrics.get(id)
      if (!metric) throw unknown('metric', id)
      return everyDay(
        statesOf(await metricHistory(engine, scope, metric, await fedCapabilities(engine, scope.org_id, catalog))),
        from_day,
        to_day,
      )
    }
    case 'initiative': {
      const initiative = catalog.initiatives.get(id)
      if (!initiative) throw unknown('initiative', id)
      if (initiative.frameworks.length) {
        const only = { ...catalog, initiatives: new Map([[id, initiative]]) }
        return (await readInitiativeHistories(engine, scope, only, new Map(), from_day, to_day)).get(id)!
      }
      const own = {
        ...catalog,
        metrics: new Map([...catalog.metrics].filter(([metric]) => initiative.metrics.some((part) => part.id === metric))),
      }
      return initiativeHistory(initiative, await readMetricHistories(engine, scope, own, from_day, to_day), from_day, to_day - from_day + 1)
    }
  }
}

/**
 * As readHistory, each day by the definitions that held at its end: an edit of a metric or initiative is a step. Null where it was not
 * defined yet. Throws UserError('unknown_score') when it never was.
 */
export async function readHistoryThen(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  score: ScoreName,
  id: string,
  from_day: number,
  to_day: number,
): Promise<HistoryPoint[]> {
  if (score === 'exposure' || score === 'secure') return readHistory(engine, scope, catalog, score, id, from_day, to_day)
  const points: HistoryPoint[] = []
  let ever = false
  const changes = await definitionChanges(engine, scope.org_id)
  const begins = await Promise.all(changes.map((at) => (at === 0 ? Promise.resolve(0) : dayOf(engine, scope.org_id, at))))
  for (const [index, begin] of begins.entries()) {
    const from = Math.max(from_day, begin)
    const to = Math.min(to_day, (begins[index + 1] ?? Infinity) - 1)
    if (from > to) continue
    const then = await catalogAt(engine, catalog, scope.org_id, changes[index]!)
    const defined = score === 'metric' ? then.metrics.has(id) : then.initiatives.has(id)
    ever ||= defined
    points.push(...(defined ? await readHistory(engine, scope, then, score, id, from, to) : everyDay([], from, to)))
  }
  if (!ever) throw unknown(score, id)
  return points
}

const unknown = (kind: string, id: string): UserError => new UserError('unknown_score', `there is no ${kind} "${id}"`, { status: 404 })

/** One score at the end of a day, with its changes. Throws as readHistory does. */
export async function readScore(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  score: ScoreName,
  id: string,
  day: number,
): Promise<ScoreAnswer> {
  const history = await readHistory(engine, scope, catalog, score, id, day - 14, day)
  const answer = scoreOf(catalog, score, id, history)
  if (answer.value !== null || score !== 'metric') return answer
  const missing = missingNeeds(catalog.metrics.get(id)!, await fedCapabilities(engine, scope.org_id, catalog))
  return missing.length
    ? { ...answer, reason: `needs ${missing.map((need) => catalog.capabilities.get(need)?.title ?? need).join(', ')}` }
    : answer
}

/** A score from its history: the last point is the day in question; changes are null where the history does not reach back far enough. */
export function scoreOf(catalog: Catalog, score: ScoreName, id: string, history: readonly HistoryPoint[]): ScoreAnswer {
  const now = history.at(-1)
  const value = now?.value ?? null
  const change = (days: number): number | null => {
    const before = history.at(-1 - days)?.value ?? null
    return value === null || before === null ? null : value - before
  }
  return {
    score,
    id,
    value,
    reason: value === null ? nothing[score] : null,
    level: score === 'exposure' && value !== null ? levelOf(value) : null,
    direction: directions[score],
    formula: formulas[score],
    points: score === 'secure' && now && value !== null ? now.numerator : null,
    max_points: score === 'secure' && now && value !== null ? now.denominator : null,
    change_1d: change(1),
    change_14d: change(14),
    target: score === 'initiative' ? targetOf(catalog, id) : null,
  }
}

/** The target of an initiative, 0–100; null: nobody set one. */
export function targetOf(catalog: Catalog, id: string): number | null {
  const target = catalog.initiatives.get(id)?.target ?? null
  return target === null ? null : 100 * target
}

const nothing: Record<ScoreName, string> = {
  exposure: 'no asset has been looked at for vulnerabilities within the staleness of its source',
  secure: 'no configuration check ran within the staleness of its source',
  initiative: 'none of its metrics has data',
  metric: 'no asset of its population has been looked at within the staleness of its source',
}
