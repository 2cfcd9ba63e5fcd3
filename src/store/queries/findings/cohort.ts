import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'
import { severitySql } from '../metrics/columns.ts'

/** What became of a finding: still open, taken out by an exception, its asset gone, or closed. */
export const fates = ['open', 'excepted', 'asset_left', 'closed'] as const
export type Fate = (typeof fates)[number]

/** Findings of a cohort that share severity and fate. */
export interface CohortGroup {
  /** 0–4; null: not stated. */
  severity: number | null
  fate: Fate
  findings: number
}

/** How many of a cohort are open at the end of a day on which that changes. */
export interface CohortDay {
  day: number
  open: number
}

/**
 * CTEs `cohort` (finding_id, asset_id, subject, severity): the findings above informational that were open at the end of $from_day on assets that
 * were there, by their severity then; and `later`: all their rows.
 */
const cohort = (
  groups: readonly string[] | null,
): string => `with then_ends as (select ends_at from day where org_id = $org_id and day = $from_day),
  cohort as (
    select f.finding_id, f.asset_id, f.kind, f.subject, ${severitySql} as severity
    from finding_history f join asset_history a on a.org_id = $org_id and a.asset_id = f.asset_id and a.from_day <= $from_day and $from_day < a.to_day
      cross join then_ends m
      left join vulnerability_history v on v.vulnerability_id = case when f.kind = 'vulnerability' then f.subject end and v.valid_from < m.ends_at and m.ends_at <= v.valid_to
    where f.org_id = $org_id and f.from_day <= $from_day and $from_day < f.to_day and not f.excepted and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0) ${inGroups('f.asset_id', groups)}
  ),
  later as (
    select f.finding_id, f.from_day, f.to_day, f.excepted from finding_history f join cohort c on c.finding_id = f.finding_id where f.org_id = $org_id and f.from_day < f.to_day and f.to_day > $from_day
  )`

/** What became, by the end of $to_day, of the findings that were open at the end of $from_day. */
export function cohortFates(engine: Engine, scope: Scope, from_day: number, to_day: number): Promise<CohortGroup[]> {
  return engine.query<CohortGroup>(
    `${cohort(scope.groups)},
    now_open as (select finding_id, max(case when excepted then 1 else 0 end) as excepted from later where from_day <= $to_day and $to_day < to_day group by finding_id),
    here as (select distinct asset_id from asset_history where org_id = $org_id and from_day <= $to_day and $to_day < to_day)
    select c.severity, case when h.asset_id is null then 'asset_left' when n.finding_id is null then 'closed' when n.excepted = 1 then 'excepted' else 'open' end as fate, cast(count(*) as bigint) as findings
    from cohort c left join now_open n on n.finding_id = c.finding_id left join here h on h.asset_id = c.asset_id
    group by 1, 2 order by 1, 2`,
    { org_id: scope.org_id, from_day, to_day, ...groupParams(scope.groups) },
  )
}

/** How many of the findings that were open at the end of $from_day are open, not excepted and on assets that are there, at the end of each later day on which that number changes. */
export function cohortDays(engine: Engine, scope: Scope, from_day: number, to_day: number): Promise<CohortDay[]> {
  return engine.query<CohortDay>(
    `${cohort(scope.groups)},
    here as (select asset_id, from_day, to_day from asset_history where org_id = $org_id and from_day < to_day),
    run as (
      select greatest(l.from_day, h.from_day, $from_day) as from_day, least(l.to_day, h.to_day) as to_day
      from later l join cohort c on c.finding_id = l.finding_id join here h on h.asset_id = c.asset_id and h.from_day < l.to_day and l.from_day < h.to_day where not l.excepted
    ),
    step as (
      select day, sum(sign) as sign from (select from_day as day, 1 as sign from run where from_day < to_day union all select to_day, -1 from run where from_day < to_day) ends
      where day <= $to_day group by day
    )
    select day, cast(sum(sign) over (order by day rows between unbounded preceding and current row) as bigint) as open from step order by day`,
    { org_id: scope.org_id, from_day, to_day, ...groupParams(scope.groups) },
  )
}
