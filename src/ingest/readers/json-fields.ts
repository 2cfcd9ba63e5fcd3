import { parseInstant, type Instant } from '../../model/time.ts'

/**
 * An object out of a document whose shape is not trusted: its members are taken one by one with the functions below. What a document lacks or
 * writes in another shape is '', null or an empty list, never an error; inherited members (`constructor`) come out as absent.
 */
export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one for anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

/** A list as it is; empty for anything else. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The objects of a list, in its order; none for anything else. */
export const objectsIn = (value: unknown): Fields[] => listOf(value).filter(isFields)

/** A trimmed text, or a number as its digits: tools write ids and versions either way. '' for anything else. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' && Number.isFinite(value) ? String(value) : ''

/** The same of what may also be true or false: `true`, `false`. */
export const wordOf = (value: unknown): string => (typeof value === 'boolean' ? String(value) : textOf(value))

/** The first of several members that is a text, for tools that renamed it over their versions; undefined when none is. */
export function firstText(fields: Readonly<Fields>, ...names: string[]): string | undefined {
  for (const name of names) {
    const text = textOf(fields[name])
    if (text !== '') return text
  }
  return undefined
}

/** The texts of a list that are not empty; a single text is a list of one. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = []
  for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const text = textOf(each)
    if (text !== '') texts.push(text)
  }
  return texts
}

/** A finite number, or a text that is a decimal number. Null for anything else: what cannot be read is not 0. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && /^\s*[+-]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value) ? Number(value) : null
}

/** A whole number from 1 on, such as a line; null for anything else. */
export const lineOf = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null)

/** Later times are no times: they stand for never, or for nothing at all. */
const YEAR_10000 = 253_402_300_800_000_000

/** ISO 8601 text, or seconds since 1970 (milliseconds where the number is too large for that). Null for anything else. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number') {
    const instant = Math.round(value * (value > 1e11 ? 1e3 : 1e6))
    return instant > 0 && instant < YEAR_10000 ? instant : null
  }
  return typeof value === 'string' ? parseInstant(value) : null
}

/** The first of several candidates that is a time. */
export function firstInstant(...candidates: unknown[]): Instant | null {
  for (const candidate of candidates) {
    const instant = instantOf(candidate)
    if (instant !== null) return instant
  }
  return null
}

/** A text with one space for each run of white space in it. */
export const oneLine = (text: string): string => text.replace(/\s{2,}|[^\S ]/g, ' ')

/** A text as a record keeps it: trimmed, cut at `most` characters with an ellipsis; undefined when empty. */
export function cutText(text: string | null | undefined, most = 8000): string | undefined {
  const trimmed = text?.trim()
  return trimmed && trimmed.length > most ? `${trimmed.slice(0, most)}…` : trimmed || undefined
}

/** The first that is an https address of at most 2,000 characters; undefined when none is. */
export function httpsOf(...values: unknown[]): string | undefined {
  for (const value of values) {
    const text = textOf(value)
    if (text.length <= 2000 && /^https:\/\/[^\s<>"]+$/i.test(text)) return text
  }
  return undefined
}

/** The same without the members that are undefined, null or ''. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined | null> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined | null> } = {}
  for (const name in members) {
    const value = members[name]
    if (value !== undefined && value !== null && value !== '') kept[name] = value as Exclude<T[typeof name], undefined | null>
  }
  return kept
}
