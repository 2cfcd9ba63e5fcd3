import { UserError } from '../errors.ts'
import type { Engine } from '../store/engines/engine.ts'
import { metricDeltas } from '../store/queries/metrics/deltas.ts'
import type { Scope } from '../store/scope.ts'
import { type Catalog, type Initiative, MAX_BYTES, type Metric, parseInitiative, parseMetric } from './catalog.ts'
import { InitiativeShape, MetricShape } from './catalog-shapes.ts'
import { assetColumns, metricColumns } from './condition-fields.ts'
import { parseCondition, valuesOf } from './conditions.ts'
import { everyDay, type HistoryPoint, statesOf } from './history.ts'
import { initiativeHistory } from './initiatives.ts'
import { lintMetric } from './metric-condition.ts'
import { type AffectedAsset, compile, fedCapabilities, metricAssets, missingNeeds } from './metrics.ts'
import { readMetricHistories } from './scores.ts'
import { readYaml } from './yaml-place.ts'

/** How long a metric that somebody writes may think, in milliseconds: every page that shows it waits as long. */
export const MOST_THINKING = 10_000

/** Assets that a trial shows. */
const SHOWN_ASSETS = 100

/** Something that is wrong with a definition, and where. */
export interface DraftProblem {
  /** Path of the part, `exposed_when.vulnerability.cvss`; '' for the whole. */
  place: string
  /** From 1 on; null: it stands nowhere. */
  line: number | null
  message: string
}

/** A definition that was read, or what is wrong with it: never both. */
export type Draft<T> = { definition: T; problems: [] } | { definition: null; problems: DraftProblem[] }

const ID = /^[a-z0-9]+([._-][a-z0-9]+)*$/

/** Reads a metric as somebody writes it and says everything that is wrong with it. `catalog`: what it may refer to. */
export function draftMetric(catalog: Catalog, id: string, yaml: string): Draft<Metric> {
  const file = readYaml(yaml)
  const problems = [...problemsOfId(id), ...problemsOfText(yaml, file)]
  const at = (place: string, message: string): DraftProblem => ({ place, line: file.lineOf(pathOf(place)), message })
  if (!problems.length) {
    const read = MetricShape.safeParse(file.content)
    if (!read.success)
      problems.push(
        ...read.error.issues.map((issue) =>
          at([...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.'), issue.message),
        ),
      )
    const parts = (typeof file.content === 'object' && file.content !== null ? file.content : {}) as Record<string, unknown>
    const conditionOf = (name: 'population' | 'exposed_when') => {
      if (typeof parts[name] !== 'object' || parts[name] === null) return null
      try {
        return parseCondition(parts[name], name === 'population' ? assetColumns : metricColumns, name)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        const [place = name] = error.message.split(' ')
        problems.push(at(place, error.message.slice(place.length + 1)))
        return null
      }
    }
    const [population, exposed_when] = [conditionOf('population'), conditionOf('exposed_when')]
    if (population && exposed_when) {
      try {
        for (const message of lintMetric(population, exposed_when))
          problems.push(at(message.startsWith('population') ? 'population' : 'exposed_when', message))
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        problems.push(at('exposed_when', error.message))
      }
      for (const objective of valuesOf(exposed_when, 'control.objective'))
        if (!catalog.objectives.has(String(objective)))
          problems.push(at('exposed_when.control.objective', `there is no objective "${objective}"`))
    }
    if (read.success)
      for (const [index, need] of (read.data.needs ?? []).entries())
        if (!catalog.capabilities.has(need))
          problems.push(at(`needs.${index}`, `there is no "${need}"; there are: ${[...catalog.capabilities.keys()].join(', ')}`))
  }
  return problems.length ? { definition: null, problems } : { definition: parseMetric(id, yaml), problems: [] }
}

/** Reads an initiative as somebody writes it and says everything that is wrong with it. */
export function draftInitiative(catalog: Catalog, id: string, yaml: string): Draft<Initiative> {
  const file = readYaml(yaml)
  const problems = [...problemsOfId(id), ...problemsOfText(yaml, file)]
  const at = (place: string, message: string): DraftProblem => ({ place, line: file.lineOf(pathOf(place)), message })
  if (!problems.length) {
    const read = InitiativeShape.safeParse(file.content)
    if (!read.success)
      problems.push(
        ...read.error.issues.map((issue) =>
          at([...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.'), issue.message),
        ),
      )
    else {
      const seen = new Set<string>()
      for (const [index, { id: metric }] of read.data.metrics.entries()) {
        if (!catalog.metrics.has(metric)) problems.push(at(`metrics.${index}.id`, `there is no metric "${metric}"`))
        if (seen.has(metric)) problems.push(at(`metrics.${index}.id`, `metric "${metric}" is in it twice`))
        seen.add(metric)
      }
    }
  }
  return problems.length ? { definition: null, problems } : { definition: parseInitiative(id, yaml), problems: [] }
}

const problemsOfId = (id: string): DraftProblem[] =>
  ID.test(id) && id.length <= 80
    ? []
    : [{ place: 'id', line: null, message: 'an id is small letters and digits, joined by "-", "_" or ".", at most 80 of them' }]

function problemsOfText(yaml: string, file: ReturnType<typeof readYaml>): DraftProblem[] {
  if (Buffer.byteLength(yaml) > MAX_BYTES) return [{ place: '', line: null, message: `is larger than ${MAX_BYTES} bytes` }]
  return file.problems.map(({ line, message }) => ({ place: '', line, message }))
}

/** The path of a place as conditions and shapes name it: `exposed_when.any[1].vulnerability.cvss`, where the name of a field is one key. */
function pathOf(place: string): (string | number)[] {
  const parts = place.split('.')
  const field = parts.findIndex((part, index) => index > 0 && !/^(?:all|any|not|id|weight|\d+)(?:\[\d+\])*$/.test(part))
  const keys = field === -1 ? parts : [...parts.slice(0, field), parts.slice(field).join('.')]
  return keys.flatMap((key) => key.split(/[[\]]/).filter(Boolean)).map((key) => (/^\d+$/.test(key) ? Number(key) : key))
}

/** Throws UserError('metric_invalid' or 'initiative_invalid') that names every place. */
export function accepted<T>(kind: 'metric' | 'initiative', id: string, draft: Draft<T>): T {
  if (draft.definition !== null) return draft.definition
  const message = `${kind} ${id.slice(0, 100)}: ${problemText(draft.problems)}`
  throw kind === 'metric' ? new UserError('metric_invalid', message) : new UserError('initiative_invalid', message)
}

/** Problems in one line. */
export const problemText = (problems: readonly DraftProblem[]): string =>
  problems.map(({ place, line, message }) => [line === null ? '' : `line ${line}: `, place ? `${place} ` : '', message].join('')).join('; ')

/** What a metric would answer. */
export interface MetricTrial {
  exposed: number
  total: number
  /** Needs that nothing feeds: it has no answer until something does. */
  missing: string[]
  history: HistoryPoint[]
  /** The first hundred, most critical first. */
  assets: AffectedAsset[]
  /** How long it thought. */
  milliseconds: number
}

/**
 * Asks a metric that need not be in the catalog about every day of a range, straight from the facts. Throws UserError('too_slow') when that takes longer
 * than {@link MOST_THINKING}.
 */
export function tryMetric(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  metric: Metric,
  { from, to }: { from: number; to: number },
): Promise<MetricTrial> {
  return engine.hurried(MOST_THINKING, async (hurried) => {
    const begun = Date.now()
    const missing = missingNeeds(metric, await fedCapabilities(hurried, scope.org_id, catalog))
    if (missing.length) return { exposed: 0, total: 0, missing, history: [], assets: [], milliseconds: Date.now() - begun }
    const history = everyDay(statesOf(await metricDeltas(hurried, scope, compile(metric))), from, to)
    const { numerator, denominator } = history.at(-1)!
    const assets = await metricAssets(hurried, scope, metric, to, { limit: SHOWN_ASSETS })
    return { exposed: numerator, total: denominator, missing, history, assets, milliseconds: Date.now() - begun }
  })
}

/** The history that an initiative would have, its metrics being those of the catalog. */
export async function tryInitiative(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  initiative: Initiative,
  { from, to }: { from: number; to: number },
): Promise<HistoryPoint[]> {
  const own = new Set(initiative.metrics.map(({ id }) => id))
  const metrics = { ...catalog, metrics: new Map([...catalog.metrics].filter(([id]) => own.has(id))) }
  return initiativeHistory(initiative, await readMetricHistories(engine, scope, metrics, from, to), from, to - from + 1)
}
