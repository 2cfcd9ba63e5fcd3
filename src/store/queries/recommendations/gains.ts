import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { foundFindings, foundParams, gainSql, weightSql } from './found.ts'

/** What a group of findings counts and gains. */
export interface Gain {
  /** `update:<component>`, `attention:<component>`, `setting:<control>`; for a campaign ''. */
  recommendation: string
  /** The component or control as most findings write it. */
  component: string
  assets: number
  critical_assets: number
  findings: number
  /** Different vulnerabilities or controls. */
  subjects: number
  stage: number
  severity: number | null
  /** Points of the exposure score 0–100 that come back when exactly these findings close; null when no asset is in the score. */
  gain: number | null
  /** Hazard that then falls away times the value of the asset, summed: what they are ranked by. 0 when no asset is in the score. */
  risk: number
}

/** SQL: {@link Gain.risk} over rows `g` (reduction) joined with `s` (standing), exact until the end. */
const riskSql =
  'cast(coalesce(sum(cast(s.weight as bigint) * cast((g.reduction - g.reduction % 1000) / 1000 as bigint)), 0) as double precision) / 1e8'

const figures = `cast(count(distinct asset_id) as bigint) as assets,
  cast(count(distinct case when criticality in ('high', 'very_high') then asset_id end) as bigint) as critical_assets,
  cast(count(*) as bigint) as findings, cast(count(distinct subject) as bigint) as subjects, max(stage) as stage, max(severity) as severity`

/**
 * The gains of all recommendations that follow from findings alone. Of several findings of one vulnerability on an asset the greatest
 * hazard counts, so what a recommendation takes away from it is how far the greatest of the others lies below. With `asset_id`: of this asset
 * alone, the gain in points of its own exposure. `unheard`: as though nobody had excepted anything.
 */
export function recommendationGains(
  engine: Engine,
  scope: Scope,
  day: number,
  { asset_id = null, unheard = false }: { asset_id?: number | null; unheard?: boolean } = {},
): Promise<Gain[]> {
  return engine.query<Gain>(
    `${foundFindings(scope.groups, {}, { asset: asset_id === null ? 'all' : 'one', unheard })},
    pair as (select asset_id, kind, subject, recommendation, max(h) as h from found group by asset_id, kind, subject, recommendation),
    ranked as (
      select *, row_number() over w as place, coalesce(lead(h) over w, 0) as next
      from pair window w as (partition by asset_id, kind, subject order by h desc, recommendation collate "C")
    ),
    fall as (select recommendation, asset_id, cast(sum(h - next) as bigint) as reduction from ranked where place = 1 and recommendation <> '' group by recommendation, asset_id),
    gained as (select g.recommendation, ${gainSql} as points, ${riskSql} as risk from fall g join standing s on s.asset_id = g.asset_id group by g.recommendation),
    figure as (select recommendation, ${figures} from found where recommendation <> '' group by recommendation),
    named as (
      select distinct on (recommendation) recommendation, component from (
        select recommendation, case when kind = 'control' or component = '' then subject else component end as component, count(*) as findings from found where recommendation <> '' group by 1, 2
      ) names order by recommendation, findings desc, component collate "C"
    )
    select f.*, n.component, case when w.weight > 0 then coalesce(g.points, 0) / w.weight end as gain, coalesce(g.risk, 0) as risk
    from figure f join named n on n.recommendation = f.recommendation left join gained g on g.recommendation = f.recommendation cross join ${weightSql} w
    order by f.recommendation collate "C"`,
    { ...foundParams(scope, day), ...(asset_id === null ? {} : { asset_id }) },
  )
}

/** The gain of closing exactly the findings for which `member` holds (a predicate over f, v, c); null when there are none. `unheard`: as above. */
export async function memberGain(
  engine: Engine,
  scope: Scope,
  day: number,
  member: string,
  params: Params,
  unheard = false,
): Promise<Gain | null> {
  const [row] = await engine.query<Gain>(
    `${foundFindings(scope.groups, { member }, { unheard })},
    pair as (
      select asset_id, kind, subject, max(h) as h, max(case when member then 0 else h end) as rest from found group by asset_id, kind, subject having max(case when member then 1 else 0 end) = 1
    ),
    g as (select asset_id, cast(sum(h - rest) as bigint) as reduction from pair group by asset_id),
    gained as (select ${gainSql} as points, ${riskSql} as risk from g join standing s on s.asset_id = g.asset_id),
    figure as (select ${figures} from found where member)
    select '' as recommendation, '' as component, f.*, case when w.weight > 0 then g.points / w.weight end as gain, g.risk from figure f cross join gained g cross join ${weightSql} w`,
    { ...foundParams(scope, day), ...params },
  )
  return row && row.findings > 0 ? row : null
}

/** The assets on which some finding stands for which `member` holds and that counts, in the order of their numbers. */
export async function memberAssetIds(engine: Engine, scope: Scope, day: number, member: string, params: Params): Promise<number[]> {
  const rows = await engine.query<{ asset_id: number }>(
    `${foundFindings(scope.groups, { member })} select distinct asset_id from found where member order by asset_id`,
    { ...foundParams(scope, day), ...params },
  )
  return rows.map(({ asset_id }) => asset_id)
}

/** Whether a finding that is open at the end of a day is kept out of the scores: where none is, there is no difference between before and after. */
export async function anyExcepted(engine: Engine, org_id: number, day: number): Promise<boolean> {
  const rows = await engine.query(
    'select 1 as any_row from finding_history where org_id = $org_id and excepted and from_day <= $day and $day < to_day limit 1',
    { org_id, day },
  )
  return rows.length > 0
}
