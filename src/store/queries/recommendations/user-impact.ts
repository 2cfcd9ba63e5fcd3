import { NEVER } from '../../../model/time.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { inGroups } from '../metrics/sweep.ts'
import { countingSql, foundParams } from './found.ts'

/**
 * CTE `said`: by control and asset on which it is open at the end of $day whether people would notice its mending (1) or not (0), where a source states it; of
 * several sources one that expects it is believed. `one`: of control $control_id alone.
 */
const said = (scope: Scope, one: boolean): string => `with said as (
    select r.control_id, r.asset_id, max(r.user_impact) as expected
    from control_result_history r join day d on d.org_id = r.org_id and d.day = $day
      join finding_history f on f.finding_id = r.finding_id and f.from_day <= $day and $day < f.to_day and ${countingSql}
      join asset_history a on a.org_id = r.org_id and a.asset_id = r.asset_id and a.from_day <= $day and $day < a.to_day
    where r.org_id = $org_id and r.user_impact is not null and r.status = 'fail' and r.retracted_in = ${NEVER}
      and r.valid_from < d.ends_at and d.ends_at <= r.valid_to ${one ? 'and r.control_id = $control_id' : ''} ${inGroups('r.asset_id', scope.groups)}
    group by r.control_id, r.asset_id)`

/** Assets on which a control is open, of which a source states that people would notice its mending, or that they would not. */
export interface ImpactCounts {
  control_id: string
  expected: number
  none: number
}

/** {@link ImpactCounts} of each control of which any source states it, at the end of a day. */
export const userImpactCounts = (engine: Engine, scope: Scope, day: number): Promise<ImpactCounts[]> =>
  engine.query<ImpactCounts>(
    `${said(scope, false)}
    select control_id, cast(sum(expected) as bigint) as expected, cast(count(*) - sum(expected) as bigint) as "none" from said group by control_id order by control_id collate "C"`,
    foundParams(scope, day),
  )

/** By asset on which a control is open, at the end of a day: whether people would notice its mending. Left out: what no source states. */
export async function userImpactByAsset(engine: Engine, scope: Scope, day: number, control_id: string): Promise<Map<number, boolean>> {
  const params: Params = { ...foundParams(scope, day), control_id }
  const rows = await engine.query<{ asset_id: number; expected: number }>(
    `${said(scope, true)} select asset_id, expected from said`,
    params,
  )
  return new Map(rows.map(({ asset_id, expected }) => [asset_id, expected === 1]))
}
