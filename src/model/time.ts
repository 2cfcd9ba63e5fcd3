/** An instant: integer microseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** The instant that never comes: the end of an interval that is still true. 2^53 - 1, the largest exact JavaScript integer. */
export const NEVER: Instant = 9_007_199_254_740_991

/** Microseconds in one day of 24 hours. */
export const DAY_US = 86_400_000_000

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Reads an ISO 8601 date or date-time. A date-time without a zone is taken as UTC; a bare date holds from 12:00 UTC of it
 * (DESIGN 3). Returns null for anything else, also for impossible dates such as 31 February: nothing is guessed.
 */
export function parseInstant(text: string): Instant | null {
  const match = ISO.exec(text.trim())
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const at = Date.UTC(+year!, +month! - 1, +day!, hour ? +hour : 12, hour ? +minute! : 0, second ? +second : 0)
  const back = new Date(at)
  if (back.getUTCMonth() !== +month! - 1 || back.getUTCDate() !== +day! || (hour && +hour > 23) || (minute && +minute > 59)) return null
  const micros = fraction ? Math.floor(+fraction.padEnd(9, '0').slice(0, 9) / 1000) : 0
  const offset = zone && /^[+-]/.test(zone) ? (zone[0] === '-' ? -1 : 1) * (+zone.slice(1, 3) * 60 + +zone.slice(-2)) : 0
  return (at - offset * 60_000) * 1000 + micros
}

/** Writes an instant as ISO 8601 in UTC, with microseconds only where there are any; null stays null. */
export function formatInstant(instant: Instant): string
export function formatInstant(instant: Instant | null): string | null
export function formatInstant(instant: Instant | null): string | null {
  if (instant === null) return null
  const iso = new Date(Math.floor(instant / 1000)).toISOString()
  const micros = ((instant % 1_000_000) + 1_000_000) % 1_000_000
  if (micros === 0) return iso.replace('.000Z', 'Z')
  return `${iso.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}
