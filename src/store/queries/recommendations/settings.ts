import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, newestControl } from '../metrics/sweep.ts'
import { controlDeltas } from '../scores/control-deltas.ts'

/** A control with points left to gain. */
export interface SettingGain {
  control_id: string
  title: string | null
  source: string | null
  category: string | null
  severity: number | null
  description: string | null
  remediation: string | null
  url: string | null
  product: string | null
  /** Points of the secure score 0–100 that meeting it everywhere gives. */
  gain: number
}

/**
 * Controls whose points are not all achieved at the end of a day, with what meeting them adds to the secure score. `heard` false: as though nobody
 * had excepted anything.
 */
export function settingGains(engine: Engine, scope: Scope, day: number, heard = true): Promise<SettingGain[]> {
  const deltas =
    scope.groups === null && heard
      ? `with ${newestControl},
        change as (select id, day, numerator_delta as points, denominator_delta as max_points from score_delta where org_id = $org_id and score = 'control')`
      : `${controlDeltas(scope.groups, false, heard)}, change as (select id, day, points, max_points from control_delta)`
  return engine.query<SettingGain>(
    `${deltas},
    now as (select id, cast(sum(points) as bigint) as points, cast(sum(max_points) as bigint) as max_points from change where day <= $day group by id),
    whole as (select cast(sum(max_points) as double precision) as max_points from now)
    select n.id as control_id, c.title, c.source, c.category, c.severity, c.description, c.remediation, c.url, c.product,
      100.0 * cast(n.max_points - n.points as double precision) / w.max_points as gain
    from now n left join newest_control c on c.control_id = n.id cross join whole w
    where n.points < n.max_points order by n.id collate "C"`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups) },
  )
}
