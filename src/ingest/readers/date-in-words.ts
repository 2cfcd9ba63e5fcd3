import { parseInstant, type Instant } from '../../model/time.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * Minutes east of UTC of the zones that are written by name: those of https://www.rfc-editor.org/rfc/rfc2822#section-4.3 and the European and
 * Japanese names that the time zone database (https://www.iana.org/time-zones) gives one meaning only.
 */
const ZONES = new Map<string, number>(
  Object.entries({
    utc: 0,
    gmt: 0,
    ut: 0,
    z: 0,
    est: -300,
    edt: -240,
    cst: -360,
    cdt: -300,
    mst: -420,
    mdt: -360,
    pst: -480,
    pdt: -420,
    wet: 0,
    west: 60,
    cet: 60,
    cest: 120,
    eet: 120,
    eest: 180,
    jst: 540,
  }),
)

/**
 * Minutes east of UTC of a zone as tools write it: `UTC`, `MST`, `+0200`, `GMT-0500`, `UTC +1:00`, `CET (UTC +1:00)`. Null for any other name: an
 * abbreviation with several meanings is not guessed.
 */
export function zoneOffset(text: string): number | null {
  const zone = text.trim().toLowerCase()
  const named = ZONES.get(zone)
  if (named !== undefined) return named
  const match = /^(?:[a-z ]{1,60}\()?(?:utc|gmt)? ?([+-])(\d{1,2}):?([0-5]\d)\)?$/.exec(zone)
  if (!match || +match[2]! > 14) return null
  return (match[1] === '-' ? -1 : 1) * (+match[2]! * 60 + +match[3]!)
}

const MONTH_FIRST = /^(?:[a-z]{3},? )?([a-z]{3})[a-z]{0,6}\.? (\d{1,2}),? (\d{4})(?:,? (.{1,80}))?$/i
const DAY_FIRST = /^(?:[a-z]{3},? )?(\d{1,2}) ([a-z]{3})[a-z]{0,6}\.?,? (\d{4})(?:,? (.{1,80}))?$/i
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s?([ap]m)?(?:\s(.{1,60}))?$/i

/**
 * Reads a date that has its month in English words: `Jan 5, 2021 10:24:08 MST`, `Feb 03, 2026 07:00 AM`, `04 Feb 2026 10:00AM GMT-0500`,
 * `Wed, Nov 18 2020`. Without a zone it is UTC, without a clock 12:00 UTC (DESIGN 3). Null for anything else, an impossible date or a zone that
 * `zoneOffset` does not know.
 */
export function parseDateInWords(text: string): Instant | null {
  const trimmed = text.trim().replaceAll(/\s+/g, ' ').slice(0, 120)
  const first = MONTH_FIRST.exec(trimmed)
  const match = first ?? DAY_FIRST.exec(trimmed)
  if (!match) return null
  const [month, day] = first ? [match[1]!, match[2]!] : [match[2]!, match[1]!]
  const number = MONTHS.indexOf(month.toLowerCase()) + 1
  if (number === 0) return null
  const date = `${match[3]}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
  if (match[4] === undefined) return parseInstant(date)
  const clock = CLOCK.exec(match[4])
  if (!clock) return null
  let hour = +clock[1]!
  if (clock[4]) {
    if (hour < 1 || hour > 12) return null
    hour = (hour % 12) + (clock[4].toLowerCase() === 'pm' ? 12 : 0)
  }
  const offset = clock[5] === undefined ? 0 : zoneOffset(clock[5])
  const at = parseInstant(`${date}T${String(hour).padStart(2, '0')}:${clock[2]}:${clock[3] ?? '00'}Z`)
  return at === null || offset === null ? null : at - offset * 60_000_000
}
