import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import { addTo } from '../../model/grouped-by.ts'

/**
 * The records of assets, the first of each in front: what people set of an asset is kept by that one, and so goes with it when assets are merged
 * or split. An asset without records (made before there were any) is left out.
 */
export async function recordsOfAssets(engine: Engine, org_id: number, asset_ids: readonly number[]): Promise<Map<number, number[]>> {
  if (!asset_ids.length) return new Map()
  const rows = await engine.query<{ asset_id: number; record_id: number }>(
    `select distinct c.asset_id, c.record_id from coverage_history c
     where c.org_id = $org_id and c.retracted_in = ${NEVER} and c.record_id > 0 and c.asset_id in (select unnest($asset_ids)) order by c.asset_id, c.record_id`,
    { org_id, asset_ids: [...asset_ids] },
  )
  const records = new Map<number, number[]>()
  for (const { asset_id, record_id } of rows) addTo(records, asset_id, record_id)
  return records
}
