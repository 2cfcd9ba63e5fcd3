import { z } from 'zod'
import { UserError } from '../errors.ts'
import { eventStates } from '../model/event.ts'
import type { Instant } from '../model/time.ts'
import { type Author, changeDefinitions } from '../store/definitions/change.ts'
import { readDefinition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { Store } from '../store/store.ts'

/** What people keep about an event: the body of a definition of kind 'event', whose id is the event's. */
export const TrackingShape = z.strictObject({
  state: z.enum(eventStates),
  /** Who sees to it; null: nobody. */
  owner: z.string().min(1).max(200).nullable(),
  note: z.string().min(1).max(4000).nullable(),
})
export type Tracking = z.infer<typeof TrackingShape>

/** An event that nobody has touched. */
export const untracked: Tracking = { state: 'open', owner: null, note: null }

/** What people kept about events until an instant (default: now), by event id. Stays when events are worked out anew. */
export async function readTracking(engine: Engine, org_id: number, at?: Instant): Promise<Map<string, Tracking>> {
  const rows = await readDefinitions(engine, org_id, 'event', at)
  return new Map(rows.map(({ id, body }) => [id, TrackingShape.parse(JSON.parse(body))]))
}

/**
 * Changes what is kept about an event, as an act that can be undone; what is left out stays. The caller has checked that there is such an event.
 * Throws UserError('nothing_to_change').
 */
export async function trackEvent(store: Store, org_id: number, event_id: string, change: Partial<Tracking>, by: Author): Promise<Tracking> {
  if (Object.keys(change).length === 0)
    throw new UserError('nothing_to_change', 'there is nothing to change: name a state (open, acknowledged), an owner or a note')
  const held = await readDefinition(store.engine, org_id, 'event', event_id)
  const before = held ? TrackingShape.parse(JSON.parse(held.body)) : untracked
  const after = { ...before, ...change }
  const isUntracked = after.state === 'open' && after.owner === null && after.note === null
  await changeDefinitions(store, org_id, [{ kind: 'event', id: event_id, body: isUntracked ? null : JSON.stringify(after) }], by)
  return after
}
