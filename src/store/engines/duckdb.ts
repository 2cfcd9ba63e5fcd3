import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
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
import { append, forget, planAnew } from './duckdb-append.ts'
import { type Engine, type Params, type Row, tooSlow, type Value } from './engine.ts'
import { sizesFrom } from './sizes.ts'

/** How statements begin that write nothing. */
const READS = /^\s*(?:select|with)\b/i

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
  const temporary = sizes.temporary ?? mkdtempSync(join(tmpdir(), 'plimsoll-'))
  if (sizes.temporary !== null) options['temp_directory'] = temporary
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
  const shared: Shared = { written: 0 }
  const within = (schemas: readonly string[]): Engine => asker(pool, building, observing, [...schemas, home].join(), place, shared)
  const place: Place = { sizes, home, aside, within }

  const engine: Engine = {
    ...asker(pool, writing, observing, home, place, shared),
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
      for (const connection of [...readers, builder, observer, writer]) {
        forget(connection)
        connection.closeSync()
      }
      instance.closeSync()
      if (path === ':memory:') rmSync(temporary, { recursive: true, force: true })
    },
  }
  return engine
}

/** Where each connection looks for tables; one that is not here looks at home. */
const paths = new WeakMap<DuckDBConnection, string>()

type Place = Pick<Engine, 'sizes' | 'home' | 'aside' | 'within'>

/** What all askers of one database have in common. */
interface Shared {
  /** Writes to home so far: nobody else can write to the file. */
  written: number
}

/** An engine that asks and writes with `path` as the places in which tables are looked for. */
function asker(
  pool: Queue<DuckDBConnection>,
  writing: Queue<DuckDBConnection>,
  observing: Queue<DuckDBConnection>,
  path: string,
  place: Place,
  shared: Shared,
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
  const writes = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } finally {
      if (path === place.home) shared.written++
    }
  }
  const whole = <T>(connections: Queue<DuckDBConnection>, work: (engine: Engine) => Promise<T>): Promise<T> =>
    one(connections, async (connection) => {
      planAnew(connection)
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
    query<T>(sql: string, params?: Params) {
      const asked = one(pool, (connection) => ask<T>(connection, sql, params))
      return READS.test(sql) ? asked : writes(asked)
    },
    run: (sql, params) => writes(one(writing, (connection) => change(connection, sql, params))),
    async *stream<T>(sql: string, params?: Params) {
      const connection = await pool.take()
      try {
        await there(connection)
        yield* read<T>(connection, sql, params)
      } finally {
        pool.give(connection)
      }
    },
    append: (table, columns, rows) =>
      writes(one(writing, (connection) => append(connection, paths.get(connection) ?? '', table, columns, rows))),
    transaction: (work) => writes(whole(writing, work)),
    snapshot: (work, long) => whole(long ? observing : pool, work),
    hurried: (milliseconds, work) =>
      one(pool, async (connection) => {
        let late = false
        // Again and again: an interruption between two statements is forgotten when the next begins.
        const timer = setInterval(() => {
          late = true
          connection.interrupt()
        }, milliseconds)
        try {
          await connection.run('begin transaction')
          return await work(inside(connection, place))
        } catch (error) {
          throw late ? tooSlow(milliseconds, error) : error
        } finally {
          clearInterval(timer)
          await connection.run('rollback').catch(() => {}) // it has only read
        }
      }),
    version: () => Promise.resolve(path === place.home ? String(shared.written) : randomUUID()),
    analyze: async () => {}, // DuckDB counts as it writes
    serially: (work) => work(),
    inBulk: (work) => work(),
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
    append: (table, columns, rows) => append(connection, paths.get(connection) ?? '', table, columns, rows),
    transaction: (work) => work(engine),
    snapshot: (work) => work(engine),
    hurried: (_milliseconds, work) => work(engine),
    version: () => Promise.resolve(randomUUID()),
    analyze: async () => {},
    serially: (work) => work(),
    inBulk: (work) => work(),
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
