import type { Instant } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import type { StoredEvent } from '../queries/events/read.ts'

/** Marks the events of an organisation that were not known before as known since `now`. `since`: the first day whose risk events were worked out anew. */
export const noteFirstSeen = (transaction: Engine, org_id: number, now: Instant, since: number): Promise<number> =>
  transaction.run(
    `insert into event_first_seen select distinct e.org_id, e.event_id, $now from event e where e.org_id = $org_id and (e.day >= $since or e.feed <> 'risk')
      and not exists (select 1 from event_first_seen s where s.org_id = e.org_id and s.event_id = e.event_id)`,
    { org_id, now, since },
  )

/** An event that became known after an instant and that a rule has not dealt with. */
export type NewEvent = Pick<
  StoredEvent,
  | 'event_id'
  | 'feed'
  | 'type'
  | 'day'
  | 'score'
  | 'score_id'
  | 'score_before'
  | 'score_after'
  | 'score_effect'
  | 'severity'
  | 'assets'
  | 'active_assets'
>

/** The events until $today that became known after $since and that a rule has not dealt with, oldest first. */
export const newEvents = (engine: Engine, org_id: number, rule_id: string, since: Instant, today: number): Promise<NewEvent[]> =>
  engine.query<NewEvent>(
    `select e.event_id, e.feed, e.type, e.day, e.score, e.score_id, e.score_before, e.score_after, e.score_effect, e.severity, e.assets, e.active_assets
     from event e join event_first_seen s on s.org_id = e.org_id and s.event_id = e.event_id
     where e.org_id = $org_id and s.seen_at > $since and e.day <= $today
       and not exists (select 1 from notified_event n where n.org_id = $org_id and n.rule_id = $rule_id and n.event_id = e.event_id)
     order by e.happened_at, e.event_id collate "C"`,
    { org_id, rule_id, since, today },
  )

/** Marks events as dealt with by a rule, in a delivery. */
export async function noteNotified(
  transaction: Engine,
  org_id: number,
  rule_id: string,
  event_ids: readonly string[],
  delivery_id: string,
): Promise<void> {
  await transaction.append(
    'notified_event',
    ['org_id', 'rule_id', 'event_id', 'delivery_id'],
    event_ids.map((event_id) => [org_id, rule_id, event_id, delivery_id]),
  )
}
