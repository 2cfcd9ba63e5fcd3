import { UserError } from '../errors.ts'
import type { Catalog } from '../insights/catalog.ts'
import { compileFilter } from '../insights/condition-sql.ts'
import { fieldsOf, parseCondition } from '../insights/conditions.ts'
import { catalogAt } from '../insights/definitions.ts'
import { orgCatalog } from '../insights/org-catalog.ts'
import { everAfter, storeAsKnown, storeInReplay } from '../insights/knowledge.ts'
import { DAY_US, formatInstant, type Instant, parseInstant } from '../model/time.ts'
import { dayOf, dayText, endOfDay, parseDay } from '../store/days.ts'
import { kept, presentInstant } from '../store/kept.ts'
import { lastImport, recordedAt } from '../store/known/taken.ts'
import { findOrg, type Org } from '../store/orgs.ts'
import { horizonOf } from '../store/retention.ts'
import type { AskedMoment } from '../store/queries/moment.ts'
import type { ListColumns, PageAnswer, PageQuestion } from '../store/queries/page.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Api } from './api.ts'

/** Whom and when a question is about, and from which knowledge and rules it is answered. */
export interface Asked {
  /** Null: there is no organisation yet; its scope then holds nothing. */
  org: Org | null
  scope: Scope
  moment: AskedMoment
  /** The moment is now: no day or instant of the past was asked for. */
  now: boolean
  /** `moment.at` as text. */
  as_of: string
  /** The store as it was known then: every question goes to it. */
  store: Store
  /** The last import that was known; null: what is known now. */
  known_at: number | null
  /** Today's definitions over all days, or each day's own. */
  rules: 'now' | 'then'
  /** The definitions of the moment. */
  catalog: Catalog
  /** Names these definitions, for answers that are remembered. */
  edition: 'now' | Instant
  /** Those of today. */
  today: Catalog
}

/** The question of a request, as its query string says it. */
export interface MomentQuery {
  org?: string | undefined
  group?: string | string[] | undefined
  as_of?: string | undefined
  known_at?: string | undefined
  rules?: 'now' | 'then' | undefined
  replay?: 'true' | undefined
}

/** An organisation that is not there: no row has this number. */
const NOBODY = 0

/**
 * Reads org, group, as_of, known_at, rules and replay of a question. A day of the past means its end; today means now. A replay is asked for now; its
 * as_of says which day's inventory.
 * Throws UserError('unknown_organisation'), UserError('bad_moment'), UserError('future_moment'), UserError('day_out_of_range'),
 * UserError('bad_knowledge'), UserError('bad_replay'), UserError('before_horizon').
 */
export async function readMoment({ store, catalog }: Pick<Api, 'store' | 'catalog'>, query: MomentQuery): Promise<Asked> {
  const org = await kept(store.engine, ['organisation', query.org ?? null], () => findOrg(store.engine, query.org))
  const groups = query.group === undefined ? null : Array.isArray(query.group) ? query.group : [query.group]
  const scope = { org_id: org?.org_id ?? NOBODY, groups }
  const inventory = await readAsOf(store, org, query.as_of)
  const { at, day, now } = query.replay ? await readAsOf(store, org, undefined) : inventory
  const known_at = query.known_at === undefined || !org ? null : await readKnownAt(store, org, query.known_at)
  if (query.replay && known_at !== null)
    throw new UserError('bad_replay', 'replay reads the world as it is known now: ask without known_at')
  const known =
    query.replay && org
      ? storeInReplay(store, catalog, { org_id: org.org_id, replay_day: inventory.day, until_day: day })
      : known_at === null
        ? store
        : await storeAt(store, catalog, org!, known_at, { at, day })
  const first_day = org ? await firstDay(store, org, { at, known_at }) : undefined
  const rules = query.rules ?? 'now'
  const own = org ? await kept(store.engine, ['catalog', org.org_id], () => orgCatalog(store.engine, catalog, org.org_id)) : catalog
  return {
    org,
    scope,
    moment: { at, day, ...(first_day === undefined ? {} : { first_day }) },
    now,
    as_of: formatInstant(at),
    store: known,
    known_at,
    rules,
    edition: rules === 'now' ? 'now' : at,
    catalog: rules === 'now' ? own : await catalogAt(known.engine, own, scope.org_id, at),
    today: own,
  }
}

/** The moment of a change: now, of an organisation that is there. Throws UserError('unknown_organisation'). */
export async function asksToChange(
  api: Pick<Api, 'store' | 'catalog'>,
  query: { org?: string | undefined },
): Promise<Asked & { org: Org }> {
  const asked = await readMoment(api, query)
  if (!asked.org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
  return { ...asked, org: asked.org }
}

// What a moment means is asked by every request, and changes only with what the store knows.
const endOf = (store: Store, org: Org, day: number): Promise<Instant> =>
  kept(store.engine, ['end of day', org.org_id, day], () => endOfDay(store.engine, org.org_id, day))
const dayWith = (store: Store, org: Org, at: Instant): Promise<number> =>
  kept(store.engine, ['day', org.org_id, at], () => dayOf(store.engine, org.org_id, at))
const recorded = (store: Store, import_no: number): Promise<Instant | null> =>
  kept(store.engine, ['recorded', import_no], () => recordedAt(store.engine, import_no))
const lastImportBy = (store: Store, at: Instant): Promise<number> =>
  kept(store.engine, ['last import', at], () => lastImport(store.engine, at))

/** The first day of which retention left the facts whole; undefined: all. Throws UserError('before_horizon') for a moment or a knowledge before it. */
async function firstDay(store: Store, org: Org, asked: { at: Instant; known_at: number | null }): Promise<number | undefined> {
  const horizon = await kept(store.engine, ['horizon', org.org_id], () => horizonOf(store.engine, org.org_id))
  if (horizon === null) return undefined
  const known = asked.known_at === null ? horizon : ((await recorded(store, asked.known_at)) ?? 0)
  if (asked.at < horizon || known < horizon)
    throw new UserError('before_horizon', `facts of before ${formatInstant(horizon)} are no longer kept: ask for a later moment`, {
      status: 410,
    })
  return dayOf(store.engine, org.org_id, horizon)
}

async function readAsOf(store: Store, org: Org | null, as_of: string | undefined): Promise<AskedMoment & { now: boolean }> {
  const dayAt = (at: Instant) => (org ? dayWith(store, org, at) : Promise.resolve(Math.floor(at / DAY_US)))
  const now = await presentInstant(store.engine, store.now())
  const today = await dayAt(now)
  if (as_of === undefined) return { at: now, day: today, now: true }
  const day = parseDay(as_of)
  const future = () => new UserError('future_moment', `as_of ${as_of} lies in the future: today is ${dayText(today)} there`)
  if (day !== null) {
    if (day > today) throw future()
    if (day === today) return { at: now, day: today, now: true }
    return { at: (org ? await endOf(store, org, day) : (day + 1) * DAY_US) - 1, day, now: false }
  }
  const at = as_of.includes(':') ? parseInstant(as_of) : null
  if (at === null)
    throw new UserError('bad_moment', `as_of "${as_of.slice(0, 60)}" is neither a day (2026-08-01) nor an instant (2026-08-01T12:00:00Z)`)
  if (at > store.now()) throw future()
  return { at, day: await dayAt(at), now: at === now }
}

/** The last import that was known at a day's end, at an instant, or the import itself; 0: none was. */
async function readKnownAt(store: Store, org: Org, text: string): Promise<number> {
  const day = parseDay(text)
  if (day !== null) return lastImportBy(store, (await endOf(store, org, day)) - 1)
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const at = text.includes(':') ? parseInstant(text) : null
  if (at !== null) return lastImportBy(store, at)
  throw new UserError(
    'bad_knowledge',
    `known_at "${text.slice(0, 60)}" is neither a day (2026-08-01), an instant (2026-08-01T12:00:00Z) nor the number of an import`,
  )
}

/** The store as known at an import, right for a moment: cheaper when that lies before the end of the day on which the import was recorded. */
async function storeAt(store: Store, catalog: Catalog, org: Org, known_at: number, moment: AskedMoment): Promise<Store> {
  const recorded_at = await recorded(store, known_at)
  if (recorded_at === null) return storeAsKnown(store, catalog, everAfter(org.org_id, known_at))
  const day = await dayWith(store, org, recorded_at)
  if (moment.day > day) return storeAsKnown(store, catalog, everAfter(org.org_id, known_at))
  return storeAsKnown(store, catalog, { org_id: org.org_id, known_at, until: await endOf(store, org, day), day })
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
  const asked = read(query.from, to - DEFAULT_DAYS)
  const from = asked > to ? asked : Math.min(to, Math.max(asked, moment.first_day ?? 0))
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
