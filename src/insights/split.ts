/** An exact fraction; the denominator is above 0. It is never shortened: sums of many stay fast. */
export interface Ratio {
  numerator: bigint
  denominator: bigint
}

export const ratio = (numerator: bigint, denominator = 1n): Ratio =>
  denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator }

export const plus = (a: Ratio, b: Ratio): Ratio =>
  a.denominator === b.denominator
    ? { numerator: a.numerator + b.numerator, denominator: a.denominator }
    : { numerator: a.numerator * b.denominator + b.numerator * a.denominator, denominator: a.denominator * b.denominator }

export const times = (a: Ratio, b: Ratio): Ratio => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
})

export const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { numerator: -b.numerator, denominator: b.denominator })

/** The exact sum: equal denominators first, then pair by pair, so that the numbers grow no more than they must. */
export function sum(ratios: Iterable<Ratio>): Ratio {
  const by = new Map<bigint, bigint>()
  for (const { numerator, denominator } of ratios) by.set(denominator, (by.get(denominator) ?? 0n) + numerator)
  let list = [...by].map(([denominator, numerator]) => ({ numerator, denominator }))
  while (list.length > 1)
    list = list.flatMap((each, index) => (index % 2 ? [] : [index + 1 < list.length ? plus(each, list[index + 1]!) : each]))
  return list[0] ?? ratio(0n)
}

/** The greatest integer that is not above. */
function floor({ numerator, denominator }: Ratio): bigint {
  const quotient = numerator / denominator
  return numerator % denominator < 0n ? quotient - 1n : quotient
}

/** The nearest integer; halves go up. */
export const round = ({ numerator, denominator }: Ratio): bigint =>
  floor({ numerator: 2n * numerator + denominator, denominator: 2n * denominator })

/** Numerator N = Σ w·x and denominator W = Σ w of a weighted mean. */
export interface Sums {
  numerator: bigint
  denominator: bigint
}

/**
 * A part's share of the change of a weighted mean from one state to the next, where its w·x changes by `numerator` and its w by
 * `denominator`: value_i + weight_i of DESIGN 6, which is ((W₁+W₂)·Δ(w·x) − (N₁+N₂)·Δw) / (2·W₁·W₂). So a part that joins or leaves need not say
 * which x it would have had. Where the mean begins (W₁ = 0) or ends (W₂ = 0), its share of the whole value. Shares sum exactly to
 * N₂/W₂ − N₁/W₁, where a mean without weight counts as 0.
 */
export function shareOf(delta: Sums, before: Sums, after: Sums): Ratio {
  if (before.denominator === 0n && after.denominator === 0n) return ratio(0n)
  if (before.denominator === 0n) return ratio(delta.numerator, after.denominator)
  if (after.denominator === 0n) return ratio(delta.numerator, before.denominator)
  return ratio(
    (before.denominator + after.denominator) * delta.numerator - (before.numerator + after.numerator) * delta.denominator,
    2n * before.denominator * after.denominator,
  )
}

/** The value of a weighted mean; 0 where it has no weight. */
export const meanOf = ({ numerator, denominator }: Sums): Ratio => (denominator === 0n ? ratio(0n) : ratio(numerator, denominator))

/**
 * Whole numbers for parts that must sum to `total`, by largest remainder: every part is rounded down, and what is missing goes one by one to
 * those with the largest remainders, of equal ones to the earlier. `remainder` is in [0, 1) of any one scale.
 */
export function apportion(parts: readonly { whole: bigint; remainder: number }[], total: bigint): bigint[] {
  const wholes = parts.map(({ whole }) => whole)
  if (wholes.length === 0) return wholes
  let missing = Number(total - wholes.reduce((sum, whole) => sum + whole, 0n))
  const order = parts.map((_, index) => index).toSorted((a, b) => parts[b]!.remainder - parts[a]!.remainder || a - b)
  for (let place = 0; missing > 0; place = (place + 1) % order.length, missing--) wholes[order[place]!]! += 1n
  for (let place = order.length - 1; missing < 0; place = (place || order.length) - 1, missing++) wholes[order[place]!]! -= 1n
  return wholes
}

/** As {@link apportion}, for exact fractions. */
export const apportionRatios = (parts: readonly Ratio[], total: bigint): bigint[] => apportion(parts.map(wholeAndRest), total)

/** The greatest integer that is not above, and what is left, 0–1, to twelve digits. */
export function wholeAndRest(part: Ratio): { whole: bigint; remainder: number } {
  const whole = floor(part)
  return { whole, remainder: Number(((part.numerator - whole * part.denominator) * 1_000_000_000_000n) / part.denominator) / 1e12 }
}
