import type { z } from 'zod'
import { productInitiative, type ProductQuestion, tryProduct } from '../../insights/product-initiative.ts'
import { mostExploited } from '../../store/queries/software/about.ts'
import type { Asked } from '../asked.ts'
import type { ProductSuggestions, ProductTrial } from '../shapes/product-initiatives.ts'
import { pointsOf } from './metrics.ts'
import { trialRange } from './programme.ts'

/** Products that are told, and vendors. */
const SUGGESTED = 6

/** What an initiative for a product or vendor would answer. Throws UserError('bad_product'), UserError('too_slow'). */
export async function answerProductTrial(asked: Asked, question: ProductQuestion): Promise<z.infer<typeof ProductTrial>> {
  const { store, today, scope, moment } = asked
  const draft = await productInitiative(store.engine, scope.org_id, question)
  const { parts, missing, history } = await tryProduct(store.engine, scope, today, draft, trialRange(moment))
  const { initiative, metrics, components } = draft
  return {
    id: initiative.id,
    title: initiative.title,
    saved: today.initiatives.has(initiative.id),
    components,
    missing: missing.map((need) => today.capabilities.get(need)?.title ?? need),
    value: missing.length ? null : (history.at(-1)?.value ?? null),
    target: 100 * initiative.target!,
    metrics: parts.map(({ metric: { id, title, yaml }, exposed, total }, index) => ({
      id,
      title,
      weight: initiative.metrics[index]!.weight,
      exposed,
      total,
      yaml,
    })),
    history: missing.length || metrics.length === 0 ? [] : pointsOf(history),
    yaml: initiative.yaml,
  }
}

/** The products and the vendors of the inventory with the most weaknesses that public intelligence lists as known exploited. */
export async function suggestProducts({ store, scope, moment }: Asked): Promise<z.infer<typeof ProductSuggestions>> {
  const items = []
  for (const of of ['product', 'vendor'] as const) {
    const found = await mostExploited(store.engine, scope.org_id, of, moment.day, SUGGESTED)
    items.push(...found.filter(({ name }) => name.trim().length >= 2 && name.length <= 80).map((one) => ({ ...one, of })))
  }
  return { items }
}
