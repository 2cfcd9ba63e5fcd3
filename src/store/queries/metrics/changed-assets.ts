import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, metricSweep, type MetricSql } from './sweep.ts'

/** An asset that a metric finds exposed at the end of a day and not at the end of the day before, or the other way round. */
export interface ChangedAsset {
  asset_id: number
  /** At the end of the day. */
  exposed: boolean
}

/** The assets whose exposure to a metric changed on a day, by number. */
export async function changedAssets(engine: Engine, scope: Scope, metric: MetricSql, day: number): Promise<ChangedAsset[]> {
  const rows = await engine.query<{ asset_id: number; exposed: number }>(
    `${metricSweep([metric], scope.groups)},
    first_step as (select distinct on (asset_id) asset_id, exposed_before from state where day = $day order by asset_id, cause),
    last_step as (select distinct on (asset_id) asset_id, exposed from state where day = $day order by asset_id, cause desc)
    select l.asset_id, l.exposed from last_step l join first_step f on f.asset_id = l.asset_id where l.exposed <> f.exposed_before order by l.asset_id`,
    { ...metric.params, ...groupParams(scope.groups), org_id: scope.org_id, day },
  )
  return rows.map(({ asset_id, exposed }) => ({ asset_id, exposed: exposed === 1 }))
}
