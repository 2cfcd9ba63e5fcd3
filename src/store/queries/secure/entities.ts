import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among, type AskedMoment, momentParams, presentAssets, standing } from '../moment.ts'

/** What a check gave on an asset. */
export interface Entity {
  asset_id: number
  asset_name: string
  control_id: string
  status: string
  passed: number | null
  total: number | null
  evidence: string | null
  valid_from: number
}

/** Results of these controls at a moment, failed ones first, of one asset where it is named; at most 1000. */
export async function readEntities(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  controls: readonly string[],
  asset_id: number | null,
): Promise<Entity[]> {
  if (!controls.length) return []
  return engine.query<Entity>(
    `with ${presentAssets(scope)}
    select r.asset_id, a.name as asset_name, r.control_id, r.status, r.passed, r.total, r.evidence, r.valid_from
    from control_result_history r join a on a.asset_id = r.asset_id
    where r.org_id = $org_id and ${among('r.control_id', 'controls')} and ${standing('r')} ${asset_id === null ? '' : 'and r.asset_id = $asset_id'}
    order by case r.status when 'fail' then 0 when 'not_run' then 1 when 'pass' then 2 else 3 end, a.name collate "C", r.asset_id, r.control_id collate "C" limit 1000`,
    { ...momentParams(scope, moment), controls, ...(asset_id === null ? {} : { asset_id }) },
  )
}
