import { moveDay } from '../../format.ts'

/** Changes of a value, rising by day, as one point for every day up to `last`: a value holds until the next change. */
export function everyDay(
  changes: readonly { day: string; exposure: number | null }[],
  last: string,
): { day: string; value: number | null; numerator: number; denominator: number }[] {
  const points: { day: string; value: number | null; numerator: number; denominator: number }[] = []
  const first = changes[0]?.day
  if (first === undefined) return points
  let next = 0
  let value: number | null = null
  for (let day = first; day <= last; day = moveDay(day, 1)) {
    while (next < changes.length && changes[next]!.day <= day) value = changes[next++]!.exposure
    points.push({ day, value, numerator: value ?? 0, denominator: value === null ? 0 : 1 })
  }
  return points
}
