import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { foundFindings, foundParams } from '../recommendations/found.ts'

/** What the exposure score is divided by. */
export const makeupDimensions = ['asset', 'software', 'finding', 'stage', 'severity', 'fix'] as const
export type MakeupDimension = (typeof makeupDimensions)[number]

/** What makes up the exposure score in one dimension. */
export interface MakeupRow {
  dimension: MakeupDimension
  /** Number of the asset; the component ('' = none named, and checks); kind and subject; stage 0–5; severity 0–4 or ''; 1 or 0: a fix is known. */
  id: string
  /** Units of 1e-12 points. */
  part: number
  assets: number
  findings: number
  /** Of its dimension. */
  place: number
}

/**
 * CTEs down to `piece` (asset_id, component, subject, part …): what each vulnerability and failed control of each asset has in the exposure score, in
 * units of 1e-12 points. Parameters: those of {@link foundParams}.
 */
export const makeupPieces = (scope: Scope): string => `${foundFindings(scope.groups)},
    pair as (
      select distinct on (asset_id, kind, subject) asset_id, kind, kind || ' ' || subject as subject, case when kind = 'control' then '' else component end as component, stage, severity, h
      from found order by asset_id, kind, subject, h desc, stage desc, component collate "C"
    ),
    fixes as (select asset_id, kind || ' ' || subject as subject, max(case when fixable or kind = 'control' then 1 else 0 end) as fixable from found group by 1, 2),
    weighed as (select cast(sum(weight) as double precision) as w from standing),
    piece as (
      select p.asset_id, p.subject, p.component, case when p.kind = 'control' then -1 else p.stage end as stage, coalesce(p.severity, -1) as severity, x.fixable,
        cast(floor(cast(s.weight as double precision) * cast(s.exposure as double precision) * 100000 / w.w * cast(p.h as double precision) / cast(s.hazard as double precision) + 0.5) as bigint) as part
      from pair p join standing s on s.asset_id = p.asset_id join fixes x on x.asset_id = p.asset_id and x.subject = p.subject cross join weighed w where s.hazard > 0 and w.w > 0
    )`

/**
 * The exposure score at the end of a day, divided among assets, components, findings, exploit stages, severities and by whether a fix is
 * known: an asset's part is weight · exposure / all weight, and each of its vulnerabilities and failed controls takes the share of it that it
 * has in the asset's hazard; of several findings of one the greatest. Only the first `limit` of a dimension; `totals` counts all.
 */
export async function exposureMakeup(
  engine: Engine,
  scope: Scope,
  day: number,
  limit: number,
): Promise<{ rows: MakeupRow[]; totals: { dimension: MakeupDimension; rows: number; part: number }[] }> {
  const sets = ['asset_id', 'component', 'subject', 'stage', 'severity', 'fixable']
  const rows = await engine.query<MakeupRow & { of_dimension: number; whole: number }>(
    `${makeupPieces(scope)},
    summed as (
      select case ${sets.map((set, index) => `when grouping(${set}) = 0 then '${makeupDimensions[index]}'`).join(' ')} end as dimension,
        coalesce(cast(asset_id as text), component, subject, cast(stage as text), cast(severity as text), cast(fixable as text)) as id,
        cast(sum(part) as bigint) as part, cast(count(distinct asset_id) as bigint) as assets, cast(count(*) as bigint) as findings
      from piece group by grouping sets (${sets.map((set) => `(${set})`).join(', ')})
    ),
    placed as (
      select *, cast(row_number() over (partition by dimension order by part desc, id collate "C") as integer) as place, cast(count(*) over (partition by dimension) as bigint) as of_dimension,
        cast(sum(part) over (partition by dimension) as bigint) as whole
      from summed
    )
    select dimension, id, part, assets, findings, place, of_dimension, whole from placed where place <= $limit order by dimension, place`,
    { ...foundParams(scope, day), limit },
  )
  return {
    rows,
    totals: makeupDimensions.map((dimension) => {
      const one = rows.find((row) => row.dimension === dimension)
      return { dimension, rows: one?.of_dimension ?? 0, part: one?.whole ?? 0 }
    }),
  }
}
