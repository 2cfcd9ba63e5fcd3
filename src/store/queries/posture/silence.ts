import { DAY_US, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'

/** A source that did not report for longer than its staleness. */
export interface Silence {
  source: string
  /** The last report before it: when that looked, and the organisation's day of it. */
  last_day: number
  /** When the staleness was over, and the day of it. */
  silent_at: Instant
  silent_day: number
  /** The day of the first report after it; null: there was none. */
  again_day: number | null
  /** The staleness in microseconds, whole days. */
  lasts: number
}

/** Staleness of a source whose rhythm is not known yet. DESIGN 4. */
const LEAST_STALENESS = 30 * DAY_US

/** Every silence of the organisation's sources of reports that began by $now, in order of source and time. */
export function silences(engine: Engine, org_id: number, now: Instant): Promise<Silence[]> {
  return engine.query<Silence>(
    `with report as (
      select distinct i.source, coalesce(i.observed_at, i.recorded_at) as at from import i
      where i.org_id = $org_id and i.kind = 'report' and i.source is not null and i.undone_in = ${NEVER}),
    gap as (
      select r.source, r.at, lead(r.at) over (partition by r.source order by r.at) as again_at, coalesce(s.lasts, ${LEAST_STALENESS}) as lasts
      from report r left join source_staleness s on s.org_id = $org_id and s.source = r.source)
    select g.source, a.day as last_day, g.at + g.lasts as silent_at, b.day as silent_day, c.day as again_day, g.lasts
    from gap g
      join day a on a.org_id = $org_id and a.starts_at <= g.at and g.at < a.ends_at
      join day b on b.org_id = $org_id and b.starts_at <= g.at + g.lasts and g.at + g.lasts < b.ends_at
      left join day c on c.org_id = $org_id and c.starts_at <= g.again_at and g.again_at < c.ends_at
    where g.at + g.lasts <= $now and (g.again_at is null or g.again_at > g.at + g.lasts) order by g.source collate "C", g.at`,
    { org_id, now },
  )
}
