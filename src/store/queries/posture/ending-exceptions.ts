import { DAY_US, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'

/** How long before its end an exception is told to end soon. */
const LEAD = 14 * DAY_US

/** An exception whose end was near at some instant. */
export interface EndingException {
  exception_id: number
  subject: string | null
  component: string | null
  justification: string
  ends_at: Instant
  /** The last day of which it holds at some instant. */
  last_day: number
  /** When its end was near and known: two weeks before it, or when it began, or when a person said so. And the day of it. */
  told_at: Instant
  told_day: number
}

/** Every exception of which it could be told by $now that it ends soon. One that a person ends at once was never about to end. */
export function endingExceptions(engine: Engine, org_id: number, now: Instant): Promise<EndingException[]> {
  return engine.query<EndingException>(
    `with ending as (
      select e.exception_id, e.subject, e.component, e.justification, e.valid_to as ends_at, greatest(e.valid_to - ${LEAD}, max(e.valid_from), max(i.recorded_at)) as told_at
      from exception_history e join import i on i.import_no = e.closed_in
      where e.org_id = $org_id and e.retracted_in = ${NEVER} and e.valid_to < ${NEVER} group by e.exception_id, e.subject, e.component, e.justification, e.valid_to)
    select e.*, a.day as told_day, b.day as last_day from ending e
      join day a on a.org_id = $org_id and a.starts_at <= e.told_at and e.told_at < a.ends_at
      join day b on b.org_id = $org_id and b.starts_at < e.ends_at and e.ends_at <= b.ends_at
    where e.told_at < e.ends_at and e.told_at <= $now order by e.exception_id`,
    { org_id, now },
  )
}
