import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { idOf, stageSql } from './columns.ts'
import { groupParams, metricSweep, newestControl, unsupportedAsFinding, vulnerabilityDays, type MetricSql } from './sweep.ts'
import { unsupportedSoftware } from '../support.ts'

/** An asset that a metric finds exposed at the end of a day. */
export interface ExposedAsset {
  asset_id: number
  name: string
  type: string
  criticality: string | null
  asset_group: string | null
  owner: string | null
  internet_facing: boolean | null
  /** First day of the present run of days on which it is exposed. */
  since_day: number
}

/** Exposed assets, most critical first, then by name. */
export function exposedAssets(
  engine: Engine,
  scope: Scope,
  metric: MetricSql,
  day: number,
  page: { limit: number; offset: number },
): Promise<ExposedAsset[]> {
  return engine.query<ExposedAsset>(
    `${metricSweep([metric], scope.groups)},
    at_end as (select asset_id, day, exposed, lag(exposed) over w as exposed_before from (
        select distinct on (asset_id, day) asset_id, day, exposed from state where day <= $day order by asset_id, day, cause desc
      ) ends window w as (partition by asset_id order by day)),
    latest as (
      select distinct on (asset_id) asset_id, exposed, day from at_end where exposed <> coalesce(exposed_before, 0) order by asset_id, day desc
    )
    select a.asset_id, a.name, a.type, a.criticality, a.asset_group, a.owner, a.internet_facing, l.day as since_day
    from latest l join asset_history a on a.asset_id = l.asset_id and a.org_id = $org_id and a.from_day <= $day and $day < a.to_day
    where l.exposed = 1
    order by case a.criticality when 'very_high' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 4 else 3 end, a.name collate "C", a.asset_id
    limit $limit offset $offset`,
    { ...metric.params, ...groupParams(scope.groups), org_id: scope.org_id, day, ...page },
  )
}

/** What makes an asset exposed: the worst of its findings that meet the condition, and how many different ones there are. */
export interface ExposingFinding {
  asset_id: number
  kind: string
  subject: string
  component: string | null
  /** Title of the control, null for vulnerabilities. */
  title: string | null
  subjects: number
}

/** The exposing findings of some assets at the end of a day; assets that are exposed by their own attributes alone are not in it. */
export async function exposingFindings(
  engine: Engine,
  scope: Scope,
  metric: MetricSql,
  day: number,
  asset_ids: readonly number[],
): Promise<ExposingFinding[]> {
  const terms = metric.terms.filter((term) => term.finding !== null)
  if (terms.length === 0 || asset_ids.length === 0) return []
  const holds = terms.map(
    (term) =>
      `(${[term.asset, term.finding]
        .filter((part) => part !== null)
        .map((part) => `(${part})`)
        .join(' and ')})`,
  )
  return engine.query<ExposingFinding>(
    `with ${metric.reads.software ? `${unsupportedSoftware},` : ''}
    f as (
      select f.asset_id, f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, f.component, exists (
        select 1 from sighting_history s, day d where s.finding_id = f.finding_id and s.fixed_version is not null and s.retracted_in = 9007199254740991
          and d.org_id = $org_id and d.day = $day and s.valid_from < d.ends_at and d.ends_at <= s.valid_to
      ) as fixable
      from finding_history f where f.org_id = $org_id and f.asset_id = any($asset_ids) and not f.excepted and f.from_day <= $day and $day < f.to_day
      ${
        metric.reads.software
          ? `union all
      select u.asset_id, ${['kind', 'subject', 'severity', 'cvss_tenths', 'stage', 'component'].map((column) => unsupportedAsFinding[column]!).join(', ')}, false
      from unsupported u where u.asset_id = any($asset_ids) and u.from_day <= $day and $day < u.to_day`
          : ''
      }
    ),
    ${vulnerabilityDays(`(select distinct subject from f where kind = 'vulnerability')`)},
    ${newestControl},
    exposing as (
      select f.asset_id, f.kind, f.subject, nullif(f.component, '') as component, c.title, ${stageSql} as stage, coalesce(v.cvss_tenths, f.cvss_tenths, f.severity * 25) as cvss
      from f join asset_history a on a.asset_id = f.asset_id and a.org_id = $org_id and a.from_day <= $day and $day < a.to_day
        left join vulnerability_day v on v.vulnerability_id = ${idOf('vulnerability')} and v.from_day <= $day and $day < v.to_day
        left join newest_control c on c.control_id = ${idOf('control')}
      where ${holds.join(' or ')}
    ),
    worst as (
      select distinct on (asset_id) asset_id, kind, subject, component, title from exposing
      order by asset_id, stage desc, cvss desc nulls last, subject collate "C", component collate "C" nulls last
    ),
    counted as (select asset_id, cast(count(distinct subject) as bigint) as subjects from exposing group by asset_id)
    select w.*, n.subjects from worst w join counted n on n.asset_id = w.asset_id order by w.asset_id`,
    { ...withoutUnused(metric, holds.join(' ')), org_id: scope.org_id, day, asset_ids },
  )
}

/** PostgreSQL takes only parameters that the text uses; the population's are not in this question. */
const withoutUnused = (metric: MetricSql, sql: string) =>
  Object.fromEntries(Object.entries(metric.params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)))
