import type { Engine } from '../store/engines/engine.ts'
import { clearDeltas } from '../store/queries/metrics/deltas.ts'
import { deriveActionStates } from './secure/derive-actions.ts'
import { writeControlDeltas } from '../store/queries/scores/control-deltas.ts'

/** Name and version of the rules of the secure score: docs/scores.md. */
export const SECURE_FORMULA = 'secure/1'

/** Writes the daily history of the secure score and of each of its controls anew: score_delta, scores 'secure', 'control' and 'granted' (what states grant), thousandths of points. */
export async function computeSecureScore(transaction: Engine, org_id: number): Promise<void> {
  await clearDeltas(transaction, org_id, 'control')
  await clearDeltas(transaction, org_id, 'granted')
  await clearDeltas(transaction, org_id, 'secure')
  await deriveActionStates(transaction, org_id)
  await writeControlDeltas(transaction, org_id)
}
