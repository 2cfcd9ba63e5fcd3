import { UserError } from '../errors.ts'
import { causeNumber, STEPS_PER_DAY } from '../model/cause.ts'
import type { Engine } from '../store/engines/engine.ts'
import { assetStates, facingSteps, hazardSegments } from '../store/queries/explain/findings.ts'
import { frameworkMoves } from '../store/queries/initiatives/framework-deltas.ts'
import {
  endStep,
  exposureMoves,
  metricMoves,
  type Moves,
  readShares,
  readStates,
  readSteps,
  secureMoves,
} from '../store/queries/explain/moves.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog } from './catalog.ts'
import { type AssetOverTime, correctFindings, type FindingPart, splitAmongFindings } from './explain-findings.ts'
import { compile, fedCapabilities, missingNeeds } from './metrics.ts'
import type { Rules } from './rules.ts'
import type { ScoreName } from './scores.ts'
import { meanOf, ratio, type Ratio, shareOf, sum, type Sums, times, wholeAndRest } from './split.ts'

/** One of the two states between which a score moved: the end of a day, as the database of `engine` knows it. */
export interface End {
  engine: Engine
  day: number
  /** The definitions that held then as `engine` knows them, where they may not be those of the rules. */
  catalog?: Catalog
}

/** Which score, at which level. */
export interface ExplainQuestion {
  score: ScoreName
  /** Of the metric or initiative, else ''. */
  id: string
  /** Null: of the organisation, or of the scope's groups. */
  asset_id: number | null
}

export type PartKind = 'asset' | 'metric' | 'control' | 'finding'

/** What moved, in exact fractions of 1e-6 points, before it is rounded to whole ones. */
export interface Exact {
  from: Ratio | null
  to: Ratio | null
  causes: Map<number, Ratio>
  /** Of each cause its parts: exact, or rounded to 1e-12 points where there are too many (whole units and the rest of one). */
  parts: Map<number, { kind: PartKind; id: string; part: Ratio | { whole: bigint; remainder: number } }[]>
}

const correction = causeNumber('correction')
const nothing: Sums = { numerator: 0n, denominator: 0n }

/** A list per key. */
export function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

export const unknownScore = (kind: string, id: string): UserError =>
  new UserError('unknown_score', `there is no ${kind} "${id.slice(0, 100)}"`, { status: 404 })

/** Everything that moves a metric; null when it is not defined or a need is missing: it has no data. */
export async function movesOfMetric(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  asset_id: number | null,
): Promise<Moves | null> {
  const metric = catalog.metrics.get(id)
  if (!metric || missingNeeds(metric, await fedCapabilities(engine, scope.org_id, catalog)).length) return null
  return metricMoves(scope, asset_id, metric.past ? null : id, compile(metric))
}

async function movesOf(engine: Engine, scope: Scope, catalog: Catalog, { score, id, asset_id }: ExplainQuestion): Promise<Moves | null> {
  if (score === 'exposure') return exposureMoves(scope, asset_id)
  if (score === 'secure') return secureMoves(scope, asset_id)
  if (score === 'initiative') {
    const initiative = catalog.initiatives.get(id)
    return initiative ? frameworkMoves(scope, asset_id, initiative.framework_keys ?? []) : null
  }
  return movesOfMetric(engine, scope, catalog, id, asset_id)
}

/** Steps over which one definition holds: from `from` until `to`; `cause`: why it is another one than before, with all that moves at `from`. */
interface Span {
  from: number
  to: number
  cause: number
  catalog: Catalog
}

/** The spans between two days' ends. Only a metric's own text, or the frameworks that an initiative is scored from, make a new one: weights and states move initiatives alone. */
function spansOf(from_day: number, to_day: number, { first, steps }: Rules, { score, id }: ExplainQuestion): Span[] {
  const spans: Span[] = [{ from: endStep(from_day), to: endStep(to_day), cause: 0, catalog: first }]
  if (score !== 'metric' && score !== 'initiative') return spans
  const textOf = ({ metrics, initiatives }: Catalog) =>
    score === 'metric' ? metrics.get(id)?.yaml : initiatives.get(id)?.framework_keys?.join('\n')
  for (const { day, cause, catalog } of steps) {
    const last = spans.at(-1)!
    if (textOf(catalog) === textOf(last.catalog)) continue
    const begin = day * STEPS_PER_DAY + cause
    last.to = begin - 1
    spans.push({ from: begin, to: endStep(to_day), cause, catalog })
  }
  if (spans.every(({ catalog }) => !(score === 'metric' ? catalog.metrics : catalog.initiatives).has(id))) throw unknownScore(score, id)
  return spans
}

/** The cause that is told of a step: where a score has no weight before or after it, that it began or ended. */
export const toldCause = (cause: number, before: bigint, after: bigint): number =>
  before === 0n ? causeNumber('score_began') : after === 0n ? causeNumber('score_ended') : cause

const add = (a: Sums, b: Sums): Sums => ({ numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator })
const subtract = (a: Sums, b: Sums): Sums => ({ numerator: a.numerator - b.numerator, denominator: a.denominator - b.denominator })

/**
 * Explains an exposure score, a metric, a secure score or an initiative that is scored from controls, whose parts are assets or controls, and of one asset's
 * exposure findings. `from` is not after `to`. Throws UserError('unknown_score') for a metric that was never defined between them.
 */
export async function explainMoves(from: End, to: End, scope: Scope, rules: Rules, question: ExplainQuestion): Promise<Exact> {
  const { engine } = to
  const kind = kindOf(question)
  const findings = question.score === 'exposure' && question.asset_id !== null
  const shares = new Map<number, Ratio[]>()
  const parts: Exact['parts'] = new Map()
  let unit = ratio(1n)
  let last: Sums | null = null
  let begin: { sums: Sums; moves: Moves | null } | null = null
  let former: Moves | null = null

  /** One step from one state of all parts to another, told as one cause. */
  const leap = (cause: number, before: Sums, after: Sums, was: readonly State[], is: readonly State[]): void => {
    const share = shareOf(subtract(after, before), before, after)
    if (share.numerator === 0n) return
    push(shares, cause, share)
    if (findings) return // which are its parts
    for (const [part, delta] of differences(was, is)) {
      const own = shareOf(delta, before, after)
      if (own.numerator !== 0n) push(parts, cause, { kind, id: String(part), part: times(own, unit) })
    }
  }
  const statesAt = (moves: Moves | null, step: number, at = engine): Promise<State[]> =>
    moves ? readStates<number | string>(at, moves, step) : Promise.resolve([])

  for (const span of spansOf(from.day, to.day, rules, question)) {
    const moves = await movesOf(engine, scope, span.catalog, question)
    if (moves) unit = ratio(BigInt(moves.unit.numerator), BigInt(moves.unit.denominator))
    const { before, steps } = moves ? await readSteps(engine, moves, span.from, span.to) : { before: nothing, steps: [] }
    if (last !== null)
      leap(
        toldCause(span.cause, last.denominator, before.denominator),
        last,
        before,
        await statesAt(former, span.from - 1),
        await statesAt(moves, span.from),
      )
    begin ??= { sums: before, moves }
    last = before
    for (const step of steps) {
      const next = add(last, step)
      if (last.denominator !== 0n || next.denominator !== 0n)
        push(shares, toldCause(step.cause, last.denominator, next.denominator), shareOf(step, last, next))
      last = next
    }
    if (moves && steps.length && !findings) await addParts(parts, engine, span, moves, kind)
    former = moves
  }
  const asset = findings ? await assetOverTime(engine, scope, question.asset_id!) : null
  if (asset) addFindings(parts, splitAmongFindings(asset, from.day, to.day), unit)
  let first = begin!.sums
  if (from.engine !== engine || from.catalog) {
    const other = await movesOf(from.engine, scope, from.catalog ?? rules.first, question)
    first = other ? (await readSteps(from.engine, other, endStep(from.day), endStep(from.day))).before : nothing
    const at = endStep(from.day)
    leap(correction, first, begin!.sums, await statesAt(other, at, from.engine), await statesAt(begin!.moves, at))
    if (asset) addFindings(parts, correctFindings(await assetOverTime(from.engine, scope, question.asset_id!), asset, at, correction), unit)
  }
  const value = (sums: Sums) => (sums.denominator === 0n ? null : times(meanOf(sums), unit))
  return {
    from: value(first),
    to: value(last!),
    causes: new Map([...shares].map(([cause, ratios]) => [cause, times(sum(ratios), unit)])),
    parts: oncePerPart(parts),
  }
}

type Parts = Exact['parts'] extends Map<number, infer List> ? List : never

/** Each part once per cause: a definition that changed on the way tells some twice. Lists of exact fractions stay exact. */
function oncePerPart(parts: Exact['parts']): Exact['parts'] {
  const once = (list: Parts): Parts => {
    if (new Set(list.map(({ id }) => id)).size === list.length && new Set(list.map(({ part }) => 'denominator' in part)).size === 1)
      return list
    const sums = new Map<string, Parts[number] & { part: { whole: bigint; remainder: number } }>()
    for (const each of list) {
      const { whole, remainder } = 'denominator' in each.part ? wholeAndRest(each.part) : each.part
      const held = sums.get(each.id)?.part ?? { whole: 0n, remainder: 0 }
      const rest = held.remainder + remainder
      const carry = rest >= 1 ? 1 : 0
      sums.set(each.id, { ...each, part: { whole: held.whole + whole + BigInt(carry), remainder: rest - carry } })
    }
    return [...sums.values()]
  }
  return new Map([...parts].map(([cause, list]) => [cause, once(list)]))
}

type State = { part: number | string; n: number; w: number }

const kindOf = ({ score }: ExplainQuestion): PartKind => (score === 'secure' || score === 'initiative' ? 'control' : 'asset')

/** By how much w·x and w of each part differ between two states. */
function differences(was: readonly State[], is: readonly State[]): Map<number | string, Sums> {
  const deltas = new Map<number | string, Sums>(is.map(({ part, n, w }) => [part, { numerator: BigInt(n), denominator: BigInt(w) }]))
  for (const { part, n, w } of was)
    deltas.set(part, subtract(deltas.get(part) ?? nothing, { numerator: BigInt(n), denominator: BigInt(w) }))
  return deltas
}

async function addParts(parts: Exact['parts'], engine: Engine, span: Span, moves: Moves, kind: PartKind): Promise<void> {
  for (const { part, cause, whole, rest } of await readShares<number | string>(engine, moves, span.from, span.to)) {
    const down = rest < 0 ? 1 : 0
    push(parts, cause, { kind, id: String(part), part: { whole: BigInt(whole - down), remainder: (rest + down * 1_000_000) / 1_000_000 } })
  }
}

async function assetOverTime(engine: Engine, scope: Scope, asset_id: number): Promise<AssetOverTime> {
  const [segments, facing, states] = await Promise.all([
    hazardSegments(engine, scope, asset_id),
    facingSteps(engine, scope, asset_id),
    assetStates(engine, scope, asset_id),
  ])
  return { segments, facing, states }
}

function addFindings(parts: Exact['parts'], found: readonly FindingPart[], unit: Ratio): void {
  const lines = new Map<string, { cause: number; id: string; ratios: Ratio[] }>()
  for (const { subject, cause, part } of found) {
    const line = lines.get(`${cause} ${subject}`)
    if (line) line.ratios.push(part)
    else lines.set(`${cause} ${subject}`, { cause, id: subject, ratios: [part] })
  }
  for (const { cause, id, ratios } of lines.values()) push(parts, cause, { kind: 'finding', id, part: times(sum(ratios), unit) })
}
