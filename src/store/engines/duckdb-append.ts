import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Value } from './engine.ts'

/** Appended rows go over in chunks of this many: DuckDB's own vector size. */
const CHUNK = 2048

/** From so many rows on a file is faster: DuckDB reads it with all its threads, the appender takes value by value. */
const FEW = 2000

/** Characters gathered before they are written to the file. */
const WRITE = 1 << 20

/** A row with a longer line goes through the appender: the reader of files has a longest line, 2 MB of bytes. */
const LONGEST = 400_000

const NULL = '\\N'

/** Rows by the order of `columns`, as the engine's `append` takes them. */
export type Rows = Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>

/** Where rows go. */
interface Place {
  /** For temporary files. */
  folder: string
  /** The schemas in which the connection looks for tables. */
  path: string
}

/** Order and type of a table's columns as they were when it was first appended to: tables do not change while the program runs. */
const layouts = new WeakMap<DuckDBConnection, Map<string, Layout>>()

interface Layout {
  database: string
  schema: string
  table: string
  /** `from`: place in the rows; -1: not among them, null. */
  columns: { column: string; from: number; type: string }[]
}

async function layoutOf(connection: DuckDBConnection, path: string, table: string, columns: readonly string[]): Promise<Layout> {
  const known = layouts.get(connection) ?? new Map<string, Layout>()
  layouts.set(connection, known)
  const key = `${path} ${table}(${columns.join()})`
  let layout = known.get(key)
  if (layout) return layout
  const described = await connection.runAndReadAll(
    `select column_name, data_type, database_name, schema_name from duckdb_columns() where table_name = '${table}'
       and (database_name = 'temp' or (database_name = current_database() and schema_name = current_schema())) order by column_index`,
  )
  const rows = described.getRows().map((row) => row.map(String))
  layout = {
    database: rows[0]?.[2] ?? '',
    schema: rows[0]?.[3] ?? '',
    table,
    columns: rows.map(([name, type]) => ({ column: name!, from: columns.indexOf(name!), type: type! })),
  }
  if (columns.some((column) => !layout!.columns.some((each) => each.column === column)))
    throw new Error(`append to ${table} names columns that it has not`)
  known.set(key, layout)
  return layout
}

/** Appends rows, many of them by way of a file. Returns how many. */
export async function append(
  connection: DuckDBConnection,
  { folder, path }: Place,
  table: string,
  columns: readonly string[],
  rows: Rows,
): Promise<number> {
  const [few, rest] = Array.isArray(rows) && rows.length <= FEW ? [rows as readonly Value[][], null] : await begun(rows)
  if (few.length === 0) return 0
  const layout = await layoutOf(connection, path, table, columns)
  if (rest) return appendByFile(connection, folder, layout, rest)
  await appendFew(connection, layout, few)
  return few.length
}

/** The first rows, and all of them when they are more than few. */
async function begun(rows: Rows): Promise<[readonly (readonly Value[])[], Rows | null]> {
  if (Array.isArray(rows)) return [rows as readonly Value[][], rows]
  const few: (readonly Value[])[] = []
  if (Symbol.iterator in rows) {
    const iterator = rows[Symbol.iterator]()
    for (let next = iterator.next(); ; next = iterator.next()) {
      if (next.done) return [few, null]
      few.push(next.value)
      if (few.length > FEW) break
    }
    return [few, following(few, iterator)]
  }
  const iterator = rows[Symbol.asyncIterator]()
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done) return [few, null]
    few.push(next.value)
    if (few.length > FEW) break
  }
  return [few, followingAsync(few, iterator)]
}

function* following<T>(few: readonly T[], iterator: Iterator<T>): Generator<T> {
  yield* few
  for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value
}

async function* followingAsync<T>(few: readonly T[], iterator: AsyncIterator<T>): AsyncGenerator<T> {
  yield* few
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
}

async function appendFew(
  connection: DuckDBConnection,
  { database, schema, table, columns }: Layout,
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const appender = await connection.createAppender(table, schema, database)
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

let files = 0

async function appendByFile(connection: DuckDBConnection, folder: string, layout: Layout, rows: Rows): Promise<number> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${PREFIX}${process.pid}-${++files}.tsv`)
  const lines = new Lines(layout)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      if (Symbol.iterator in rows) {
        for (const row of rows) if (lines.add(row)) await file.write(lines.take())
      } else {
        for await (const row of rows) if (lines.add(row)) await file.write(lines.take())
      }
      await file.write(lines.take())
    } finally {
      await file.close()
    }
    const shape = layout.columns.map(({ column, type }) => `${quoted(column)}: ${quoted(type)}`).join(', ')
    await connection.run(
      `insert into ${[layout.database, layout.schema, layout.table].map((name) => `"${name.replaceAll('"', '""')}"`).join('.')} select * from read_csv(${quoted(path)}, auto_detect = false, header = false, delim = '\t', quote = '"', escape = '"', comment = '',
         new_line = '\\n', nullstr = '${NULL}', allow_quoted_nulls = false, null_padding = false, parallel = ${!lines.broken}, columns = {${shape}})`,
    )
  } finally {
    await rm(path, { force: true })
  }
  if (lines.left.length) await appendFew(connection, layout, lines.left)
  return lines.count
}

/** Rows as lines of tab separated values. */
class Lines {
  count = 0
  /** Some text has a line break: the file is then read by one thread, from its beginning. */
  broken = false
  /** Rows that a line cannot hold. */
  readonly left: (readonly Value[])[] = []
  private text = ''
  private readonly places: readonly number[]

  constructor(layout: Layout) {
    this.places = layout.columns.map(({ from }) => from)
  }

  /** Whether it is time to take. */
  add(row: readonly Value[]): boolean {
    this.count++
    let line = ''
    for (const place of this.places) {
      const value = row[place] ?? null
      if (typeof value !== 'string') line += value === null ? NULL_FIELD : `${value}\t`
      else if (!SPECIAL.test(value)) line += `${value}\t`
      else if (value.includes('\u0000')) {
        this.left.push(row)
        return false
      } else {
        this.broken ||= /[\n\r]/.test(value)
        line += `"${value.replaceAll('"', '""')}"\t`
      }
    }
    if (line.length > LONGEST) this.left.push(row)
    else this.text += `${line.slice(0, -1)}\n`
    return this.text.length > WRITE
  }

  take(): string {
    const { text } = this
    this.text = ''
    return text
  }
}

const NULL_FIELD = `${NULL}\t`

/** Texts that are put in quotes; the empty one and what looks like a null among them. */
// oxlint-disable-next-line no-control-regex
const SPECIAL = /["\t\n\r\u0000\ufeff\\]|^$/

const PREFIX = 'append-'

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Removes what a killed process left in `folder`. To be called by the process that holds the database. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) if (name.startsWith(PREFIX)) await rm(join(folder, name), { force: true })
}
