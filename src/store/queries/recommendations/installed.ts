import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { lowerSql } from '../lower.ts'
import { type AskedMoment, momentParams, presentColumns, standing } from '../moment.ts'
import { endOf, endsSql, feedSupport, supportJoin } from '../support.ts'

/** Where a software stands installed, by its name in lower case. */
export interface Installed {
  name: string
  vendor: string | null
  assets: number
  /** The earliest and the latest end of support of an installation; null: nobody states one. */
  first_end: number | null
  last_end: number | null
  /** Every installation is of a version whose end of support has passed at the moment. */
  all_ended: boolean
}

/** All software that reports list on assets which have not left. */
export async function installedSoftware(engine: Engine, scope: Scope, moment: AskedMoment): Promise<Map<string, Installed>> {
  const rows = await engine.query<Omit<Installed, 'all_ended'> & { supported: number }>(
    `with ${presentColumns(scope, ['asset_id'])}, ${feedSupport},
    installation as (
      select s.asset_id, s.name, max(s.vendor collate "C") as vendor, ${endOf(endsSql)} as ends_at
      from software_history s join a on a.asset_id = s.asset_id ${supportJoin}
      where s.org_id = $org_id and ${standing('s')} group by s.asset_id, s.name, s.version)
    select ${lowerSql('name')} as name, max(vendor) as vendor, cast(count(distinct asset_id) as bigint) as assets,
      min(ends_at) as first_end, max(ends_at) as last_end, max(case when ends_at is null or ends_at > $at then 1 else 0 end) as supported
    from installation group by 1`,
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
