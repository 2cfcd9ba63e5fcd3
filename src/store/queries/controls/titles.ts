import type { Engine } from '../../engines/engine.ts'
import { newestControl } from '../metrics/sweep.ts'
import { among } from '../moment.ts'

/** What the tools call controls, by id. */
export async function controlTitles(engine: Engine, org_id: number, control_ids: readonly string[]): Promise<Map<string, string>> {
  if (!control_ids.length) return new Map()
  const rows = await engine.query<{ control_id: string; title: string }>(
    `with ${newestControl} select control_id, title from newest_control where ${among('control_id', 'control_ids')}`,
    { org_id, control_ids },
  )
  return new Map(rows.map(({ control_id, title }) => [control_id, title]))
}
