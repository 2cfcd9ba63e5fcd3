import { UserError } from '../errors.ts'
import { isOwnAsset } from '../store/queries/explain/names.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog } from './catalog.ts'
import { explainInitiative } from './explain-initiative.ts'
import { type End, type Exact, explainMoves, type ExplainQuestion, type PartKind } from './explain-moves.ts'
import { type Rules, rulesNow } from './rules.ts'
import { apportion, apportionRatios, type Ratio, round } from './split.ts'

/** A part in one cause. `units`: 1e-6 points of the score, in its own direction. */
export interface ExplainedPart {
  kind: PartKind
  /** Number of the asset, id of the metric or control; of a finding the vulnerability or control. */
  id: string
  cause: number
  units: number
}

/** Why a score moved. All numbers are whole units of 1e-6 points of 0–100, so that what is shown adds up to the last digit. */
export interface Explanation {
  /** Null: nothing to score; it counts as 0 in the change. */
  from_units: number | null
  to_units: number | null
  /** to_units − from_units. */
  change: number
  /** In the order of causes; their units sum to the change. */
  causes: { cause: number; units: number }[]
  /** Largest first; of each cause they sum to its units. Parts of 0 units are left out. */
  parts: ExplainedPart[]
}

/**
 * Explains the change of a score from one state to another, at any level, exactly. When the two ends know different things, what `to` knows better about
 * the day of `from` comes first, as *correction of the record*; then the days between as `to` knows them, each cause after the other. From a later day to
 * an earlier one is the same with the sign turned. `rules`: the definitions between the two, as the later one knows them; default: `catalog` over all days.
 * Throws UserError('unknown_score') for a metric or initiative that the catalog does not have, and
 * UserError('unknown_asset').
 */
export async function explain(
  from: End,
  to: End,
  scope: Scope,
  catalog: Catalog,
  question: ExplainQuestion,
  rules: Rules = rulesNow(catalog),
): Promise<Explanation> {
  if (from.day > to.day) return turned(await explain(to, from, scope, catalog, question, rules))
  if (question.asset_id !== null && !(await isOwnAsset(to.engine, scope, question.asset_id)))
    throw new UserError('unknown_asset', `there is no asset ${question.asset_id}`, { status: 404 })
  return question.score === 'initiative' && !isScoredFromControls(rules, question.id)
    ? shown(await explainInitiative(from, to, scope, rules, question.id, question.asset_id))
    : shown(await explainMoves(from, to, scope, rules, question))
}

/** Whether an initiative is scored from controls, by any of the definitions. */
const isScoredFromControls = ({ first, steps }: Rules, id: string): boolean =>
  [first, ...steps.map(({ catalog }) => catalog)].some(({ initiatives }) => initiatives.get(id)?.frameworks.length)

/** Rounds to whole units so that causes sum to the change, and the parts of each cause to the cause. */
function shown({ from, to, causes, parts }: Exact): Explanation {
  const [from_units, to_units] = [from, to].map((value) => (value === null ? null : Number(round(value))))
  const change = (to_units ?? 0) - (from_units ?? 0)
  const moved = [...causes].filter(([cause, part]) => part.numerator !== 0n || parts.has(cause)).toSorted(([a], [b]) => a - b)
  const units = apportionRatios(
    moved.map(([, part]) => part),
    BigInt(change),
  )
  const all: ExplainedPart[] = []
  for (const [index, [cause]] of moved.entries()) {
    const list = (parts.get(cause) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    const exact = list.every(({ part }) => 'denominator' in part)
    const wholes = exact
      ? apportionRatios(
          list.map(({ part }) => part as Ratio),
          units[index]!,
        )
      : apportion(
          list.map(({ part }) => part as { whole: bigint; remainder: number }),
          units[index]!,
        )
    for (const [place, { kind, id }] of list.entries())
      if (wholes[place] !== 0n) all.push({ kind, id, cause, units: Number(wholes[place]) })
  }
  return {
    from_units: from_units ?? null,
    to_units: to_units ?? null,
    change,
    causes: moved.map(([cause], index) => ({ cause, units: Number(units[index]) })).filter(({ units }) => units !== 0),
    parts: all.toSorted((a, b) => Math.abs(b.units) - Math.abs(a.units) || a.cause - b.cause || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
  }
}

const turned = ({ from_units, to_units, change, causes, parts }: Explanation): Explanation => ({
  from_units: to_units,
  to_units: from_units,
  change: change === 0 ? 0 : -change,
  causes: causes.map((each) => ({ ...each, units: -each.units })),
  parts: parts.map((each) => ({ ...each, units: -each.units })),
})
