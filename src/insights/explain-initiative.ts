import type { Scope } from '../store/scope.ts'
import { endStep, readSteps } from '../store/queries/explain/moves.ts'
import { causeNumber, STEPS_PER_DAY } from '../model/cause.ts'
import type { Catalog } from './catalog.ts'
import { type End, type Exact, movesOfMetric, push, toldCause, unknownScore } from './explain-moves.ts'
import { weightOf } from './initiatives.ts'
import type { Rules } from './rules.ts'
import { minus, plus, ratio, type Ratio, sum, type Sums, times } from './split.ts'

/** N and W of an initiative; N is a fraction because its x are. */
interface Mean {
  numerator: Ratio
  weight: bigint
}

/** A metric's w·x, with x = 1 − exposed/asked (1 when it counts as met), and its w; without data both are 0. */
function contribution({ numerator, denominator }: Sums, weight: bigint, met: boolean): Mean {
  return denominator === 0n
    ? { numerator: ratio(0n), weight: 0n }
    : { numerator: ratio(weight * (met ? denominator : denominator - numerator), denominator), weight }
}

function total(parts: Iterable<Mean>): Mean {
  const list = [...parts]
  return { numerator: sum(list.map(({ numerator }) => numerator)), weight: list.reduce((sum, { weight }) => sum + weight, 0n) }
}

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

const nothing: Sums = { numerator: 0n, denominator: 0n }

/** A metric as one definition asks it: its text makes it another question. */
const questionOf = (catalog: Catalog, id: string): string => `${id}\n${catalog.metrics.get(id)?.yaml ?? ''}`

/**
 * Explains an initiative by its metrics, each by its own causes: within a day they are applied one after another, all metrics' changes by one cause at once. A
 * metric that gets or loses its data, joins or leaves the initiative is weight. `from` is not after `to`. Throws UserError('unknown_score') for one that was
 * never defined between them.
 */
export async function explainInitiative(
  from: End,
  to: End,
  scope: Scope,
  rules: Rules,
  id: string,
  asset_id: number | null,
): Promise<Exact> {
  const defined = [rules.first, ...rules.steps.map(({ catalog }) => catalog)]
  if (defined.every(({ initiatives }) => !initiatives.has(id))) throw unknownScore('initiative', id)
  const states = new Map<string, Sums>()
  const moved = new Map<number, { question: string; delta: Sums }[]>()
  for (const catalog of defined) {
    for (const { id: metric } of catalog.initiatives.get(id)?.metrics ?? []) {
      const question = questionOf(catalog, metric)
      if (states.has(question)) continue
      const moves = await movesOfMetric(to.engine, scope, catalog, metric, asset_id)
      const { before, steps } = moves
        ? await readSteps(to.engine, moves, endStep(from.day), endStep(to.day))
        : { before: nothing, steps: [] }
      states.set(question, before)
      for (const step of steps) push(moved, step.day * STEPS_PER_DAY + step.cause, { question, delta: step })
    }
  }
  const contributions = (catalog: Catalog, stateOf: (question: string) => Sums): Map<string, Mean> =>
    new Map(
      (catalog.initiatives.get(id)?.metrics ?? []).map((part) => [
        part.id,
        contribution(stateOf(questionOf(catalog, part.id)), BigInt(weightOf(part)), part.handled === 'mitigated'),
      ]),
    )
  const present = (catalog: Catalog) => contributions(catalog, (question) => states.get(question)!)

  const lines = new Map<number, Map<string, Ratio[]>>()
  const none: Mean = { numerator: ratio(0n), weight: 0n }
  const split = (cause: number, was: ReadonlyMap<string, Mean>, is: ReadonlyMap<string, Mean>) => {
    const [before, after] = [total(was.values()), total(is.values())]
    const told = cause === causeNumber('correction') ? cause : toldCause(cause, before.weight, after.weight)
    for (const metric of new Set([...was.keys(), ...is.keys()])) {
      const [one, two] = [was.get(metric) ?? none, is.get(metric) ?? none]
      const delta = { numerator: minus(two.numerator, one.numerator), weight: two.weight - one.weight }
      if (delta.numerator.numerator === 0n && delta.weight === 0n) continue
      if (!lines.has(told)) lines.set(told, new Map())
      push(lines.get(told)!, metric, share(delta, before, after))
    }
  }

  let catalog = rules.first
  let now = present(catalog)
  let first = now
  if (from.engine !== to.engine || from.catalog) {
    const then = from.catalog ?? rules.first
    const known = new Map<string, Sums>()
    for (const { id: metric } of then.initiatives.get(id)?.metrics ?? []) {
      const moves = await movesOfMetric(from.engine, scope, then, metric, asset_id)
      const at = endStep(from.day)
      known.set(questionOf(then, metric), moves ? (await readSteps(from.engine, moves, at, at)).before : nothing)
    }
    first = contributions(then, (question) => known.get(question)!)
    split(causeNumber('correction'), first, now)
  }
  const edits = new Map(rules.steps.map((step) => [step.day * STEPS_PER_DAY + step.cause, step.catalog]))
  for (const step of [...new Set([...moved.keys(), ...edits.keys()])].toSorted((a, b) => a - b)) {
    for (const { question, delta } of moved.get(step) ?? []) {
      const state = states.get(question)!
      states.set(question, { numerator: state.numerator + delta.numerator, denominator: state.denominator + delta.denominator })
    }
    catalog = edits.get(step) ?? catalog
    const next = present(catalog)
    split(step % STEPS_PER_DAY, now, next)
    now = next
  }
  const [start, end] = [total(first.values()), total(now.values())]
  const value = ({ numerator, weight }: Mean) => (weight === 0n ? null : times(numerator, times(UNIT, ratio(1n, weight))))
  const parts: Exact['parts'] = new Map()
  const causes: Exact['causes'] = new Map()
  for (const [cause, byMetric] of lines) {
    const ratios = [...byMetric].map(([metric, list]) => ({ metric, part: times(sum(list), UNIT) }))
    for (const { metric, part } of ratios) push(parts, cause, { kind: 'metric', id: metric, part })
    causes.set(cause, sum(ratios.map(({ part }) => part)))
  }
  return { from: value(start), to: value(end), causes, parts }
}
