import { join } from 'node:path'
import { UserError } from '../../errors.ts'

/** How much of the machine an engine may take. */
export interface Sizes {
  /** Questions that are answered at the same time. */
  readers: number
  /** Questions that may wait for a reader; beyond it askers are sent away with UserError('busy'). */
  queue: number
  /** Memory of the embedded database, as '4GB'; null: the database has its own settings. */
  memory: string | null
  /** Threads of the embedded database; null: one per processor, or the database has its own settings. */
  threads: number | null
  /** Folder of the embedded database's temporary files; null: in memory only, or the database has its own. */
  temporary: string | null
}

/** Defaults for two processors and 8 GB. */
const READERS = 4
const QUEUE = 200
const MEMORY = '4GB'

/**
 * The sizes that the environment names: PLIMSOLL_READERS, PLIMSOLL_QUEUE, and for the embedded database PLIMSOLL_MEMORY,
 * PLIMSOLL_THREADS, PLIMSOLL_TEMPORARY. `folder`: where the database file is; null: it is in memory. Throws UserError('bad_size').
 */
export function sizesFrom(environment: NodeJS.ProcessEnv, engine: 'duckdb' | 'postgres', folder: string | null): Sizes {
  const whole = (name: string, least: number, otherwise: number): number => {
    const text = environment[name]
    if (text === undefined || text === '') return otherwise
    const number = Number(text)
    if (!Number.isInteger(number) || number < least || number > 10_000)
      throw new UserError('bad_size', `${name}=${text}: expected a whole number from ${least} to 10000`)
    return number
  }
  const common = { readers: whole('PLIMSOLL_READERS', 1, READERS), queue: whole('PLIMSOLL_QUEUE', 0, QUEUE) }
  if (engine === 'postgres') return { ...common, memory: null, threads: null, temporary: null }
  const memory = environment['PLIMSOLL_MEMORY'] || MEMORY
  if (!/^\d+(\.\d+)?\s*([KMGT]i?B)$/i.test(memory))
    throw new UserError('bad_size', `PLIMSOLL_MEMORY=${memory}: expected a number with its unit, as 4GB or 512MB`)
  const threads = whole('PLIMSOLL_THREADS', 0, 0)
  const temporary = environment['PLIMSOLL_TEMPORARY'] || (folder === null ? null : join(folder, 'temporary'))
  return { ...common, memory, threads: threads === 0 ? null : threads, temporary }
}
