import type { Engine } from '../store/engines/engine.ts'
import { dayText } from '../store/days.ts'
import { type ClosingImport, closingImports, type EventRow, grownAssets, scoredDays } from '../store/queries/events/write.ts'
import type { Catalog } from './catalog.ts'
import { type HistoryPoint } from './history.ts'
import { directions, initiativeHistories, readHistory, readMetricHistories, type ScoreName } from './scores.ts'

/** A score that got worse by this many points of its 0–100 scale since the day before is an event. DESIGN 5. */
export const DROP_THRESHOLD = 2

/** Values are ratios of integers; this much less than the threshold is noise of binary fractions. */
const NOISE = 1e-9

/** How many points a score got worse from one value to the next; 0 when it did not, or when either is missing. */
export function worsening(score: ScoreName, before: number | null, after: number | null): number {
  if (before === null || after === null) return 0
  return Math.max(0, directions[score] === 'lower_is_better' ? after - before : before - after)
}

/** The posture events of an organisation: every day since its first score on which a score got worse by the threshold or more. */
export async function postureEvents(engine: Engine, org_id: number, catalog: Catalog, today: number, now: number): Promise<EventRow[]> {
  const days = await scoredDays(engine, org_id, today)
  const first = days[0]?.day
  if (first === undefined) return []
  const scope = { org_id, groups: null }
  const metrics = await readMetricHistories(engine, scope, catalog, first, today)
  const grown = new Map((await grownAssets(engine, org_id)).map(({ day, assets }) => [day, assets]))
  const histories: [ScoreName, string, string, HistoryPoint[]][] = [
    ['exposure', '', 'Exposure score', await readHistory(engine, scope, catalog, 'exposure', '', first, today)],
    ['secure', '', 'Secure score', await readHistory(engine, scope, catalog, 'secure', '', first, today)],
    ...[...initiativeHistories(catalog, metrics, first, today)].map(([id, history]): [ScoreName, string, string, HistoryPoint[]] => [
      'initiative',
      id,
      catalog.initiatives.get(id)!.title,
      history,
    ]),
    ...[...metrics].map(([id, history]): [ScoreName, string, string, HistoryPoint[]] => [
      'metric',
      id,
      catalog.metrics.get(id)!.title,
      history,
    ]),
  ]
  const types: Record<ScoreName, string> = {
    exposure: 'exposure_score_worse',
    secure: 'secure_score_worse',
    initiative: 'initiative_worse',
    metric: 'metric_worse',
  }
  const events: EventRow[] = []
  for (const [score, id, title, history] of histories) {
    const type = types[score]
    for (const [index, point] of history.entries()) {
      const before = history[index - 1]?.value ?? null
      const points = worsening(score, before, point.value)
      if (points < DROP_THRESHOLD - NOISE) continue
      events.push({
        org_id,
        event_id: `${dayText(point.day)}:${type}:${id}`,
        feed: 'posture',
        type,
        happened_at: Math.min(now, days[index]!.ends_at - 1),
        day: point.day,
        component: null,
        score,
        score_id: id,
        score_before: billionths(before!),
        score_after: billionths(point.value!),
        direction: 'worse',
        subject_kind: null,
        subjects: '[]',
        effects: '[]',
        assets: score === 'metric' ? point.numerator : score === 'exposure' ? (grown.get(point.day) ?? 0) : 0,
        active_assets: score === 'metric' ? point.denominator : 0,
        severity: null,
        source: null,
        headline: (catalog.events.get(type)?.headline ?? '{title}: {points} worse')
          .replace('{title}', title)
          .replace('{points}', `${points.toFixed(1)} points`),
        score_effect: null,
      })
    }
  }
  return [...events, ...(await closingImports(engine, org_id, today)).map((closing) => closingEvent(org_id, catalog, closing))]
}

/** A report closed many findings of a source at once: told as it was learned, so an undone import tells nothing. */
function closingEvent(org_id: number, catalog: Catalog, { import_no, happened_at, day, source, closed, open }: ClosingImport): EventRow {
  const template = catalog.events.get('many_closed')?.headline ?? '{source} closed {closed} of {open} findings'
  const values: Record<string, string> = { source, closed: String(closed), open: String(open) }
  return {
    org_id,
    event_id: `${dayText(day)}:many_closed:${import_no}:${source}`,
    feed: 'posture',
    type: 'many_closed',
    happened_at,
    day,
    component: null,
    score: null,
    score_id: null,
    score_before: null,
    score_after: null,
    score_effect: null,
    direction: 'neutral',
    subject_kind: null,
    subjects: '[]',
    effects: '[]',
    assets: 0,
    active_assets: 0,
    severity: null,
    source,
    headline: template.replace(/\{(source|closed|open)\}/g, (_, name: string) => values[name]!),
  }
}

const billionths = (value: number): number => Math.round(value * 1e7)
