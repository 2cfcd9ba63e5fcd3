import { UserError } from '../errors.ts'
import { type ExploitStage, exploitStages } from '../model/exploit.ts'
import { type Severity, severities } from '../model/severity.ts'
import type { Engine, Params } from '../store/engines/engine.ts'
import type { Scope } from '../store/scope.ts'
import { fixedVersions } from '../store/queries/recommendations/fixed-versions.ts'
import { type Gain, memberGain, recommendationGains } from '../store/queries/recommendations/gains.ts'
import { memberAssets, memberMatches, type Members, memberSubjects, type MemberSubject } from '../store/queries/recommendations/members.ts'
import { type SettingGain, settingGains } from '../store/queries/recommendations/settings.ts'
import type { Campaign, Catalog } from './catalog.ts'
import { ParameterList } from './condition-sql.ts'
import { fixOf } from './fix-version.ts'
import { compileMetric, compileTerms } from './metric-condition.ts'
import type { AffectedAsset } from './metrics.ts'

export type RecommendationKind = 'update' | 'setting' | 'campaign' | 'attention'

/** One action that closes many findings, and what it gains. */
export interface Recommendation {
  /** `update:<component>`, `attention:<component>`, `setting:<control id>`, `campaign:<file name>`. */
  id: string
  kind: RecommendationKind
  title: string
  component: string | null
  /** What to update to; null when no source states it or there are several. */
  fixed_version: string | null
  /** Points of 0–100 of `score` that closing exactly its findings gives back; always above 0. Gains of several are never added (law 10). */
  gain: number
  score: 'exposure' | 'secure'
  assets: number
  findings: number
  vulnerabilities: number
  stage: ExploitStage
  severity: Severity | null
  critical_assets: number
  /** Who says so: the control's source, the campaign's link; null for what follows from findings. */
  source: string | null
  category: string | null
  description: string | null
  remediation: string | null
  url: string | null
}

/** All recommendations that gain something at the end of a day, the greatest gain first; those of the exposure score before settings of equal gain. */
export async function listRecommendations(engine: Engine, scope: Scope, catalog: Catalog, day: number): Promise<Recommendation[]> {
  const [gains, fixes, settings] = [
    await recommendationGains(engine, scope, day),
    await fixedVersions(engine, scope, day),
    await settingGains(engine, scope, day),
  ]
  const stated = new Map<string, { subject: string; fixed_version: string }[]>()
  for (const fix of fixes) {
    const list = stated.get(fix.recommendation)
    if (list) list.push(fix)
    else stated.set(fix.recommendation, [fix])
  }
  const figures = new Map(gains.map((gain) => [gain.recommendation, gain]))
  const all: Recommendation[] = []
  for (const gain of gains) {
    if (gain.recommendation.startsWith('setting:')) continue
    all.push(ofComponent(gain, fixOf(stated.get(gain.recommendation) ?? [])))
  }
  for (const setting of settings) {
    const own = figures.get(`setting:${setting.control_id}`)
    if (own) all.push(ofControl(setting, own))
  }
  for (const campaign of catalog.recommendations.values()) {
    const members = campaignMembers(campaign)
    const gain = await memberGain(engine, scope, day, members.columns['member']!, members.params)
    if (gain) all.push(ofCampaign(campaign, gain))
  }
  return all
    .filter((each) => each.gain > 0)
    .toSorted((a, b) => b.gain - a.gain || (a.score === b.score ? 0 : a.score === 'exposure' ? -1 : 1) || (a.id < b.id ? -1 : 1))
}

const figuresOf = (gain: Gain) => ({
  assets: gain.assets,
  findings: gain.findings,
  vulnerabilities: gain.subjects,
  critical_assets: gain.critical_assets,
  stage: exploitStages[gain.stage]!,
  severity: gain.severity === null ? null : severities[gain.severity]!,
})

function ofComponent(gain: Gain, fix: string | null): Recommendation {
  const update = gain.recommendation.startsWith('update:')
  const name = gain.component
  const article = fix !== null && /^KB\d+$/.test(fix)
  const title = article
    ? `Install ${fix} (${name})`
    : update
      ? fix === null || fix === 'several'
        ? `Update ${name}`
        : `Update ${name} to ${fix}`
      : `Mitigate ${name}, which has a public exploit and no known fix`
  const remediation = update
    ? fix === 'several'
      ? `Update ${name} to the version that fixes its branch; the vulnerabilities below name them.`
      : `Update ${name}${fix === null ? ' to a fixed version' : ` to ${fix} or later`} on all assets below.`
    : `No source names a fixed version of ${name}. Follow the vendor's mitigation, remove it where it is not needed, or limit who can reach it.`
  return {
    id: gain.recommendation,
    kind: update ? 'update' : 'attention',
    title,
    component: name,
    fixed_version: update && fix !== 'several' ? fix : null,
    gain: gain.gain ?? 0,
    score: 'exposure',
    ...figuresOf(gain),
    source: null,
    category: null,
    description: null,
    remediation,
    url: null,
  }
}

function ofControl(setting: SettingGain, figures: Gain): Recommendation {
  const { control_id, title, gain, source, category, description, remediation, url, product } = setting
  return {
    id: `setting:${control_id}`,
    kind: 'setting',
    title: title ?? control_id,
    component: product,
    fixed_version: null,
    gain,
    score: 'secure',
    ...figuresOf(figures),
    vulnerabilities: 0,
    source,
    category,
    description,
    remediation,
    url,
  }
}

function ofCampaign(campaign: Campaign, gain: Gain): Recommendation {
  return {
    id: `campaign:${campaign.id}`,
    kind: 'campaign',
    title: campaign.title,
    component: null,
    fixed_version: null,
    gain: gain.gain ?? 0,
    score: 'exposure',
    ...figuresOf(gain),
    source: campaign.source,
    category: null,
    description: campaign.why,
    remediation: campaign.remediation,
    url: campaign.source,
  }
}

/** A campaign's findings as a predicate over f, v, c. */
function campaignMembers(campaign: Campaign): Members {
  const parameters = new ParameterList('campaign')
  const { terms } = compileTerms(campaign.findings, parameters)
  return { pick: 'member', columns: { member: terms.map((term) => `(${term.finding})`).join(' or ') }, params: parameters.params }
}

/** Which findings a recommendation closes. Throws UserError('unknown_recommendation'). */
function membersOf(catalog: Catalog, id: string): Members {
  if (id.startsWith('campaign:')) {
    const campaign = catalog.recommendations.get(id.slice('campaign:'.length))
    if (campaign) return campaignMembers(campaign)
  } else if (/^(update|attention|setting):/.test(id))
    return { pick: 'recommendation = $recommendation', columns: {}, params: { recommendation: id } satisfies Params }
  throw new UserError('unknown_recommendation', `there is no recommendation "${id}"`, { status: 404 })
}

/** The assets that a recommendation would clear, those with the greatest hazard first; a page of them (default: the first 10,000). */
export async function recommendationAssets(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  day: number,
  page: { limit?: number; offset?: number } = {},
): Promise<AffectedAsset[]> {
  const assets = await memberAssets(engine, scope, day, membersOf(catalog, id), { limit: page.limit ?? 10_000, offset: page.offset ?? 0 })
  const verb = id.startsWith('setting:') ? 'fails' : 'has'
  return assets.map(({ subject, subjects, ...asset }) => ({
    ...asset,
    reason: `${verb} ${subject}${subjects > 1 ? ` and ${subjects - 1} more` : ''}`,
  }))
}

/** The vulnerabilities (or the control) of a recommendation, the worst first. */
export const recommendationSubjects = (engine: Engine, scope: Scope, catalog: Catalog, id: string, day: number): Promise<MemberSubject[]> =>
  memberSubjects(engine, scope, day, membersOf(catalog, id))

/** The metrics that some finding of a recommendation makes an asset exposed for: those that it can make better. */
export async function recommendationMetrics(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  day: number,
): Promise<{ id: string; title: string }[]> {
  const asked = [...catalog.metrics.values()].flatMap((metric, index) => {
    const { population, terms, params } = compileMetric(metric.population, metric.exposed_when, 'asset', `metric${index}`)
    const looking = terms.filter((term) => term.finding !== null)
    const sql = `(${population}) and (${looking.map((term) => `${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding})`).join(' or ')})`
    return looking.length ? [{ metric, sql, params: usedIn(sql, params) }] : []
  })
  const matches = await memberMatches(engine, scope, day, membersOf(catalog, id), asked)
  return asked.filter((_, index) => matches[index]).map(({ metric }) => ({ id: metric.id, title: metric.title }))
}

/** PostgreSQL takes only parameters that a text uses. */
const usedIn = (sql: string, params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)))
