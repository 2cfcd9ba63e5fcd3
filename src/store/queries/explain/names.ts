import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups, newestControl } from '../metrics/sweep.ts'

/** Names of assets by number, the newest that each had; those that are not the organisation's are left out. */
export async function assetNames(engine: Engine, org_id: number, asset_ids: readonly number[]): Promise<Map<number, string>> {
  if (asset_ids.length === 0) return new Map()
  const rows = await engine.query<{ asset_id: number; name: string }>(
    `select distinct on (asset_id) asset_id, name from asset_history where org_id = $org_id and asset_id = any($asset_ids) order by asset_id, valid_to desc, valid_from desc`,
    { org_id, asset_ids: [...asset_ids] },
  )
  return new Map(rows.map(({ asset_id, name }) => [asset_id, name]))
}

/** Titles of controls by id. */
export async function controlTitles(engine: Engine, org_id: number, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await engine.query<{ control_id: string; title: string }>(
    `with ${newestControl} select control_id, title from newest_control where control_id = any($ids)`,
    { org_id, ids: [...ids] },
  )
  return new Map(rows.map(({ control_id, title }) => [control_id, title]))
}

/** Whether the scope has this asset, also when it has left. */
export async function isOwnAsset(engine: Engine, scope: Scope, asset_id: number): Promise<boolean> {
  const rows = await engine.query(
    `select k.asset_id from asset_key k where k.org_id = $org_id and k.asset_id = $asset_id ${inGroups('k.asset_id', scope.groups)}`,
    { org_id: scope.org_id, asset_id, ...groupParams(scope.groups) },
  )
  return rows.length > 0
}
