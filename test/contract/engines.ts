import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'
import { openEngine } from '../../src/store/engines/open.ts'

type Engine = Awaited<ReturnType<typeof openEngine>>

/** One kind of database that every contract test runs on. */
interface TestEngine {
  name: 'duckdb' | 'postgres'
  /** An engine on a new, empty database. Close it, or leave it open: it goes with the test run. */
  open: () => Promise<Engine>
  /** The address of a new, empty database (what --database takes), for tests that open it several times. */
  database: () => Promise<string>
}

/** All engines, for `describe.each(engines)('$name', ({ open }) => …)`. */
export const engines: TestEngine[] = [
  { name: 'duckdb', open: () => openEngine(':memory:'), database: async () => join(temporaryFolder(), 'plimsoll.duckdb') },
  { name: 'postgres', open: async () => dropWhenClosed(await emptyDatabase()), database: emptyDatabase },
]

/** A new folder, removed at the end of the test run. */
const temporaryFolder = (): string => mkdtempSync(join(inject('databases'), 'duckdb-'))

/** Runs one statement on the server's own database. */
async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: `${inject('postgres')}/postgres` })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function emptyDatabase(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`create database ${name}`)
  return `${inject('postgres')}/${name}`
}

/** Opens the database and drops it when the engine is closed: property tests open very many. */
async function dropWhenClosed(database: string): Promise<Engine> {
  const engine = await openEngine(database)
  const close = engine.close.bind(engine)
  engine.close = async () => {
    await close()
    await administer(`drop database if exists ${database.slice(database.lastIndexOf('/') + 1)} with (force)`)
  }
  return engine
}
