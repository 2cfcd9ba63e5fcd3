import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListValue,
  type DuckDBPreparedStatement,
  type DuckDBValue,
  LIST,
  BIGINT,
  VARCHAR,
  DOUBLE,
} from '@duckdb/node-api'
import { UserError } from '../../errors.ts'
import { Queue } from './queue.ts'
import type { Engine, Params, Row, Value } from './engine.ts'
import { sizesFrom } from './sizes.ts'

/** Appended rows go over in chunks of this many: DuckDB's own vector size. */
const CHUNK = 2048

/** The database in memory (and, when that is full, in the temporary folder) that holds what may be thrown away. */
const ASIDE = 'aside'

/**
 * Opens a DuckDB file, or ':memory:'. One process can open a file: a second one gets UserError('database_in_use').
 * Memory, threads and temporary files are bounded as sizesFrom reads them.
 */
export async function openDuckdb(path: string): Promise<Engine> {
  const sizes = sizesFrom(process.env, 'duckdb', path === ':memory:' ? null : dirname(path))
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const options: Record<string, string> = { memory_limit: sizes.memory!, preserve_insertion_order: 'false' }
  if (sizes.threads !== null) options['threads'] = String(sizes.threads)
  if (sizes.temporary !== null) options['temp_directory'] = sizes.temporary
  let instance: DuckDBInstance
  try {
    instance = await DuckDBInstance.create(path, options)
  } catch (error) {
    if (!/lock/i.test(String(error))) throw error
    throw new UserError('database_in_use', `${path} is open in another process. Stop it, or let the command talk to the running server.`, {
      status: 409,
      cause: error,
    })
  }
  const writer = await instance.connect()
  const builder = await instance.connect()
  const observer = await instance.connect()
  const readers = await Promise.all(Array.from({ length: sizes.readers }, () => instance.connect()))
  const pool = new Queue(readers, sizes.queue)
  const writing = new Queue([writer])
  const building = new Queue([builder])
  const observing = new Queue([observer], sizes.queue)
  await writer.run(`attach ':memory:' as ${ASIDE}`)
  const home = `"${String((await writer.runAndReadAll('select current_database()')).getRows()[0]![0])}".main`
  const aside = (schema: string) => `${ASIDE}.${schema}`
  const within = (schemas: readonly string[]): Engine => asker(pool, building, observing, [...schemas, home].join(), place)
  const place: Place = { sizes, home, aside, within }

  const engine: Engine = {
    ...asker(pool, writing, observing, home, place),
    async serially(work) {
      await writing.use((connection) => connection.run('set threads = 1'))
      try {
        return await work()
      } finally {
        await writing.use((connection) => connection.run('reset threads'))
      }
    },
    async close() {
      await writing.drain()
      await building.drain()
      await pool.drain()
      await observing.drain()
      for (const connection of [...readers, builder, observer, writer]) connection.closeSync()
      instance.closeSync()
    },
  }
  return engine
}

/** Where each connection looks for tables; one that is not here looks at home. */
const paths = new WeakMap<DuckDBConnection, string>()

type Place = Pick<Engine, 'sizes' | 'home' | 'aside' | 'within'>

/** An engine that asks and writes with `path` as the places in which tables are looked for. */
function asker(
  pool: Queue<DuckDBConnection>,
  writing: Queue<DuckDBConnection>,
  observing: Queue<DuckDBConnection>,
  path: string,
  place: Place,
): Engine {
  const there = async (connection: DuckDBConnection) => {
    if ((paths.get(connection) ?? place.home) === path) return
    await connection.run(`set search_path = '${path}'`)
    paths.set(connection, path)
  }
  const one = <T>(connections: Queue<DuckDBConnection>, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> =>
    connections.use(async (connection) => {
      await there(connection)
      return work(connection)
    })
  const whole = <T>(connections: Queue<DuckDBConnection>, work: (engine: Engine) => Promise<T>): Promise<T> =>
    one(connections, async (connection) => {
      await connection.run('begin transaction')
      try {
        const result = await work(inside(connection, place))
        await connection.run('commit')
        return result
      } catch (error) {
        await connection.run('rollback').catch(() => {}) // the first error is the one to tell
        throw error
      }
    })
  return {
    name: 'duckdb',
    ...place,
    query: (sql, params) => one(pool, (connection) => ask(connection, sql, params)),
    run: (sql, params) => one(writing, (connection) => change(connection, sql, params)),
    async *stream<T>(sql: string, params?: Params) {
      const connection = await pool.take()
      try {
        await there(connection)
        yield* read<T>(connection, sql, params)
      } finally {
        pool.give(connection)
      }
    },
    append: (table, columns, rows) => one(writing, (connection) => append(connection, table, columns, rows)),
    transaction: (work) => whole(writing, work),
    snapshot: (work, long) => whole(long ? observing : pool, work),
    analyze: async () => {}, // DuckDB counts as it writes
    serially: (work) => work(),
    close: () => Promise.reject(new Error('only the engine that was opened can be closed')),
  }
}

function inside(connection: DuckDBConnection, place: Place): Engine {
  const engine: Engine = {
    name: 'duckdb',
    ...place,
    query: (sql, params) => ask(connection, sql, params),
    run: (sql, params) => change(connection, sql, params),
    stream: (sql, params) => read(connection, sql, params),
    append: (table, columns, rows) => append(connection, table, columns, rows),
    transaction: (work) => work(engine),
    snapshot: (work) => work(engine),
    analyze: async () => {},
    serially: (work) => work(),
    close: () => Promise.reject(new Error('a transaction cannot close its engine')),
  }
  return engine
}

async function ask<T>(connection: DuckDBConnection, sql: string, params: Params = {}): Promise<T[]> {
  const rows: T[] = []
  for await (const batch of read<T>(connection, sql, params)) for (const row of batch) rows.push(row)
  return rows
}

async function change(connection: DuckDBConnection, sql: string, params: Params = {}): Promise<number> {
  const prepared = await connection.prepare(sql)
  try {
    bind(prepared, params)
    return (await prepared.run()).rowsChanged
  } finally {
    prepared.destroySync()
  }
}

function bind(prepared: DuckDBPreparedStatement, params: Params): void {
  const names = Array.from({ length: prepared.parameterCount }, (_, index) => prepared.parameterName(index + 1))
  const values: Record<string, DuckDBValue> = {}
  const types: Record<string, ReturnType<typeof typeOf>> = {}
  for (const name of names) {
    if (!(name in params)) throw new Error(`parameter $${name} has no value`)
    const value = params[name]!
    types[name] = typeOf(value)
    values[name] = Array.isArray(value) ? new DuckDBListValue(value.map(bound)) : bound(value as Value)
  }
  if (names.length) prepared.bind(values, types as Parameters<typeof prepared.bind>[1])
}

async function* read<T>(connection: DuckDBConnection, sql: string, params: Params = {}): AsyncGenerator<T[]> {
  const prepared = await connection.prepare(sql)
  try {
    bind(prepared, params)
    const result = await prepared.stream()
    const columns = result.columnNames()
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      const data = chunk.getColumns()
      const rows: Row[] = Array.from({ length: chunk.rowCount }, () => ({}))
      for (const [c, column] of columns.entries()) {
        const values = data[c]!
        for (const [r, row] of rows.entries()) row[column] = plain(values[r] as DuckDBValue, column)
      }
      yield rows as T[]
    }
  } finally {
    prepared.destroySync()
  }
}

const typeOf = (value: Params[string]) => {
  if (Array.isArray(value)) return LIST(typeof value[0] === 'number' ? BIGINT : VARCHAR)
  if (typeof value === 'number') return Number.isInteger(value) ? BIGINT : DOUBLE
  return undefined
}

const bound = (value: Value): DuckDBValue => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value)

function plain(value: DuckDBValue, column: string): Value {
  if (typeof value !== 'bigint') return value as Value
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`column ${column}: ${value} is above 2^53 - 1`)
  return number
}

/** Order and type of a table's columns as they were when it was first appended to: tables do not change while the program runs. */
const layouts = new WeakMap<DuckDBConnection, Map<string, Layout>>()

interface Layout {
  database: string
  schema: string
  columns: { from: number; type: string }[]
}

async function layoutOf(connection: DuckDBConnection, table: string, columns: readonly string[]): Promise<Layout> {
  const known = layouts.get(connection) ?? new Map<string, Layout>()
  layouts.set(connection, known)
  const key = `${paths.get(connection) ?? ''} ${table}(${columns.join()})`
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
    columns: rows.map(([name, type]) => ({ from: columns.indexOf(name!), type: type! })),
  }
  if (layout.columns.length !== columns.length || layout.columns.some(({ from }) => from < 0))
    throw new Error(`append to ${table} names other columns than it has`)
  known.set(key, layout)
  return layout
}

async function append(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>,
): Promise<number> {
  let appender: DuckDBAppender | null = null
  let layout: Layout['columns'] = []
  let count = 0
  for await (const row of rows) {
    if (!appender) {
      const { database, schema, columns: order } = await layoutOf(connection, table, columns)
      layout = order
      appender = await connection.createAppender(table, schema, database)
    }
    for (const { from, type } of layout) {
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
    if (++count % (CHUNK * 16) === 0) appender.flushSync()
  }
  appender?.closeSync()
  return count
}
