import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { foundFindings, foundParams } from '../recommendations/found.ts'

/** Ids of the recommendations that close some finding of these assets which meets a predicate over f, v, c at the end of a day. */
export async function recommendedFor(
  engine: Engine,
  scope: Scope,
  day: number,
  asset_ids: readonly number[],
  member: string,
  params: Params,
): Promise<Set<string>> {
  if (asset_ids.length === 0) return new Set()
  const rows = await engine.query<{ recommendation: string }>(
    `${foundFindings(scope.groups, { member })} select distinct recommendation from found where member and recommendation <> '' and asset_id = any($asset_ids)`,
    { ...params, ...foundParams(scope, day), asset_ids },
  )
  return new Set(rows.map((row) => row.recommendation))
}
