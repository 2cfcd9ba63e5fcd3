import { endOfDay } from '../store/days.ts'
import type { Store } from '../store/store.ts'
import { type PublishedVerification, verifyPublished } from '../store/verify.ts'
import type { Catalog } from './catalog.ts'
import { catalogAt } from './definitions.ts'
import { storeAsKnown } from './knowledge.ts'
import { orgCatalog } from './org-catalog.ts'
import { publishedOf } from './publish.ts'
import { formulas, readHistory, type ScoreName } from './scores.ts'

/**
 * Computes a sample of published numbers again, as of their instant, from what was known then and by the definitions of then: each must come
 * out the same. Numbers of another version of a formula are skipped.
 */
export const recomputePublished = (store: Store, catalog: Catalog, sample: number): Promise<PublishedVerification> =>
  verifyPublished(store.engine, sample, async ({ org_id, score, id, day, as_of, known_at, formula }) => {
    if (!Object.hasOwn(formulas, score) || formulas[score as ScoreName] !== formula) return null
    const until = await endOfDay(store.engine, org_id, day)
    const { engine } = storeAsKnown(store, catalog, { org_id, known_at, until, day })
    const then = await catalogAt(engine, await orgCatalog(store.engine, catalog, org_id), org_id, as_of)
    const [point] = await readHistory(engine, { org_id, groups: null }, then, score as ScoreName, id, day, day)
    return publishedOf(score as ScoreName, point!)
  })
