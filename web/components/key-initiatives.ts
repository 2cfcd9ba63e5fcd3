import type { InitiativeSummary } from '../api.ts'

/** More lines than this cannot be told apart. */
const MOST = 6

/**
 * The initiatives that are looked at first, at most six: favourites and those that were added in the last two weeks, in the order in which they come; where nobody
 * chose favourites (null), the new ones, then the others in the order in which they come. What has no data is left out, unless it is new.
 */
export function keyInitiatives(initiatives: readonly InitiativeSummary[], chosen: ReadonlySet<string> | null): InitiativeSummary[] {
  const fed = initiatives.filter((one) => one.score.value !== null || one.new_since !== null)
  const fresh = fed.filter((one) => one.new_since !== null)
  const favourites = chosen && fed.filter((one) => chosen.has(one.id))
  const rest = favourites?.length ? favourites : fed.filter((one) => !one.generated)
  return [...new Set([...(favourites?.length ? favourites : []), ...fresh, ...rest])].slice(0, MOST)
}
