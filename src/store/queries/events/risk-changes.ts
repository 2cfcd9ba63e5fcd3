import type { Engine } from '../../engines/engine.ts'
import { NEVER_DAY, dayJoin, daySql } from '../../days.ts'
import { lowerSql, severitySql } from '../metrics/columns.ts'
import { vulnerabilityDays } from '../metrics/sweep.ts'
import { present } from '../scores/control-deltas.ts'

/** One event of the risk feed: all that changed in one way on one day for one component. */
export interface RiskChange {
  type: string
  day: number
  happened_at: number
  /** Key of the component: its name in small letters. */
  component_key: string
  component: string
  /** Ids of the vulnerabilities, joined by {@link SEPARATOR}, in order. */
  subjects: string
  assets: number
  active_assets: number
  severity: number | null
  source: string | null
}

/** Between the subjects of an event: the unit separator, which no id contains. */
export const SEPARATOR = '\u001f'

/** A vulnerability counts as fresh news when it was published at most this long before it was found. docs/scores.md */
const NEWS_US = 30 * 86_400_000_000

/**
 * Every risk event from the first day to $today, found by comparing each interval with the one before. An event needs an asset that has the
 * vulnerability open at the end of the day; *mitigated* one on which it was closed that day. A vulnerability is *new* on the first day on
 * which the organisation has it, unless it was there when that source looked at the asset for the first time, and published earlier than
 * 30 days before.
 */
export function riskChanges(engine: Engine, org_id: number, today: number): Promise<RiskChange[]> {
  return engine.query<RiskChange>(
    `with own as (
      select f.asset_id, f.finding_id, f.subject, f.component, f.severity, f.stage, f.valid_from, f.from_day, f.to_day
      from finding_history f where f.org_id = $org_id and f.kind = 'vulnerability' and f.from_day < f.to_day and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
    ),
    subject_of as (select subject, min(from_day) as first_day from own group by subject),
    ${vulnerabilityDays('subject_of')},
    advice as (
      select vulnerability_id, min(title collate "C") as title, min(published_at) as published_at from advisory_history
      where org_id = $org_id and retracted_in = 9007199254740991 group by vulnerability_id
    ),
    text as (select vulnerability_id, min(published_at) as published_at from description_history where retracted_in = 9007199254740991 and published_at is not null group by vulnerability_id),
    named as (
      select distinct on (subject) subject, component from (select subject, component, count(*) as findings from own where component <> '' group by subject, component) names
      order by subject, findings desc, component collate "C"
    ),
    component_of as (
      select s.subject, coalesce(n.component, substr(a.title, 1, 120), s.subject) as component
      from subject_of s left join named n on n.subject = s.subject left join advice a on a.vulnerability_id = s.subject
    ),
    look as (
      select asset_id, source, min(observed_at) as first_at from coverage_history
      where org_id = $org_id and subject = 'vulnerability' and access > 0 and retracted_in = 9007199254740991 group by asset_id, source
    ),
    first_sighting as (select asset_id, source, min(valid_from) as first_at from sighting_history where org_id = $org_id and retracted_in = 9007199254740991 group by asset_id, source),
    appeared as (
      select 'new_vulnerability' as type, f.subject, f.from_day as day, min(s.valid_from) as since, min(s.source collate "C") as source
      from own f join subject_of o on o.subject = f.subject and o.first_day = f.from_day
        join day d on d.org_id = $org_id and d.day = f.from_day
        join sighting_history s on s.finding_id = f.finding_id and s.valid_from <= f.valid_from and s.valid_from >= d.starts_at and s.org_id = $org_id and s.retracted_in = 9007199254740991
        join first_sighting e on e.asset_id = s.asset_id and e.source = s.source left join look l on l.asset_id = s.asset_id and l.source = s.source
        left join text t on t.vulnerability_id = f.subject left join advice a on a.vulnerability_id = f.subject
      where s.valid_from > coalesce(l.first_at, e.first_at) or f.valid_from - coalesce(t.published_at, a.published_at) between 0 and ${NEWS_US}
      group by f.subject, f.from_day
    ),
    version as (
      select v.vulnerability_id as subject, v.stage, lag(v.stage) over (partition by v.vulnerability_id order by v.valid_from) as stage_before, v.valid_from
      from vulnerability_history v join subject_of o on o.subject = v.vulnerability_id
    ),
    world_step as (
      select v.subject, v.stage, v.valid_from as since, ${daySql('v.valid_from', 'd1')} as day
      from version v left join day d1 on ${dayJoin('v.valid_from', '$org_id', 'd1')} where v.stage > v.stage_before
    ),
    told as (
      select f.*, lag(f.stage) over w as stage_before, lag(f.to_day) over w as until from own f window w as (partition by f.finding_id order by f.from_day)
    ),
    tool_step as (
      select f.subject, f.stage, min(f.valid_from) as since, f.from_day as day
      from told f left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= f.from_day and f.from_day < v.to_day
      where f.stage > f.stage_before and f.until = f.from_day and f.stage > coalesce(v.stage, 0) group by f.subject, f.stage, f.from_day
    ),
    exploited as (
      select case s.stage when 1 then 'new_public_exploit' when 2 then 'exploit_verified' when 3 then 'exploit_in_kit' when 4 then 'known_exploited' else 'used_by_ransomware' end as type,
        s.subject, s.day, s.since, min(e.source collate "C") as source
      from (select * from world_step union all select * from tool_step) s
        left join exploit_history e on e.vulnerability_id = s.subject and e.stage = s.stage and e.valid_from = s.since and e.retracted_in = 9007199254740991
      group by s.stage, s.subject, s.day, s.since
    ),
    worse as (select * from appeared union all select * from exploited),
    hit as (
      select w.type, w.subject, w.day, w.since, w.source, f.asset_id, ${severitySql} as severity
      from worse w join own f on f.subject = w.subject and f.from_day <= w.day and w.day < f.to_day
        left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= w.day and w.day < v.to_day
    ),
    ending as (select f.*, lead(f.from_day) over (partition by f.finding_id order by f.from_day) as again_day from own f),
    closed as (
      select 'vulnerability_mitigated' as type, f.subject, f.to_day as day, d.starts_at as since, cast(null as text) as source, f.asset_id, ${severitySql} as severity
      from ending f join day d on d.org_id = $org_id and d.day = f.to_day
        join asset_history a on a.asset_id = f.asset_id and a.org_id = $org_id and a.from_day <= f.to_day and f.to_day < a.to_day
        left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= f.to_day and f.to_day < v.to_day
      where f.to_day < ${NEVER_DAY} and (f.again_day is null or f.again_day > f.to_day)
    ),
    unsupported as (
      select s.asset_id, s.name, s.version, s.end_of_support_at, s.source, ${daySql('s.end_of_support_at', 'd1')} as day, ${daySql('s.valid_from', 'd2')} as from_day, ${daySql('s.valid_to', 'd3')} as to_day
      from software_history s left join day d1 on ${dayJoin('s.end_of_support_at', '$org_id', 'd1')}
        left join day d2 on ${dayJoin('s.valid_from', '$org_id', 'd2')} left join day d3 on ${dayJoin('s.valid_to', '$org_id', 'd3')}
      where s.org_id = $org_id and s.retracted_in = 9007199254740991 and s.end_of_support_at is not null
    ),
    impact as (
      select h.type, h.subject, h.day, h.since, h.source, h.asset_id, h.severity, c.component from hit h join component_of c on c.subject = h.subject
      union all
      select h.type, h.subject, h.day, h.since, h.source, h.asset_id, h.severity, c.component from closed h join component_of c on c.subject = h.subject
      union all
      select 'end_of_support_reached', trim(name || ' ' || version), day, end_of_support_at, source, asset_id, null, name from unsupported where from_day < day and day < to_day
    ),
    told_of as (
      select type, day, ${lowerSql('component')} as component_key, min(component collate "C") as component, min(since) as happened_at, cast(count(distinct asset_id) as bigint) as assets,
        max(severity) as severity, min(source collate "C") as source
      from impact where day <= $today group by type, day, ${lowerSql('component')}
    ),
    listed as (
      select type, day, component_key, string_agg(subject, '${SEPARATOR}' order by subject collate "C") as subjects
      from (select distinct type, day, ${lowerSql('component')} as component_key, subject from impact where day <= $today) each_subject group by type, day, component_key
    ),
    ${present('active', 'asset', null)},
    active_step as (select case when e.sign = 1 then from_day else to_day end as day, sum(e.sign) as sign from active cross join (values (1), (-1)) e(sign) where from_day < to_day group by 1),
    active_before as (select day, 0 as asked, sign from active_step union all select distinct day, 1, 0 from told_of),
    active_day as (select day, asked, cast(sum(sign) over (order by day, asked rows between unbounded preceding and current row) as bigint) as assets from active_before)
    select t.type, t.day, t.happened_at, t.component_key, t.component, l.subjects, t.assets, d.assets as active_assets, t.severity, t.source
    from told_of t join listed l on l.type = t.type and l.day = t.day and l.component_key = t.component_key join active_day d on d.day = t.day and d.asked = 1
    order by t.day, t.type, t.component_key collate "C"`,
    { org_id, today },
  )
}
