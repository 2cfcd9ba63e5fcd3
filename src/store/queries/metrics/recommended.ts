import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among } from '../moment.ts'
import { foundFindings, foundParams } from '../recommendations/found.ts'

/** Which findings make assets exposed: a predicate over f, v, c and the asset `a`, with its parameters. */
export interface Exposing {
  sql: string
  params: Params
}

/** One recommendation, and how many of the assets asked about have findings that it closes. */
export interface RecommendedPart {
  recommendation: string
  assets: number
}

/** PostgreSQL takes only parameters that the text uses. */
const used = (sql: string, params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)))

const found = (scope: Scope, exposing: Exposing): string => foundFindings(scope.groups, { member: exposing.sql })
const params = (scope: Scope, day: number, exposing: Exposing): Params => ({
  ...used(exposing.sql, exposing.params),
  ...foundParams(scope, day),
})

/** The recommendations that close findings which make some of these assets exposed at the end of a day, by id. */
export function recommendedParts(
  engine: Engine,
  scope: Scope,
  day: number,
  asset_ids: readonly number[],
  exposing: Exposing,
): Promise<RecommendedPart[]> {
  if (asset_ids.length === 0) return Promise.resolve([])
  return engine.query(
    `${found(scope, exposing)} select recommendation, count(distinct asset_id) as assets from found
     where member and recommendation <> '' and ${among('asset_id', 'asset_ids')} group by recommendation order by recommendation collate "C"`,
    { ...params(scope, day, exposing), asset_ids },
  )
}

/** Those of the assets of which a recommendation closes some finding that makes them exposed; null: those of which none does. */
export async function recommendedAssets(
  engine: Engine,
  scope: Scope,
  day: number,
  asset_ids: readonly number[],
  exposing: Exposing,
  recommendation: string | null,
): Promise<Set<number>> {
  if (asset_ids.length === 0) return new Set()
  const rows = await engine.query<{ asset_id: number }>(
    `${found(scope, exposing)} select distinct asset_id from found
     where member and ${recommendation === null ? "recommendation <> ''" : 'recommendation = $recommendation'} and ${among('asset_id', 'asset_ids')}`,
    { ...params(scope, day, exposing), asset_ids, ...(recommendation === null ? {} : { recommendation }) },
  )
  const closed = new Set(rows.map(({ asset_id }) => asset_id))
  return recommendation === null ? new Set(asset_ids.filter((id) => !closed.has(id))) : closed
}
