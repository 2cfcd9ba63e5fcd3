import { DAY_US, type Instant } from '../model/time.ts'

/** A day: whole days since 1970-01-01, UTC. */
export type Day = number

/** The day of `2026-05-01`. Throws on anything else: only our own texts come here. */
export function dayOfText(text: string): Day {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw new Error(`Expected a date, found ${JSON.stringify(text)}`)
  return Math.round(at / 86_400_000)
}

/** `2026-05-01` */
export const textOfDay = (day: Day): string => new Date(day * 86_400_000).toISOString().slice(0, 10)

/** The instant at `hours` (may be a fraction) after 00:00 UTC of the day, to the second. */
export const at = (day: Day, hours: number): Instant => day * DAY_US + Math.round(hours * 3600) * 1_000_000

/** ISO text of an instant to the second, `2026-05-01T02:00:00Z`. */
export const textOf = (instant: Instant): string => `${new Date(instant / 1000).toISOString().slice(0, 19)}Z`

/** 0 = Sunday … 6 = Saturday. */
export const weekday = (day: Day): number => (((day + 4) % 7) + 7) % 7

/** The first day of each month that begins in [from, to]. */
export function monthStarts(from: Day, to: Day): Day[] {
  const starts: Day[] = []
  for (let day = from; day <= to; day++) if (textOfDay(day).endsWith('-01')) starts.push(day)
  return starts
}
