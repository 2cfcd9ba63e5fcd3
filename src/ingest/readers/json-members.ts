import { parseInstant, type Instant } from '../../model/time.ts'

/** An object out of a report whose shape is not trusted: members are taken one by one with the functions below. */
export type Members = Record<string, unknown>

/** The object; an empty one for anything else. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}

/** The list; an empty one for anything else. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A trimmed text, a number as its digits; '' for anything else. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' && Number.isFinite(value) ? String(value) : ''

/** The texts of a list without the empty ones; a single text is a list of one. */
export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== '')

/** A number, or a text that is a decimal number. Null for anything else: what cannot be read is not 0. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && /^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value) ? Number(value) : null
}

/** ISO 8601 text, or seconds since 1970 (milliseconds where the number is too large for that). Null for anything else. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return Math.round(value * (value > 1e11 ? 1e3 : 1e6))
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

/** A description as it is kept: at most 8,000 characters, undefined when empty. */
export const cutText = (text: string): string | undefined => (text.length > 8000 ? `${text.slice(0, 8000)}…` : text || undefined)

/** The first https address; undefined when there is none. */
export const httpsLink = (...candidates: string[]): string | undefined =>
  candidates.find((one) => one.length <= 2000 && /^https:\/\/[^\s<>"]+$/i.test(one))

/** The same without the members that are undefined, null or ''. */
export const given = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined | null> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== '')) as {
    [K in keyof T]?: Exclude<T[K], undefined | null>
  }
