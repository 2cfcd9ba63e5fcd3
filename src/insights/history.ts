/** A score at the end of one day. `value` 0–100 in the score's own direction; null when there was nothing to score. */
export interface HistoryPoint {
  day: number
  value: number | null
  numerator: number
  denominator: number
}

/** What holds from a day's end on. */
interface State {
  day: number
  numerator: number
  denominator: number
}

/** Every day from `from_day` to `to_day`, both included: value = 100 · numerator / denominator. `states` in order of days. */
export function everyDay(states: readonly State[], from_day: number, to_day: number): HistoryPoint[] {
  const points: HistoryPoint[] = []
  let next = 0
  let now = { numerator: 0, denominator: 0 }
  for (let day = from_day; day <= to_day; day++) {
    while (next < states.length && states[next]!.day <= day) now = states[next++]!
    const { numerator, denominator } = now
    points.push({ day, value: denominator === 0 ? null : (100 * numerator) / denominator, numerator, denominator })
  }
  return points
}

/** Running sums of changes; `unit` divides both, for sums kept in thousandths. */
export function statesOf(deltas: readonly { day: number; numerator_delta: number; denominator_delta: number }[], unit = 1): State[] {
  let numerator = 0
  let denominator = 0
  return deltas.map((delta) => {
    numerator += delta.numerator_delta
    denominator += delta.denominator_delta
    return { day: delta.day, numerator: numerator / unit, denominator: denominator / unit }
  })
}
