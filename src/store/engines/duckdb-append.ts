import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { Value } from './engine.ts'

/** Appended rows go over in chunks of this many: DuckDB's own vector size. */
const CHUNK = 2048

/** From so many rows on texts are faster: DuckDB takes them apart beside this thread, the appender takes value by value on it. */
const FEW = 1000

/** Characters of the texts that go over at once. */
const PIECE = 1 << 21

/** What stands between the values of a column, and for null among them. */
const NEXT = '\u001f'
const NULL = '\u0001'

/** Texts that the text of a column cannot hold: their rows go through the appender. */
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\u0000\u0001\u001f]/

/** Rows by the order of `columns`, as the engine's `append` takes them. */
export type Rows = Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>

/** Order and type of a table's columns as they were when it was first appended to: tables do not change while the program runs. */
const layouts = new WeakMap<DuckDBConnection, Map<string, Layout>>()

/** Layouts remembered for each connection: a table has few, and schemas that are thrown away come again under the same names. */
const MOST_LAYOUTS = 300

interface Layout {
  table: string
  /** `from`: place in the rows; -1: not among them, null. */
  columns: { from: number; type: string }[]
  /** Appends a text of each column. Made once in a transaction: to plan it takes longer than to append some hundred rows. */
  statement: DuckDBPreparedStatement | null
}

/** To be called before the connection is closed: what is remembered of it would keep the database open. */
export function forget(connection: DuckDBConnection): void {
  planAnew(connection)
  layouts.delete(connection)
}

/**
 * To be called where a transaction begins: a statement that is older than a change of the schema, temporary tables included, would be planned each
 * time that it runs.
 */
export function planAnew(connection: DuckDBConnection): void {
  for (const layout of layouts.get(connection)?.values() ?? []) {
    layout.statement?.destroySync()
    layout.statement = null
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function layoutOf(connection: DuckDBConnection, path: string, table: string, columns: readonly string[]): Promise<Layout> {
  const key = `${path} ${table}(${columns.join()})`
  const before = layouts.get(connection)?.get(key)
  if (before) return before
  if ((layouts.get(connection)?.size ?? 0) >= MOST_LAYOUTS) forget(connection)
  const known = layouts.get(connection) ?? new Map<string, Layout>()
  layouts.set(connection, known)
  const every = await connection.prepare(`select * from ${quoted(table)}`)
  try {
    const names = Array.from({ length: every.columnCount }, (_, place) => every.columnName(place))
    if (columns.some((column) => !names.includes(column))) throw new Error(`append to ${table} names columns that it has not`)
    const found = names.map((name, place) => ({ from: columns.indexOf(name), type: String(every.columnType(place)) }))
    const layout = { table, columns: found, statement: null }
    known.set(key, layout)
    return layout
  } finally {
    every.destroySync()
  }
}

/** Appends rows, many of them as texts. `path`: the schemas in which the connection looks for tables. Returns how many. */
export async function append(
  connection: DuckDBConnection,
  path: string,
  table: string,
  columns: readonly string[],
  rows: Rows,
): Promise<number> {
  if (Array.isArray(rows) && rows.length === 0) return 0
  const layout = await layoutOf(connection, path, table, columns)
  if (Array.isArray(rows) && rows.length < FEW) {
    await appendFew(connection, layout, rows as readonly Value[][])
    return rows.length
  }
  const texts = new Texts(connection, layout)
  try {
    if (Symbol.iterator in rows) {
      for (const row of rows) if (texts.add(row)) await texts.send()
    } else {
      for await (const row of rows) if (texts.add(row)) await texts.send()
    }
    await texts.send()
  } finally {
    await texts.end()
  }
  if (texts.left.length) await appendFew(connection, layout, texts.left)
  return texts.count
}

async function appendFew(connection: DuckDBConnection, { table, columns }: Layout, rows: readonly (readonly Value[])[]): Promise<void> {
  // With empty names of schema and database the table is looked for as statements look for it.
  const appender = await connection.createAppender(table, '', '')
  for (const [index, row] of rows.entries()) {
    for (const { from, type } of columns) {
      const value = row[from] ?? null
      if (value === null) appender.appendNull()
      else if (typeof value === 'string') appender.appendVarchar(value)
      else if (typeof value === 'boolean') appender.appendBoolean(value)
      else if (type === 'BIGINT') appender.appendBigInt(BigInt(value))
      else if (type === 'SMALLINT') appender.appendSmallInt(value)
      else if (type === 'DOUBLE') appender.appendDouble(value)
      else appender.appendInteger(value)
    }
    appender.endRow()
    if (index % (CHUNK * 16) === CHUNK * 16 - 1) appender.flushSync()
  }
  appender.closeSync()
}

/** Columns as texts that DuckDB takes apart on a thread of its own, while the next rows are gathered. */
class Texts {
  count = 0
  /** Rows that texts cannot hold. */
  readonly left: (readonly Value[])[] = []
  private rows: (readonly Value[])[] = []
  private characters = 0
  private sent: Promise<unknown> = Promise.resolve()
  private readonly places: readonly number[]
  private readonly connection: DuckDBConnection
  private readonly layout: Layout

  constructor(connection: DuckDBConnection, layout: Layout) {
    this.connection = connection
    this.layout = layout
    this.places = layout.columns.map(({ from }) => from)
  }

  /** Whether it is time to send. */
  add(row: readonly Value[]): boolean {
    this.count++
    let characters = 0
    for (const place of this.places) {
      const value = row[place]
      if (typeof value === 'string' && SPECIAL.test(value)) {
        this.left.push(row)
        return false
      }
      characters += typeof value === 'string' ? value.length : FIGURE
    }
    this.rows.push(row)
    this.characters += characters
    return this.characters > PIECE
  }

  /** Waits for the rows before these, and not for these. */
  async send(): Promise<void> {
    const { rows, connection, layout } = this
    this.rows = []
    this.characters = 0
    await this.sent
    if (!rows.length) return
    const statement = (layout.statement ??= await connection.prepare(takeApart(layout)))
    for (const [column, place] of this.places.entries()) statement.bindVarchar(column + 1, rows.map((row) => row[place] ?? NULL).join(NEXT))
    this.sent = statement.run()
    this.sent.catch(() => {}) // told by the next send, or by the end
  }

  async end(): Promise<void> {
    await this.sent
  }
}

/** Characters that a value counts as which is no text. */
const FIGURE = 4

/** SQL that appends the columns whose texts are $1, $2, …: a list of each, unfolded side by side. */
function takeApart({ table, columns }: Layout): string {
  const lists = columns.map((_, place) => `unnest(string_split($${place + 1}, chr(${NEXT.charCodeAt(0)}))) as c${place}`)
  const values = columns.map(({ type }, place) => {
    const value = `nullif(c${place}, chr(${NULL.charCodeAt(0)}))`
    return type === 'VARCHAR' ? value : `cast(${value} as ${type})`
  })
  return `insert into ${quoted(table)} select ${values.join(', ')} from (select ${lists.join(', ')}) as r`
}
