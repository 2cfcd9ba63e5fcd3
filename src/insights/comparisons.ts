import type { ComparisonAudience } from '../model/record.ts'
import type { Instant } from '../model/time.ts'

/** A comparison value as it is known: an average of others, from a source, for a while. */
export interface ComparisonFact {
  /** Who says so: `microsoft-secure-score`, `person`, the name of a file's source, `installation`. */
  source: string
  /** Whom it is about: AllTenants, TotalSeats, IndustryTypes, or a name of one's own. */
  basis: string
  /** Total, or a category; `<category> max` where the source states points. */
  category: string
  /** `Total`: percent of the points. A category: points, where its `max` stands beside it, else percent. */
  value: number
  audience: ComparisonAudience
  /** How many stand behind it; null: not said. */
  sample_size: number | null
  valid_from: Instant
  valid_to: Instant
}

/** `category` of the points that are possible where `category` states points. */
export const maxOf = (category: string): string => `${category} max`

/** JSON of an audience; an empty one where there is none or it cannot be read. */
export function audienceOf(details: string | null): ComparisonAudience {
  if (details === null) return {}
  try {
    return JSON.parse(details) as ComparisonAudience
  } catch {
    return {}
  }
}
