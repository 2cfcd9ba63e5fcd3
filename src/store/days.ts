import { DAY_US, type Instant, NEVER } from '../model/time.ts'
import { UserError } from '../errors.ts'
import type { Engine } from './engines/engine.ts'

/** The day number that never comes. */
export const NEVER_DAY = 2_147_483_647

/** First and last day that every organisation has: 1999-01-01, before the first CVE, and 2050-12-31. */
const FIRST_DAY = 10_592
const LAST_DAY = 29_584

/** Throws UserError('unknown_zone') unless `zone` is an IANA time zone that this machine knows. */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch (error) {
    throw new UserError('unknown_zone', `"${zone}" is not a time zone: expected an IANA name such as Europe/Berlin or UTC`, {
      cause: error,
    })
  }
}

/** Writes the organisation's days as its zone cuts them. */
export async function writeDays(transaction: Engine, org_id: number, zone: string): Promise<void> {
  const starts = dayStarts(zone)
  const rows = starts.slice(0, -1).map((starts_at, index) => [org_id, FIRST_DAY + index, starts_at, starts[index + 1]!])
  await transaction.append('day', ['org_id', 'day', 'starts_at', 'ends_at'], rows)
}

/** The instant at which each local day from FIRST_DAY to LAST_DAY + 1 begins. */
function dayStarts(zone: string): Instant[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const offsetAt = (at: number): number => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    return Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute'], parts['second']) - at
  }
  const starts: Instant[] = []
  let offset = offsetAt((FIRST_DAY * DAY_US) / 1000)
  for (let day = FIRST_DAY; day <= LAST_DAY + 1; day++) {
    const local = (day * DAY_US) / 1000
    // An offset rarely changes: look only at the noon before, and search where it did.
    const now = offsetAt(local + 43_200_000 - offset)
    starts.push((local - (now === offset ? offset : offsetAt(local - offset))) * 1000)
    offset = now
  }
  return starts
}

/** Number of the organisation's day that holds an instant. */
export async function dayOf(engine: Engine, org_id: number, instant: Instant): Promise<number> {
  const guess = Math.floor(instant / DAY_US)
  const rows = await engine.query<{ day: number }>(
    'select day from day where org_id = $org_id and day between $guess - 1 and $guess + 1 and starts_at <= $instant and $instant < ends_at',
    { org_id, guess, instant },
  )
  if (!rows[0]) throw new UserError('day_out_of_range', 'days from 1999 to 2050 are kept')
  return rows[0].day
}

/**
 * The number of the organisation's day of each of these instants: state at the end of a day is `from_day <= day and day < to_day`. What is never
 * stays never; what lies outside the days that are kept counts as the first or the last of them.
 */
export async function dayNumbers(engine: Engine, org_id: number, instants: readonly Instant[]): Promise<(instant: Instant) => number> {
  const guesses = [
    ...new Set(instants.filter((at) => at < NEVER).map((at) => Math.min(LAST_DAY, Math.max(FIRST_DAY, Math.floor(at / DAY_US))))),
  ]
  const rows = guesses.length
    ? await engine.query<{ day: number; starts_at: number; ends_at: number }>(
        'select day, starts_at, ends_at from day where org_id = $org_id and day = any($guesses)',
        { org_id, guesses },
      )
    : []
  const days = new Map(rows.map((row) => [row.day, row]))
  return (instant) => {
    if (instant >= NEVER) return NEVER_DAY
    const guess = Math.min(LAST_DAY, Math.max(FIRST_DAY, Math.floor(instant / DAY_US)))
    const day = days.get(guess)
    return day === undefined ? guess : instant >= day.ends_at ? guess + 1 : instant < day.starts_at ? guess - 1 : guess
  }
}

/** The instant at which a day ends. */
export async function endOfDay(engine: Engine, org_id: number, day: number): Promise<Instant> {
  const rows = await engine.query<{ ends_at: number }>('select ends_at from day where org_id = $org_id and day = $day', { org_id, day })
  if (!rows[0]) throw new UserError('day_out_of_range', 'days from 1999 to 2050 are kept')
  return rows[0].ends_at
}

/** 'YYYY-MM-DD' of a day number. */
export const dayText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)

/** Day number of 'YYYY-MM-DD'; null when it is none. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const at = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? null : at / 86_400_000
}

/**
 * SQL: the number of the day of organisation `org_id` in which `instant` lies, so that state at the end of a day is
 * `from_day <= day and day < to_day`. `day` must be joined as `${alias}` on {@link dayJoin}. Instants before 1999 count as its first day.
 */
export const daySql = (instant: string, alias: string): string =>
  `case when ${instant} >= 9007199254740991 then ${NEVER_DAY}
    when ${instant} >= ${alias}.ends_at then ${alias}.day + 1
    when ${instant} < ${alias}.starts_at then ${alias}.day - 1 else ${alias}.day end`

/**
 * SQL: the join condition that {@link daySql} needs: the organisation's day with the number of the UTC day. Every instant has one, but join it left: of two
 * inner joins a planner may meet all days with all days first.
 */
export const dayJoin = (instant: string, org_id: string, alias: string): string =>
  `${alias}.org_id = ${org_id} and ${alias}.day = case when ${instant} >= ${(LAST_DAY + 1) * DAY_US} then ${LAST_DAY} when ${instant} < ${FIRST_DAY * DAY_US} then ${FIRST_DAY}
    else cast(floor(cast(${instant} as double precision) / ${DAY_US}) as integer) end`
