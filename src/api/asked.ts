import { UserError } from '../errors.ts'
import { compileFilter } from '../insights/condition-sql.ts'
import { fieldsOf, parseCondition } from '../insights/conditions.ts'
import { DAY_US, formatInstant, type Instant, parseInstant } from '../model/time.ts'
import { dayOf, dayText, endOfDay, parseDay } from '../store/days.ts'
import { findOrg, type Org } from '../store/orgs.ts'
import { horizonOf } from '../store/retention.ts'
import type { AskedMoment } from '../store/queries/moment.ts'
import type { ListColumns, PageAnswer, PageQuestion } from '../store/queries/page.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'

/** Whom and when a question is about. */
export interface Asked {
  /** Null: there is no organisation yet; its scope then holds nothing. */
  org: Org | null
  scope: Scope
  moment: AskedMoment
  /** The moment is now: no day or instant of the past was asked for. */
  now: boolean
  /** `moment.at` as text. */
  as_of: string
}

/** An organisation that is not there: no row has this number. */
const NOBODY = 0

/**
 * Reads org, group and as_of of a question. A day of the past means its end; today means now.
 * Throws UserError('unknown_organisation'), UserError('bad_moment'), UserError('future_moment'), UserError('day_out_of_range'),
 * UserError('before_horizon').
 */
export async function readMoment(store: Store, query: { org?: string; group?: string | string[]; as_of?: string }): Promise<Asked> {
  const org = await findOrg(store.engine, query.org)
  const groups = query.group === undefined ? null : Array.isArray(query.group) ? query.group : [query.group]
  const scope = { org_id: org?.org_id ?? NOBODY, groups }
  const dayAt = (at: Instant) => (org ? dayOf(store.engine, org.org_id, at) : Promise.resolve(Math.floor(at / DAY_US)))
  const now = store.now()
  const today = await dayAt(now)
  const horizon = org ? await horizonOf(store.engine, org.org_id) : null
  const first = horizon === null ? {} : { first_day: await dayAt(horizon) }
  const asked = (at: Instant, day: number): Asked => {
    if (horizon !== null && at < horizon)
      throw new UserError('before_horizon', `facts of before ${formatInstant(horizon)} are no longer kept: ask for a later moment`, {
        status: 410,
      })
    return { org, scope, moment: { at, day, ...first }, now: at === now, as_of: formatInstant(at) }
  }
  if (query.as_of === undefined) return asked(now, today)
  const day = parseDay(query.as_of)
  const future = () => new UserError('future_moment', `as_of ${query.as_of} lies in the future: today is ${dayText(today)} there`)
  if (day !== null) {
    if (day > today) throw future()
    if (day === today) return asked(now, today)
    return asked((org ? await endOfDay(store.engine, org.org_id, day) : (day + 1) * DAY_US) - 1, day)
  }
  const at = query.as_of.includes(':') ? parseInstant(query.as_of) : null
  if (at === null)
    throw new UserError(
      'bad_moment',
      `as_of "${query.as_of.slice(0, 60)}" is neither a day (2026-08-01) nor an instant (2026-08-01T12:00:00Z)`,
    )
  if (at > now) throw future()
  return asked(at, await dayAt(at))
}

/** Days that a history shows when nothing is asked. */
const DEFAULT_DAYS = 180

/** The most days that one answer holds: ten years. */
const MOST_DAYS = 3660

/** Reads from and to of a history, both included. Throws UserError('bad_range'). */
export function readRange(query: { from?: string; to?: string }, moment: AskedMoment): { from: number; to: number } {
  const read = (text: string | undefined, otherwise: number) => {
    if (text === undefined) return otherwise
    const day = parseDay(text)
    if (day === null) throw new UserError('bad_range', `"${text}" is not a day of the calendar`)
    return day
  }
  const to = Math.min(read(query.to, moment.day), moment.day)
  const from = Math.min(to, Math.max(read(query.from, to - DEFAULT_DAYS), moment.first_day ?? 0))
  if (from > to) throw new UserError('bad_range', `the range begins (${dayText(from)}) after it ends (${dayText(to)})`)
  if (to - from > MOST_DAYS) throw new UserError('bad_range', `a range holds at most ${MOST_DAYS} days`)
  return { from, to }
}

/** Reads what is wanted of a list. Throws UserError('bad_filter'), UserError('bad_condition'). */
export function readPage(
  query: { filter?: string; search?: string; sort?: string; limit: number; cursor?: string },
  columns: ListColumns,
): PageQuestion {
  const page: PageQuestion = { limit: query.limit }
  if (query.search) page.search = query.search
  if (query.sort !== undefined) page.sort = query.sort
  if (query.cursor !== undefined) page.cursor = query.cursor
  if (query.filter !== undefined && query.filter.trim() !== '') {
    let condition: unknown
    try {
      condition = JSON.parse(query.filter)
    } catch (error) {
      throw new UserError('bad_filter', `filter is not JSON: expected an object such as {"severity": "critical"}`, { cause: error })
    }
    page.filter = { ...compileFilter(condition, columns), fields: fieldsOf(parseCondition(condition, columns)) }
  }
  return page
}

/** A page as it goes over the wire. */
export const answerPage = <T>(asked: Asked, { items, total, next_cursor }: PageAnswer<T>) => ({
  items,
  total,
  next_cursor,
  as_of: asked.as_of,
})

/** A whole list, that has no second page, as it goes over the wire. */
export const answerAll = <T>(asked: Asked, items: T[]) => ({ items, total: items.length, next_cursor: null, as_of: asked.as_of })
