/** An object out of a JSON document whose shape is not trusted. Only names that the format knows are asked for. */
export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one for anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

/** The objects of a list, in its order; none for anything else. */
export const objectsIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** A trimmed text; '' for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** An id that a tool writes as text or as a whole number; '' for anything else. */
export const idOf = (value: unknown): string => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value))

/** The texts of a list that are not empty; a single text is a list of one. */
export const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== '')

/** A finite number, or a text that is a decimal number. Null for anything else: an unreadable number is not 0. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  const text = textOf(value)
  return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : null
}

/** A long text, cut at `most` characters with an ellipsis. */
export const cutText = (text: string, most = 8000): string => (text.length > most ? `${text.slice(0, most)}…` : text)

/** A list as it is; empty for anything else. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A whole number from 1 on, such as a line; null for anything else. */
export const lineOf = (value: unknown): number | null => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null)

/** The first text that is an https address; undefined when none is. */
export const httpsOf = (...values: unknown[]): string | undefined => values.map(textOf).find((text) => /^https:\/\/\S+$/.test(text))
