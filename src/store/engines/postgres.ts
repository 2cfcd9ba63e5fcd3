import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { UserError } from '../../errors.ts'
import { Queue } from './queue.ts'
import type { Engine, Params, Value } from './engine.ts'
import { sizesFrom } from './sizes.ts'

/** Rows that one fetch of a cursor brings. */
const FETCH = 5000

/** Our questions are few and large: compiling them costs more than it gives, and the default of 4 MB sorts on disk. */
const SETTINGS = '-c jit=off -c work_mem=64MB'

const types = new pg.TypeOverrides()
for (const oid of [20, 1700]) types.setTypeParser(oid, 'text', safeNumber) // int8, numeric

/** Opens a PostgreSQL 15+ database by URL. Throws UserError('database_unreachable') when it does not answer. */
export async function openPostgres(url: string): Promise<Engine> {
  const sizes = sizesFrom(process.env, 'postgres', null)
  const connections = (max: number): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'plimsoll', options: SETTINGS })
    pool.on('error', () => {}) // a lost idle connection is replaced at the next question
    pool.on('connect', (client) => client.on('error', () => {})) // one that is lost in use fails its question, which tells
    return pool
  }
  const pool = connections(sizes.readers)
  const ownPool = connections(2) // for the one writer and the one snapshot
  const close = async (): Promise<void> => {
    await Promise.all([pool.end(), ownPool.end()])
  }
  const lost = (error: unknown): unknown =>
    isLost(error)
      ? new UserError('database_unreachable', `PostgreSQL at ${withoutPassword(url)} does not answer: ${(error as Error).message}`, {
          status: 503,
          cause: error,
        })
      : error
  try {
    await pool.query('select 1')
  } catch (error) {
    await close()
    throw new UserError('database_unreachable', `PostgreSQL at ${withoutPassword(url)} does not answer: ${(error as Error).message}`, {
      status: 503,
      cause: error,
    })
  }
  const reading = new Queue(
    Array.from({ length: sizes.readers }, () => pool),
    sizes.queue,
  )
  const writing = new Queue([ownPool])
  const observing = new Queue([ownPool], sizes.queue)
  /** Lends one of the places of a queue, and tells a lost connection as what it is. */
  const lend = async <T>(queue: Queue<pg.Pool>, work: (pool: pg.Pool) => Promise<T>): Promise<T> =>
    queue.use((place) =>
      work(place).catch((error: unknown) => {
        throw lost(error)
      }),
    )
  let cursors = 0

  const withClient = async <T>(from: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await from.connect()
    let broken = false
    try {
      return await work(client)
    } catch (error) {
      broken = isLost(error)
      throw error
    } finally {
      client.release(broken)
    }
  }

  async function* read<T>(client: pg.PoolClient, sql: string, params?: Params): AsyncGenerator<T[]> {
    const cursor = `plimsoll_${++cursors}`
    const { text, values } = numbered(sql, params)
    await client.query({ text: `declare ${cursor} no scroll cursor for ${text}`, values })
    for (;;) {
      const { rows } = await client.query(`fetch ${FETCH} from ${cursor}`)
      if (rows.length) yield rows as T[]
      if (rows.length < FETCH) break
    }
    await client.query(`close ${cursor}`)
  }

  const inside = (client: pg.PoolClient): Engine => {
    const engine: Engine = {
      name: 'postgres',
      sizes,
      query: (sql, params) => ask(client, sql, params),
      run: (sql, params) => change(client, sql, params),
      stream: (sql, params) => read(client, sql, params),
      append: (table, columns, rows) => copy(client, table, columns, rows),
      transaction: (work) => work(engine),
      snapshot: (work) => work(engine),
      analyze: (tables) => analyze(client, tables),
      serially: (work) => work(),
      close: () => Promise.reject(new Error('a transaction cannot close its engine')),
    }
    return engine
  }

  return {
    name: 'postgres',
    sizes,
    query: (sql, params) => lend(reading, (from) => ask(from, sql, params)),
    run: (sql, params) => lend(writing, (from) => change(from, sql, params)),
    async *stream<T>(sql: string, params?: Params) {
      const place = await reading.take()
      try {
        const client = await pool.connect()
        let broken = false
        try {
          await client.query('begin read only')
          yield* read<T>(client, sql, params)
        } catch (error) {
          broken = isLost(error)
          throw error
        } finally {
          await client.query('rollback').catch(() => (broken = true))
          client.release(broken)
        }
      } catch (error) {
        throw lost(error)
      } finally {
        reading.give(place)
      }
    },
    append: (table, columns, rows) => lend(writing, (from) => withClient(from, (client) => copy(client, table, columns, rows))),
    transaction: (work) =>
      lend(writing, (from) =>
        withClient(from, async (client) => {
          await client.query('begin')
          try {
            // One writer at a time over all processes, so that import numbers follow the order of commit.
            await client.query('select pg_advisory_xact_lock(7420)')
            const result = await work(inside(client))
            await client.query('commit')
            return result
          } catch (error) {
            await client.query('rollback').catch(() => {}) // the first error is the one to tell
            throw error
          }
        }),
      ),
    snapshot: (work) =>
      lend(observing, (from) =>
        withClient(from, async (client) => {
          await client.query('begin isolation level repeatable read read only')
          try {
            return await work(inside(client))
          } finally {
            await client.query('rollback').catch(() => {}) // it has written nothing
          }
        }),
      ),
    analyze: (tables) => lend(reading, (from) => analyze(from, tables)),
    serially: (work) => work(),
    close,
  }
}

/** Errors of the wire and those by which a server says that it stops or is not ready: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lostCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', '57P01', '57P02', '57P03'])

/** Whether a question failed because the database went away, not because of the question. */
function isLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isLost)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && (lostCodes.has(code) || code.startsWith('08'))) return true
  return /^Connection terminated|^Client has encountered a connection error|^Client was closed/.test(error.message)
}

async function ask<T>(client: pg.Pool | pg.PoolClient, sql: string, params?: Params): Promise<T[]> {
  const { rows } = await client.query(numbered(sql, params))
  return rows as T[]
}

async function analyze(client: pg.Pool | pg.PoolClient, tables: readonly string[]): Promise<void> {
  await client.query(`analyze ${tables.join(', ')}`)
}

async function change(client: pg.Pool | pg.PoolClient, sql: string, params?: Params): Promise<number> {
  return (await client.query(numbered(sql, params))).rowCount ?? 0
}

/** $name → $1, in the order of first use; strings, quoted names and comments are left alone. */
function numbered(sql: string, params: Params = {}): { text: string; values: unknown[] } {
  const numbers = new Map<string, number>()
  const values: unknown[] = []
  const text = sql.replace(/'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\$([a-z_][a-z0-9_]*)/gi, (whole, name: string | undefined) => {
    if (name === undefined) return whole
    if (!numbers.has(name)) {
      if (!(name in params)) throw new Error(`parameter $${name} has no value`)
      const value = params[name]!
      values.push(value)
      numbers.set(name, values.length)
    }
    return `$${numbers.get(name)}${cast(params[name]!)}`
  })
  return { text, values }
}

/** PostgreSQL cannot always infer a parameter's type; ours are few. */
function cast(value: Params[string]): string {
  if (Array.isArray(value)) return typeof value[0] === 'number' ? '::bigint[]' : '::text[]'
  if (typeof value === 'number') return Number.isInteger(value) ? '::bigint' : '::double precision'
  if (typeof value === 'boolean') return '::boolean'
  return typeof value === 'string' ? '::text' : ''
}

async function copy(
  client: pg.PoolClient,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>,
): Promise<number> {
  let count = 0
  async function* lines() {
    let text = ''
    for await (const row of rows) {
      count++
      text += `${row.map(field).join('\t')}\n`
      if (text.length > 65_536) {
        yield text
        text = ''
      }
    }
    if (text) yield text
  }
  await pipeline(Readable.from(lines()), client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`)))
  return count
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function field(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value !== 'string') return String(value)
  return value.replace(/[\\\t\n\r]/g, (character) => escapes[character]!).replaceAll('\u0000', '')
}

function safeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw new RangeError(`${text} is above 2^53 - 1`)
  return number
}

const withoutPassword = (url: string) => url.replace(/:[^:@/]*@/, ':…@')
