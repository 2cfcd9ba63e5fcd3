import type { ExploitStage } from './exploit.ts'
import type { FindingRecord, VulnerabilityRecord } from './record.ts'
import type { Severity } from './severity.ts'
import type { Instant } from './time.ts'
import type { VulnerabilityIds } from './vulnerability-id.ts'

/** Longest description, in characters. */
const LONGEST = 8000

/** One item of a report on software packages: a component and the vulnerability in it. Absent fields: the tool does not say. */
export interface PackageItem {
  /** The importer's key of the asset. */
  asset: string
  about: VulnerabilityIds
  title?: string | undefined
  description?: string | undefined
  severity?: Severity | undefined
  /** What the tool says of it in this place, where that differs from the severity of the vulnerability. */
  severity_here?: Severity | undefined
  /** CVSS base score 0–10 with its vector where there is one, of all the vulnerabilities of the item. */
  rating?: { cvss: number; cvss_vector?: string } | null | undefined
  published_at?: Instant | null | undefined
  url?: string | undefined
  component: NonNullable<FindingRecord['component']>
  fixed_version?: string | undefined
  place?: string | undefined
  exploit_stage?: ExploitStage | undefined
}

/** The finding of an item, and before it each of its vulnerabilities unless `described` (ids, kept by the caller per report) has it already. */
export function* packageFinding(item: PackageItem, described: Set<string>): Generator<VulnerabilityRecord | FindingRecord> {
  const { about, title, severity, rating } = item
  for (const vulnerability_id of about.ids) {
    if (described.has(vulnerability_id)) continue
    described.add(vulnerability_id)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...given({
        title,
        description: item.description?.slice(0, LONGEST),
        severity,
        published_at: item.published_at ?? undefined,
        url: item.url,
      }),
      ...rating,
      ...(about.aliases.length > 0 && { aliases: about.aliases }),
    }
  }
  yield {
    kind: 'finding',
    asset: item.asset,
    vulnerability_ids: about.ids,
    ...given({ severity: item.severity_here ?? severity, cvss: rating?.cvss, exploit_stage: item.exploit_stage, title }),
    component: given(item.component),
    ...given({ fixed_version: item.fixed_version, place: item.place }),
  }
}

/** The same without the members that are undefined. */
const given = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
