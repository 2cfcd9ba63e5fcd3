import type { Engine } from '../store/engines/engine.ts'
import { metricDeltas } from '../store/queries/metrics/deltas.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import { assetColumns, metricColumns } from './condition-fields.ts'
import { conditionWords } from './condition-words.ts'
import { everyDay, type HistoryPoint, statesOf } from './history.ts'
import { initiativeHistory } from './initiatives.ts'
import { compile, fedCapabilities, missingNeeds } from './metrics.ts'
import { readMetricHistories } from './scores.ts'

/** How a metric or initiative differs between two catalogs. */
export interface CatalogMove {
  kind: 'metric' | 'initiative'
  id: string
  title: string
  /** same: its text stays, a metric of it changed. */
  what: 'added' | 'changed' | 'removed' | 'same'
  /** 0–100: an initiative's score (higher is better), a metric's share of exposed assets (lower is better); null: none. */
  before: number | null
  after: number | null
  /** What changes in it, one sentence each. */
  why: string[]
}

/** What differs between a former catalog and another, and what that makes of each score at the end of a day, from the same findings. Metrics first, by id. */
export async function catalogMoves(engine: Engine, scope: Scope, former: Catalog, after: Catalog, day: number): Promise<CatalogMove[]> {
  const before = await readMetricHistories(engine, scope, former, day, day)
  const values = new Map<string, HistoryPoint[]>()
  const fed = await fedCapabilities(engine, scope.org_id, former)
  const measured = async (metric: Metric): Promise<HistoryPoint[]> =>
    missingNeeds(metric, fed).length
      ? everyDay([], day, day)
      : everyDay(statesOf(await metricDeltas(engine, scope, compile(metric))), day, day)
  for (const [id, metric] of after.metrics)
    values.set(id, former.metrics.get(id)?.yaml === metric.yaml ? before.get(id)! : await measured(metric))
  const moves: CatalogMove[] = []
  for (const id of new Set([...former.metrics.keys(), ...after.metrics.keys()])) {
    const [was, is] = [former.metrics.get(id), after.metrics.get(id)]
    if (was?.yaml === is?.yaml) continue
    moves.push({
      kind: 'metric',
      id,
      title: (is ?? was)!.title,
      what: !was ? 'added' : !is ? 'removed' : 'changed',
      before: was ? (before.get(id)?.[0]?.value ?? null) : null,
      after: is ? (values.get(id)?.[0]?.value ?? null) : null,
      why: was && is ? partsThatDiffer(was, is) : [],
    })
  }
  const moved = new Map(moves.map((move) => [move.id, move]))
  for (const id of new Set([...former.initiatives.keys(), ...after.initiatives.keys()])) {
    const [was, is] = [former.initiatives.get(id), after.initiatives.get(id)]
    const why = [
      ...(is?.metrics ?? [])
        .filter((one) => was && !was.metrics.some((other) => other.id === one.id))
        .map((one) => `metric ${one.id} comes in`),
      ...(was?.metrics ?? []).filter((one) => is && !is.metrics.some((other) => other.id === one.id)).map((one) => `metric ${one.id} goes`),
      ...(is?.metrics ?? []).flatMap((one) => {
        const held = was?.metrics.find((other) => other.id === one.id)
        if (!held) return []
        const said = held.weight === one.weight ? [] : [`metric ${one.id} counts ${one.weight}, not ${held.weight}`]
        return moved.get(one.id)?.what === 'changed' ? [...said, `metric ${one.id} asks something else`] : said
      }),
    ]
    if (was?.yaml === is?.yaml && !why.length) continue
    const [one, two] = [
      was ? (initiativeHistory(was, before, day, 1)[0]!.value ?? null) : null,
      is ? (initiativeHistory(is, values, day, 1)[0]!.value ?? null) : null,
    ]
    moves.push({
      kind: 'initiative',
      id,
      title: (is ?? was)!.title,
      what: !was ? 'added' : !is ? 'removed' : was.yaml === is.yaml ? 'same' : 'changed',
      before: one,
      after: two,
      why,
    })
  }
  return moves.toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.id < b.id ? -1 : 1))
}

function partsThatDiffer(was: Metric, is: Metric): string[] {
  const differ = (name: 'population' | 'exposed_when' | 'needs') => JSON.stringify(was[name]) !== JSON.stringify(is[name])
  return [
    ...(differ('population')
      ? [`asks other assets: ${conditionWords(was.population, assetColumns)} → ${conditionWords(is.population, assetColumns)}`]
      : []),
    ...(differ('exposed_when')
      ? [`finds others exposed: ${conditionWords(was.exposed_when, metricColumns)} → ${conditionWords(is.exposed_when, metricColumns)}`]
      : []),
    ...(differ('needs') ? ['needs other sources'] : []),
  ]
}
