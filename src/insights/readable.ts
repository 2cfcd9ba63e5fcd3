import { apportion } from './split.ts'

/** Units of a point: the fixed fine unit of explanations. */
export const POINT = 1_000_000

/** With how many decimals a change is written: so many that its largest part keeps two significant digits, at least 2 and at most 6. */
export const decimalsOf = (units: readonly number[]): 2 | 4 | 6 => {
  const largest = Math.max(0, ...units.map(Math.abs))
  return largest >= POINT / 10 ? 2 : largest >= POINT / 1000 ? 4 : 6
}

/** Points from units of 1e-6 points, rounded to so many decimals; nothing is 0, never −0. */
export const roundedTo = (units: number, decimals: number): number => {
  const scale = 10 ** (6 - decimals)
  return Math.round(units / scale) / 10 ** decimals + 0
}

/** Parts as a person reads them: points with so many decimals that sum to `total` (points that are a multiple of the last decimal), by largest remainder. */
export function readableParts(units: readonly number[], total: number, decimals: number): number[] {
  const scale = 10 ** (6 - decimals)
  return apportion(
    units.map((part) => ({ whole: BigInt(Math.floor(part / scale)), remainder: part / scale - Math.floor(part / scale) })),
    BigInt(Math.round(total * 10 ** decimals)),
  ).map((whole) => Number(whole) / 10 ** decimals)
}
