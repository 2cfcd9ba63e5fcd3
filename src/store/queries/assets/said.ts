import { NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, lastOfAsset } from '../moment.ts'

/** What counts for an asset, whose word it is, and what the sources state. */
export interface Said {
  criticality: string | null
  criticality_by: string | null
  asset_group: string | null
  asset_group_by: string | null
  /** Thousandths. */
  value: number
  sources: { attribute: string; source: string; value: string }[]
}

/** Level and group of an asset that is in the scope: checked by the caller. */
export async function readSaid(engine: Engine, { org_id }: Scope, { at }: AskedMoment, asset_id: number): Promise<Said> {
  const [[row], sources] = await Promise.all([
    engine.query<Omit<Said, 'sources'>>(
      `select a.criticality, a.criticality_by, a.asset_group, a.asset_group_by, a.value from asset_history a where a.org_id = $org_id and ${lastOfAsset}`,
      { org_id, asset_id, at },
    ),
    engine.query<{ attribute: string; source: string; value: string }>(
      `select distinct on (attribute, source) attribute, source, value from attribute_history
       where org_id = $org_id and asset_id = $asset_id and attribute in ('criticality', 'asset_group') and retracted_in = ${NEVER} and valid_from <= $at
       order by attribute, source, valid_from desc`,
      { org_id, asset_id, at },
    ),
  ])
  return { ...(row ?? { criticality: null, criticality_by: null, asset_group: null, asset_group_by: null, value: 1000 }), sources }
}

/** In which groups an asset was until a moment, newest first. */
export const listGroupsOfAsset = (
  engine: Engine,
  { org_id }: Scope,
  { at }: AskedMoment,
  asset_id: number,
): Promise<{ asset_group: string | null; valid_from: number; valid_to: number }[]> =>
  engine.query(
    `with own as (select asset_group, valid_from, valid_to from asset_history where org_id = $org_id and asset_id = $asset_id and valid_from <= $at),
    begun as (
      select *, case when lag(valid_to) over (order by valid_from) = valid_from and lag(asset_group) over (order by valid_from) is not distinct from asset_group then 0 else 1 end as begins
      from own),
    numbered as (select *, sum(begins) over (order by valid_from rows unbounded preceding) as run from begun)
    select max(asset_group) as asset_group, min(valid_from) as valid_from, max(valid_to) as valid_to from numbered group by run order by 2 desc`,
    { org_id, asset_id, at },
  )
