import type { Instant } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** The organisation's days from one to another, both included, with where each begins and ends. */
export const daysAround = (
  engine: Engine,
  org_id: number,
  from_day: number,
  to_day: number,
): Promise<{ day: number; starts_at: Instant; ends_at: Instant }[]> =>
  engine.query('select day, starts_at, ends_at from day where org_id = $org_id and day between $from_day and $to_day order by day', {
    org_id,
    from_day,
    to_day,
  })
