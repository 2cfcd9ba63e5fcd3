import { DAY_US, type Instant } from '../model/time.ts'
import { weekdays } from '../model/notice.ts'
import type { Rule } from './rule.ts'

const HOUR_US = DAY_US / 24

/**
 * When what becomes known at `now` is to be told: at once, or at the next hour of the digest after it. `days`: the organisation's days around now with
 * where they begin, in order, at least nine from the one before now's; so the hour is that of its clocks, also over a change of summer time.
 */
export function dueAt(when: Rule['when'], now: Instant, days: readonly { day: number; starts_at: Instant; ends_at: Instant }[]): Instant {
  if (when.at === 'at_once') return now
  for (const { day, starts_at, ends_at } of days) {
    // 1970-01-01 was a Thursday.
    if (when.at === 'weekly' && weekdays[(((day + 3) % 7) + 7) % 7] !== when.weekday) continue
    // On a day with another length than 24 hours the clocks are put forward or back before 4 o'clock.
    const shift = when.hour >= 4 ? ends_at - starts_at - DAY_US : 0
    const due = Math.min(starts_at + when.hour * HOUR_US + shift, ends_at - 1)
    if (due > now) return due
  }
  return now
}
