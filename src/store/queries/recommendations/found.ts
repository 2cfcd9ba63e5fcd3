import type { Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { cvssSql, exposureSql } from '../../derive/asset-days.ts'
import { lowerSql } from '../lower.ts'
import { idOf, severitySql, stageSql } from '../metrics/columns.ts'
import { groupParams, inGroups, newestControl } from '../metrics/sweep.ts'

/** What an open finding counts as: the component that it names, else the vulnerability itself. */
const subjectOrComponent = `case when f.component = '' then f.subject else f.component end`

/**
 * SQL: the recommendation that a finding belongs to. At most one of the kinds update, attention and setting; '' = none. Where the fix is an
 * update of its own (a Microsoft KB article) and no version, each is an action of its own.
 */
export const recommendationSql = `case when f.kind = 'control' then 'setting:' || f.subject
  when f.fixable then 'update:' || ${lowerSql(subjectOrComponent)} || coalesce(':' || ${lowerSql('f.article')}, '')
  when ${stageSql} >= 1 then 'attention:' || ${lowerSql(subjectOrComponent)}
  else '' end`

/** SQL: a row `f` of finding_history is more than merely informational. */
export const countingSql = '(f.severity is null or f.severity > 0 or f.cvss_tenths > 0)'

/**
 * CTEs down to `found` (open findings above informational at the end of $day with their hazard h, in units of 1e-8, and their
 * recommendation) and `standing` (each asset's hazard, exposure and weight then). `members`: predicates over f, v, c that
 * become columns of these names. `excepted`: also those that exceptions keep out of the scores, marked so; `unheard`: as though nobody had excepted
 * anything; `informational`: also those that count for nothing; `asset` one: of asset $asset_id alone; `vulnerability` one: of vulnerability $id alone. Parameters: $org_id, $day, and $groups where the scope has any.
 */
export const foundFindings = (
  groups: readonly string[] | null,
  members: Readonly<Record<string, string>> = {},
  {
    unheard = false,
    excepted = unheard,
    informational = false,
    asset = 'all',
    vulnerability = 'all',
  }: { excepted?: boolean; unheard?: boolean; informational?: boolean; asset?: 'one' | 'all'; vulnerability?: 'one' | 'all' } = {},
): string => `with moment as (select ends_at from day where org_id = $org_id and day = $day),
  here as (
    select a.* from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', groups)} ${asset === 'one' ? 'and a.asset_id = $asset_id' : ''}
  ),
  open_now as (
    select f.* from finding_history f where f.org_id = $org_id and f.from_day <= $day and $day < f.to_day ${excepted ? '' : 'and not f.excepted'}
      ${informational ? '' : `and ${countingSql}`} ${vulnerability === 'one' ? `and f.kind = 'vulnerability' and f.subject = $id` : ''} and f.asset_id in (select asset_id from here)
  ),
  fix as (
    select s.finding_id, min(case when s.fixed_version like 'KB%' then s.fixed_version end) as article from sighting_history s, moment m
    where s.org_id = $org_id and s.fixed_version is not null and s.retracted_in = 9007199254740991 and s.valid_from < m.ends_at and m.ends_at <= s.valid_to
    group by s.finding_id
  ),
  ${newestControl},
  world_now as (
    select v.* from vulnerability_history v, moment m
    where v.valid_from < m.ends_at and m.ends_at <= v.valid_to and v.vulnerability_id in (select subject from open_now where kind = 'vulnerability')
  ),
  f as (select o.*, x.finding_id is not null as fixable, x.article from open_now o left join fix x on x.finding_id = o.finding_id),
  found as (
    select f.asset_id, f.finding_id, f.kind, f.subject, f.component, f.fixable, f.excepted, a.type, a.criticality, a.internet_facing,
      ${stageSql} as stage, case when f.kind = 'control' then coalesce(f.severity, c.severity) else ${severitySql} end as severity,
      coalesce(case when a.internet_facing then h.internet else h.internal end, 0) as h,
      ${recommendationSql} as recommendation, f.from_day${Object.entries(members)
        .map(
          ([name, sql]) => `,
      coalesce((${sql}), false) as ${name}`,
        )
        .join('')}
    from f join here a on a.asset_id = f.asset_id
      left join world_now v on v.vulnerability_id = ${idOf('vulnerability')}
      left join newest_control c on c.control_id = ${idOf('control')}
      left join hazard h on h.stage = case when f.kind = 'control' then -1 else ${stageSql} end
        and h.epss = case when f.kind = 'control' then -1 else coalesce(v.epss, -1) end
        and h.cvss_tenths = case when f.kind = 'control' then coalesce(f.severity, 2) else ${cvssSql('v.cvss_tenths', 'f')} end
  ),
  latest as (
    select distinct on (d.asset_id) d.asset_id, d.hazard, d.exposure, d.weight from asset_day d
    where d.org_id = $org_id and d.day <= $day ${inGroups('d.asset_id', groups)} ${asset === 'one' ? 'and d.asset_id = $asset_id' : ''} order by d.asset_id, d.day desc, d.cause desc
  ),
  ${unheard ? standingUnheard : 'standing as (select * from latest where weight > 0)'}`

/** CTEs down to `standing`, as though nobody had excepted anything: of several findings of one thing the greatest counts, excepted or not. */
const standingUnheard = `greatest_of as (
    select asset_id, max(h) - coalesce(max(case when not excepted then h end), 0) as more from found group by asset_id, kind, subject having max(case when excepted then 1 else 0 end) = 1
  ),
  more_of as (select asset_id, cast(sum(more) as bigint) as more from greatest_of group by asset_id),
  whole as (select l.asset_id, l.hazard + coalesce(m.more, 0) as hazard, l.weight from latest l left join more_of m on m.asset_id = l.asset_id where l.weight > 0),
  standing as (select asset_id, hazard, ${exposureSql('hazard')} as exposure, weight from whole)`

/** SQL: points of 0–100 that the exposure score loses when the hazard of assets falls; over rows `g` (reduction) joined with `s` (standing). */
export const gainSql = `100.0 * cast(coalesce(sum(cast(s.weight as bigint) * (s.exposure - ${exposureSql('greatest(s.hazard - g.reduction, 0)')})), 0) as double precision) / 1000000000.0`

/** SQL: all the weight that the score divides by. */
export const weightSql = '(select cast(sum(weight) as double precision) as weight from standing)'

export const foundParams = (scope: Scope, day: number): Params => ({ org_id: scope.org_id, day, ...groupParams(scope.groups) })
