import type { Catalog } from '../insights/catalog.ts'
import { directions, type ScoreName } from '../insights/scores.ts'
import { severityRank } from '../model/severity.ts'
import type { StoredEvent } from '../store/queries/events/read.ts'
import { LIMIT_TYPE, type Rule } from './rule.ts'

/** What of an event decides whether a rule tells it. */
export type Candidate = Pick<
  StoredEvent,
  | 'event_id'
  | 'feed'
  | 'type'
  | 'score'
  | 'score_id'
  | 'score_before'
  | 'score_after'
  | 'score_effect'
  | 'severity'
  | 'assets'
  | 'active_assets'
>

/** Units of a point of a 0–100 scale in scores of 1e-9. */
const POINT = 10_000_000

/** Whether a rule tells an event. Of a rule with groups the event's assets are those of the groups: the caller has left out events without any. */
export function tells(rule: Rule, event: Candidate, catalog: Catalog): boolean {
  if (event.type === LIMIT_TYPE) return event.event_id.includes(`:${LIMIT_TYPE}:${rule.rule_id}/`)
  if (!rule.types.includes(event.type)) return false
  return event.feed === 'risk' ? tellsRisk(rule, event) : tellsPosture(rule, event, catalog)
}

function tellsRisk({ points, severity, share }: Rule, event: Candidate): boolean {
  if (points !== null && Math.abs(event.score_effect ?? 0) < points * POINT) return false
  if (severity !== null && (event.severity ?? -1) < severityRank(severity)) return false
  return share === null || (event.active_assets > 0 && event.assets / event.active_assets >= share)
}

function tellsPosture({ groups, initiatives, metrics, points, percent }: Rule, event: Candidate, catalog: Catalog): boolean {
  if (groups.length > 0) return false
  const { score, score_id } = event
  if (initiatives.length + metrics.length > 0 && score !== null) {
    const inNamed =
      score === 'metric' && initiatives.some((id) => catalog.initiatives.get(id)?.metrics.some((part) => part.id === score_id))
    const named = score === 'initiative' ? initiatives.includes(score_id!) : score === 'metric' && metrics.includes(score_id!)
    if (!named && !inNamed) return false
  }
  if (score === null || event.score_before === null || event.score_after === null) return true
  const moved = Math.abs(event.score_after - event.score_before)
  if (points !== null && moved < points * POINT) return false
  if (percent === null) return true
  // What a score lost is a share of what it had: for scores of which less is better, of how far it was from the worst.
  const had = directions[score as ScoreName] === 'lower_is_better' ? 100 * POINT - event.score_before : event.score_before
  return had > 0 && (100 * moved) / had >= percent
}
