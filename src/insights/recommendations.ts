import { UserError } from '../errors.ts'
import { type ExploitStage, exploitStages } from '../model/exploit.ts'
import type { gainingScores, RecommendationKind, UserImpact } from '../model/recommendation.ts'
import { type Severity, severities } from '../model/severity.ts'
import type { Engine, Params } from '../store/engines/engine.ts'
import type { Scope } from '../store/scope.ts'
import { fixedVersions } from '../store/queries/recommendations/fixed-versions.ts'
import { anyExcepted, type Gain, memberGain, recommendationGains } from '../store/queries/recommendations/gains.ts'
import { memberAssets, type Members, memberSubjects, type MemberSubject } from '../store/queries/recommendations/members.ts'
import { type SettingGain, settingGains } from '../store/queries/recommendations/settings.ts'
import { userImpactByAsset } from '../store/queries/recommendations/user-impact.ts'
import type { Campaign, Catalog } from './catalog.ts'
import { ParameterList } from './condition-sql.ts'
import { fixOf } from './fix-version.ts'
import { compileTerms } from './metric-condition.ts'
import { metricOfAction } from './metric-recommendations.ts'
import { type AffectedAsset, metricAssets } from './metrics.ts'

/** One action that closes many findings, and what it gains. */
export interface Recommendation {
  /** `update:<component>`, `attention:<component>`, `setting:<control id>`, `campaign:<file name>`, `metric:<metric id>`. */
  id: string
  kind: RecommendationKind
  title: string
  component: string | null
  /** What to update to; null when no source states it or there are several. */
  fixed_version: string | null
  /** Points of 0–100 of `score` that closing exactly its findings gives back; always above 0. Gains of several are never added (law 10). */
  gain: number
  score: (typeof gainingScores)[number]
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

/** What is open and what it gains at the end of a day: what the lists of recommendations are made of. */
export interface OpenGains {
  /** By id; of settings the part that counts in the exposure score. */
  gains: Map<string, Gain>
  /** By id: what to update to, 'several', or null where no source says. */
  fixes: Map<string, string | null>
  /** Of the secure score, by id. */
  settings: Map<string, SettingGain>
  /** Of campaigns with something open, by id. */
  campaigns: Map<string, Gain>
  /** By id: what each would gain in its score had nobody excepted anything. Null: nothing is excepted. */
  unheard: Map<string, number> | null
}

/** Reads {@link OpenGains}. */
export async function readGains(engine: Engine, scope: Scope, catalog: Catalog, day: number): Promise<OpenGains> {
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
  const campaigns = await campaignGains(engine, scope, catalog, day)
  return {
    unheard: (await anyExcepted(engine, scope.org_id, day)) ? await unheardGains(engine, scope, catalog, day) : null,
    gains: new Map(gains.map((gain) => [gain.recommendation, gain])),
    fixes: new Map(
      gains
        .filter((gain) => !isSetting(gain.recommendation))
        .map(({ recommendation }) => [recommendation, fixOf(stated.get(recommendation) ?? [])]),
    ),
    settings: new Map(settings.map((setting) => [`setting:${setting.control_id}`, setting])),
    campaigns,
  }
}

/** What stands open of each campaign, by id. `unheard`: as though nobody had excepted anything. */
async function campaignGains(engine: Engine, scope: Scope, catalog: Catalog, day: number, unheard = false): Promise<Map<string, Gain>> {
  const campaigns = new Map<string, Gain>()
  for (const campaign of catalog.recommendations.values()) {
    const members = campaignMembers(campaign)
    const gain = await memberGain(engine, scope, day, members.columns['member']!, members.params, unheard)
    if (gain) campaigns.set(`campaign:${campaign.id}`, gain)
  }
  return campaigns
}

/** {@link OpenGains.unheard}. */
async function unheardGains(engine: Engine, scope: Scope, catalog: Catalog, day: number): Promise<Map<string, number>> {
  const gains = await recommendationGains(engine, scope, day, { unheard: true })
  return new Map([
    ...gains
      .filter(({ recommendation }) => !isSetting(recommendation))
      .map(({ recommendation, gain }) => [recommendation, gain ?? 0] as const),
    ...(await settingGains(engine, scope, day, false)).map(({ control_id, gain }) => [`setting:${control_id}`, gain] as const),
    ...[...(await campaignGains(engine, scope, catalog, day, true))].map(([id, { gain }]) => [id, gain ?? 0] as const),
  ])
}

export const isSetting = (id: string): boolean => id.startsWith('setting:')

/** All recommendations that gain something at the end of a day, the greatest gain first; those of the exposure score before settings of equal gain. */
export const listRecommendations = async (engine: Engine, scope: Scope, catalog: Catalog, day: number): Promise<Recommendation[]> =>
  recommendationsOf(catalog, await readGains(engine, scope, catalog, day))

/** As {@link listRecommendations}, from what was read. */
export function recommendationsOf(catalog: Catalog, { gains, fixes, settings, campaigns }: OpenGains): Recommendation[] {
  const all: Recommendation[] = []
  for (const [id, gain] of gains) if (!isSetting(id)) all.push(ofComponent(gain, fixes.get(id) ?? null))
  for (const [id, setting] of settings) {
    const own = gains.get(id)
    if (own) all.push(ofControl(setting, own))
  }
  for (const campaign of catalog.recommendations.values()) {
    const gain = campaigns.get(`campaign:${campaign.id}`)
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

/** What an update or mitigation of a component is called, and how it is done. `fix`: as in {@link OpenGains.fixes}. */
export function componentWords(
  id: string,
  name: string,
  fix: string | null,
): Pick<Recommendation, 'title' | 'remediation' | 'fixed_version'> {
  if (!id.startsWith('update:'))
    return {
      title: `Mitigate ${name}, which has a public exploit and no known fix`,
      remediation: `No source names a fixed version of ${name}. Follow the vendor's mitigation, remove it where it is not needed, or limit who can reach it.`,
      fixed_version: null,
    }
  const article = fix !== null && /^KB\d+$/.test(fix)
  return {
    title: article ? `Install ${fix} (${name})` : fix === null || fix === 'several' ? `Update ${name}` : `Update ${name} to ${fix}`,
    remediation:
      fix === 'several'
        ? `Update ${name} to the version that fixes its branch; the vulnerabilities below name them.`
        : `Update ${name}${fix === null ? ' to a fixed version' : ` to ${fix} or later`} on all assets below.`,
    fixed_version: fix === 'several' ? null : fix,
  }
}

function ofComponent(gain: Gain, fix: string | null): Recommendation {
  return {
    id: gain.recommendation,
    kind: gain.recommendation.startsWith('update:') ? 'update' : 'attention',
    ...componentWords(gain.recommendation, gain.component, fix),
    component: gain.component,
    gain: gain.gain ?? 0,
    score: 'exposure',
    ...figuresOf(gain),
    source: null,
    category: null,
    description: null,
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
export function campaignMembers(campaign: Campaign, prefix = 'campaign'): Members {
  const parameters = new ParameterList(prefix)
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

const impactWords = { none: ', no impact on users expected', expected: ', users would notice', not_stated: '' } as const

/**
 * The assets that a recommendation would clear, those with the greatest hazard first; a page of them (default: the first 10,000). `user_impact`: of these only the
 * ones of which sources expect that; no source states it of anything but settings.
 */
export async function recommendationAssets(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  day: number,
  { user_impact, ...page }: { limit?: number; offset?: number; user_impact?: UserImpact | undefined } = {},
): Promise<AffectedAsset[]> {
  const part = { limit: page.limit ?? 10_000, offset: page.offset ?? 0 }
  const metric = metricOfAction(catalog, id)
  if (metric) return user_impact === undefined || user_impact === 'not_stated' ? metricAssets(engine, scope, metric, day, part) : []
  // Which assets are left over by the expectation is known only of all of them.
  const asked = user_impact === undefined ? part : { limit: 2 ** 31 - 1, offset: 0 }
  const assets = await memberAssets(engine, scope, day, membersOf(catalog, id), asked)
  const said = isSetting(id) ? await userImpactByAsset(engine, scope, day, id.slice('setting:'.length)) : new Map<number, boolean>()
  const verb = isSetting(id) ? 'fails' : 'has'
  const told = assets.flatMap(({ subject, subjects, ...asset }) => {
    const noticed = said.get(asset.asset_id)
    const impact: UserImpact = noticed === undefined ? 'not_stated' : noticed ? 'expected' : 'none'
    if (user_impact !== undefined && user_impact !== impact) return []
    return [{ ...asset, reason: `${verb} ${subject}${subjects > 1 ? ` and ${subjects - 1} more` : ''}${impactWords[impact]}` }]
  })
  return user_impact === undefined ? told : told.slice(part.offset, part.offset + part.limit)
}

/** The vulnerabilities (or the control) of a recommendation, the worst first; none of what a metric itself asks for. */
export const recommendationSubjects = async (
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  id: string,
  day: number,
): Promise<MemberSubject[]> => (metricOfAction(catalog, id) ? [] : memberSubjects(engine, scope, day, membersOf(catalog, id)))
