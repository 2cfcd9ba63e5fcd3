import { z } from 'zod'

const LONGEST = 8000

/** Text as a report means it: trimmed, cut at 8,000 characters; undefined for an empty one and for anything that is no text. Never fails. */
export const Text = z
  .unknown()
  .optional()
  .transform((value) => cut(value))

/** The same, however long it is. */
export const WholeText = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value.trim() || undefined : undefined))

/** The same as `Text` for what some tools write as a number: ids and versions. */
export const Word = z
  .unknown()
  .optional()
  .transform((value) => cut(typeof value === 'number' && Number.isFinite(value) ? String(value) : value))

const cut = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim().slice(0, LONGEST) || undefined : undefined)

/** A number, also where the tool writes it as text ("7.5"); undefined for anything else, also for an empty text: it is not 0. Never fails. */
export const Amount = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
    return typeof value === 'string' && /^\s*-?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})\s*$/.test(value) ? Number(value) : undefined
  })

/** The elements that can be read as `item`; those that cannot are left out, and anything that is no list is an empty one. Never fails. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((all) =>
      (all ?? []).flatMap((one): z.output<T>[] => {
        const read = item.safeParse(one)
        return read.success && read.data !== undefined ? [read.data] : []
      }),
    )

/** An object read as `item`, or undefined for anything that cannot be. Never fails. */
export const maybe = <T extends z.ZodType>(item: T) =>
  item
    .nullish()
    .transform((value) => (value ?? undefined) as z.output<T> | undefined)
    .catch(undefined)
