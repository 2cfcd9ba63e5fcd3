import type { Engine } from '../engines/engine.ts'

/** Notes the day up to which the events of an organisation are worked out. */
export async function noteEventsUntil(transaction: Engine, org_id: number, day: number): Promise<void> {
  await transaction.run('delete from events_until where org_id = $org_id', { org_id })
  await transaction.append('events_until', ['org_id', 'day'], [[org_id, day]])
}

/** The organisations that have assets, and the day up to which their events are worked out; null: never. */
export const eventsUntil = (engine: Engine): Promise<{ org_id: number; day: number | null }[]> =>
  engine.query(
    `select o.org_id, u.day from org o left join events_until u on u.org_id = o.org_id
     where exists (select 1 from asset_key k where k.org_id = o.org_id) order by o.org_id`,
  )

/** Marks one asset of an organisation, so that its scores and events are worked out anew. */
export const touchOne = (transaction: Engine, org_id: number): Promise<number> =>
  transaction.run('insert into touched_asset select org_id, min(asset_id) from asset_key where org_id = $org_id group by org_id', {
    org_id,
  })
