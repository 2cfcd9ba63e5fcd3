import type { Instant } from './time.ts'

/** The instant of a count of whole seconds since 1970 (9 or 10 digits, so 1973 to 2286), as number or text. Null for anything else. */
export function parseEpoch(seconds: unknown): Instant | null {
  const text = typeof seconds === 'number' ? String(seconds) : typeof seconds === 'string' ? seconds.trim() : ''
  return /^\d{9,10}$/.test(text) ? Number(text) * 1_000_000 : null
}
