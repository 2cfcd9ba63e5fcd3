import type { Engine } from '../store/engines/engine.ts'
import { dayOf, endOfDay } from '../store/days.ts'
import { lastImport, takenIn } from '../store/known/taken.ts'
import { type PublishedScore, unpublishedSince, writePublished } from '../store/queries/scores/published.ts'
import type { Scope } from '../store/scope.ts'
import type { Instant } from '../model/time.ts'
import type { Catalog } from './catalog.ts'
import { catalogAt, definitionChanges } from './definitions.ts'
import { orgCatalog } from './org-catalog.ts'
import type { HistoryPoint } from './history.ts'
import { formulas, readHistory, readInitiativeHistories, readMetricHistories, type ScoreName } from './scores.ts'

/** Exposure and initiatives are published in units of 1e-9 of their scale 0–1. */
const UNIT = 1_000_000_000

/** A score at a day's end as it is published: counts for a metric, thousandths of points for the secure score, 1e-9 of 0–1 for the others. */
export function publishedOf(score: ScoreName, { value, numerator, denominator }: HistoryPoint): { numerator: number; denominator: number } {
  if (value === null) return { numerator: 0, denominator: 0 }
  if (score === 'metric') return { numerator, denominator }
  if (score === 'secure') return { numerator: Math.round(numerator * 1000), denominator: Math.round(denominator * 1000) }
  return { numerator: Math.round((value / 100) * UNIT), denominator: UNIT }
}

/**
 * Publishes the scores of every organisation for the days that ended since the last time, as they were known when each day ended. Call it
 * before new imports are taken in: what is derived then is what people saw. A day at whose end other imports were known than those that
 * are taken in now is left out: nobody was told a number then. Returns how many numbers were published.
 */
export async function publish(transaction: Engine, catalog: Catalog, now: number): Promise<number> {
  const known_at = await takenIn(transaction)
  if (known_at === 0) return 0
  const rows: PublishedScore[] = []
  for (const { org_id, day: first } of await unpublishedSince(transaction)) {
    const last = (await dayOf(transaction, org_id, now)) - 1
    const days = new Map<number, number>()
    for (let day = last; day >= first; day--) {
      const as_of = (await endOfDay(transaction, org_id, day)) - 1
      if ((await lastImport(transaction, as_of)) !== known_at) break
      days.set(day, as_of)
    }
    if (!days.size) continue
    const scope = { org_id, groups: null }
    const today = await orgCatalog(transaction, catalog, org_id)
    for (const { at, from, to } of runsOfRules(await definitionChanges(transaction, org_id), days)) {
      const then = await catalogAt(transaction, today, org_id, at)
      for (const [score, id, history] of await historiesOf(transaction, scope, then, from, to))
        for (const point of history) {
          const published = publishedOf(score, point)
          rows.push({ org_id, score, id, day: point.day, as_of: days.get(point.day)!, known_at, ...published, formula: formulas[score] })
        }
    }
  }
  await writePublished(transaction, rows)
  return rows.length
}

/** Runs of days, in order, by whose ends the same definitions held: since the instant `at`. `days`: each with its end. */
function runsOfRules(changes: readonly Instant[], days: ReadonlyMap<number, Instant>): { at: Instant; from: number; to: number }[] {
  const runs: { at: Instant; from: number; to: number }[] = []
  for (const [day, as_of] of [...days].toSorted(([a], [b]) => a - b)) {
    const at = changes.findLast((change) => change <= as_of) ?? 0
    const run = runs.at(-1)
    if (run?.at === at) run.to = day
    else runs.push({ at, from: day, to: day })
  }
  return runs
}

/** Every score's history over some days: its name, its id and its points. */
async function historiesOf(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  from: number,
  to: number,
): Promise<[score: ScoreName, id: string, history: HistoryPoint[]][]> {
  const metrics = await readMetricHistories(engine, scope, catalog, from, to)
  return [
    ['exposure', '', await readHistory(engine, scope, catalog, 'exposure', '', from, to)],
    ['secure', '', await readHistory(engine, scope, catalog, 'secure', '', from, to)],
    ...[...metrics].map(([id, history]): [ScoreName, string, HistoryPoint[]] => ['metric', id, history]),
    ...[...(await readInitiativeHistories(engine, scope, catalog, metrics, from, to))].map(
      ([id, history]): [ScoreName, string, HistoryPoint[]] => ['initiative', id, history],
    ),
  ]
}
