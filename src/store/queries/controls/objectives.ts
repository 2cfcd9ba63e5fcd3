import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'

/** What each of these controls is for, ids in order. */
export async function objectivesOf(engine: Engine, scope: Scope, controls: readonly string[]): Promise<Map<string, string[]>> {
  if (controls.length === 0) return new Map()
  const rows = await engine.query<{ control_id: string; objective: string }>(
    `select control_id, objective from control_objective where org_id = $org_id and control_id = any($controls) order by control_id, objective collate "C"`,
    { org_id: scope.org_id, controls: [...controls] },
  )
  const found = new Map<string, string[]>()
  for (const { control_id, objective } of rows) found.set(control_id, [...(found.get(control_id) ?? []), objective])
  return found
}

/** How many of the organisation's controls are for each objective; none: left out. */
export async function countByObjective(engine: Engine, scope: Scope): Promise<Map<string, number>> {
  const rows = await engine.query<{ objective: string; controls: number }>(
    'select objective, count(*) as controls from control_objective where org_id = $org_id group by objective',
    { org_id: scope.org_id },
  )
  return new Map(rows.map(({ objective, controls }) => [objective, controls]))
}
