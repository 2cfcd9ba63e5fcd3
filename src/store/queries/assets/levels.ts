import type { Criticality } from '../../../model/asset.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among, type AskedMoment, exposedAssets, momentParams, presentAssets } from '../moment.ts'

/** The assets in the exposure score that have one level of criticality. */
export interface LevelSum {
  criticality: Criticality | 'none'
  /** Assets that have not left, and of them those in the score. */
  assets: number
  scored: number
  /** Sum of E over those in the score, each from 0 to 1. */
  exposure: number
}

/** Sums by criticality, of the assets `of` or of all. */
export async function sumLevels(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  of: readonly number[] | null = null,
): Promise<LevelSum[]> {
  if (of?.length === 0) return []
  return engine.query<LevelSum>(
    `with ${presentAssets(scope)}, ${exposedAssets}
    select coalesce(a.criticality, 'none') as criticality, count(*) as assets, count(case when e.weight > 0 then 1 end) as scored,
      cast(cast(coalesce(sum(case when e.weight > 0 then e.exposure end), 0) as bigint) as double precision) / 1000000000 as exposure
    from a left join exposed e on e.asset_id = a.asset_id ${of === null ? '' : `where ${among('a.asset_id', 'asset_ids')}`} group by 1 order by 1`,
    { ...momentParams(scope, moment), ...(of === null ? {} : { asset_ids: of }) },
  )
}

/** How many assets an organisation's score has by exposure level, and what is outside of it. */
export interface ExposureCounts {
  /** E = 0. */
  none: number
  low: number
  medium: number
  high: number
  /** Here, but not looked at for vulnerabilities within the staleness of their source, or never. */
  stale: number
  never_scanned: number
}

/** Assets by exposure level: none is 0, low below 30, medium below 70, high from 70 on. */
export async function countExposures(engine: Engine, scope: Scope, moment: AskedMoment): Promise<ExposureCounts> {
  const [row] = await engine.query<ExposureCounts>(
    `with ${presentAssets(scope)}, ${exposedAssets},
    placed as (select a.coverage, case when e.weight > 0 then e.exposure end as exposure from a left join exposed e on e.asset_id = a.asset_id)
    select count(case when exposure = 0 then 1 end) as none, count(case when exposure > 0 and exposure < 300000000 then 1 end) as low,
      count(case when exposure >= 300000000 and exposure < 700000000 then 1 end) as medium, count(case when exposure >= 700000000 then 1 end) as high,
      count(case when coverage = 'stale' then 1 end) as stale, count(case when coverage = 'never_scanned' then 1 end) as never_scanned
    from placed`,
    momentParams(scope, moment),
  )
  return row!
}
