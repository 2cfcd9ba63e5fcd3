import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Catalog } from '../../insights/catalog.ts'
import { parseInitiative, parseMetric } from '../../insights/catalog.ts'
import { assetColumns, metricColumns } from '../../insights/condition-fields.ts'
import { conditionWords } from '../../insights/condition-words.ts'
import { draftInitiative, draftMetric, tryInitiative, tryMetric } from '../../insights/draft.ts'
import { changedAssets, changeOn, changePoints } from '../../insights/initiative-changes.ts'
import { shippedOf } from '../../insights/org-catalog.ts'
import { readYaml } from '../../insights/yaml-place.ts'
import { activePacks, packOf } from '../../insights/packs.ts'
import { isIdle } from '../../insights/programme.ts'
import { ALL_SCORES, DROP_THRESHOLD } from '../../insights/posture/thresholds.ts'
import { causeGroups, causeGroupTitles, causeOf } from '../../model/cause.ts'
import type { DefinitionKind } from '../../model/definition.ts'
import { formatInstant, NEVER } from '../../model/time.ts'
import { definitionLog, type DefinitionVersion, readDefinitions } from '../../store/definitions/read.ts'
import { dayOf, dayText } from '../../store/days.ts'
import type { Engine } from '../../store/engines/engine.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type {
  Archived,
  ChangeDetail,
  InitiativeSettings,
  InitiativeTrial,
  MetricSettings,
  MetricTrial,
  Thresholds,
  Versions,
} from '../shapes/programme.ts'
import { pointsOf } from './metrics.ts'

type Version = z.infer<typeof Versions>['items'][number]

const versionOf = (
  { kind, id, body, valid_from, valid_to, import_no, actor, reason, ended_by, end_reason }: DefinitionVersion,
  idle: boolean,
): Version => ({
  kind,
  id,
  value: body,
  from: formatInstant(valid_from),
  to: valid_to === NEVER ? null : formatInstant(valid_to),
  import_no,
  actor,
  reason,
  ended_by,
  end_reason,
  idle,
})

/** Kinds of what people set of metrics and initiatives. */
const programmeKinds = [
  'metric',
  'initiative',
  'weight',
  'target',
  'metric_state',
  'favourites',
  'pack',
  'threshold',
] as const satisfies readonly DefinitionKind[]

/** All that was ever set, newest first. */
export async function allVersions({ store: { engine }, scope: { org_id }, today }: Asked): Promise<Version[]> {
  const logs = await Promise.all(programmeKinds.map((kind) => definitionLog(engine, org_id, kind)))
  return logs
    .flat()
    .toSorted((a, b) => b.valid_from - a.valid_from || b.import_no - a.import_no || (a.id < b.id ? -1 : 1))
    .map((version) => versionOf(version, version.valid_to === NEVER && isIdle(today, version)))
}

const kindsOfScores: Record<string, string> = {
  '': 'All scores',
  exposure: 'Exposure score',
  secure: 'Secure score',
  initiative: 'All initiatives',
  metric: 'All metrics',
}

/** The thresholds that people set, those of most scores first. */
export async function answerThresholds({ store: { engine }, today, scope }: Asked): Promise<z.infer<typeof Thresholds>> {
  const titleOf = (id: string): string => {
    const [kind, ...rest] = id.split('/')
    const named = (kind === 'initiative' ? today.initiatives : today.metrics).get(rest.join('/'))?.title
    return kindsOfScores[id] ?? named ?? id
  }
  const standing = (await definitionLog(engine, scope.org_id, 'threshold')).filter(({ valid_to }) => valid_to === NEVER)
  const order = (id: string): string => `${id === '' ? 0 : id.includes('/') ? 2 : 1} ${id}`
  return {
    default: DROP_THRESHOLD,
    items: standing
      .toSorted((a, b) => (order(a.id) < order(b.id) ? -1 : 1))
      .map(({ id, body, valid_from, actor, reason }) => ({
        about: id || ALL_SCORES,
        title: titleOf(id),
        points: (JSON.parse(body) as { points: number }).points,
        since: formatInstant(valid_from),
        actor,
        reason,
      })),
  }
}

async function originOf(engine: Engine, org_id: number, catalog: Catalog, list: 'metrics' | 'initiatives', id: string) {
  if (shippedOf(catalog)[list].has(id)) return { origin: 'plimsoll' as const, pack: null }
  const pack = (await activePacks(engine, org_id)).find((each) => each[list].includes(id))
  return pack ? { origin: 'pack' as const, pack: pack.id } : { origin: 'own' as const, pack: null }
}

/** What a text says, as data; nothing for what has no text, such as an initiative made of reports. */
const definitionOf = (yaml: string) => (readYaml(yaml).content ?? {}) as Record<string, unknown>

/** An initiative as it comes, before anybody set weights or a target. */
function asItComes(catalog: Catalog, id: string) {
  const shipped = shippedOf(catalog).initiatives.get(id)
  const own = catalog.initiatives.get(id)
  return shipped ?? (own ? parseInitiative(id, own.yaml) : null)
}

/** What is set of a metric. Throws UserError('unknown_metric'). */
export async function answerMetricSettings(asked: Asked, id: string): Promise<z.infer<typeof MetricSettings>> {
  const {
    store: { engine },
    today,
    scope,
  } = asked
  const metric = today.metrics.get(id)
  if (!metric) throw new UserError('unknown_metric', `there is no metric "${id.slice(0, 100)}"`, { status: 404 })
  const [log, weights] = await Promise.all([allVersions(asked), readDefinitions(engine, scope.org_id, 'weight')])
  const set = new Map(weights.map((each) => [each.id, each.body as 'high']))
  return {
    id,
    title: metric.title,
    ...(await originOf(engine, scope.org_id, today, 'metrics', id)),
    yaml: metric.yaml,
    definition: definitionOf(metric.yaml),
    recommendation: metric.recommendation ?? null,
    handled: metric.handled ?? null,
    set: set.get(id) ?? null,
    initiatives: [...today.initiatives.values()].flatMap((initiative) => {
      const part = initiative.metrics.find((each) => each.id === id)
      if (!part) return []
      const comes = asItComes(today, initiative.id)?.metrics.find((each) => each.id === id)?.weight ?? part.weight
      return [
        {
          id: initiative.id,
          title: initiative.title,
          comes,
          set: set.get(`${initiative.id}/${id}`) ?? null,
          weight: part.weight,
          handled: part.handled ?? null,
        },
      ]
    }),
    log: log.filter((each) => isOfMetric(each, id)),
  }
}

const isOfMetric = ({ kind, id: of }: Version, id: string): boolean =>
  ((kind === 'metric' || kind === 'metric_state' || kind === 'weight') && of === id) || (kind === 'weight' && of.endsWith(`/${id}`))

/** What is set of an initiative. Throws UserError('unknown_initiative'). */
export async function answerInitiativeSettings(asked: Asked, id: string): Promise<z.infer<typeof InitiativeSettings>> {
  const {
    store: { engine },
    today,
    scope,
  } = asked
  const initiative = today.initiatives.get(id)
  if (!initiative) throw new UserError('unknown_initiative', `there is no initiative "${id.slice(0, 100)}"`, { status: 404 })
  const [log, weights, targets] = await Promise.all([
    allVersions(asked),
    readDefinitions(engine, scope.org_id, 'weight'),
    readDefinitions(engine, scope.org_id, 'target'),
  ])
  const set = new Map(weights.map((each) => [each.id, each.body as 'high']))
  const comes = asItComes(today, id)
  const percent = (score: number | null | undefined): number | null => (score == null ? null : Math.round(score * 1e8) / 1e6)
  return {
    id,
    title: initiative.title,
    ...(await originOf(engine, scope.org_id, today, 'initiatives', id)),
    yaml: initiative.yaml,
    definition: definitionOf(initiative.yaml),
    target: {
      score: percent(initiative.target),
      by: initiative.target_by ?? null,
      set: targets.some((each) => each.id === id),
      comes: percent(comes?.target),
    },
    metrics: initiative.metrics.map((part) => ({
      id: part.id,
      title: today.metrics.get(part.id)?.title ?? part.id,
      comes: comes?.metrics.find((each) => each.id === part.id)?.weight ?? part.weight,
      set: set.get(`${id}/${part.id}`) ?? null,
      weight: part.weight,
      handled: part.handled ?? null,
    })),
    log: log.filter((each) => isOfInitiative(each, id, initiative.metrics)),
  }
}

const isOfInitiative = (version: Version, id: string, metrics: readonly { id: string }[]): boolean =>
  ((version.kind === 'initiative' || version.kind === 'target') && version.id === id) ||
  (version.kind === 'weight' && version.id.startsWith(`${id}/`)) ||
  ((version.kind === 'weight' || version.kind === 'metric_state' || version.kind === 'metric') &&
    metrics.some((each) => each.id === version.id))

/** Own metrics and initiatives that were ended and are not there any more, last ended first. */
export async function archived({ store: { engine }, today, scope }: Asked): Promise<z.infer<typeof Archived>['items']> {
  const found = new Map<string, z.infer<typeof Archived>['items'][number]>()
  for (const kind of ['metric', 'initiative'] as const) {
    for (const { id, body, valid_to, ended_by, end_reason } of await definitionLog(engine, scope.org_id, kind)) {
      if (valid_to === NEVER || (kind === 'metric' ? today.metrics : today.initiatives).has(id) || found.has(`${kind} ${id}`)) continue
      found.set(`${kind} ${id}`, {
        kind,
        id,
        title: titleOf(kind, id, body),
        yaml: body,
        archived_at: formatInstant(valid_to),
        ended_by,
        end_reason,
      })
    }
  }
  return [...found.values()].toSorted((a, b) => (a.archived_at < b.archived_at ? 1 : -1))
}

function titleOf(kind: 'metric' | 'initiative', id: string, yaml: string): string {
  try {
    return (kind === 'metric' ? parseMetric(id, yaml) : parseInitiative(id, yaml)).title
  } catch {
    return id // an older program could read it
  }
}

/** Days that a trial looks back: two years. */
const TRIAL_DAYS = 730

/** The days that a trial is about. */
export const trialRange = ({ first_day, day }: Asked['moment']): { from: number; to: number } => ({
  from: Math.max(first_day ?? 0, day - TRIAL_DAYS),
  to: day,
})

/** What a metric would answer if it were saved, or what is wrong with it. Throws UserError('too_slow'). */
export async function answerMetricTrial(
  { store, today, scope, moment }: Asked,
  id: string,
  yaml: string,
): Promise<z.infer<typeof MetricTrial>> {
  const { definition, problems } = draftMetric(today, id, yaml)
  if (!definition) return { problems, warnings: [], answer: null }
  const trial = await tryMetric(store.engine, scope, today, definition, trialRange(moment))
  const never = trial.missing.length === 0 && trial.history.every(({ denominator }) => denominator === 0)
  return {
    problems: [],
    warnings: never
      ? [{ place: 'population', line: null, message: 'asks no asset that there was in these two years: it divides by nothing' }]
      : [],
    answer: {
      definition: definitionOf(yaml),
      population: conditionWords(definition.population, assetColumns),
      exposed_when: conditionWords(definition.exposed_when, metricColumns),
      missing: trial.missing.map((need) => today.capabilities.get(need)?.title ?? need),
      exposed: trial.exposed,
      total: trial.total,
      exposure: trial.total === 0 ? null : trial.exposed / trial.total,
      history: pointsOf(trial.history),
      assets: trial.assets.map(({ asset_id, name, criticality, reason }) => ({ asset_id, name, criticality, reason })),
      milliseconds: trial.milliseconds,
    },
  }
}

/** What score an initiative would have, or what is wrong with it. */
export async function answerInitiativeTrial(
  { store, today, scope, moment }: Asked,
  id: string,
  yaml: string,
): Promise<z.infer<typeof InitiativeTrial>> {
  const { definition, problems } = draftInitiative(today, id, yaml)
  if (!definition) return { problems, answer: null }
  const history = await tryInitiative(store.engine, scope, today, definition, trialRange(moment))
  return {
    problems: [],
    answer: {
      definition: definitionOf(yaml),
      value: history.at(-1)!.value,
      target: definition.target === null ? null : 100 * definition.target,
      history: pointsOf(history),
    },
  }
}

const POINT = 1_000_000

/** The points of change of an initiative in a range. */
export const readChanges = ({ store, today, scope }: Asked, id: string, range: { from: number; to: number; least: number }) =>
  remember(store, ['initiative changes', scope, id, range], () => changePoints(store.engine, scope, today, id, range))

/** Assets that a metric began or ceased to find exposed on a day. */
export const readChangedAssets = ({ store, today, scope }: Asked, id: string, day: number) =>
  remember(store, ['changed assets', scope, id, day], () => changedAssets(store.engine, scope, today, id, day))

/** Why an initiative's score changed on a day. Throws as changeOn does. */
export async function answerChange(asked: Asked, id: string, day: number): Promise<z.infer<typeof ChangeDetail>> {
  const { store, today, scope } = asked
  const { engine } = store
  const { metrics, explanation } = await remember(store, ['initiative change', scope, id, day], () =>
    changeOn(engine, scope, today, id, day),
  )
  const parts = new Map<string, number>()
  for (const { id: metric, units } of explanation.parts) parts.set(metric, (parts.get(metric) ?? 0) + units)
  const log = await allVersions(asked)
  const onDay: Version[] = []
  for (const version of log) {
    const instants = [version.from, version.to].flatMap((text) => (text === null ? [] : [Date.parse(text) * 1000]))
    for (const instant of instants)
      if ((await dayOf(engine, scope.org_id, instant)) === day && !onDay.includes(version)) onDay.push(version)
  }
  const rows = []
  for (const { id: metric, title, reasons, before, after } of metrics) {
    const assets = await readChangedAssets(asked, metric, day)
    rows.push({
      id: metric,
      title,
      reasons,
      part: (parts.get(metric) ?? 0) / POINT,
      before,
      after,
      added: assets.filter(({ what }) => what === 'added').length,
      removed: assets.filter(({ what }) => what === 'removed').length,
    })
  }
  const value = (units: number | null) => (units === null ? null : units / POINT)
  return {
    day: dayText(day),
    before: value(explanation.from_units),
    after: value(explanation.to_units),
    change: explanation.change / POINT,
    groups: causeGroups.flatMap((group) => {
      const own = explanation.causes.filter(({ cause }) => causeOf(cause).group === group)
      return own.length ? [{ group, title: causeGroupTitles[group], part: own.reduce((sum, { units }) => sum + units, 0) / POINT }] : []
    }),
    causes: explanation.causes.map(({ cause, units }) => ({ cause: causeOf(cause).id, title: causeOf(cause).title, part: units / POINT })),
    metrics: rows.toSorted((a, b) => Math.abs(b.part) - Math.abs(a.part) || (a.id < b.id ? -1 : 1)),
    edits: onDay.filter((version) => version.kind !== 'pack' && isOfInitiative(version, id, metrics)),
    content: onDay
      .filter((version) => version.kind === 'pack')
      .map((version) => ({ ...packOf(version.id, version.value), at: version.from }))
      .filter((pack) => pack.initiatives.includes(id) || pack.metrics.some((metric) => metrics.some((each) => each.id === metric)))
      .map(({ title, version, notes, at }) => ({ title: `${title} ${version}`, notes, at })),
  }
}
