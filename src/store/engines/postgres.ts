import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { UserError } from '../../errors.ts'
import { Queue } from './queue.ts'
import { type Engine, type Params, tooSlow, type Value } from './engine.ts'
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
  const pools: pg.Pool[] = []
  const poolFor = (max: number, options = ''): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'plimsoll', options: `${SETTINGS} ${options}` })
    pool.on('error', () => {}) // a lost idle connection is replaced at the next question
    pool.on('connect', (client) => client.on('error', () => {})) // one that is lost in use fails its question, which tells
    pools.push(pool)
    return pool
  }
  // Beside the readers: one for the writer, one for long snapshots, one that is kept.
  const pool = poolFor(sizes.readers + 3)
  let here: { client: pg.PoolClient; home: string; pid: number }
  try {
    const client = await pool.connect() // kept while the engine is open: as long as its process lives, what it has set aside is its own
    const { rows } = await client.query<{ home: string; pid: number }>('select current_schema() as home, pg_backend_pid() as pid')
    here = { client, home: `"${rows[0]!.home}"`, pid: rows[0]!.pid }
    await dropLeftOver(client)
  } catch (error) {
    await pool.end()
    throw new UserError('database_unreachable', `PostgreSQL at ${withoutPassword(url)} does not answer: ${(error as Error).message}`, {
      status: 503,
      cause: error,
    })
  }
  const { home } = here
  const aside = (schema: string): string => `${ASIDE}${here.pid}_${schema}`
  const elsewhere = new Map<string, Engine>()
  const lost = (error: unknown): unknown =>
    isLost(error)
      ? new UserError('database_unreachable', `PostgreSQL at ${withoutPassword(url)} does not answer: ${(error as Error).message}`, {
          status: 503,
          cause: error,
        })
      : error
  const places = (count: number, most?: number) =>
    new Queue(
      Array.from({ length: count }, () => 0),
      most,
    )
  const [reading, observing, writing, building] = [places(sizes.readers, sizes.queue), places(1, sizes.queue), places(1), places(1)]
  const within = (schemas: readonly string[]): Engine => {
    const path = [...schemas, home].join()
    let engine = elsewhere.get(path)
    if (!engine)
      elsewhere.set(
        path,
        (engine = asker(poolFor(3, `-c search_path=${path}`), { reading, observing, writing: building }, place, lost, null)),
      )
    return engine
  }
  const place: Place = { sizes, home, aside, within }
  return {
    ...asker(pool, { reading, observing, writing }, place, lost, 'select pg_advisory_xact_lock(7420)'),
    async close() {
      here.client.release()
      for (const each of pools) await each.end()
    },
  }
}

/** Names of schemas that may be thrown away begin so; then comes the number of the server's process for the engine that made them. */
const ASIDE = 'plimsoll_aside_'

/** Drops what engines set aside that ended without closing. */
async function dropLeftOver(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname like '${ASIDE.replaceAll('_', '\\_')}%'
       and split_part(substr(nspname, ${ASIDE.length + 1}), '_', 1) not in (select cast(pid as text) from pg_stat_activity where pid <> pg_backend_pid())`,
  )
  for (const { name } of rows) await client.query(`drop schema if exists "${name}" cascade`)
}

type Place = Pick<Engine, 'sizes' | 'home' | 'aside' | 'within'>

/** Turns to ask, to ask for long, and to write. */
type Turns = Record<'reading' | 'observing' | 'writing', Queue<number>>

/** An engine that asks and writes over one pool. `lost` tells a lost connection as what it is; `lock`: what a writing transaction does first. */
function asker(pool: pg.Pool, turns: Turns, place: Place, lost: (error: unknown) => unknown, lock: string | null): Engine {
  let cursors = 0

  /** Waits for a turn. */
  const inTurn = <T>(turn: Queue<number>, work: () => Promise<T>): Promise<T> =>
    turn.use(() =>
      work().catch((error: unknown) => {
        throw lost(error)
      }),
    )

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
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
      ...place,
      query: (sql, params) => ask(client, sql, params),
      run: (sql, params) => change(client, sql, params),
      stream: (sql, params) => read(client, sql, params),
      append: (table, columns, rows) => copy(client, table, columns, rows),
      transaction: (work) => work(engine),
      snapshot: (work) => work(engine),
      hurried: (_milliseconds, work) => work(engine),
      version: () => Promise.resolve(randomUUID()),
      analyze: (tables) => analyze(client, tables),
      serially: (work) => work(),
      async inBulk(work) {
        await client.query('set local enable_nestloop = off')
        const result = await work()
        await client.query('set local enable_nestloop = on')
        return result
      },
      close: () => Promise.reject(new Error('a transaction cannot close its engine')),
    }
    return engine
  }

  const whole = <T>(begin: readonly string[], work: (engine: Engine) => Promise<T>): Promise<T> =>
    withClient(async (client) => {
      try {
        for (const statement of begin) await client.query(statement)
        const result = await work(inside(client))
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {}) // the first error is the one to tell
        throw error
      }
    })

  return {
    name: 'postgres',
    ...place,
    query: (sql, params) => inTurn(turns.reading, () => ask(pool, sql, params)),
    run: (sql, params) => inTurn(turns.writing, () => change(pool, sql, params)),
    async *stream<T>(sql: string, params?: Params) {
      const turn = await turns.reading.take()
      let client: pg.PoolClient | null = null
      let broken = false
      try {
        client = await pool.connect()
        await client.query('begin read only')
        yield* read<T>(client, sql, params)
      } catch (error) {
        broken = isLost(error)
        throw lost(error)
      } finally {
        await client?.query('rollback').catch(() => (broken = true))
        client?.release(broken)
        turns.reading.give(turn)
      }
    },
    append: (table, columns, rows) => inTurn(turns.writing, () => withClient((client) => copy(client, table, columns, rows))),
    // One writer at a time over all processes, so that import numbers follow the order of commit.
    transaction: (work) => inTurn(turns.writing, () => whole(['begin', ...(lock === null ? [] : [lock])], work)),
    snapshot: (work, long) =>
      inTurn(long ? turns.observing : turns.reading, () => whole(['begin isolation level repeatable read read only'], work)),
    hurried: (milliseconds, work) =>
      inTurn(turns.reading, () =>
        whole(
          ['begin isolation level repeatable read read only', `set local statement_timeout = ${Math.round(milliseconds)}`],
          (engine) => {
            const until = Date.now() + milliseconds
            return work({
              ...engine,
              query: (sql, params) => (Date.now() > until ? Promise.reject(tooSlow(milliseconds)) : engine.query(sql, params)),
            })
          },
        ).catch((error: unknown) => {
          throw (error as { code?: unknown }).code === '57014' ? tooSlow(milliseconds, error) : error // query_canceled
        }),
      ),
    // The transactions that a question sees: the same set, the same answer.
    version: () =>
      inTurn(turns.reading, async () => (await ask<{ seen: string }>(pool, 'select cast(pg_current_snapshot() as text) as seen'))[0]!.seen),
    analyze: (tables) => inTurn(turns.reading, () => analyze(pool, tables)),
    serially: (work) => work(),
    inBulk: (work) => work(),
    close: () => Promise.reject(new Error('only the engine that was opened can be closed')),
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

/**
 * $name → $1, in the order of first use; strings, quoted names and comments are left alone. `in (select unnest($name))`, by which DuckDB finds a few rows
 * among many, becomes `= any($1)`: only then is an index looked at.
 */
function numbered(sql: string, params: Params = {}): { text: string; values: unknown[] } {
  const numbers = new Map<string, number>()
  const values: unknown[] = []
  const placeOf = (name: string): string => {
    if (!(name in params)) throw new Error(`parameter $${name} has no value`)
    if (!numbers.has(name)) numbers.set(name, values.push(params[name]!))
    return `$${numbers.get(name)}${cast(params[name]!)}`
  }
  const text = sql.replace(
    /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\bin \(select unnest\(\$([a-z_][a-z0-9_]*)\)\)|\$([a-z_][a-z0-9_]*)/gi,
    (whole, list: string | undefined, name: string | undefined) =>
      list !== undefined ? `= any(${placeOf(list)})` : name !== undefined ? placeOf(name) : whole,
  )
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
