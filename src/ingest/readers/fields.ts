/** Members of an object that somebody else wrote: all are unknown. */
export type Fields = Record<string, unknown>

/** An object's own members; none for anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : Object.create(null)

/** A text without white space around it; '' for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** A list; empty for anything else. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A whole number from 1 on, such as a line; null for anything else. */
export const lineOf = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null)

/** The first text that is an https address; undefined when none is. */
export const httpsOf = (...values: unknown[]): string | undefined => values.map(textOf).find((text) => /^https:\/\/\S+$/.test(text))
