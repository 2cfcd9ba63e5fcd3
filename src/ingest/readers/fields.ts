/** Longest text that is kept of a description, in characters. */
const MAX_TEXT = 8000

/** A text, trimmed; a number or boolean as its digits or word. Undefined for an empty one and for anything else. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined
  return (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'boolean' ? String(value) : undefined
}

/** A number, or a text that is one. Undefined for anything else: what cannot be read is absent, not 0. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)) return undefined
  return Number(value)
}

/** An object's members; null for anything else. Take members by `asText` and its like: inherited ones come out as absent. */
export function asFields(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

/** The elements of a list; what is no list counts as an empty one. */
export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The texts of a list, without the empty ones. */
export const asTexts = (value: unknown): string[] => asList(value).flatMap((one) => asText(one) ?? [])

/** A text as it is kept: cut at 8,000 characters, undefined when empty. */
export function cutText(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim()
  if (!trimmed) return undefined
  return trimmed.length > MAX_TEXT ? `${trimmed.slice(0, MAX_TEXT)}…` : trimmed
}

/** The first that is an https address; http and everything else is left out. */
export function httpsLink(...texts: (string | null | undefined)[]): string | undefined {
  return texts.map((text) => text?.trim()).find((text): text is string => text !== undefined && /^https:\/\/[^\s<>"]{3,2000}$/i.test(text))
}
