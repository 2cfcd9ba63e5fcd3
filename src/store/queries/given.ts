import type { Engine, Params } from '../engines/engine.ts'
import { askPage, checkSort, emptyPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from './page.ts'

/** How a field of rows that are already here is read, so that they can be filtered, sorted and paged as any list. */
export interface GivenField<T> {
  /**
   * Null: unknown. Numbers are integers (scaled where the column says so); `ordered` gives a position; `several` gives |all|its|words|.
   */
  read: (row: T) => string | number | null
  column: Omit<ListColumn, 'sql'>
}

export type GivenFields<T> = ReadonlyMap<string, GivenField<T>>

/** What no integer of ours is. */
const UNKNOWN = -9_007_199_254_740_991

/** The columns of a list of given rows. */
export const givenColumns = <T>(fields: GivenFields<T>): ListColumns =>
  new Map(
    [...fields].map(([name, { column }], index) => [
      name,
      { ...column, sql: column.several ? severalSql(`x.field_${index}`) : `x.field_${index}` },
    ]),
  )

/** SQL: one of `$values` is among the words of a field that holds |all|its|words|. */
export const severalSql = (field: string): string =>
  `exists (select 1 from (select unnest(array[$values]) as word) given where strpos(${field}, '|' || given.word || '|') > 0)`

/** A page of rows that are already here, by the same rules as every list; unless sorted they keep their order. Throws as askPage does. */
export async function askGiven<T>(
  engine: Engine,
  rows: readonly T[],
  fields: GivenFields<T>,
  search: readonly string[],
  page: PageQuestion,
): Promise<PageAnswer<T>> {
  const columns: ListColumns = new Map([...givenColumns(fields), ['place', { type: 'number', title: 'place', sql: 'x.place' }]])
  if (rows.length === 0) {
    checkSort(columns, page.sort ?? 'place')
    return emptyPage()
  }
  const params: Record<string, Params[string]> = { places: rows.map((_, index) => index) }
  const read = new Set([...(page.filter?.fields ?? []), ...(page.search ? search : []), (page.sort ?? '').replace(/^-/, '')])
  // what nobody asks about is not sent
  const parts = [...fields].flatMap(([name, { read: valueOf, column }], index) => {
    if (!read.has(name)) return []
    const values = rows.map((row) => valueOf(row))
    if (column.type === 'text') {
      params[`given_${index}`] = values.map((value) => (value === null ? '' : String(value)))
      return [`nullif(unnest($given_${index}), '') as field_${index}`]
    }
    params[`given_${index}`] = values.map((value) => (value === null ? UNKNOWN : Number(value)))
    return [`nullif(unnest($given_${index}), ${UNKNOWN}) as field_${index}`]
  })
  const answer = await askPage<{ place: number }>(
    engine,
    {
      ctes: '',
      select: `select ${['unnest($places) as place', ...parts].join(', ')}`,
      params,
      columns,
      key: [{ column: 'place', type: 'number' }],
      search: search.map((name) => columns.get(name)!.sql),
      sort: 'place',
    },
    page,
  )
  return { ...answer, items: answer.items.map(({ place }) => rows[place]!) }
}
