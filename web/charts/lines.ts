/** A day of a line; null where there is nothing to draw. */
export interface LinePoint {
  day: string
  value: number | null
}

/** The parts of a line between its gaps: a gap is never drawn over. */
export function runsOf(points: readonly LinePoint[]): { index: number; value: number }[][] {
  const runs: { index: number; value: number }[][] = []
  let open = false
  for (const [index, { value }] of points.entries()) {
    if (value === null) open = false
    else if (open) runs.at(-1)!.push({ index, value })
    else {
      runs.push([{ index, value }])
      open = true
    }
  }
  return runs
}
