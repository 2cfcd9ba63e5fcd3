import { kept } from '../store/kept.ts'
import { readKnowledge } from '../store/queries/imports/knowledge.ts'
import type { Store } from '../store/store.ts'

/** A memory of at most `most` answers per store. */
function memoryOf(most: number) {
  const memories = new WeakMap<Store, Map<string, Promise<unknown>>>()
  return async <T>(store: Store, question: unknown, ask: () => Promise<T>): Promise<T> => {
    const { last, waiting } = await kept(store.engine, ['knowledge'], () => readKnowledge(store.engine))
    if (waiting > 0) return ask()
    let memory = memories.get(store)
    if (!memory) memories.set(store, (memory = new Map()))
    const key = JSON.stringify([last, question])
    const held = memory.get(key)
    if (held) return held as Promise<T>
    const answer = ask()
    memory.set(key, answer)
    answer.catch(() => memory.delete(key)) // told to whoever asked
    if (memory.size > most) memory.delete(memory.keys().next().value!)
    return answer
  }
}

/**
 * Asks once and remembers the answer until something new is learned: answers are a function of the question and of the last import. While
 * what was imported is not worked out yet, nothing is remembered. Whoever gets the answer must not change it.
 */
export const remember = memoryOf(300)

/** As {@link remember}, for answers of many megabytes: the last eight. */
export const rememberFew = memoryOf(8)
