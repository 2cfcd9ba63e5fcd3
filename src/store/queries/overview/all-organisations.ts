import { type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'

// One question for all organisations at once, each by its own days: for the page of a service provider.

/** CTE `today` (org_id, day): the day that holds $at in each organisation. */
const today = 'today as (select org_id, day from day where starts_at <= $at and $at < ends_at)'

/** A score from a day's end on. */
export interface ScoreStep {
  org_id: number
  score: 'exposure' | 'secure'
  day: number
  /** 0–100; null: nothing to score. */
  value: number | null
}

/** Every change of the exposure and secure scores within `days` days before $at, with the last one before them. In order of days. */
export function readScoreSteps(engine: Engine, at: Instant, days: number): Promise<ScoreStep[]> {
  return engine.query<ScoreStep>(
    `with ${today},
    by_day as (
      select d.org_id, d.score, d.day, sum(d.numerator_delta) as n, sum(d.denominator_delta) as d
      from score_delta d join today t on t.org_id = d.org_id where d.score in ('exposure', 'secure') and d.day <= t.day group by d.org_id, d.score, d.day),
    running as (
      select org_id, score, day, sum(n) over w as n, sum(d) over w as d, lead(day) over (partition by org_id, score order by day) as next_day
      from by_day window w as (partition by org_id, score order by day rows between unbounded preceding and current row))
    select r.org_id, r.score, r.day,
      case when r.d > 0 then 100 * cast(r.n as double precision) / cast(r.d as double precision) / case when r.score = 'exposure' then 1e9 else 1 end end as value
    from running r join today t on t.org_id = r.org_id where r.next_day is null or r.next_day > t.day - $days order by r.org_id, r.score, r.day`,
    { at, days },
  )
}

/** How many assets each organisation has at the end of its today, and how many were looked at for vulnerabilities. As countCoverage. */
export function readCoverages(
  engine: Engine,
  at: Instant,
): Promise<{ org_id: number; day: number; assets: number; scanned: number; stale: number; never_scanned: number }[]> {
  return engine.query(
    `with ${today},
    looked as (
      select f.org_id, f.asset_id, max(case when f.from_day <= t.day and t.day < f.to_day then 1 else 0 end) as fresh
      from fresh_history f join today t on t.org_id = f.org_id where f.subject = 'vulnerability' and f.from_day <= t.day group by f.org_id, f.asset_id),
    here as (
      select distinct a.org_id, a.asset_id from asset_history a join today t on t.org_id = a.org_id where a.from_day <= t.day and t.day < a.to_day),
    counted as (
      select h.org_id, count(*) as assets, coalesce(sum(l.fresh), 0) as scanned, count(l.asset_id) as looked
      from here h left join looked l on l.org_id = h.org_id and l.asset_id = h.asset_id group by h.org_id)
    select t.org_id, t.day, coalesce(c.assets, 0) as assets, cast(coalesce(c.scanned, 0) as bigint) as scanned,
      cast(coalesce(c.looked - c.scanned, 0) as bigint) as stale, coalesce(c.assets - c.looked, 0) as never_scanned
    from today t left join counted c on c.org_id = t.org_id order by t.org_id`,
    { at },
  )
}

/** When each source of each organisation last looked, and how long that stays fresh (microseconds; null: not worked out). */
export function readSourceLooks(
  engine: Engine,
  at: Instant,
): Promise<{ org_id: number; source: string; observed_at: Instant; lasts: number | null }[]> {
  return engine.query(
    `select i.org_id, i.source, max(i.observed_at) as observed_at, max(s.lasts) as lasts
    from import i left join source_staleness s on s.org_id = i.org_id and s.source = i.source
    where i.kind = 'report' and i.org_id is not null and i.source is not null and i.observed_at is not null and i.observed_at <= $at and i.undone_in = ${NEVER}
    group by i.org_id, i.source order by i.org_id, i.source collate "C"`,
    { at },
  )
}

/** Events of the last `days` days of each organisation. */
export function readEventCounts(
  engine: Engine,
  at: Instant,
  days: number,
): Promise<{ org_id: number; feed: 'risk' | 'posture'; worse: number; events: number }[]> {
  return engine.query(
    `with ${today}
    select e.org_id, e.feed, count(*) as events, count(case when e.direction = 'worse' then 1 end) as worse
    from event e join today t on t.org_id = e.org_id where e.day > t.day - $days and e.day <= t.day group by e.org_id, e.feed`,
    { at, days },
  )
}
