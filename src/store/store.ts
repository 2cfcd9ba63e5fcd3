import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Instant } from '../model/time.ts'
import type { Engine } from './engines/engine.ts'
import { openEngine } from './engines/open.ts'
import { applySchema } from './schema.ts'

/** An open database with its folder and its clock. */
export interface Store {
  engine: Engine
  /** Folder of the raw inputs, temporary files and, with DuckDB, the database itself. Absolute. */
  data: string
  now(): Instant
}

/** The clock of the machine, in microseconds. */
const systemClock = (): Instant => Date.now() * 1000

/**
 * Opens the store and brings its schema to the newest step. `database`: a postgres:// URL, a DuckDB path or ':memory:'; default
 * `<data>/plimsoll.duckdb`. Throws UserError as openEngine and applySchema do.
 */
export async function openStore(options: { database?: string; data?: string; now?: () => Instant } = {}): Promise<Store> {
  const data = resolve(options.data ?? 'plimsoll-data')
  const now = options.now ?? systemClock
  mkdirSync(join(data, 'inputs'), { recursive: true })
  const engine = await openEngine(options.database ?? join(data, 'plimsoll.duckdb'))
  try {
    await applySchema(engine, now())
  } catch (error) {
    await engine.close()
    throw error
  }
  return { engine, data, now }
}
