import type { AssetCounts } from '../../store/queries/scores/unknown-assets.ts'

/** What a metric without data is known by. */
export interface Unanswered {
  /** What nothing feeds, as title and how it could be fed. */
  missing: readonly { title: string; why: string }[]
  /** Whom it asks, in words. */
  population: string
  /** What its checks are for, as titles; empty: it asks for no checks. */
  objectives: readonly string[]
  /** The assets that it would ask. */
  counts: AssetCounts
  /** The last day on which it had an answer, as text; null: none of those that were looked at. */
  last: string | null
}

/** Why a metric has no data and what would give it some, in a sentence or two. */
export function whyNoData({ missing, population, objectives, counts, last }: Unanswered): string {
  if (missing.length) return missing.map(({ title, why }) => `Needs ${title}: ${why}`).join(' ')
  const assets = counts.scanned + counts.stale + counts.never_scanned
  const before = last === null ? '' : ` It was last answered on ${last}.`
  if (assets === 0) return `No asset is there that it asks: ${population}.${before}`
  const those = assets === 1 ? 'the one asset that it asks' : `the ${assets} assets that it asks`
  if (objectives.length) return `Needs a recent report that checks, on ${those}, one of: ${objectives.join('; ')}.${before}`
  return `Needs a recent report about ${those}: ${counts.stale > 0 ? 'the last one is too old' : 'none ever looked at what it needs'}.${before}`
}
