import { UserError } from '../errors.ts'
import { causeNumber } from '../model/cause.ts'
import type { Engine } from '../store/engines/engine.ts'
import { assetStates, facingSteps, hazardSegments } from '../store/queries/explain/findings.ts'
import { exposureMoves, metricMoves, type Moves, readShares, readStates, readSteps, secureMoves } from '../store/queries/explain/moves.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog } from './catalog.ts'
import { splitAmongFindings } from './explain-findings.ts'
import { compile, fedCapabilities, missingNeeds } from './metrics.ts'
import type { ScoreName } from './scores.ts'
import { meanOf, ratio, type Ratio, shareOf, sum, type Sums, times } from './split.ts'

/** One of the two states between which a score moved: the end of a day, as the database of `engine` knows it. */
export interface End {
  engine: Engine
  day: number
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

/** Everything that moves a metric; null when a need is missing: it has no data. Throws UserError('unknown_score'). */
export async function movesOfMetric(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  asset_id: number | null,
): Promise<Moves | null> {
  const metric = catalog.metrics.get(id)
  if (!metric) throw unknownScore('metric', id)
  if (missingNeeds(metric, await fedCapabilities(engine, scope.org_id, catalog)).length) return null
  return metricMoves(scope, asset_id, id, compile(metric))
}

async function movesOf(engine: Engine, scope: Scope, catalog: Catalog, { score, id, asset_id }: ExplainQuestion): Promise<Moves | null> {
  if (score === 'exposure') return exposureMoves(scope, asset_id)
  if (score === 'secure') return secureMoves(scope, asset_id)
  return movesOfMetric(engine, scope, catalog, id, asset_id)
}

/** The cause that is told of a step: where a score has no weight before or after it, that it began or ended. */
export const toldCause = (cause: number, before: bigint, after: bigint): number =>
  before === 0n ? causeNumber('score_began') : after === 0n ? causeNumber('score_ended') : cause

const add = (a: Sums, b: Sums): Sums => ({ numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator })
const subtract = (a: Sums, b: Sums): Sums => ({ numerator: a.numerator - b.numerator, denominator: a.denominator - b.denominator })

/** Explains an exposure score, a metric or a secure score, whose parts are assets or controls, and of one asset's exposure findings. `from` is not after `to`. */
export async function explainMoves(from: End, to: End, scope: Scope, catalog: Catalog, question: ExplainQuestion): Promise<Exact> {
  const moves = await movesOf(to.engine, scope, catalog, question)
  const { before, steps } = moves ? await readSteps(to.engine, moves, from.day, to.day) : { before: nothing, steps: [] }
  const shares = new Map<number, Ratio[]>()
  let last = before
  for (const step of steps) {
    const next = add(last, step)
    if (last.denominator !== 0n || next.denominator !== 0n)
      push(shares, toldCause(step.cause, last.denominator, next.denominator), shareOf(step, last, next))
    last = next
  }
  const unit = moves ? ratio(BigInt(moves.unit.numerator), BigInt(moves.unit.denominator)) : ratio(1n)
  const parts: Exact['parts'] = new Map()
  if (question.score === 'exposure' && question.asset_id !== null) await addFindings(parts, to, from.day, scope, question.asset_id, unit)
  else if (moves && steps.length) await addParts(parts, to, from.day, moves, kindOf(question))
  let first = before
  if (from.engine !== to.engine) {
    const other = await movesOf(from.engine, scope, catalog, question)
    first = other ? (await readSteps(from.engine, other, from.day, from.day)).before : nothing
    const share = shareOf(subtract(before, first), first, before)
    if (share.numerator !== 0n) {
      shares.set(correction, [share])
      const [was, is] = await Promise.all([
        other ? readStates<number | string>(from.engine, other, from.day) : [],
        moves ? readStates<number | string>(to.engine, moves, from.day) : [],
      ])
      for (const [part, delta] of differences(was, is)) {
        const own = shareOf(delta, first, before)
        if (own.numerator !== 0n) push(parts, correction, { kind: kindOf(question), id: String(part), part: times(own, unit) })
      }
    }
  }
  const value = (sums: Sums) => (sums.denominator === 0n ? null : times(meanOf(sums), unit))
  return {
    from: value(first),
    to: value(last),
    causes: new Map([...shares].map(([cause, ratios]) => [cause, times(sum(ratios), unit)])),
    parts,
  }
}

const kindOf = ({ score }: ExplainQuestion): PartKind => (score === 'secure' ? 'control' : 'asset')

/** By how much w·x and w of each part differ between two states. */
function differences<Part>(
  was: readonly { part: Part; n: number; w: number }[],
  is: readonly { part: Part; n: number; w: number }[],
): Map<Part, Sums> {
  const deltas = new Map<Part, Sums>(is.map(({ part, n, w }) => [part, { numerator: BigInt(n), denominator: BigInt(w) }]))
  for (const { part, n, w } of was)
    deltas.set(part, subtract(deltas.get(part) ?? nothing, { numerator: BigInt(n), denominator: BigInt(w) }))
  return deltas
}

async function addParts(parts: Exact['parts'], to: End, from_day: number, moves: Moves, kind: PartKind): Promise<void> {
  for (const { part, cause, whole, rest } of await readShares<number | string>(to.engine, moves, from_day, to.day)) {
    const down = rest < 0 ? 1 : 0
    push(parts, cause, { kind, id: String(part), part: { whole: BigInt(whole - down), remainder: (rest + down * 1_000_000) / 1_000_000 } })
  }
}

async function addFindings(parts: Exact['parts'], to: End, from_day: number, scope: Scope, asset_id: number, unit: Ratio): Promise<void> {
  const [segments, facing, states] = await Promise.all([
    hazardSegments(to.engine, scope, asset_id),
    facingSteps(to.engine, scope, asset_id),
    assetStates(to.engine, scope, asset_id),
  ])
  const lines = new Map<string, { cause: number; id: string; ratios: Ratio[] }>()
  for (const { subject, cause, part } of splitAmongFindings(segments, facing, states, from_day, to.day)) {
    const line = lines.get(`${cause} ${subject}`)
    if (line) line.ratios.push(part)
    else lines.set(`${cause} ${subject}`, { cause, id: subject, ratios: [part] })
  }
  for (const { cause, id, ratios } of lines.values()) push(parts, cause, { kind: 'finding', id, part: times(sum(ratios), unit) })
}
