import type { Initiative, Weight } from './catalog.ts'
import type { HistoryPoint } from './history.ts'

/** How much a metric counts in an initiative. DESIGN 5. */
export const metricWeight: Record<Weight, number> = { high: 10, medium: 5, low: 1, accepted: 0 }

/** How much a metric counts in an initiative as people handled it; 0: it is left out. */
export const weightOf = ({ weight, handled }: Initiative['metrics'][number]): number =>
  handled === 'mitigated_elsewhere' ? 0 : metricWeight[weight]

/** A metric's part in an initiative: its exposure 0–1 (null: no data) and its weight. */
export interface Part {
  exposure: number | null
  weight: number
}

/**
 * 0–1, higher is better: 1 minus the weighted mean of the metrics' exposure. Null when no metric has data; a metric without data carries
 * no weight, it is neither 0 nor 1. DESIGN 5.
 */
export function initiativeScore(parts: readonly Part[]): number | null {
  const { numerator, denominator } = sums(parts)
  return denominator === 0 ? null : numerator / denominator
}

function sums(parts: readonly Part[]): { numerator: number; denominator: number } {
  let numerator = 0
  let denominator = 0
  for (const { exposure, weight } of parts) {
    if (exposure === null) continue
    numerator += weight * (1 - exposure)
    denominator += weight
  }
  return { numerator, denominator }
}

/** Points of 0–100 that an initiative would gain with one of its parts met and all else as it is; null when that part has no data. */
export function impactOf(parts: readonly Part[], index: number): number | null {
  const part = parts[index]
  const { denominator } = sums(parts)
  return !part || part.exposure === null || denominator === 0 ? null : (100 * part.weight * part.exposure) / denominator
}

/** The parts of an initiative on one day. `histories`: of its metrics by id; a metric that is not there has no data. */
export function partsOn(initiative: Initiative, histories: ReadonlyMap<string, readonly HistoryPoint[]>, index: number): Part[] {
  return initiative.metrics.map((part) => {
    const value = histories.get(part.id)?.[index]?.value ?? null
    return { exposure: value === null ? null : part.handled === 'mitigated' ? 0 : value / 100, weight: weightOf(part) }
  })
}

/** Daily history of an initiative from those of its metrics, all over the same `days` days from `from_day` on. Value 0–100, higher is better. */
export function initiativeHistory(
  initiative: Initiative,
  histories: ReadonlyMap<string, readonly HistoryPoint[]>,
  from_day: number,
  days: number,
): HistoryPoint[] {
  return Array.from({ length: days }, (_, index) => {
    const parts = partsOn(initiative, histories, index)
    const score = initiativeScore(parts)
    return { day: from_day + index, value: score === null ? null : 100 * score, ...sums(parts) }
  })
}
