import type { AssetType } from '../model/asset.ts'
import { exploitStages } from '../model/exploit.ts'
import {
  type ExceptionCover,
  type Impact,
  impactOfGain,
  isUpgrade,
  type RecommendationState,
  type RecommendationTag,
  type RemediationType,
  type Surface,
  surfacesOf,
  type Threat,
} from '../model/recommendation.ts'
import { severities, type Severity } from '../model/severity.ts'
import { DAY_US } from '../model/time.ts'
import type { Engine, Params } from '../store/engines/engine.ts'
import type { AskedMoment } from '../store/queries/moment.ts'
import { type StatedAlert, statedAlerts } from '../store/queries/recommendations/active-alerts.ts'
import { allObjectives, type ControlState, controlStates } from '../store/queries/recommendations/controls.ts'
import { type Course, recommendationCourses, TREND_DAYS } from '../store/queries/recommendations/course.ts'
import {
  type CampaignSql,
  type MatchSql,
  type OpenFigures,
  openFigures,
  type StatedBy,
  statedBy,
} from '../store/queries/recommendations/figures.ts'
import { controlTypes, type Installed, installedSoftware } from '../store/queries/recommendations/installed.ts'
import { type ImpactCounts, userImpactCounts } from '../store/queries/recommendations/user-impact.ts'
import { listSources } from '../store/queries/sources/list.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog, Metric } from './catalog.ts'
import { compileMetric } from './metric-condition.ts'
import { campaignMembers, componentWords, isSetting, type OpenGains, type Recommendation, recommendationsOf } from './recommendations.ts'

/** One row of the catalogue over all sources: a recommendation, whether anything of it is open or not. */
export interface CataloguedRecommendation extends Recommendation {
  state: RecommendationState
  exception: ExceptionCover
  remediation_type: RemediationType
  /** By `gain`; null where nothing can be gained. */
  impact: Impact | null
  /** Points of 0–100 of each score that closing exactly its findings gives back. */
  exposure_gain: number
  secure_gain: number
  /** Assets on which it is open, of which `assets_after` those that no score-moving exception covers. */
  assets_after: number
  /** What `gain` would be had nobody excepted anything. */
  gain_before: number
  internet_assets: number
  /** Assets that have the software, or on which the check ran; null: no report says. */
  applicable_assets: number | null
  /** Assets on which it is done. */
  done_assets: number | null
  /** Things inside of assets that tools count, such as users: "97 of 120". */
  done_inside: number | null
  total_inside: number | null
  /** Of the assets on which a setting is open those of which a source expects that people would notice its mending, and would not; null: none states it. */
  user_impact: { expected: number; none: number } | null
  /** Whether a source ties an active alert to it; null: none states it. */
  active_alert: boolean | null
  trend: number[]
  /** Day of the last change between open and closed; null: more than 180 days ago. */
  changed_on_day: number | null
  threats: Threat[]
  tags: RecommendationTag[]
  surfaces: Surface[]
  workload: string | null
  vendor: string | null
  sources: string[]
  /** Every source that states it has gone silent. */
  stale: boolean
  /** It moves a score: something of it stands on an asset that is in one. */
  counts: boolean
  risk: 'low' | 'medium' | 'high' | 'critical' | null
  /** 1: takes away the most hazard, weighted by the value of the assets; null: nothing to take away. */
  rank: number | null
  objectives: string[]
  metrics: string[]
  initiatives: string[]
}

/** The catalog's campaigns ready for SQL. */
export const campaignsOf = (catalog: Catalog): CampaignSql[] =>
  [...catalog.recommendations.values()].map((campaign, index) => {
    const { columns, params } = campaignMembers(campaign, `campaign${index}`)
    return { id: `campaign:${campaign.id}`, member: columns['member']!, params }
  })

/** Metrics that look at findings, with their question of one finding. */
function findingMetrics(catalog: Catalog): { metric: Metric; match: MatchSql }[] {
  return [...catalog.metrics.values()].flatMap((metric, index) => {
    const { population, terms, params } = compileMetric(metric.population, metric.exposed_when, 'asset', `metric${index}`)
    const looking = terms.filter((term) => term.finding !== null)
    const sql = `(${population}) and (${looking.map((term) => `${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding})`).join(' or ')})`
    return looking.length ? [{ metric, match: { sql, params: usedIn(sql, params) } }] : []
  })
}

/** PostgreSQL takes only parameters that a text uses. */
const usedIn = (sql: string, params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)))

/** The whole catalogue at a moment: what gains most first, then by assets; what is done last. `gains`: of the same day. */
export async function catalogueRecommendations(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  moment: AskedMoment,
  gains: OpenGains,
): Promise<CataloguedRecommendation[]> {
  const campaigns = campaignsOf(catalog)
  const metrics = findingMetrics(catalog)
  const [figures, courses, stated, installed, controls, types, objectives, sources, impacts, alerts] = await Promise.all([
    openFigures(
      engine,
      scope,
      moment,
      campaigns,
      metrics.map(({ match }) => match),
    ),
    recommendationCourses(engine, scope, moment.day, campaigns),
    statedBy(engine, scope, moment.day, campaigns),
    installedSoftware(engine, scope, moment),
    controlStates(engine, scope, moment),
    controlTypes(engine, scope, moment),
    allObjectives(engine, scope.org_id),
    listSources(engine, scope, moment),
    userImpactCounts(engine, scope, moment.day),
    statedAlerts(engine, scope.org_id, moment),
  ])
  const context: Context = {
    catalog,
    moment,
    gains,
    figures: new Map(figures.map((row) => [row.recommendation, row])),
    courses: new Map(courses.map((row) => [row.recommendation, row])),
    stated: groupBy(stated),
    installed,
    silent: new Set(sources.filter((source) => source.kind === 'report' && source.state === 'stale').map(({ source }) => source)),
    open: new Map(recommendationsOf(catalog, gains).map((row) => [row.id, row])),
    impacts: new Map(impacts.map((row) => [row.control_id, row])),
    alerts,
    metricsOf: (positions) => positions.map((position) => metrics[position]!.metric.id),
  }
  const found: CataloguedRecommendation[] = []
  for (const id of new Set([...context.figures.keys(), ...context.courses.keys()])) {
    if (isSetting(id)) continue
    const row = id.startsWith('campaign:') ? ofCampaign(context, id) : ofComponent(context, id)
    if (row) found.push(row)
  }
  for (const control of controls) {
    if (control.state === 'not_applicable') continue
    found.push(ofControl(context, control, (types.get(control.control_id) ?? []) as AssetType[], objectives.get(control.control_id) ?? []))
  }
  const risks = found
    .filter((row) => row.state === 'not_compliant' && riskOf(context, row.id) > 0)
    .toSorted((a, b) => riskOf(context, b.id) - riskOf(context, a.id) || (a.id < b.id ? -1 : 1))
  for (const [index, row] of risks.entries()) row.rank = index + 1
  return inOrder(found)
}

/**
 * What gives points of a score of the whole back first, the greatest gain first; then what gives points of an initiative back, which are other points; then what is
 * open on most assets; what is done last.
 */
export const inOrder = (rows: readonly CataloguedRecommendation[]): CataloguedRecommendation[] =>
  rows.toSorted(
    (a, b) =>
      Number(ofWhole(b)) - Number(ofWhole(a)) ||
      b.gain - a.gain ||
      (a.score === b.score ? 0 : a.score === 'exposure' ? -1 : 1) ||
      Number(b.state === 'not_compliant') - Number(a.state === 'not_compliant') ||
      b.assets - a.assets ||
      (a.id < b.id ? -1 : 1),
  )

const ofWhole = ({ gain, score }: CataloguedRecommendation): boolean => gain > 0 && score !== 'initiative'

interface Context {
  catalog: Catalog
  moment: AskedMoment
  gains: OpenGains
  figures: ReadonlyMap<string, OpenFigures>
  courses: ReadonlyMap<string, Course>
  stated: ReadonlyMap<string, StatedBy[]>
  installed: ReadonlyMap<string, Installed>
  /** Sources of reports that have gone silent. */
  silent: ReadonlySet<string>
  open: ReadonlyMap<string, Recommendation>
  impacts: ReadonlyMap<string, ImpactCounts>
  alerts: readonly StatedAlert[]
  metricsOf: (positions: readonly number[]) => string[]
}

function groupBy(rows: readonly StatedBy[]): Map<string, StatedBy[]> {
  const groups = new Map<string, StatedBy[]>()
  for (const row of rows) {
    const list = groups.get(row.recommendation)
    if (list) list.push(row)
    else groups.set(row.recommendation, [row])
  }
  return groups
}

const gainOf = ({ gains }: Context, id: string) => gains.gains.get(id) ?? gains.campaigns.get(id)
const gainBefore = ({ gains }: Context, id: string, gain: number): number => (gains.unheard === null ? gain : (gains.unheard.get(id) ?? 0))
const riskOf = (context: Context, id: string): number => gainOf(context, id)?.risk ?? 0

/** Whether one of these statements says that an alert is active; null: there is none. */
const anyActive = (alerts: readonly StatedAlert[]): boolean | null => (alerts.length === 0 ? null : alerts.some(({ active }) => active))

/** What every kind has in common, from what stands open; nothing is open where there is no row of it. `alerts`: what is stated of active alerts tied to it. */
function common(context: Context, id: string, surfaces: readonly Surface[], alerts: readonly StatedAlert[] = []) {
  const figures = context.figures.get(id)
  const course = context.courses.get(id)
  const gain = gainOf(context, id)
  const sources = [...new Set((context.stated.get(id) ?? []).map(({ source }) => source))].toSorted()
  const metrics = context.metricsOf(figures?.matches ?? [])
  const stage = figures?.stage ?? 0
  const severity = figures?.severity ?? null
  const active_alert = anyActive(alerts)
  return {
    exposure_gain: gain?.gain ?? 0,
    assets: figures?.assets ?? 0,
    assets_after: figures?.assets_after ?? 0,
    internet_assets: figures?.internet_assets ?? 0,
    critical_assets: figures?.critical_assets ?? 0,
    findings: figures?.findings ?? 0,
    stage: exploitStages[stage]!,
    severity: severity === null ? null : (severities[severity] as Severity),
    exception: (!figures || figures.covered === 0
      ? 'active'
      : figures.covered === figures.findings
        ? 'full_exception'
        : 'partial_exception') as ExceptionCover,
    trend: course?.trend ?? Array.from({ length: TREND_DAYS }, () => 0),
    changed_on_day: course?.since_day ?? null,
    user_impact: null as CataloguedRecommendation['user_impact'],
    active_alert,
    threats: [
      ...exploitStages.filter((_, index) => index > 0 && ((figures?.stages ?? 0) >> index) % 2 === 1),
      ...(active_alert ? ['active_alert'] : []),
    ] as Threat[],
    surfaces: [...surfaces],
    sources,
    stale: sources.length > 0 && sources.every((source) => context.silent.has(source)),
    counts: (figures?.scored ?? 0) > 0,
    risk: figures && figures.assets_after > 0 ? riskLevel(figures) : null,
    rank: null,
    metrics,
    initiatives: initiativesOf(context.catalog, metrics),
  }
}

/** The initiatives that some of these metrics belong to. */
const initiativesOf = (catalog: Catalog, metrics: readonly string[]): string[] =>
  [...catalog.initiatives.values()].filter((initiative) => initiative.metrics.some(({ id }) => metrics.includes(id))).map(({ id }) => id)

/** By how far exploitation has come, and whether it stands on assets that the internet reaches or that matter. docs/recommendations.md */
function riskLevel({ stage, severity, internet_assets, critical_assets }: OpenFigures): 'low' | 'medium' | 'high' | 'critical' {
  const prominent = internet_assets > 0 || critical_assets > 0
  if (stage >= 4) return prominent ? 'critical' : 'high'
  if (stage >= 1) return prominent ? 'high' : 'medium'
  return (severity ?? 2) >= 3 && prominent ? 'medium' : 'low'
}

function stateOf(figures: OpenFigures | undefined): RecommendationState {
  if (!figures || figures.findings === 0) return 'compliant'
  if (figures.assets_after === 0) return 'mitigated'
  return figures.scored === 0 ? 'not_available' : 'not_compliant'
}

/** What the sources that state the open findings of a component say of active alerts tied to the software of this name, unless it is of another vendor. */
const alertsOf = (context: Context, id: string, name: string, vendor: string | null): StatedAlert[] => {
  const sources = new Set((context.stated.get(id) ?? []).map(({ source }) => source))
  return context.alerts.filter(
    (alert) =>
      alert.software === name &&
      sources.has(alert.source) &&
      (vendor === null || alert.vendor === null || alert.vendor === vendor.toLowerCase()),
  )
}

/** Days ahead for which an end of support is told. */
const SOON_DAYS = 183

function ofComponent(context: Context, id: string): CataloguedRecommendation | null {
  const figures = context.figures.get(id)
  const course = context.courses.get(id)
  const open = gainOf(context, id)
  const component = open?.component || course?.component || ''
  if (component === '') return null
  const fix = context.gains.fixes.get(id) ?? null
  const words = componentWords(id, component, fix)
  const name = component.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const installed = context.installed.get(name)
  const base = common(
    context,
    id,
    surfacesOf((figures?.types ?? []) as AssetType[], []),
    alertsOf(context, id, name, installed?.vendor ?? null),
  )
  const update = id.startsWith('update:')
  const ended = installed?.first_end != null && installed.first_end <= context.moment.at
  const soon = !ended && installed?.first_end != null && installed.first_end <= context.moment.at + SOON_DAYS * DAY_US
  const other = context.figures.has(`${update ? 'attention' : 'update'}:${id.slice(id.indexOf(':') + 1)}`)
  const versions = (context.stated.get(id) ?? []).filter(({ version }) => version !== null)
  const tags: RecommendationTag[] = [
    ...(ended ? (['end_of_support'] as const) : []),
    ...(soon ? (['end_of_support_soon'] as const) : []),
    ...((figures?.zero_days ?? 0) > 0 ? (['zero_day'] as const) : []),
    ...(update && course?.new_fix ? (['new_fix'] as const) : []),
    ...(!update && figures ? (['no_fix'] as const) : []),
    ...(update && other ? (['some_fixes'] as const) : []),
    ...(base.stale ? (['stale'] as const) : []),
  ]
  const upgrade = ended || (versions.length > 0 && versions.every(({ version }) => isUpgrade(version, words.fixed_version)))
  const gain = open?.gain ?? 0
  return {
    id,
    kind: update ? 'update' : 'attention',
    ...words,
    ...base,
    component,
    gain,
    gain_before: gainBefore(context, id, gain),
    score: 'exposure',
    secure_gain: 0,
    impact: impactOfGain(gain),
    state: stateOf(figures),
    remediation_type: update ? (upgrade ? 'upgrade' : 'update') : installed?.all_ended ? 'uninstall' : 'attention_required',
    vulnerabilities: figures?.subjects ?? 0,
    applicable_assets: installed ? Math.max(installed.assets, base.assets) : null,
    done_assets: installed ? Math.max(installed.assets - base.assets, 0) : null,
    done_inside: null,
    total_inside: null,
    tags,
    workload: component,
    vendor: installed?.vendor ?? null,
    source: base.sources.join(', ') || null,
    category: null,
    description: null,
    url: null,
    objectives: [],
  }
}

function ofCampaign(context: Context, id: string): CataloguedRecommendation | null {
  const campaign = context.catalog.recommendations.get(id.slice('campaign:'.length))
  if (!campaign) return null
  const figures = context.figures.get(id)
  const base = common(context, id, surfacesOf((figures?.types ?? []) as AssetType[], []))
  const gain = gainOf(context, id)?.gain ?? 0
  return {
    id,
    kind: 'campaign',
    title: campaign.title,
    ...base,
    component: null,
    fixed_version: null,
    gain,
    gain_before: gainBefore(context, id, gain),
    score: 'exposure',
    secure_gain: 0,
    impact: impactOfGain(gain),
    state: stateOf(figures),
    remediation_type: 'update',
    vulnerabilities: figures?.subjects ?? 0,
    applicable_assets: null,
    done_assets: null,
    done_inside: null,
    total_inside: null,
    tags: [...((figures?.zero_days ?? 0) > 0 ? (['zero_day'] as const) : []), ...(base.stale ? (['stale'] as const) : [])],
    workload: null,
    vendor: null,
    source: campaign.source,
    category: null,
    description: campaign.why,
    remediation: campaign.remediation,
    url: campaign.source,
    objectives: [],
  }
}

function ofControl(context: Context, control: ControlState, types: AssetType[], objectives: string[]): CataloguedRecommendation {
  const id = `setting:${control.control_id}`
  const setting = context.gains.settings.get(id)
  const figures = context.figures.get(id)
  const impact = context.impacts.get(control.control_id)
  const base = common(
    context,
    id,
    surfacesOf(types.length > 0 ? types : ((figures?.types ?? []) as AssetType[]), objectives),
    context.alerts.filter(({ control_id }) => control_id === control.control_id),
  )
  const sources = base.sources.length > 0 ? base.sources : [control.source]
  const stale = sources.every((source) => context.silent.has(source))
  const gain = setting?.gain ?? 0
  const state: RecommendationState =
    setting && figures
      ? 'not_compliant'
      : control.failed > 0
        ? figures && figures.assets_after > 0
          ? 'not_available'
          : 'mitigated'
        : control.passed > 0
          ? 'compliant'
          : 'not_available'
  const severity = base.severity ?? (control.severity === null ? null : (severities[control.severity] as Severity))
  return {
    id,
    kind: 'setting',
    title: control.title,
    ...base,
    severity,
    component: control.product,
    fixed_version: null,
    gain,
    gain_before: gainBefore(context, id, gain),
    score: 'secure',
    secure_gain: gain,
    impact: impactOfGain(gain),
    state,
    remediation_type: 'configuration_change',
    vulnerabilities: 0,
    applicable_assets: control.passed + control.failed,
    done_assets: control.passed,
    done_inside: control.passed_inside,
    total_inside: control.total_inside,
    user_impact: impact ? { expected: impact.expected, none: impact.none } : null,
    tags: stale ? ['stale'] : [],
    workload: control.product,
    vendor: null,
    sources,
    stale,
    source: control.source,
    counts: setting !== undefined || state === 'compliant' || state === 'mitigated',
    category: control.category,
    description: control.description,
    remediation: control.remediation,
    url: control.url,
    objectives,
  }
}
