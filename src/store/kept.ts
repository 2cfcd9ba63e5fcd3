import type { Instant } from '../model/time.ts'
import type { Engine } from './engines/engine.ts'

/** Answers kept for one state of a database. */
interface Kept {
  version: string
  /** When "now" was last taken anew. */
  at: Instant | null
  /** By question; the one asked longest ago first. */
  answers: Map<string, Promise<unknown>>
}

const engines = new WeakMap<Engine, Kept>()

/** Answers kept per database. */
const MOST = 300

/** How long "now" stands still while nothing is written, in microseconds. */
const STILL = 60_000_000

async function keptOf(engine: Engine): Promise<Kept> {
  const version = await engine.version()
  let held = engines.get(engine)
  if (held?.version !== version) engines.set(engine, (held = { version, at: null, answers: new Map() }))
  return held
}

/**
 * The answer of `work`, or the one that the same question got before: as long as nothing was written since, it is the same. Those who ask
 * together wait for one answer. `question` must name all that the answer depends on, beside the database; nobody may change what comes back.
 */
export async function kept<T>(engine: Engine, question: readonly unknown[], work: () => Promise<T>): Promise<T> {
  const { answers } = await keptOf(engine)
  const key = JSON.stringify(question)
  const answer = (answers.get(key) as Promise<T> | undefined) ?? work()
  answers.delete(key)
  if (answers.size >= MOST) for (const oldest of [...answers.keys()].slice(0, 1 + answers.size - MOST)) answers.delete(oldest)
  answers.set(key, answer)
  try {
    return await answer
  } catch (error) {
    answers.delete(key)
    throw error
  }
}

/**
 * The instant that questions about now are answered for: the clock's, or that of the last such question when it was asked within a minute
 * and nothing was written since. So those who look at the same page see the same, and it is worked out once.
 */
export async function presentInstant(engine: Engine, clock: Instant): Promise<Instant> {
  const held = await keptOf(engine)
  if (held.at === null || clock < held.at || clock - held.at >= STILL) held.at = clock
  return held.at
}
