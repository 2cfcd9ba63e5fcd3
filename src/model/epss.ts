/**
 * The fixed scale on which history, conditions and scores use EPSS (DESIGN 3): the preferred numbers R10 of ISO 3 from .001 to .8,
 * and .9; in units of 1e-5. So a vulnerability gets a handful of versions a year instead of one a day.
 */
export const epssSteps: readonly number[] = [
  ...[100, 1000, 10_000].flatMap((decade) => [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8].map((number) => Math.round(number * decade))),
  90_000,
]

/** Rounds a probability 0–1 down to the scale, never below .001. In units of 1e-5. */
export function epssStep(epss: number): number {
  const units = Math.floor(epss * 100_000 + 1e-6)
  let low = 0
  for (const step of epssSteps) if (step <= units) low = step
  return low || epssSteps[0]!
}
