import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** What a source must have looked for, so that an asset can be asked. */
export type AskedFor = 'vulnerability' | 'control' | 'asset'

/** A population whose assets are counted by how well they are known. */
export interface Population {
  /** Over `a` (asset_history). */
  sql: string
  subject: AskedFor
  params: Params
}

/** Assets that are there, by how well they are known. */
export interface AssetCounts {
  /** Looked at within the staleness of the source. */
  scanned: number
  /** Looked at once, but not within the staleness. */
  stale: number
  never_scanned: number
}

/** How much of the assets that are there at the end of a day is unknown. */
export interface UnknownAssets {
  /** By vulnerability and control looks, all assets. */
  vulnerability: AssetCounts
  control: AssetCounts
  /** Value in thousandths of the assets that are there and not scanned for vulnerabilities. */
  unknown_value: number
  /** In the order of the populations asked for. */
  populations: AssetCounts[]
  /** Per union of populations: each asset once, as its worst known population knows it. */
  unions: AssetCounts[]
}

const subjects: readonly AskedFor[] = ['vulnerability', 'control', 'asset']
const states = ['scanned', 'stale', 'never_scanned'] as const

/**
 * Counts the assets that are there at the end of a day by how well they are known, for the whole, for populations and for unions of them
 * (lists of places among `populations`), in one pass over the assets.
 */
export async function countUnknown(
  engine: Engine,
  scope: Scope,
  day: number,
  populations: readonly Population[],
  unions: readonly (readonly number[])[],
): Promise<UnknownAssets> {
  const groups = [
    ...populations.map((_, index) => `p${index}`),
    ...unions.map((places) => (places.length ? `greatest(${places.map((place) => `p${place}`).join(', ')})` : '0')),
  ]
  const [row] = await engine.query<Record<string, number>>(
    `with looked as (
      select asset_id, ${subjects
        .map((subject) => `max(case when subject = '${subject}' then case when $day < to_day then 1 else 0 end end) as ${subject}`)
        .join(', ')}
      from fresh_history where org_id = $org_id and from_day <= $day group by asset_id),
    known as (
      select a.*, ${subjects.map((subject) => `case when l.${subject} = 1 then 1 when l.${subject} = 0 then 2 else 3 end as ${subject}_state`).join(', ')}
      from asset_history a left join looked l on l.asset_id = a.asset_id
      where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)}),
    counted as (
      select a.value, a.vulnerability_state, a.control_state
        ${populations.map(({ sql, subject }, index) => `, case when (${sql}) then a.${subject}_state else 0 end as p${index}`).join('')}
      from known a)
    select cast(coalesce(sum(case when vulnerability_state > 1 then value else 0 end), 0) as bigint) as unknown_value,
      ${['vulnerability_state', 'control_state', ...groups]
        .flatMap((sql, index) =>
          states.map((_, state) => `cast(count(case when ${sql} = ${state + 1} then 1 end) as bigint) as c${index}_${state}`),
        )
        .join(', ')}
    from counted`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups), ...Object.assign({}, ...populations.map(({ params }) => params)) },
  )
  const counts = (index: number): AssetCounts => ({
    scanned: row![`c${index}_0`]!,
    stale: row![`c${index}_1`]!,
    never_scanned: row![`c${index}_2`]!,
  })
  return {
    vulnerability: counts(0),
    control: counts(1),
    unknown_value: row!['unknown_value']!,
    populations: populations.map((_, index) => counts(2 + index)),
    unions: unions.map((_, index) => counts(2 + populations.length + index)),
  }
}
