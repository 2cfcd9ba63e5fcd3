import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { controlCtes } from '../controls/list.ts'
import { type AskedMoment, momentParams, standing } from '../moment.ts'

/** A control as the list of recommendations needs it. */
export interface ControlState {
  control_id: string
  title: string
  source: string
  category: string | null
  severity: number | null
  product: string | null
  description: string | null
  remediation: string | null
  url: string | null
  state: 'met' | 'partly_met' | 'not_met' | 'unknown' | 'not_applicable'
  /** Assets by what the check gave; `unknown`: it did not run. */
  passed: number
  failed: number
  unknown: number
  /** Where tools count inside of an asset: "97 of 120 users". Null: none does. */
  passed_inside: number | null
  total_inside: number | null
  /** Last time its result changed on some asset, in the organisation's days; null: it has none. */
  changed_at: number | null
}

/** Every control that some tool describes, with its results at the moment. */
export function controlStates(engine: Engine, scope: Scope, moment: AskedMoment): Promise<ControlState[]> {
  return engine.query<ControlState>(
    `with ${controlCtes(scope)},
    inside as (
      select r.control_id, cast(sum(r.passed) as bigint) as passed_inside, cast(sum(r.total) as bigint) as total_inside, max(r.valid_from) as changed_at
      from control_result_history r join a on a.asset_id = r.asset_id where r.org_id = $org_id and ${standing('r')} group by r.control_id)
    select c.control_id, c.title, c.source, c.category, c.severity, c.product, c.description, c.remediation, c.url, c.state, c.passed, c.failed, c.unknown,
      i.passed_inside, i.total_inside, i.changed_at
    from control_row c left join inside i on i.control_id = c.control_id order by c.control_id collate "C"`,
    momentParams(scope, moment),
  )
}

/** What each of the organisation's controls is for: ids of the catalog's objectives by control. */
export async function allObjectives(engine: Engine, org_id: number): Promise<Map<string, string[]>> {
  const rows = await engine.query<{ control_id: string; objective: string }>(
    'select control_id, objective from control_objective where org_id = $org_id order by control_id, objective',
    { org_id },
  )
  const found = new Map<string, string[]>()
  for (const { control_id, objective } of rows) found.set(control_id, [...(found.get(control_id) ?? []), objective])
  return found
}
