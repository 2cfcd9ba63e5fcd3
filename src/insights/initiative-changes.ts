import type { Engine } from '../store/engines/engine.ts'
import { assetNames } from '../store/queries/explain/names.ts'
import { endStep, readStates } from '../store/queries/explain/moves.ts'
import type { DayDelta } from '../store/queries/metrics/deltas.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Handling, Weight } from './catalog.ts'
import { movesOfMetric } from './explain-moves.ts'
import { explain, type Explanation } from './explain.ts'
import { everyDay, type HistoryPoint, statesOf } from './history.ts'
import { fedCapabilities, metricHistory } from './metrics.ts'
import { type Rules, rulesThen } from './rules.ts'
import { readHistoryThen } from './scores.ts'

/** A change of an initiative's score from one day to the next by this many points is a point of its history. */
export const LEAST_CHANGE = 2.5

/**
 * Why a metric of an initiative moved it: what is measured changed (value), how much it counts (weight), what people did about it (state), its own text
 * (content), or it came into the initiative, left it (removed), or is defined no more (deprecated).
 */
export const changeReasons = ['value', 'weight', 'state', 'content', 'added', 'removed', 'deprecated'] as const
export type ChangeReason = (typeof changeReasons)[number]

/** A day on which an initiative's score changed. */
export interface ChangePoint {
  day: number
  /** 0–100, higher is better; null: it had none. */
  before: number | null
  after: number | null
  /** after − before, null counting as 0. */
  change: number
  /** Metrics that had a part in it. */
  metrics: number
  reasons: ChangeReason[]
}

/** How a metric stood in the initiative at the end of a day. */
export interface MetricSide {
  weight: Weight
  handled: Handling | null
  exposed: number
  total: number
}

/** A metric's part in the change of a day. */
export interface MetricChange {
  id: string
  title: string
  reasons: ChangeReason[]
  before: MetricSide | null
  after: MetricSide | null
}

interface Side extends MetricSide {
  id: string
  title: string
  yaml: string
  defined: boolean
}

/** The metrics of an initiative day by day, each as it was defined then. */
async function sidesOf(engine: Engine, scope: Scope, rules: Rules, id: string, from: number, to: number): Promise<Map<string, Side>[]> {
  const histories = new Map<string, HistoryPoint[]>()
  const questionOf = (catalog: Catalog, metric: string) => `${metric}\n${catalog.metrics.get(metric)?.yaml ?? ''}`
  for (const catalog of [rules.first, ...rules.steps.map((step) => step.catalog)]) {
    const fed = await fedCapabilities(engine, scope.org_id, catalog)
    for (const { id: metric } of catalog.initiatives.get(id)?.metrics ?? []) {
      const question = questionOf(catalog, metric)
      const definition = catalog.metrics.get(metric)
      if (histories.has(question) || !definition) continue
      const deltas: DayDelta[] = await metricHistory(engine, scope, definition, fed)
      histories.set(question, everyDay(statesOf(deltas), from, to))
    }
  }
  let next = 0
  let catalog = rules.first
  return Array.from({ length: to - from + 1 }, (_, index) => {
    while (next < rules.steps.length && rules.steps[next]!.day <= from + index) catalog = rules.steps[next++]!.catalog
    return new Map(
      (catalog.initiatives.get(id)?.metrics ?? []).map((part): [string, Side] => {
        const point = histories.get(questionOf(catalog, part.id))?.[index]
        const metric = catalog.metrics.get(part.id)
        return [
          part.id,
          {
            id: part.id,
            title: metric?.title ?? part.id,
            yaml: metric?.yaml ?? '',
            defined: metric !== undefined,
            weight: part.weight,
            handled: part.handled ?? null,
            exposed: point?.numerator ?? 0,
            total: point?.denominator ?? 0,
          },
        ]
      }),
    )
  })
}

function compare(was: ReadonlyMap<string, Side>, is: ReadonlyMap<string, Side>, after: Catalog): MetricChange[] {
  const changes: MetricChange[] = []
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [one, two] = [was.get(id), is.get(id)]
    const reasons: ChangeReason[] = []
    if (!one) reasons.push('added')
    else if (!two) reasons.push(after.metrics.has(id) ? 'removed' : 'deprecated')
    else {
      if (one.yaml !== two.yaml) reasons.push('content')
      else if (one.exposed !== two.exposed || one.total !== two.total) reasons.push('value')
      if (one.weight !== two.weight) reasons.push('weight')
      if (one.handled !== two.handled) reasons.push('state')
    }
    if (reasons.length) changes.push({ id, title: (two ?? one)!.title, reasons, before: sideOf(one), after: sideOf(two) })
  }
  return changes
}

const sideOf = (side: Side | undefined): MetricSide | null =>
  side ? { weight: side.weight, handled: side.handled, exposed: side.exposed, total: side.total } : null

const catalogOn = ({ first, steps }: Rules, day: number): Catalog => steps.findLast((step) => step.day <= day)?.catalog ?? first

/**
 * The days of a range on which an initiative's score changed by at least `least` points of 0–100 (0: at all), each by the definitions of its day, newest
 * first. `catalog`: the organisation's of today. Throws UserError('unknown_score').
 */
export async function changePoints(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  { from, to, least }: { from: number; to: number; least: number },
): Promise<ChangePoint[]> {
  const history = await readHistoryThen(engine, scope, catalog, 'initiative', id, from - 1, to)
  const rules = await rulesThen(engine, catalog, scope.org_id, from - 1, to)
  const sides = await sidesOf(engine, scope, rules, id, from - 1, to)
  const points: ChangePoint[] = []
  for (let index = 1; index < history.length; index++) {
    const [before, after] = [history[index - 1]!.value, history[index]!.value]
    const change = (after ?? 0) - (before ?? 0)
    if ((before === null) === (after === null) && (change === 0 || Math.abs(change) < least - 1e-9)) continue
    const { day } = history[index]!
    const metrics = compare(sides[index - 1]!, sides[index]!, catalogOn(rules, day))
    const reasons = changeReasons.filter((reason) => metrics.some((metric) => metric.reasons.includes(reason)))
    points.push({ day, before, after, change, metrics: metrics.length, reasons })
  }
  return points.toReversed()
}

/** The change of an initiative on one day: of each metric what changed, and by how much it moved the score (explanation). Throws as changePoints does. */
export async function changeOn(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  day: number,
): Promise<{ metrics: MetricChange[]; explanation: Explanation }> {
  const rules = await rulesThen(engine, catalog, scope.org_id, day - 1, day)
  const [was, is] = await sidesOf(engine, scope, rules, id, day - 1, day)
  const explanation = await explain(
    { engine, day: day - 1 },
    { engine, day },
    scope,
    catalog,
    { score: 'initiative', id, asset_id: null },
    rules,
  )
  return { metrics: compare(was!, is!, catalogOn(rules, day)), explanation }
}

/** An asset that a metric began or ceased to find exposed. */
export interface AssetChange {
  asset_id: number
  name: string
  what: 'added' | 'removed'
}

/** All assets that a metric began or ceased to find exposed on a day, each end by the definition of its day; added ones first, then by name. */
export async function changedAssets(engine: Engine, scope: Scope, catalog: Catalog, id: string, day: number): Promise<AssetChange[]> {
  const rules = await rulesThen(engine, catalog, scope.org_id, day - 1, day)
  const exposedOn = async (definitions: Catalog, on: number): Promise<Set<number>> => {
    const moves = await movesOfMetric(engine, scope, definitions, id, null)
    const states = moves ? await readStates<number>(engine, moves, endStep(on)) : []
    return new Set(states.filter(({ n }) => n > 0).map(({ part }) => part))
  }
  const [before, after] = [await exposedOn(rules.first, day - 1), await exposedOn(catalogOn(rules, day), day)]
  const changed = [
    ...[...after].filter((asset) => !before.has(asset)).map((asset_id) => ({ asset_id, what: 'added' as const })),
    ...[...before].filter((asset) => !after.has(asset)).map((asset_id) => ({ asset_id, what: 'removed' as const })),
  ]
  const names = await assetNames(
    engine,
    scope.org_id,
    changed.map(({ asset_id }) => asset_id),
  )
  return changed
    .map((each) => ({ ...each, name: names.get(each.asset_id) ?? String(each.asset_id) }))
    .toSorted((a, b) =>
      a.what === b.what ? (a.name < b.name ? -1 : a.name > b.name ? 1 : a.asset_id - b.asset_id) : a.what === 'added' ? -1 : 1,
    )
}
