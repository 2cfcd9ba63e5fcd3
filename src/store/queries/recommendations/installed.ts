import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { lowerSql } from '../lower.ts'
import { type AskedMoment, momentParams, presentColumns, standing } from '../moment.ts'

/** Where a software stands installed, by its name in lower case. */
export interface Installed {
  name: string
  vendor: string | null
  assets: number
  /** Installations with a stated end of support, and the earliest and latest such end. */
  first_end: number | null
  last_end: number | null
  /** Every installation is of a version whose end of support has passed at the moment. */
  all_ended: boolean
}

/** All software that reports list on assets which have not left. */
export async function installedSoftware(engine: Engine, scope: Scope, moment: AskedMoment): Promise<Map<string, Installed>> {
  const rows = await engine.query<Omit<Installed, 'all_ended'> & { supported: number }>(
    `with ${presentColumns(scope, ['asset_id'])}
    select ${lowerSql('s.name')} as name, max(s.vendor collate "C") as vendor, cast(count(distinct s.asset_id) as bigint) as assets,
      min(s.end_of_support_at) as first_end, max(s.end_of_support_at) as last_end,
      max(case when s.end_of_support_at is null or s.end_of_support_at > $at then 1 else 0 end) as supported
    from software_history s join a on a.asset_id = s.asset_id where s.org_id = $org_id and ${standing('s')} group by 1`,
    (({ day: _, ...params }) => params)(momentParams(scope, moment)),
  )
  return new Map(rows.map(({ supported, ...row }) => [row.name, { ...row, all_ended: supported === 0 }]))
}

/** The types of the assets on which each control was checked. */
export async function controlTypes(engine: Engine, scope: Scope, moment: AskedMoment): Promise<Map<string, string[]>> {
  const rows = await engine.query<{ control_id: string; type: string }>(
    `with ${presentColumns(scope, ['asset_id', 'type'])}
    select distinct r.control_id, a.type from control_result_history r join a on a.asset_id = r.asset_id where r.org_id = $org_id and ${standing('r')}`,
    (({ day: _, ...params }) => params)(momentParams(scope, moment)),
  )
  const types = new Map<string, string[]>()
  for (const { control_id, type } of rows) types.set(control_id, [...(types.get(control_id) ?? []), type])
  return types
}
