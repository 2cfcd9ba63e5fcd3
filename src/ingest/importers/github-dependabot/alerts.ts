import { z } from 'zod'
import { closedItems } from '../../../model/closed-item.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { Amount, listOf, maybe, Text, Word } from '../../readers/lenient.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Score = maybe(z.object({ score: Amount, vectorString: Text, vector_string: Text }))
const Identifier = z.object({ value: Text })

const GraphAlert = z.object({
  id: Text,
  number: Word,
  state: Text,
  fixedAt: Text,
  dismissedAt: Text,
  dismissReason: Text,
  vulnerableManifestPath: Text,
  vulnerableRequirements: Text,
  securityVulnerability: z.object({
    severity: Text,
    package: z.object({ name: z.string().trim().min(1), ecosystem: Text }),
    firstPatchedVersion: maybe(z.object({ identifier: Text })),
    advisory: maybe(
      z.object({
        ghsaId: Text,
        summary: Text,
        description: Text,
        publishedAt: Text,
        permalink: Text,
        identifiers: listOf(Identifier),
        references: listOf(z.object({ url: Text })),
        cvss: Score,
        cvssSeverities: maybe(z.object({ cvssV3: Score, cvssV4: Score })),
      }),
    ),
  }),
})

const RestAlert = z.object({
  number: Word,
  state: Text,
  fixed_at: Text,
  dismissed_at: Text,
  dismissed_reason: Text,
  dependency: z.object({ package: z.object({ name: z.string().trim().min(1), ecosystem: Text }), manifest_path: Text }),
  security_advisory: z.object({
    ghsa_id: Text,
    cve_id: Text,
    summary: Text,
    description: Text,
    severity: Text,
    published_at: Text,
    identifiers: listOf(Identifier),
    references: listOf(z.object({ url: Text })),
    cvss: Score,
    cvss_severities: maybe(z.object({ cvss_v3: Score, cvss_v4: Score })),
  }),
  security_vulnerability: maybe(z.object({ severity: Text, first_patched_version: maybe(z.object({ identifier: Text })) })),
})

/** An alert in the words of neither; a text says why it cannot be read. */
export type Alert =
  | string
  | {
      /** `open`, `fixed`, `dismissed`, `auto_dismissed` */
      state: string
      /** When it was fixed, as GitHub writes it. */
      fixed_at: string | undefined
      reason: string | undefined
      ids: (string | undefined)[]
      /** What stands in when no id is public. */
      own: string | undefined
      title: string | undefined
      description: string | undefined
      severity: string | undefined
      scores: { score?: number | undefined; vector?: string | undefined; version: 3 | 4 }[]
      published: string | undefined
      url: string | undefined
      name: string
      ecosystem: string | undefined
      version: string | undefined
      fixed: string | undefined
      place: string | undefined
    }

type Score = z.infer<typeof Score>
const scoresOf = (v4: Score, ...v3: Score[]) =>
  [{ own: v4, version: 4 as const }, ...v3.map((own) => ({ own, version: 3 as const }))].map(({ own, version }) => ({
    score: own?.score,
    vector: own?.vectorString ?? own?.vector_string,
    version,
  }))

/** An alert without a state is open unless it says when it was fixed or dismissed. */
const stateOf = (state: string | undefined, fixed: string | undefined, dismissed: string | undefined): string =>
  (state ?? (fixed ? 'fixed' : dismissed ? 'dismissed' : 'open')).toLowerCase()

export function alertFromGraph(value: unknown): Alert {
  const read = safeParse(GraphAlert, value)
  if (!read.success) return z.prettifyError(read.error)
  const { securityVulnerability: on, ...alert } = read.data
  const { advisory } = on
  const identifiers = advisory?.identifiers.map((each) => each.value) ?? []
  return {
    state: stateOf(alert.state, alert.fixedAt, alert.dismissedAt),
    fixed_at: alert.fixedAt,
    reason: alert.dismissReason,
    ids: [...identifiers, advisory?.ghsaId],
    own: identifiers.find((id) => id !== undefined) ?? alert.id,
    title: advisory?.summary,
    description: advisory?.description,
    severity: on.severity,
    scores: scoresOf(advisory?.cvssSeverities?.cvssV4, advisory?.cvssSeverities?.cvssV3, advisory?.cvss),
    published: advisory?.publishedAt,
    url: advisory?.permalink ?? advisory?.references.find(({ url }) => url?.startsWith('https://'))?.url,
    name: on.package.name,
    ecosystem: on.package.ecosystem,
    version: /^=\s*(\S+)$/.exec(alert.vulnerableRequirements ?? '')?.[1],
    fixed: on.firstPatchedVersion?.identifier,
    place: alert.vulnerableManifestPath,
  }
}

export function alertFromRest(value: unknown): Alert {
  const read = safeParse(RestAlert, value)
  if (!read.success) return z.prettifyError(read.error)
  const { dependency, security_advisory: advisory, security_vulnerability: on, ...alert } = read.data
  return {
    state: stateOf(alert.state, alert.fixed_at, alert.dismissed_at),
    fixed_at: alert.fixed_at,
    reason: alert.dismissed_reason,
    ids: [advisory.cve_id, advisory.ghsa_id, ...advisory.identifiers.map((each) => each.value)],
    own: advisory.ghsa_id,
    title: advisory.summary,
    description: advisory.description,
    severity: on?.severity ?? advisory.severity,
    scores: scoresOf(advisory.cvss_severities?.cvss_v4, advisory.cvss_severities?.cvss_v3, advisory.cvss),
    published: advisory.published_at,
    url: advisory.references.find(({ url }) => url?.startsWith('https://'))?.url,
    name: dependency.package.name,
    ecosystem: dependency.package.ecosystem,
    version: undefined,
    fixed: on?.first_patched_version?.identifier,
    place: dependency.manifest_path,
  }
}

/** The repository that a REST alert's link leads to, also on a server of one's own. */
export function repositoryOfLink(value: unknown): string | undefined {
  return /^(https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+)\/security\/dependabot\/\d+/.exec(textOf(fieldsOf(value)['html_url']))?.[1]
}

/** An open alert is a finding, a fixed one is closed, any other a skipped item. */
export function readAlert(alert: Alert, asset: string, at: string, described: Set<string>): FileRecord[] {
  if (typeof alert === 'string') return [{ kind: 'skipped', at, reason: alert }]
  const about = vulnerabilityIds(alert.ids, alert.own ? `github-dependabot:${alert.own}` : null)
  const fixed = alert.state === 'fixed'
  if (!about || (alert.state !== 'open' && !fixed)) {
    const reason = about ? `${alert.state}${alert.reason ? ` (${alert.reason})` : ''}` : 'no id'
    return [{ kind: 'skipped', at, reason: `${about?.ids[0] ?? 'an alert'} in ${alert.name}: ${reason}` }]
  }
  const records = packageFinding(
    {
      asset,
      about,
      title: alert.title,
      description: alert.description,
      severity: parseSeverity(alert.severity) ?? undefined,
      rating: bestRating(alert.scores),
      published_at: alert.published ? parseInstant(alert.published) : null,
      url: alert.url,
      component: { name: alert.name, version: alert.version, type: alert.ecosystem?.toLowerCase() },
      fixed_version: alert.fixed,
      place: alert.place,
    },
    fixed ? new Set() : described,
  )
  if (!fixed) return records
  return [
    ...closedItems(records, { reason: alert.state, at, closed_at: alert.fixed_at === undefined ? null : parseInstant(alert.fixed_at) }),
  ]
}
