import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** What a source must have looked for, so that an asset can be asked. */
export type AskedFor = 'vulnerability' | 'control' | 'software' | 'asset'

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

const subjects: readonly AskedFor[] = ['vulnerability', 'control', 'software', 'asset']
const states = ['scanned', 'stale', 'never_scanned'] as const

/** Assets that are in the same populations and equally well known; their states by subject are places in {@link states}. */
interface Alike {
  /** A sign for each population: 1 or 0. */
  fits: string
  vulnerability: number
  control: number
  software: number
  asset: number
  assets: number
  value: number
}

/**
 * Counts the assets that are there at the end of a day by how well they are known, for the whole, for populations and for unions of them
 * (lists of places among `populations`), in one pass over the assets: those alike are counted together, and what they add up to is told from that.
 */
export async function countUnknown(
  engine: Engine,
  scope: Scope,
  day: number,
  populations: readonly Population[],
  unions: readonly (readonly number[])[],
): Promise<UnknownAssets> {
  const rows = await engine.query<Alike>(
    `with looked as (
      select asset_id, ${subjects
        .map((subject) => `max(case when subject = '${subject}' then case when $day < to_day then 1 else 0 end end) as ${subject}`)
        .join(', ')}
      from fresh_history where org_id = $org_id and from_day <= $day group by asset_id),
    known as (
      select ${populations.map(({ sql }) => `case when (${sql}) then '1' else '0' end`).join(' || ') || `''`} as fits, a.value,
        ${subjects.map((subject) => `case when l.${subject} = 1 then 0 when l.${subject} = 0 then 1 else 2 end as ${subject}`).join(', ')}
      from asset_history a left join looked l on l.asset_id = a.asset_id
      where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)})
    select fits, ${subjects.join(', ')}, cast(count(*) as bigint) as assets, cast(sum(value) as bigint) as value from known group by fits, ${subjects.join(', ')}`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups), ...Object.assign({}, ...populations.map(({ params }) => params)) },
  )
  const sum = (stateOf: (row: Alike) => number | null): AssetCounts => {
    const counts: AssetCounts = { scanned: 0, stale: 0, never_scanned: 0 }
    for (const row of rows) {
      const state = stateOf(row)
      if (state !== null) counts[states[state]!] += row.assets
    }
    return counts
  }
  const inPopulation = (row: Alike, place: number): number | null => (row.fits[place] === '1' ? row[populations[place]!.subject] : null)
  return {
    vulnerability: sum((row) => row.vulnerability),
    control: sum((row) => row.control),
    unknown_value: rows.reduce((total, row) => total + (row.vulnerability > 0 ? row.value : 0), 0),
    populations: populations.map((_, place) => sum((row) => inPopulation(row, place))),
    unions: unions.map((places) =>
      sum((row) => {
        const known = places.flatMap((place) => inPopulation(row, place) ?? [])
        return known.length ? Math.max(...known) : null
      }),
    ),
  }
}
