import { dayOf } from '../store/days.ts'
import { eventsUntil, touchOne } from '../store/notices/until.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { compute } from './compute.ts'

/** Works out the events of organisations whose day has changed since the last time: a day can bring some (a source falls silent) although nothing was imported. */
export async function refreshEvents(store: Store, catalog: Catalog): Promise<void> {
  const now = store.now()
  let old = 0
  for (const { org_id, day } of await eventsUntil(store.engine)) {
    if (day !== null && day >= (await dayOf(store.engine, org_id, now))) continue
    await store.engine.transaction((transaction) => touchOne(transaction, org_id))
    old++
  }
  if (old > 0) await compute(store, catalog)
}
