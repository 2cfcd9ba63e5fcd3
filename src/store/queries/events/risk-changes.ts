import type { Engine } from '../../engines/engine.ts'
import { dayJoin, daySql } from '../../days.ts'
import { isNews } from '../../derive/news.ts'
import { causeSql } from '../../steps.ts'
import { lowerSql } from '../lower.ts'
import { severitySql } from '../metrics/columns.ts'
import { newestControl, vulnerabilityDays } from '../metrics/sweep.ts'
import { present } from '../scores/control-deltas.ts'
import { endedSupport, eventSubjects } from './subjects.ts'

/** What an event is about. */
export type SubjectKind = 'vulnerability' | 'control' | 'software'

/** One event of the risk feed: all that changed in one way on one day for one component. */
export interface RiskChange {
  type: string
  day: number
  happened_at: number
  /** Key of the component: its name in small letters. */
  component_key: string
  component: string
  /** What the subjects are. */
  subject_kind: SubjectKind
  /** Ids of the vulnerabilities or controls, or software with its version, joined by {@link SEPARATOR}, in order. */
  subjects: string
  assets: number
  active_assets: number
  severity: number | null
  source: string | null
}

/** Between the subjects of an event: the unit separator, which no id contains. */
export const SEPARATOR = '\u001f'

/** An EPSS that rises in a day to at least this, in units of 1e-5, and at least doubles is a jump. docs/scores.md */
const JUMP = 10_000

/** Severities, the gravest first. */
const severities = [4, 3, 2, 1, 0]

/**
 * Every risk event of the days from $since to $today, found by comparing each interval with the one before. An event needs an asset that has the
 * vulnerability open at the end of the day; *mitigated* one on which it was closed that day. A vulnerability is *new* on the first day on
 * which the organisation has it, unless it was there when that source looked at the asset for the first time, and published earlier than
 * 30 days before; on later days it is a *known vulnerability found on more assets*, or *vulnerable software installed* where the software
 * that has it came to each of these assets that day. What ends because its software is gone from each of the assets is *software removed*.
 * What began (`opening`) or ended (`closing`) in these days is what most of it is asked of; what ended before them is the row before of nothing in them.
 * A vulnerability's assets are counted by what opened and closed until then (`standing`), without what had closed before $since; only the assets of an event about several meet each of their findings.
 */
export function riskChanges(engine: Engine, org_id: number, since: number, today: number): Promise<RiskChange[]> {
  return engine.query<RiskChange>(
    `with ${eventSubjects},
    ${vulnerabilityDays('subject_of')},
    opening as materialized (select * from own where from_day between $since and $today),
    closing as materialized (select * from own where to_day between $since and $today),
    place as materialized (
      select s.asset_id, s.name, ${daySql('s.valid_from', 'd1')} as from_day, ${daySql('s.valid_to', 'd2')} as to_day
      from software_history s left join day d1 on ${dayJoin('s.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('s.valid_to', '$org_id', 'd2')}
      where s.org_id = $org_id and s.retracted_in = 9007199254740991 and s.name in (select component from opening where component <> '' union select component from closing where component <> '')
    ),
    came as (
      select distinct p.asset_id, p.name, p.from_day as day from place p
        join (select asset_id, min(from_day) as first_day from asset_history where org_id = $org_id group by asset_id) a on a.asset_id = p.asset_id and a.first_day < p.from_day
      where not exists (select 1 from place q where q.asset_id = p.asset_id and q.name = p.name and q.from_day < p.from_day and p.from_day <= q.to_day)
    ),
    went as (
      select distinct p.asset_id, p.name, p.to_day as day from place p
      where not exists (select 1 from place q where q.asset_id = p.asset_id and q.name = p.name and q.from_day <= p.to_day and p.to_day < q.to_day)
    ),
    look as (select asset_id, source, first_at from look_span where org_id = $org_id and subject = 'vulnerability'),
    first_sighting as (
      select asset_id, source, min(valid_from) as first_at from sighting_history
      where org_id = $org_id and retracted_in = 9007199254740991 and asset_id in (select asset_id from opening) group by asset_id, source
    ),
    appeared as (
      select 'new_vulnerability' as type, f.subject, f.from_day as day, min(s.valid_from) as since, min(s.source collate "C") as source
      from opening f join subject_of o on o.subject = f.subject and o.first_day = f.from_day
        join day d on d.org_id = $org_id and d.day = f.from_day
        join sighting_history s on s.finding_id = f.finding_id and s.valid_from <= f.valid_from and s.valid_from >= d.starts_at and s.org_id = $org_id and s.retracted_in = 9007199254740991
        join first_sighting e on e.asset_id = s.asset_id and e.source = s.source left join look l on l.asset_id = s.asset_id and l.source = s.source
        left join text t on t.vulnerability_id = f.subject left join advice a on a.vulnerability_id = f.subject
      where s.valid_from > coalesce(l.first_at, e.first_at) or ${isNews('f.valid_from', 'coalesce(t.published_at, a.published_at)')}
      group by f.subject, f.from_day
    ),
    version as (
      select v.vulnerability_id as subject, v.epss, lag(v.epss) over (partition by v.vulnerability_id order by v.valid_from) as epss_before, v.stage, lag(v.stage) over (partition by v.vulnerability_id order by v.valid_from) as stage_before, v.valid_from
      from vulnerability_history v join subject_of o on o.subject = v.vulnerability_id
    ),
    world_step as (
      select v.subject, v.stage, v.valid_from as since, ${daySql('v.valid_from', 'd1')} as day
      from version v left join day d1 on ${dayJoin('v.valid_from', '$org_id', 'd1')} where v.stage > v.stage_before
    ),
    model_day as (select distinct d.day from news n join day d on d.org_id = $org_id and d.starts_at <= n.told_at and n.told_at < d.ends_at where n.kind = 'epss_model'),
    jump as (
      select 'epss_jump' as type, v.subject, v.day, v.since, min(e.source collate "C") as source
      from (
        select v.subject, v.valid_from as since, ${daySql('v.valid_from', 'd1')} as day from version v left join day d1 on ${dayJoin('v.valid_from', '$org_id', 'd1')}
        where v.epss >= ${JUMP} and v.epss >= 2 * v.epss_before
      ) v left join epss_history e on e.vulnerability_id = v.subject and e.valid_from = v.since and e.retracted_in = 9007199254740991
      where v.day not in (select day from model_day) group by v.subject, v.day, v.since
    ),
    told as (
      select f.*, lag(f.stage) over w as stage_before, lag(f.to_day) over w as until from own f where f.to_day >= $since and f.finding_id in (select finding_id from opening) window w as (partition by f.finding_id order by f.from_day)
    ),
    spread as (
      select case when min(case when c.asset_id is null then 0 else 1 end) = 1 then 'software_installed' else 'known_vulnerability_found' end as type,
        f.subject, f.from_day as day, min(f.valid_from) as since, cast(null as text) as source
      from told f join subject_of o on o.subject = f.subject and o.first_day < f.from_day and f.from_day between $since and $today
        left join (select asset_id, min(first_at) as first_at from look group by asset_id) l on l.asset_id = f.asset_id
        left join came c on c.asset_id = f.asset_id and c.name = f.component and c.day = f.from_day
      where (f.until is null or f.until < f.from_day) and f.valid_from > coalesce(l.first_at, 0) and f.from_cause in (${causeSql('new_vulnerability')}, ${causeSql('configuration_changed')}) group by f.subject, f.from_day
    ),
    tool_step as (
      select f.subject, f.stage, min(f.valid_from) as since, f.from_day as day
      from told f left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= f.from_day and f.from_day < v.to_day
      where f.from_day between $since and $today and f.stage > f.stage_before and f.until = f.from_day and f.stage > coalesce(v.stage, 0) group by f.subject, f.stage, f.from_day
    ),
    exploited as (
      select case s.stage when 1 then 'new_public_exploit' when 2 then 'exploit_verified' when 3 then 'exploit_in_kit' when 4 then 'known_exploited' else 'used_by_ransomware' end as type,
        s.subject, s.day, s.since, min(e.source collate "C") as source
      from (select * from world_step union all select * from tool_step) s
        left join exploit_history e on e.vulnerability_id = s.subject and e.stage = s.stage and e.valid_from = s.since and e.retracted_in = 9007199254740991
      group by s.stage, s.subject, s.day, s.since
    ),
    worse as (select * from appeared union all select * from exploited union all select * from spread union all select * from jump),
    worse_of as (
      select w.type, w.subject, w.day, min(w.since) as since, min(w.source collate "C") as source from worse w where w.day between $since and $today group by w.type, w.subject, w.day
    ),
    of_worse as (select asset_id, subject, severity, from_day, to_day from own where to_day >= $since and from_day <= $today and subject in (select subject from worse_of)),
    marked as (
      select *, case when from_day <= max(to_day) over (partition by asset_id, subject order by from_day, to_day rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
      from of_worse
    ),
    numbered as (select *, sum(begins) over (partition by asset_id, subject order by from_day, to_day rows unbounded preceding) as run from marked),
    having_it as (select asset_id, subject, min(from_day) as from_day, max(to_day) as to_day from numbered group by asset_id, subject, run),
    step as (
      select subject, day, sum(assets) as assets, ${severities.map((severity) => `sum(case when severity = ${severity} then sign else 0 end) as s${severity}`).join(', ')} from (
        select subject, case when e.sign = 1 then from_day else to_day end as day, e.sign as assets, cast(null as integer) as severity, 0 as sign from having_it cross join (values (1), (-1)) e(sign)
        union all
        select subject, case when e.sign = 1 then from_day else to_day end, 0, severity, e.sign from of_worse cross join (values (1), (-1)) e(sign)
        union all
        select subject, day, 0, null, 0 from worse_of) opened
      group by subject, day
    ),
    standing as (
      select subject, day, cast(sum(assets) over until_then as bigint) as assets,
        case ${severities.map((severity) => `when sum(s${severity}) over until_then > 0 then ${severity}`).join(' ')} end as severity
      from step window until_then as (partition by subject order by day rows between unbounded preceding and current row)
    ),
    told_each as materialized (
      select w.type, f.subject, f.day, w.since, w.source, f.assets, ${severitySql} as severity, c.component, c.component_key,
        dense_rank() over (order by w.type, f.day, c.component_key) as event, count(*) over (partition by w.type, f.day, c.component_key) as subjects
      from worse_of w join standing f on f.subject = w.subject and f.day = w.day join component_of c on c.subject = f.subject left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= f.day and f.day < v.to_day
      where f.assets > 0
    ),
    of_several as (
      select t.event, cast(count(distinct h.asset_id) as bigint) as assets
      from told_each t join having_it h on h.subject = t.subject and h.from_day <= t.day and t.day < h.to_day where t.subjects > 1 group by t.event
    ),
    told_worse as (
      select t.event, t.type, t.day, t.component_key, min(t.component collate "C") as component, min(t.since) as happened_at, max(t.severity) as severity, min(t.source collate "C") as source,
        coalesce(max(s.assets), max(t.assets)) as assets, string_agg(t.subject, '${SEPARATOR}' order by t.subject collate "C") as subjects
      from told_each t left join of_several s on s.event = t.event group by t.event, t.type, t.day, t.component_key
    ),
    ending as (select f.*, lead(f.from_day) over (partition by f.finding_id order by f.from_day) as again_day from own f where f.to_day >= $since and f.finding_id in (select finding_id from closing)),
    ended as (
      select f.asset_id, f.subject, f.to_day as day, d.starts_at as since, ${severitySql} as severity, case when w.asset_id is null then 0 else 1 end as gone
      from ending f join day d on d.org_id = $org_id and d.day = f.to_day
        join asset_history a on a.asset_id = f.asset_id and a.org_id = $org_id and a.from_day <= f.to_day and f.to_day < a.to_day
        left join vulnerability_day v on v.vulnerability_id = f.subject and v.from_day <= f.to_day and f.to_day < v.to_day
        left join went w on w.asset_id = f.asset_id and w.name = f.component and w.day = f.to_day
      where f.to_day between $since and $today and (f.again_day is null or f.again_day > f.to_day)
    ),
    closed as (
      select case when min(gone) over (partition by subject, day) = 1 then 'software_removed' else 'vulnerability_mitigated' end as type, subject, day, since, cast(null as text) as source, asset_id, severity
      from ended
    ),
    covered as (
      select f.asset_id, f.kind, f.subject, f.severity, f.excepted, f.from_day as day, f.valid_from as since, lag(f.excepted) over w as excepted_before, lag(f.to_day) over w as until
      from finding_history f
      where f.org_id = $org_id and f.from_day < f.to_day and f.to_day >= $since and (f.kind = 'control' or f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
        and f.finding_id in (select x.finding_id from finding_history x where x.org_id = $org_id and x.to_day >= $since and x.excepted)
      window w as (partition by f.finding_id order by f.from_day)
    ),
    ${newestControl},
    excepting as (
      select case when excepted then 'exception_started' else 'exception_ended' end as type, kind, subject, day, since, asset_id, severity
      from covered where excepted <> excepted_before and until = day
    ),
    assessing as (
      select c.control_id, c.source, min(c.valid_from) as since, min(min(c.valid_from)) over (partition by c.source) as first_at from control_history c
      where c.org_id = $org_id and c.retracted_in = 9007199254740991 group by c.control_id, c.source
    ),
    assessed as (
      select a.control_id, a.since, a.first_at, min(a.since) over (partition by a.control_id) as ever_at, a.source, ${daySql('a.since', 'd1')} as day
      from assessing a left join day d1 on ${dayJoin('a.since', '$org_id', 'd1')}
    ),
    ${endedSupport},
    other_impact as (
      select 'end_of_support_reached' as type, 'software' as subject_kind, trim(name || ' ' || version) as subject, day, ends_at as since, source, asset_id, cast(null as integer) as severity, name as component
      from ended_support
      union all
      select x.type, x.kind, x.subject, x.day, x.since, null, x.asset_id, x.severity, coalesce(c.component, substr(n.title, 1, 120), x.subject)
      from excepting x left join component_of c on c.subject = case when x.kind = 'vulnerability' then x.subject end
        left join newest_control n on n.control_id = case when x.kind = 'control' then x.subject end
      union all
      select 'new_configuration_assessment', 'control', c.control_id, c.day, c.since, c.source, f.asset_id, coalesce(f.severity, n.severity), coalesce(n.product, n.category, c.source)
      from assessed c join newest_control n on n.control_id = c.control_id
        left join finding_history f on f.org_id = $org_id and f.subject = c.control_id and f.kind = 'control' and f.from_day <= c.day and c.day < f.to_day
      where c.since > c.first_at and c.since = c.ever_at
    ),
    impact as (
      select h.type, 'vulnerability' as subject_kind, h.subject, h.day, h.since, h.source, h.asset_id, h.severity, c.component, c.component_key from closed h join component_of c on c.subject = h.subject
      union all
      select type, subject_kind, subject, day, since, source, asset_id, severity, component, ${lowerSql('component')} from other_impact
    ),
    told_of as (
      select type, subject_kind, day, component_key, min(component collate "C") as component, min(since) as happened_at, cast(count(distinct asset_id) as bigint) as assets,
        max(severity) as severity, min(source collate "C") as source
      from impact where day between $since and $today group by type, subject_kind, day, component_key
      union all
      select type, 'vulnerability', day, component_key, component, happened_at, assets, severity, source from told_worse
    ),
    listed as (
      select type, subject_kind, day, component_key, string_agg(subject, '${SEPARATOR}' order by subject collate "C") as subjects
      from (select distinct type, subject_kind, day, component_key, subject from impact where day between $since and $today) each_subject group by type, subject_kind, day, component_key
      union all
      select type, 'vulnerability', day, component_key, subjects from told_worse
    ),
    ${present('active', 'asset', null)},
    active_step as (select case when e.sign = 1 then from_day else to_day end as day, sum(e.sign) as sign from active cross join (values (1), (-1)) e(sign) where from_day < to_day group by 1),
    active_before as (select day, 0 as asked, sign from active_step union all select distinct day, 1, 0 from told_of),
    active_day as (select day, asked, cast(sum(sign) over (order by day, asked rows between unbounded preceding and current row) as bigint) as assets from active_before)
    select t.type, t.day, t.happened_at, t.component_key, t.component, t.subject_kind, l.subjects, t.assets, d.assets as active_assets, t.severity, t.source
    from told_of t join listed l on l.type = t.type and l.subject_kind = t.subject_kind and l.day = t.day and l.component_key = t.component_key join active_day d on d.day = t.day and d.asked = 1
    order by t.day, t.type, t.subject_kind, t.component_key collate "C"`,
    { org_id, since, today },
  )
}
