import type { Scope } from '../store/scope.ts'
import { readSteps } from '../store/queries/explain/moves.ts'
import { causeNumber } from '../model/cause.ts'
import type { Catalog, Initiative } from './catalog.ts'
import { type End, type Exact, movesOfMetric, push, toldCause } from './explain-moves.ts'
import { metricWeight } from './initiatives.ts'
import { minus, plus, ratio, type Ratio, sum, type Sums, times } from './split.ts'

/** N and W of an initiative; N is a fraction because its x are. */
interface Mean {
  numerator: Ratio
  weight: bigint
}

/** A metric's w·x, with x = 1 − exposed/asked, and its w; without data both are 0. */
function contribution({ numerator, denominator }: Sums, weight: bigint): Mean {
  return denominator === 0n
    ? { numerator: ratio(0n), weight: 0n }
    : { numerator: ratio(weight * (denominator - numerator), denominator), weight }
}

const total = (parts: readonly Mean[]): Mean => ({
  numerator: sum(parts.map(({ numerator }) => numerator)),
  weight: parts.reduce((sum, { weight }) => sum + weight, 0n),
})

/** As shareOf of split.ts, with a fraction as N. */
function share(delta: Mean, before: Mean, after: Mean): Ratio {
  const [W1, W2] = [before.weight, after.weight]
  if (W1 === 0n && W2 === 0n) return ratio(0n)
  if (W1 === 0n || W2 === 0n || W1 === W2) return times(delta.numerator, ratio(1n, W2 === 0n ? W1 : W2))
  const moved = times(delta.numerator, ratio(W1 + W2))
  return times(minus(moved, times(plus(before.numerator, after.numerator), ratio(delta.weight))), ratio(1n, 2n * W1 * W2))
}

/** Points of 0–100 in units of 1e-6. */
const UNIT = ratio(100_000_000n)

/**
 * Explains an initiative by its metrics, each by its own causes: within a day they are applied one after another, all metrics' changes by one cause at once. A
 * metric that gets or loses its data is weight. `from` is not after `to`.
 */
export async function explainInitiative(
  from: End,
  to: End,
  scope: Scope,
  catalog: Catalog,
  initiative: Initiative,
  asset_id: number | null,
): Promise<Exact> {
  const weights = initiative.metrics.map(({ weight }) => BigInt(metricWeight[weight]))
  const nothing: Sums = { numerator: 0n, denominator: 0n }
  const states: Sums[] = []
  const moved = new Map<string, { day: number; cause: number; changes: { index: number; delta: Sums }[] }>()
  const first: Sums[] = []
  for (const [index, { id }] of initiative.metrics.entries()) {
    const moves = await movesOfMetric(to.engine, scope, catalog, id, asset_id)
    const { before, steps } = moves ? await readSteps(to.engine, moves, from.day, to.day) : { before: nothing, steps: [] }
    states.push(before)
    for (const step of steps) {
      const key = `${step.day} ${step.cause}`
      const at = moved.get(key)
      if (at) at.changes.push({ index, delta: step })
      else moved.set(key, { day: step.day, cause: step.cause, changes: [{ index, delta: step }] })
    }
    if (from.engine === to.engine) first.push(before)
    else {
      const other = await movesOfMetric(from.engine, scope, catalog, id, asset_id)
      first.push(other ? (await readSteps(from.engine, other, from.day, from.day)).before : nothing)
    }
  }
  const lines = new Map<number, Map<number, Ratio[]>>()
  const contributions = (each: readonly Sums[]) => each.map((state, index) => contribution(state, weights[index]!))
  const split = (cause: number, was: readonly Mean[], is: readonly Mean[]) => {
    const [before, after] = [total(was), total(is)]
    const told = cause === causeNumber('correction') ? cause : toldCause(cause, before.weight, after.weight)
    for (const [index, one] of was.entries()) {
      const two = is[index]!
      const delta = { numerator: minus(two.numerator, one.numerator), weight: two.weight - one.weight }
      if (delta.numerator.numerator === 0n && delta.weight === 0n) continue
      if (!lines.has(told)) lines.set(told, new Map())
      push(lines.get(told)!, index, share(delta, before, after))
    }
    return after
  }
  let now = contributions(states)
  const start = total(contributions(first))
  split(causeNumber('correction'), contributions(first), now)
  for (const { cause, changes } of [...moved.values()].toSorted((a, b) => a.day - b.day || a.cause - b.cause)) {
    const next = [...now]
    for (const { index, delta } of changes) {
      const state = states[index]!
      states[index] = { numerator: state.numerator + delta.numerator, denominator: state.denominator + delta.denominator }
      next[index] = contribution(states[index]!, weights[index]!)
    }
    split(cause, now, next)
    now = next
  }
  const end = total(now)
  const value = ({ numerator, weight }: Mean) => (weight === 0n ? null : times(numerator, times(UNIT, ratio(1n, weight))))
  const parts: Exact['parts'] = new Map()
  const causes: Exact['causes'] = new Map()
  for (const [cause, byMetric] of lines) {
    const ratios = [...byMetric].map(([index, list]) => ({ index, part: times(sum(list), UNIT) }))
    for (const { index, part } of ratios) push(parts, cause, { kind: 'metric', id: initiative.metrics[index]!.id, part })
    causes.set(cause, sum(ratios.map(({ part }) => part)))
  }
  return { from: value(start), to: value(end), causes, parts }
}
