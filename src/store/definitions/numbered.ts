import type { DefinitionKind } from '../../model/definition.ts'
import { draw } from '../counter.ts'
import type { Store } from '../store.ts'
import { type Author, changeDefinitionsIn } from './change.ts'

/** Adds a definition from now on whose id is the next number of its kind in the organisation, beginning at 1; returns the number. The caller has checked the body. */
export async function addNumbered(store: Store, org_id: number, kind: DefinitionKind, body: object, by: Author): Promise<number> {
  return store.engine.transaction(async (transaction) => {
    await draw(transaction, 'import_no', 0) // none: it holds the counter, so that two never see the same last number
    const rows = await transaction.query<{ id: string }>(
      'select distinct id from definition_history where org_id = $org_id and kind = $kind',
      { org_id, kind },
    )
    const number = Math.max(0, ...rows.map(({ id }) => Number(id))) + 1
    await changeDefinitionsIn(transaction, store.now(), org_id, [{ kind, id: String(number), body: JSON.stringify(body) }], by)
    return number
  })
}
