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
  const usual = readUsual(text)
  if (usual !== undefined) return usual
  const match = ISO.exec(text.trim())
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const at = utc(+year!, +month!, +day!, hour ? +hour : 12, hour ? +minute! : 0, second ? +second : 0)
  if (at === null) return null
  const micros = fraction ? Math.floor(+fraction.padEnd(9, '0').slice(0, 9) / 1000) : 0
  const offset = zone && /^[+-]/.test(zone) ? (zone[0] === '-' ? -1 : 1) * (+zone.slice(1, 3) * 60 + +zone.slice(-2)) : 0
  return (at - offset * 60_000) * 1000 + micros
}

/** Milliseconds since 1970; null for a day or time of day that there is none of. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59) return null
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  return (day <= 28 && second <= 59) || new Date(at).getUTCDate() === day ? at : null
}

const DASH = 0x2d,
  DOT = 0x2e,
  COLON = 0x3a,
  T = 0x54,
  Z = 0x5a

/**
 * `2026-08-12T10:00:00Z`, with or without a fraction of up to nine digits, and `2026-08-12`, as most tools write them, without a regular expression: reports hold a time or two per item.
 * Undefined for what looks otherwise.
 */
function readUsual(text: string): Instant | null | undefined {
  const last = text.length - 1
  if (last === 9) {
    if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined
    return atUtc(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10), 12, 0, 0, 0)
  }
  if (last < 19 || last > 29 || text.charCodeAt(last) !== Z || text.charCodeAt(10) !== T) return undefined
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return undefined
  let micros = 0
  if (last > 19) {
    const places = last - 20
    if (text.charCodeAt(19) !== DOT || places === 0) return undefined
    const fraction = digits(text, 20, last)
    micros = places > 6 ? Math.floor(fraction / 10 ** (places - 6)) : fraction * 10 ** (6 - places)
  }
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)]
  return atUtc(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10), hour, minute, second, micros)
}

/** Null for a day or time of day that there is none of, undefined where a number is NaN. */
function atUtc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  micros: number,
): Instant | null | undefined {
  if (Number.isNaN(year + month + day + hour + minute + second + micros)) return undefined
  const at = utc(year, month, day, hour, minute, second)
  return at === null ? null : at * 1000 + micros
}

/** The number that so many characters write; NaN where one is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
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
