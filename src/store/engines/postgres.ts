import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { UserError } from '../../errors.ts'
import { Queue } from './queue.ts'
import type { Engine, Params, Value } from './engine.ts'

/** Rows that one fetch of a cursor brings. */
const FETCH = 5000

/** Our questions are few and large: compiling them costs more than it gives, and the default of 4 MB sorts on disk. */
const SETTINGS = '-c jit=off -c work_mem=64MB'

const types = new pg.TypeOverrides()
for (const oid of [20, 1700]) types.setTypeParser(oid, 'text', safeNumber) // int8, numeric

/** Opens a PostgreSQL 15+ database by URL. Throws UserError('database_unreachable') when it does not answer. */
export async function openPostgres(url: string): Promise<Engine> {
  const pools: pg.Pool[] = []
  const poolFor = (max: number, options = ''): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'plimsoll', options: `${SETTINGS} ${options}` })
    pool.on('error', () => {}) // a lost idle connection is replaced at the next question
    pools.push(pool)
    return pool
  }
  const pool = poolFor(7)
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
  const building = new Queue([0])
  const within = (schemas: readonly string[]): Engine => {
    const path = [...schemas, home].join()
    let engine = elsewhere.get(path)
    if (!engine) elsewhere.set(path, (engine = asker(poolFor(3, `-c search_path=${path}`), building, { home, aside, within }, null)))
    return engine
  }
  return {
    ...asker(pool, new Queue([0]), { home, aside, within }, 'select pg_advisory_xact_lock(7420)'),
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

/** An engine that asks and writes over one pool. `lock`: what a writing transaction does first. */
function asker(pool: pg.Pool, writing: Queue<number>, place: Pick<Engine, 'home' | 'aside' | 'within'>, lock: string | null): Engine {
  let cursors = 0

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
    try {
      return await work(client)
    } finally {
      client.release()
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
      version: () => Promise.resolve(randomUUID()),
      analyze: (tables) => analyze(client, tables),
      serially: (work) => work(),
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
    query: (sql, params) => ask(pool, sql, params),
    run: (sql, params) => writing.use(() => change(pool, sql, params)),
    async *stream<T>(sql: string, params?: Params) {
      const client = await pool.connect()
      try {
        await client.query('begin read only')
        yield* read<T>(client, sql, params)
      } finally {
        await client.query('rollback').catch(() => {})
        client.release()
      }
    },
    append: (table, columns, rows) => writing.use(() => withClient((client) => copy(client, table, columns, rows))),
    // One writer at a time over all processes, so that import numbers follow the order of commit.
    transaction: (work) => writing.use(() => whole(['begin', ...(lock === null ? [] : [lock])], work)),
    snapshot: (work) => whole(['begin isolation level repeatable read read only'], work),
    // The transactions that a question sees: the same set, the same answer.
    version: async () => (await ask<{ seen: string }>(pool, 'select cast(pg_current_snapshot() as text) as seen'))[0]!.seen,
    analyze: (tables) => analyze(pool, tables),
    serially: (work) => work(),
    close: () => Promise.reject(new Error('only the engine that was opened can be closed')),
  }
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
