import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Engine } from '../src/store/engines/engine.ts'
import { startPostgres } from '../test/contract/postgres.ts'

/** Where a run keeps its data. All of it goes at the end. */
export interface Place {
  /** A folder for files. */
  folder: string
  /** A new, empty database: a path or a URL. */
  database(): Promise<string>
  /** Bytes that a database takes on disk. */
  size(engine: Engine, database: string): Promise<number>
  /** What the engine is, for the record. */
  about: string
  remove(): Promise<void>
}

/** A place for DuckDB: files under the system's temporary folder. */
function duckdbPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  let count = 0
  return {
    folder,
    about: 'DuckDB, one file',
    database: async () => join(folder, `bench-${++count}.duckdb`),
    async size(engine, database) {
      await engine.query('checkpoint')
      return statSync(database).size
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A place on a PostgreSQL server: the given one, else the server of the tests, started for this run. Databases of its own, dropped at the end. */
async function postgresPlace(url: string | undefined): Promise<Place> {
  const server = url === undefined ? await startPostgres() : null
  const address = (url ?? `${server!.url}/postgres`).replace(/\?.*$/, '')
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  const names: string[] = []
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  const shown = ['server_version', 'shared_buffers', 'work_mem', 'jit']
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, current_setting(name) as setting from unnest($1::text[]) as name`,
    [shown],
  )
  const settings = rows.map(({ name, setting }) => `${name} ${setting}`)
  return {
    folder,
    about: `PostgreSQL, ${settings.join(', ')}${server ? ', started for this run without durability' : ''}`,
    async database() {
      const name = `bench_${randomBytes(6).toString('hex')}`
      await client.query(`create database ${name}`)
      names.push(name)
      return `${address.slice(0, address.lastIndexOf('/'))}/${name}`
    },
    async size(engine) {
      const [row] = await engine.query<{ bytes: number }>('select pg_database_size(current_database()) as bytes')
      return row!.bytes
    },
    async remove() {
      for (const name of names) await client.query(`drop database if exists ${name} with (force)`)
      await client.end()
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A place for an engine. `url` only for PostgreSQL: a database from which others can be made. */
export const openPlace = (engine: Engine['name'], url?: string): Promise<Place> =>
  engine === 'duckdb' ? Promise.resolve(duckdbPlace()) : postgresPlace(url)
