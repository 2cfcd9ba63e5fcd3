import { UserError } from '../../errors.ts'
import type { Engine, Params, Row } from '../engines/engine.ts'
import { kept } from '../kept.ts'
import { lowerSql } from './lower.ts'

/** A field that a list can be filtered and sorted by. `sql` is an expression over `x`, a row of the list; `ordered` gives a position. */
export interface ListColumn {
  type: 'text' | 'number' | 'boolean' | 'ordered'
  title: string
  /** The words that it may hold; always given for `ordered`. */
  values?: readonly string[]
  /** Holds several values at once: can be filtered by, not sorted by. `in ($values)` in `sql`: one of those asked for must be there. */
  several?: true
  /** Numbers from outside are multiplied by this before they are compared. */
  scale?: number
  sql: string
}

/** Fields of a list by the name that filter and sort use. */
export type ListColumns = ReadonlyMap<string, ListColumn>

/** What a person wants of a list. `filter` is compiled over the list's own columns. */
export interface PageQuestion {
  filter?: { sql: string; params: Params; fields: ReadonlySet<string> }
  search?: string
  /** A column; - in front: descending. Nulls come last either way. */
  sort?: string
  /** 1–1000. */
  limit: number
  /** `next_cursor` of the page before. */
  cursor?: string
}

/** A page. `total` counts all that meet filter and search. */
export interface PageAnswer<T> {
  items: T[]
  total: number
  /** Null: this was the last page. */
  next_cursor: string | null
}

/** A list as SQL: one row per item. */
export interface ListSql {
  /** CTEs before it, without the word `with`; may be empty. */
  ctes: string
  /** A select; its rows are called `x`. It need only have the columns that {@link columnsRead} names, the key, and `carry`. */
  select: string
  /** Columns of the select that its items get beside the key; default: all. Whatever else an item shows is asked for the page alone. */
  carry?: readonly string[]
  params: Params
  columns: ListColumns
  /** Columns of the select that together name an item, never null. */
  key: readonly { column: string; type: 'number' | 'text' }[]
  /** Text expressions over `x` in which `search` looks. */
  search: readonly string[]
  /** When nothing is asked. */
  sort: string
}

/** Columns of `x` that a question reads for filter, search and sort: what it does not read need not be worked out for the whole list. */
export function columnsRead(page: PageQuestion, list: Pick<ListSql, 'columns' | 'search' | 'sort'>): Set<string> {
  const fields = [...(page.filter?.fields ?? []), (page.sort ?? list.sort).replace(/^-/, '')]
  const expressions = [...fields.map((field) => list.columns.get(field)?.sql ?? ''), ...(page.search ? list.search : [])]
  return new Set(expressions.flatMap((sql) => [...sql.matchAll(/\bx\.(\w+)/g)].map(([, column]) => column!)))
}

/** Longer pages are worked out each time. */
const LONGEST_KEPT = 200

/**
 * The answer of `work`, kept while nothing is written. `list` and `about` say, beside the page, which list it is and of whom and when.
 */
export const keptPage = <T>(
  engine: Engine,
  list: string,
  about: readonly unknown[],
  page: PageQuestion,
  work: () => Promise<PageAnswer<T>>,
): Promise<PageAnswer<T>> => (page.limit > LONGEST_KEPT ? work() : kept(engine, [list, ...about, page], work))

/** A page without items, of a list that has none. */
export const emptyPage = <T>(): PageAnswer<T> => ({ items: [], total: 0, next_cursor: null })

/** The column that a sort names. Throws UserError('unknown_sort') that names the columns there are. */
export function checkSort(columns: ListColumns, sort: string): ListColumn {
  const column = columns.get(sort.replace(/^-/, ''))
  if (column && !column.several) return column
  throw new UserError(
    'unknown_sort',
    `this list cannot be sorted by "${sort.slice(0, 100)}"; it can by: ${[...columns].flatMap(([name, one]) => (one.several ? [] : [name])).join(', ')} (with - in front: descending)`,
  )
}

/**
 * Asks one page. Pages joined are the whole list, also where many have an equal sort value; a row that comes or goes between two pages
 * moves no other. Throws UserError('unknown_sort') and UserError('bad_cursor').
 */
export async function askPage<T = Row>(engine: Engine, list: ListSql, page: PageQuestion): Promise<PageAnswer<T>> {
  const sort = page.sort ?? list.sort
  const descending = sort.startsWith('-')
  const column = checkSort(list.columns, sort)
  const params: Record<string, Params[string]> = { ...list.params, ...page.filter?.params, page_limit: page.limit + 1 }
  const meets = [page.filter ? `(${page.filter.sql})` : 'true']
  if (page.search) {
    params['page_search'] = page.search.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    meets.push(`(${list.search.map((sql) => `strpos(${lowerSql(`coalesce(${sql}, '')`)}, $page_search) > 0`).join(' or ')})`)
  }
  const text = column.type === 'text' ? ' collate "C"' : ''
  const sortSql = column.type === 'boolean' ? `case when ${column.sql} then 1 when not ${column.sql} then 0 end` : column.sql
  const keys = list.key.map(({ column, type }) => `k.${column}${type === 'text' ? ' collate "C"' : ''}`)
  const after =
    page.cursor === undefined ? 'true' : afterCursor(readCursor(page.cursor, sort, column, list), descending, text, keys, params)
  const kept = list.carry ? [...list.key.map((key) => key.column), ...list.carry].map((name) => `x.${name}`).join(', ') : 'x.*'
  const order = `k.sort_value${text} ${descending ? 'desc' : 'asc'} nulls last, ${keys.join(', ')}`
  const rows = await engine.query<Row & { page_total: number; sort_value: string | number | null }>(
    `with ${list.ctes ? `${list.ctes},` : ''}
    page_met as materialized (select ${kept}, ${sortSql} as sort_value from (${list.select}) x where ${meets.join(' and ')}),
    page_counted as (select count(*) as page_total from page_met),
    page_rows as (select k.* from page_met k where ${after} order by ${order} limit $page_limit)
    select k.*, c.page_total from page_counted c left join page_rows k on true order by ${order}`,
    params,
  )
  const total = rows[0]!.page_total
  const found = rows.filter((row) => row[list.key[0]!.column] !== null)
  const items = found.slice(0, page.limit)
  const last = items.at(-1)
  const next_cursor =
    found.length > page.limit && last
      ? writeCursor([sort, last.sort_value, ...list.key.map((key) => last[key.column] as string | number)])
      : null
  return { items: items as T[], total, next_cursor }
}

/** Sort, sort value of the last item, and its key. */
type Cursor = (string | number | null)[]

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string, sort: string, column: ListColumn, list: ListSql): Cursor {
  const bad = (why: string) => new UserError('bad_cursor', `the cursor ${why}: ask for the first page without one`)
  let cursor: unknown
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (error) {
    throw new UserError('bad_cursor', 'the cursor is not one that this server gave: ask for the first page without one', { cause: error })
  }
  if (!Array.isArray(cursor) || cursor.length !== 2 + list.key.length) throw bad('is not one that this server gave')
  const [of, value, ...key] = cursor as unknown[]
  if (of !== sort) throw bad(`is of the sort "${String(of).slice(0, 100)}", not of "${sort}"`)
  const fits = (given: unknown, type: 'number' | 'text') =>
    type === 'text'
      ? typeof given === 'string'
      : typeof given === 'number' && Number.isFinite(given) && Math.abs(given) <= Number.MAX_SAFE_INTEGER
  if (value !== null && !fits(value, column.type === 'text' ? 'text' : 'number')) throw bad('does not fit this list')
  if (!list.key.every(({ type }, index) => fits(key[index], type))) throw bad('does not fit this list')
  return cursor as Cursor
}

/** SQL: `k` comes after the cursor. Writes what it needs into `params`. */
function afterCursor(
  [, value, ...key]: Cursor,
  descending: boolean,
  text: string,
  keys: readonly string[],
  params: Record<string, Params[string]>,
): string {
  for (const [index, part] of key.entries()) params[`page_key_${index}`] = part!
  // (a, b) > (1, 2), written out: both engines take it with collations
  const later = keys
    .map(
      (sql, index) =>
        `(${[...keys.slice(0, index).map((before, at) => `${before} = $page_key_${at}`), `${sql} > $page_key_${index}`].join(' and ')})`,
    )
    .join(' or ')
  if (value === null) return `(k.sort_value is null and (${later}))`
  params['page_value'] = value!
  return `(k.sort_value${text} ${descending ? '<' : '>'} $page_value or k.sort_value is null or (k.sort_value${text} = $page_value and (${later})))`
}
