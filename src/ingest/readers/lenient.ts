import { z } from 'zod'
import { type Reader, readerOf, REFUSED } from './safe-parse.ts'

const LONGEST = 8000

interface ReadingDef<T> extends z.core.$ZodTypeDef {
  /** What `safe-parse.ts` calls, too. */
  read: (value: unknown) => T
}

interface Reading<T> extends z.ZodType<T> {
  _zod: z.core.$ZodTypeInternals<T> & { def: ReadingDef<T> }
}

const Reading = z.core.$constructor('Reading', (schema: Reading<unknown>, def: ReadingDef<unknown>) => {
  z.ZodType.init(schema, def)
  schema._zod.optin = 'optional'
  schema._zod.parse = (payload) => {
    payload.value = def.read(payload.value)
    return payload
  }
})

/** A schema that takes anything, also a member that is not there, for what a function makes of it; much faster than `z.unknown().optional().transform(read)`. */
const reading = <T>(read: (value: unknown) => T): z.ZodType<T> => new Reading({ type: 'custom', read }) as Reading<T>

/** Text as a report means it: trimmed, cut at 8,000 characters; undefined for an empty one and for anything that is no text. Never fails. */
export const Text = reading((value) => cut(value))

/** The same, however long it is. */
export const WholeText = reading((value) => (typeof value === 'string' ? value.trim() || undefined : undefined))

/** The same as `Text` for what some tools write as a number: ids and versions. */
export const Word = reading((value) => cut(typeof value === 'number' && Number.isFinite(value) ? String(value) : value))

const cut = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim().slice(0, LONGEST) || undefined : undefined)

/** A number, also where the tool writes it as text ("7.5"); undefined for anything else, also for an empty text: it is not 0. Never fails. */
export const Amount = reading((value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^\s*-?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})\s*$/.test(value) ? Number(value) : undefined
})

/** The elements that can be read as `item`; those that cannot are left out, and anything that is no list is an empty one. Never fails. */
export const listOf = <T extends z.ZodType>(item: T) => {
  let read: Reader | null = null
  return reading((all): z.output<T>[] => {
    const kept: z.output<T>[] = []
    if (!Array.isArray(all)) return kept
    read ??= readerOf(item)
    for (const one of all as unknown[]) {
      const value = read(one)
      if (value !== REFUSED && value !== undefined) kept.push(value as z.output<T>)
    }
    return kept
  })
}

/** An object read as `item`, or undefined for anything that cannot be. Never fails. */
export const maybe = <T extends z.ZodType>(item: T) => {
  let read: Reader | null = null
  return reading((value): z.output<T> | undefined => {
    if (value === undefined || value === null) return undefined
    read ??= readerOf(item)
    const one = read(value)
    return one === REFUSED || one === null ? undefined : (one as z.output<T>)
  })
}
