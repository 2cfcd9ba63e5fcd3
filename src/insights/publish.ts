import type { Engine } from '../store/engines/engine.ts'
import { dayOf, endOfDay } from '../store/days.ts'
import { lastImport, takenIn } from '../store/known/taken.ts'
import { type PublishedScore, unpublishedSince, writePublished } from '../store/queries/scores/published.ts'
import type { Catalog } from './catalog.ts'
import type { HistoryPoint } from './history.ts'
import { formulas, readHistory, readMetricHistories, initiativeHistories, type ScoreName } from './scores.ts'

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
    const from = Math.min(...days.keys())
    const scope = { org_id, groups: null }
    const metrics = await readMetricHistories(transaction, scope, catalog, from, last)
    const histories: [ScoreName, string, HistoryPoint[]][] = [
      ['exposure', '', await readHistory(transaction, scope, catalog, 'exposure', '', from, last)],
      ['secure', '', await readHistory(transaction, scope, catalog, 'secure', '', from, last)],
      ...[...metrics].map(([id, history]): [ScoreName, string, HistoryPoint[]] => ['metric', id, history]),
      ...[...initiativeHistories(catalog, metrics, from, last)].map(([id, history]): [ScoreName, string, HistoryPoint[]] => [
        'initiative',
        id,
        history,
      ]),
    ]
    for (const [score, id, history] of histories) {
      for (const point of history) {
        rows.push({
          org_id,
          score,
          id,
          day: point.day,
          as_of: days.get(point.day)!,
          known_at,
          ...publishedOf(score, point),
          formula: formulas[score],
        })
      }
    }
  }
  await writePublished(transaction, rows)
  return rows.length
}
