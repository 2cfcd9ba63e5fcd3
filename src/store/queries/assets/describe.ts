import type { AssetType, Criticality } from '../../../model/asset.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among, type AskedMoment, holds } from '../moment.ts'

/** The little that names an asset. */
export interface NamedAsset {
  asset_id: number
  name: string
  type: AssetType
  criticality: Criticality | null
  asset_group: string | null
}

/** Assets by their number, as they are at a moment; those that are not here then are left out. */
export async function describeAssets(
  engine: Engine,
  { org_id }: Scope,
  { at }: AskedMoment,
  asset_ids: readonly number[],
): Promise<Map<number, NamedAsset>> {
  if (!asset_ids.length) return new Map()
  const rows = await engine.query<NamedAsset>(
    `select h.asset_id, h.name, h.type, h.criticality, h.asset_group from asset_history h where h.org_id = $org_id and ${among('h.asset_id', 'asset_ids')} and ${holds('h')}`,
    { org_id, at, asset_ids },
  )
  return new Map(rows.map((row) => [row.asset_id, row]))
}
