import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, exposedAssets, momentParams, presentAssets } from '../moment.ts'

/** An asset group and the weighted mean of its assets' exposure. */
export interface GroupExposure {
  asset_group: string
  /** Assets that have not left, and of them those in the score. */
  assets: number
  scored: number
  /** 0–1, lower is better; null: none is in the score. */
  exposure: number | null
}

/**
 * Asset groups, the most exposed first. At a past day too, a group is the assets that are in it now: as with the filter by groups, so that
 * its figure here is the score that the filter gives.
 */
export async function listGroups(engine: Engine, scope: Scope, moment: AskedMoment): Promise<GroupExposure[]> {
  const rows = await engine.query<{ asset_group: string; assets: number; scored: number; numerator: number; denominator: number }>(
    `with ${presentAssets(scope)}, ${exposedAssets},
    newest as (select distinct on (asset_id) asset_id, asset_group from asset_history where org_id = $org_id order by asset_id, valid_to desc)
    select g.asset_group, count(*) as assets, count(case when e.weight > 0 then 1 end) as scored,
      cast(cast(coalesce(sum(e.weight * e.exposure), 0) as bigint) as double precision) as numerator, cast(coalesce(sum(e.weight), 0) as bigint) as denominator
    from a join newest g on g.asset_id = a.asset_id left join exposed e on e.asset_id = a.asset_id where g.asset_group is not null group by g.asset_group`,
    momentParams(scope, moment),
  )
  return rows
    .map(({ asset_group, assets, scored, numerator, denominator }) => ({
      asset_group,
      assets,
      scored,
      exposure: denominator === 0 ? null : numerator / denominator / 1e9,
    }))
    .toSorted((a, b) => (b.exposure ?? -1) - (a.exposure ?? -1) || (a.asset_group < b.asset_group ? -1 : 1))
}
