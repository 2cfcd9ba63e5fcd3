import type { Engine } from '../../engines/engine.ts'
import type { Population } from '../scores/unknown-assets.ts'

/** Which of several populations any asset was ever in, in their order: one pass over the assets for all of them. */
export async function everInhabited(engine: Engine, org_id: number, populations: readonly Population[]): Promise<boolean[]> {
  if (populations.length === 0) return []
  const [row] = await engine.query<Record<string, boolean | null>>(
    `select ${populations.map(({ sql }, index) => `bool_or(${sql}) as p${index}`).join(', ')}
     from asset_history a where a.org_id = $org_id and a.from_day < a.to_day`,
    Object.assign({ org_id }, ...populations.map(({ params }) => params)),
  )
  return populations.map((_, index) => row![`p${index}`] ?? false)
}

/** The objectives that any control of an organisation serves. */
export async function servedObjectives(engine: Engine, org_id: number): Promise<Set<string>> {
  const rows = await engine.query<{ objective: string }>('select distinct objective from control_objective where org_id = $org_id', {
    org_id,
  })
  return new Set(rows.map(({ objective }) => objective))
}
