import type { Engine } from '../../store/engines/engine.ts'
import { storedEvents } from '../../store/queries/events/read.ts'
import { openOn } from '../../store/queries/posture/open-on.ts'

/** Days before the drop, its own among them, whose risk events are looked at: a threat of Friday shows when Monday's scan comes. */
const THREAT_DAYS = 7

/** A risk event that is about something which stands open on assets that made a score worse. */
export interface RelatedThreat {
  event_id: string
  type: string
  day: number
  headline: string
  /** Those of the assets on which it is open at the end of the day. */
  assets: number
}

/**
 * What got more dangerous in the week up to a day and stands open on some of these assets: on the most of them first, then the newest; at most `limit`. Good news is
 * left out.
 */
export async function relatedThreats(
  engine: Engine,
  org_id: number,
  asset_ids: readonly number[],
  day: number,
  limit: number,
): Promise<RelatedThreat[]> {
  if (asset_ids.length === 0) return []
  const worse = (await storedEvents(engine, org_id, day - THREAT_DAYS + 1, day)).flatMap(({ subjects, ...event }) =>
    event.feed === 'risk' && event.direction === 'worse' ? [{ ...event, subjects: JSON.parse(subjects) as string[] }] : [],
  )
  const holders = new Map<string, number[]>()
  const asked = worse.flatMap(({ subjects }) => subjects)
  for (const { asset_id, subject } of await openOn(engine, org_id, day, asset_ids, asked))
    holders.set(subject, [...(holders.get(subject) ?? []), asset_id])
  return worse
    .map(({ event_id, type, day: on, headline, subjects }) => ({
      event_id,
      type,
      day: on,
      headline,
      assets: new Set(subjects.flatMap((subject) => holders.get(subject) ?? [])).size,
    }))
    .filter(({ assets }) => assets > 0)
    .toSorted((a, b) => b.assets - a.assets || b.day - a.day || (a.event_id < b.event_id ? -1 : 1))
    .slice(0, limit)
}
