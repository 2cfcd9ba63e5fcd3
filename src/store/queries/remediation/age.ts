import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { idOf, severitySql } from '../metrics/columns.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/**
 * CTEs down to `run` (finding_id, asset_id, kind, subject, severity, cvss_tenths, from_day, to_day, place): the longest runs of days in which a finding
 * was open without a break, whatever changed of it meanwhile; place 1 is its first. Informational ones are left out.
 */
const runCtes = (scope: Scope): string => `here as (
    select a.asset_id, a.criticality from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)}),
  version as (
    select f.finding_id, f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.from_day, f.to_day,
      case when lag(f.to_day) over (partition by f.finding_id order by f.from_day, f.to_day) = f.from_day then 0 else 1 end as begins
    from finding_history f where f.org_id = $org_id and f.from_day < f.to_day and f.from_day <= $day and f.asset_id in (select asset_id from here)),
  numbered as (select *, sum(begins) over (partition by finding_id order by from_day, to_day rows between unbounded preceding and current row) as place from version),
  run as (
    select finding_id, asset_id, kind, subject, place, max(severity) as severity, max(cvss_tenths) as cvss_tenths, min(from_day) as from_day, max(to_day) as to_day
    from numbered group by finding_id, asset_id, kind, subject, place),
  rated as (
    select f.*, h.criticality, ${severitySql} as rank from run f join here h on h.asset_id = f.asset_id
      left join vulnerability_history v on v.vulnerability_id = ${idOf('vulnerability')} and v.valid_from < (select ends_at from day where org_id = $org_id and day = $day)
        and (select ends_at from day where org_id = $org_id and day = $day) <= v.valid_to)`

/** Open findings of one severity on assets of one criticality, by age in days since they were opened last. */
export interface AgeRow {
  severity: number
  criticality: string | null
  findings: number
  /** Older than the policy allows. */
  overdue: number
  oldest: number
  up_to_30: number
  up_to_90: number
  up_to_180: number
  older: number
}

/** Allowed days by severity 1–4 and criticality ('none': nobody said). */
export type Allowed = ReadonlyMap<number, Readonly<Record<string, number>>>

/** How old what is open is, and how much of it is overdue. */
export function openAges(engine: Engine, scope: Scope, day: number, allowed: Allowed): Promise<AgeRow[]> {
  const limits = [...allowed].flatMap(([severity, days]) =>
    Object.entries(days).map(([criticality, most]) => `(${severity}, '${criticality}', ${Math.trunc(most)})`),
  )
  return engine.query<AgeRow>(
    `with ${runCtes(scope)},
    limits as (select * from (values ${limits.join(', ')}) l(severity, criticality, most)),
    aged as (select r.rank, r.criticality, $day - r.from_day as age, l.most from rated r join limits l on l.severity = r.rank and l.criticality = coalesce(r.criticality, 'none') where $day < r.to_day)
    select rank as severity, criticality, count(*) as findings, count(case when age > most then 1 end) as overdue, max(age) as oldest,
      count(case when age <= 30 then 1 end) as up_to_30, count(case when age > 30 and age <= 90 then 1 end) as up_to_90,
      count(case when age > 90 and age <= 180 then 1 end) as up_to_180, count(case when age > 180 then 1 end) as older
    from aged group by rank, criticality order by rank desc, criticality nulls last`,
    { org_id: scope.org_id, day, ...groupParams(scope.groups) },
  )
}

/** Findings of one severity that were fixed in a range of days: how long it took. */
export interface FixRow {
  severity: number
  fixed: number
  /** Days from first seen to fixed: half of them took at most so long, nine tenths, and the longest. */
  median: number
  ninth: number
  longest: number
  /** Of those fixed, how many were open again by the end of the range; and findings that opened again in it. */
  open_again: number
  reopened: number
}

/** What was fixed from `from_day` to `day`, both included, on assets that are there on `day`. Every time that a finding closes counts. */
export function fixTimes(engine: Engine, scope: Scope, from_day: number, day: number): Promise<FixRow[]> {
  return engine.query<FixRow>(
    `with ${runCtes(scope)},
    whole as (select r.*, lead(r.from_day) over (partition by r.finding_id order by r.place) as next_day from rated r where r.rank > 0),
    closed as (
      select rank, count(*) as fixed, percentile_disc(0.5) within group (order by to_day - from_day) as median, percentile_disc(0.9) within group (order by to_day - from_day) as ninth,
        max(to_day - from_day) as longest, count(case when next_day <= $day then 1 end) as open_again
      from whole where $from_day <= to_day and to_day <= $day group by rank),
    again as (select rank, count(*) as reopened from whole where place > 1 and $from_day <= from_day and from_day <= $day group by rank)
    select coalesce(c.rank, g.rank) as severity, coalesce(c.fixed, 0) as fixed, coalesce(c.median, 0) as median, coalesce(c.ninth, 0) as ninth, coalesce(c.longest, 0) as longest,
      coalesce(c.open_again, 0) as open_again, coalesce(g.reopened, 0) as reopened
    from closed c full join again g on g.rank = c.rank order by 1 desc`,
    { org_id: scope.org_id, from_day, day, ...groupParams(scope.groups) },
  )
}
