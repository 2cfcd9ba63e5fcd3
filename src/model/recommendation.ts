import type { AssetType } from './asset.ts'
import { exploitStages } from './exploit.ts'

/** What kind of action it is: install a fix, change a setting, one of the catalogue's campaigns, a flaw without a fix, or what a metric itself asks for. */
export const recommendationKinds = ['update', 'setting', 'campaign', 'attention', 'metric'] as const
export type RecommendationKind = (typeof recommendationKinds)[number]

/** Of which score a recommendation states what it gives back; of initiatives that which gains most. */
export const gainingScores = ['exposure', 'secure', 'initiative'] as const

/**
 * How a recommendation stands. `compliant`: nothing of it is open. `not_compliant`: something is open and counts. `mitigated`: all that is
 * open is kept out of the scores by an exception, a statement or a state that a person set. `not_available`: what is open stands on
 * assets that no fresh source answers for, or the check did not run.
 */
export const recommendationStates = ['compliant', 'not_compliant', 'mitigated', 'not_available'] as const
export type RecommendationState = (typeof recommendationStates)[number]

/** How much of what is open an exception in force covers, whatever its justification: nothing, some of it, or all. */
export const exceptionCovers = ['active', 'partial_exception', 'full_exception'] as const
export type ExceptionCover = (typeof exceptionCovers)[number]

/** What has to be done. `upgrade`: to another major version, or away from one out of support; `uninstall`: out of support and without a fix. */
export const remediationTypes = ['update', 'upgrade', 'uninstall', 'configuration_change', 'attention_required'] as const
export type RemediationType = (typeof remediationTypes)[number]

/** Where what it is about can be attacked. A recommendation may be about several. */
export const surfaces = ['devices', 'cloud', 'saas', 'identities', 'data', 'code'] as const
export type Surface = (typeof surfaces)[number]

/** `zero_day`: known to be exploited while no source states a fix; `some_fixes`: a fix for some of the component's flaws only; `preview`: all initiatives that it is about may still change. */
export const recommendationTags = [
  'end_of_support',
  'end_of_support_soon',
  'zero_day',
  'new_fix',
  'no_fix',
  'some_fixes',
  'stale',
  'preview',
] as const
export type RecommendationTag = (typeof recommendationTags)[number]

/** Those of them that say something of a software's open vulnerabilities. */
export const softwareTags = ['zero_day', 'new_fix', 'no_fix', 'some_fixes'] as const satisfies readonly RecommendationTag[]
export type SoftwareTag = (typeof softwareTags)[number]

/** How far exploitation has come; and that a source ties an alert which is active to the software or setting. */
export const threats = [...exploitStages, 'active_alert'] as const
export type Threat = Exclude<(typeof threats)[number], 'none'>

/** What sources expect of the people who use an asset when it is made to meet a check: that they notice nothing, that they do, or nothing is stated. */
export const userImpacts = ['none', 'expected', 'not_stated'] as const
export type UserImpact = (typeof userImpacts)[number]

export const impacts = ['low', 'medium', 'high'] as const
export type Impact = (typeof impacts)[number]

/** The impact of points of 0–100 given back: high from 1, medium from 0.1; null where there is nothing to gain. */
export const impactOfGain = (points: number): Impact | null =>
  points <= 0 ? null : points >= 1 ? 'high' : points >= 0.1 ? 'medium' : 'low'

/** The surface on which an asset of a type is attacked. */
export const surfaceOfType: Record<AssetType, Surface> = {
  device: 'devices',
  image: 'cloud',
  cloud_resource: 'cloud',
  account: 'cloud',
  cluster: 'cloud',
  application: 'saas',
  tenant: 'saas',
  identity: 'identities',
  repository: 'code',
  other: 'devices',
}

/** Objectives of controls (catalog/objectives) that are about identities, and about data, wherever the control stands. */
const surfaceOfObjective: Readonly<Record<string, Surface>> = {
  'account-lifecycle': 'identities',
  'application-consent': 'identities',
  'credential-rotation': 'identities',
  'directory-hardening': 'identities',
  'least-privilege': 'identities',
  'legacy-authentication': 'identities',
  'multi-factor-sign-in': 'identities',
  'password-rules': 'identities',
  'privileged-access': 'identities',
  'session-management': 'identities',
  'sign-in-risk': 'identities',
  'single-sign-on': 'identities',
  backup: 'data',
  'data-loss-prevention': 'data',
  'encryption-at-rest': 'data',
  'external-sharing': 'data',
  'public-storage': 'data',
}

/** The surfaces of something found on assets of these types that pursues these objectives, in the order of {@link surfaces}. */
export function surfacesOf(types: readonly AssetType[], objectives: readonly string[]): Surface[] {
  const found = new Set<Surface>(types.map((type) => surfaceOfType[type]))
  for (const objective of objectives) {
    const surface = surfaceOfObjective[objective]
    if (surface) found.add(surface)
  }
  return surfaces.filter((surface) => found.has(surface))
}

/** Whether a version is of another major line than a fixed one: the first numbers of both differ. Unknown where one does not begin with a number. */
export function isUpgrade(installed: string | null, fixed: string | null): boolean {
  const major = (version: string | null) => /^v?(?:\d+:)?(\d+)(?:[.\-+~_]|$)/.exec(version ?? '')?.[1]
  const [from, to] = [major(installed), major(fixed)]
  return from !== undefined && to !== undefined && from !== to
}
