import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { idOf, stageSql } from '../metrics/columns.ts'
import { inGroups, newestControl } from '../metrics/sweep.ts'
import { type CampaignSql, eachOf } from './figures.ts'
import { countingSql, foundParams, recommendationSql } from './found.ts'

/** Days that a small trend shows. */
export const TREND_DAYS = 14
/** How far back what is closed by now is still told, in days: as long as completed remediation is. */
export const LOOK_BACK = 180
/** How long a fix for what was a zero day is news, in days. */
export const NEW_FIX_DAYS = 14

/** How a recommendation came to stand as it does. */
export interface Course {
  recommendation: string
  /** The component or control as findings write it. */
  component: string
  /** Last day on which it went from nothing open to something open, or back; null: more than {@link LOOK_BACK} days ago. */
  since_day: number | null
  /** Assets on which it was open at the end of each of the last {@link TREND_DAYS} days, the day asked for last. */
  trend: number[]
  /** A fix has come in the last days for a flaw that was exploited while it had none. */
  new_fix: boolean
}

/**
 * The course of every recommendation of which something was open in the last {@link LOOK_BACK} days. A finding that is closed by now belongs
 * where it did by all that was stated of it; asset and day count once however many of their findings are open.
 */
export async function recommendationCourses(
  engine: Engine,
  scope: Scope,
  day: number,
  campaigns: readonly CampaignSql[],
): Promise<Course[]> {
  const trend = Array.from({ length: TREND_DAYS }, (_, index) => TREND_DAYS - 1 - index)
  const rows = await engine.query<Record<string, number | string | null>>(
    `with moment as (select ends_at from day where org_id = $org_id and day = $day),
    here as (select a.* from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day ${inGroups('a.asset_id', scope.groups)}),
    lately as (
      select f.* from finding_history f where f.org_id = $org_id and f.from_day < f.to_day and f.from_day <= $day and $from < f.to_day
        and ${countingSql} and f.asset_id in (select asset_id from here)
    ),
    still as (select distinct finding_id from lately where $day < to_day),
    fix as (
      select s.finding_id, max(case when m.ends_at <= s.valid_to then 1 else 0 end) as fixed_now, min(s.valid_from) as fixed_at,
        min(case when m.ends_at <= s.valid_to and s.fixed_version like 'KB%' then s.fixed_version end) as article_now,
        min(case when s.fixed_version like 'KB%' then s.fixed_version end) as article_ever
      from sighting_history s, moment m
      where s.org_id = $org_id and s.fixed_version is not null and s.retracted_in = 9007199254740991 and s.valid_from < m.ends_at group by s.finding_id
    ),
    ${newestControl},
    world_now as (
      select v.* from vulnerability_history v, moment m
      where v.valid_from < m.ends_at and m.ends_at <= v.valid_to and v.vulnerability_id in (select subject from lately where kind = 'vulnerability')
    ),
    f as (
      select l.*, case when t.finding_id is not null then coalesce(x.fixed_now, 0) = 1 else x.finding_id is not null end as fixable,
        case when t.finding_id is not null then x.article_now else x.article_ever end as article, x.fixed_at
      from lately l left join fix x on x.finding_id = l.finding_id left join still t on t.finding_id = l.finding_id
    ),
    assigned as (
      select f.asset_id, f.from_day, f.to_day, case when f.kind = 'control' or f.component = '' then f.subject else f.component end as component,
        case when f.fixable and $day < f.to_day and ${stageSql} >= 4 and f.valid_from < f.fixed_at and m.ends_at - ${NEW_FIX_DAYS * 86_400_000_000} < f.fixed_at then 1 else 0 end as new_fix,
        ${recommendationSql} as recommendation
        ${campaigns.map(({ member }, index) => `, coalesce((${member}), false) as campaign_${index}`).join('')}
      from f cross join moment m left join world_now v on v.vulnerability_id = ${idOf('vulnerability')} left join newest_control c on c.control_id = ${idOf('control')}
    ),
    ${eachOf('asset_id, from_day, to_day, component, new_fix', 'assigned', campaigns)},
    step as (
      select recommendation, asset_id, day, cast(sum(sign) as bigint) as sign from (
        select recommendation, asset_id, greatest(from_day, $from) as day, 1 as sign from each_one
        union all select recommendation, asset_id, to_day, -1 from each_one where to_day <= $day
      ) steps group by recommendation, asset_id, day
    ),
    running as (select recommendation, asset_id, day, sign, sum(sign) over (partition by recommendation, asset_id order by day rows between unbounded preceding and current row) as open_now from step),
    by_day as (
      select recommendation, day, cast(sum(case when open_now > 0 and open_now - sign = 0 then 1 when open_now = 0 and open_now - sign > 0 then -1 else 0 end) as bigint) as change
      from running group by recommendation, day
    ),
    assets as (select recommendation, day, change, sum(change) over (partition by recommendation order by day rows between unbounded preceding and current row) as assets from by_day),
    summed as (
      select recommendation, max(case when day > $from and (assets = 0) <> (assets - change = 0) then day end) as since_day,
        ${trend.map((back) => `cast(sum(case when day <= $day - ${back} then change else 0 end) as bigint) as day_${back}`).join(', ')}
      from assets group by recommendation
    ),
    named as (
      select distinct on (recommendation) recommendation, component from (
        select recommendation, component, count(*) as findings from each_one group by recommendation, component
      ) names order by recommendation, findings desc, component collate "C"
    ),
    news as (select recommendation, max(new_fix) as new_fix from each_one group by recommendation)
    select s.*, n.component, w.new_fix from summed s join named n on n.recommendation = s.recommendation join news w on w.recommendation = s.recommendation
    order by s.recommendation collate "C"`,
    { ...foundParams(scope, day), from: day - LOOK_BACK, ...Object.assign({}, ...campaigns.map(({ params }) => params)) },
  )
  return rows.map((row) => ({
    recommendation: row['recommendation'] as string,
    component: row['component'] as string,
    since_day: row['since_day'] as number | null,
    trend: trend.map((back) => row[`day_${back}`] as number),
    new_fix: row['new_fix'] === 1,
  }))
}
