import { remembered } from './remembered.ts'

/**
 * How critical a source calls an asset, as an attribute: the source's scale and its word in small letters, "servicenow: 1 - most critical". Classifications translate
 * it into a level. Null: it says nothing. A word is cut at 100 characters.
 */
export function statedCriticality(scale: string, word: string | null | undefined): string | null {
  const said = plain(word ?? '')
  return said === '' ? null : `${scale}: ${said}`
}

const plain = remembered((word) => word.trim().toLowerCase().replace(/\s+/g, ' ').slice(0, 100))
