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

/** Where a store is, and its clock. */
interface StoreOptions {
  /** A postgres:// URL, a DuckDB path or ':memory:'; default `<data>/plimsoll.duckdb`. */
  database?: string | undefined
  data?: string
  now?: () => Instant
}

/** Opens the store and brings its schema to the newest step. Throws UserError as openEngine and applySchema do. */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const store = await openRaw(options)
  try {
    await applySchema(store.engine, store.now())
  } catch (error) {
    await store.engine.close()
    throw error
  }
  return store
}

/** Opens the store with whatever schema it has, for restoring into it. Throws UserError as openEngine does. */
export async function openRaw(options: StoreOptions): Promise<Store> {
  const data = resolve(options.data ?? 'plimsoll-data')
  mkdirSync(join(data, 'inputs'), { recursive: true })
  const engine = await openEngine(options.database ?? join(data, 'plimsoll.duckdb'))
  return { engine, data, now: options.now ?? systemClock }
}
