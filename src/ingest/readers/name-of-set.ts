import { createHash } from 'node:crypto'

/**
 * A name for a set of words, whatever their order, for `checks` of a coverage: the words themselves, or their number and a digest where they are more
 * than 200 characters. Two sets never have one name.
 */
export function nameOfSet(words: Iterable<string>, what: string): string {
  const sorted = [...new Set(words)].toSorted()
  const text = sorted.join(', ')
  if (text.length <= 200) return text
  return `${sorted.length} ${what} ${createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)}`
}
