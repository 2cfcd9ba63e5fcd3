import type { ExploitStage } from '../../model/exploit.ts'
import type { FileRecord, FindingRecord, VulnerabilityRecord } from '../../model/record.ts'
import { parseSeverity, type Severity } from '../../model/severity.ts'
import type { Instant } from '../../model/time.ts'
import { vulnerabilityIds, type VulnerabilityIds } from '../../model/vulnerability-id.ts'
import { bestRating, type CvssRating } from './cvss.ts'
import { cutText, given, httpsOf } from './json-fields.ts'

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
  rating?: CvssRating | null | undefined
  /** The rating of each vulnerability, where an item with several has them apart; the finding then has the highest. */
  rating_of?: ((id: string) => CvssRating | null) | undefined
  published_at?: Instant | null | undefined
  url?: string | undefined
  component?: NamedComponent | undefined
  fixed_version?: string | undefined
  place?: string | undefined
  exploit_stage?: ExploitStage | undefined
}

/** The finding of an item, and before it each of its vulnerabilities unless `described` (ids, kept by the caller per report) has it already. */
export function packageFinding(item: PackageItem, described: Set<string>): (VulnerabilityRecord | FindingRecord)[] {
  const records: (VulnerabilityRecord | FindingRecord)[] = []
  const { about, title, severity } = item
  let cvss: number | undefined
  for (const vulnerability_id of about.ids) {
    const rating = item.rating_of?.(vulnerability_id) ?? item.rating
    if (rating && (cvss === undefined || rating.cvss > cvss)) cvss = rating.cvss
    if (described.has(vulnerability_id)) continue
    described.add(vulnerability_id)
    records.push({
      kind: 'vulnerability',
      vulnerability_id,
      ...given({ title, description: cutText(item.description), severity, published_at: item.published_at, url: item.url }),
      ...rating,
      ...(about.aliases.length > 0 && { aliases: about.aliases }),
    })
  }
  // Member by member: this runs for every item of most reports, and building it of parts takes ten times as long.
  const finding: FindingRecord = { kind: 'finding', asset: item.asset, vulnerability_ids: about.ids }
  const here = item.severity_here ?? severity
  if (here) finding.severity = here
  if (cvss !== undefined) finding.cvss = cvss
  if (item.exploit_stage) finding.exploit_stage = item.exploit_stage
  if (title) finding.title = title
  if (item.component) finding.component = componentOf(item.component)
  if (item.fixed_version) finding.fixed_version = item.fixed_version
  if (item.place) finding.place = item.place
  records.push(finding)
  return records
}

type Absent = null | undefined

/** A component; what the tool does not say is left out, or ''. */
interface NamedComponent {
  name: string
  version?: string | Absent
  purl?: string | Absent
  type?: string | Absent
  vendor?: string | Absent
}

/** Without the members that the tool does not say. */
function componentOf({ name, version, purl, type, vendor }: NamedComponent): NonNullable<FindingRecord['component']> {
  const component: NonNullable<FindingRecord['component']> = { name }
  if (version) component.version = version
  if (purl) component.purl = purl
  if (type) component.type = type
  if (vendor) component.vendor = vendor
  return component
}

type Ratings = Parameters<typeof bestRating>[0]

/** The same item in the scanner's own words. What a format lacks is left out, or ''. */
export interface ScannerItem {
  source: string
  asset: string
  /** Place in the file, for a skipped item. */
  at: string
  /** Ids as the tool writes them, best first; a text may hold several. The first stands in as `<source>:<id>` when none is public. */
  ids: readonly (string | Absent)[]
  title?: string | Absent
  description?: string | Absent
  /** The tool's word. */
  severity?: string | Absent
  /** All ratings that the item has, as `bestRating` takes them. */
  ratings?: Ratings
  /** The ratings of each id, where an item with several CVEs has them apart. */
  ratings_by_id?: ReadonlyMap<string, Ratings>
  published_at?: Instant | Absent
  /** Candidates for a link, best first. */
  urls?: readonly (string | Absent)[]
  component: NamedComponent | null
  fixed_version?: string | Absent
  place?: string | Absent
  exploit_stage?: ExploitStage | Absent
}

/** The records of one vulnerable package, as `packageFinding` tells them. An item without any id becomes a skipped one. */
export function scannerItem(item: ScannerItem, described: Set<string>): FileRecord[] {
  const about = namesOf(item)
  if (about === null) return [{ kind: 'skipped', at: item.at, reason: 'Expected the id of a vulnerability; there is none' }]
  const { ratings_by_id, component } = item
  const name = component?.name.trim()
  const isNews = about.ids.some((id) => !described.has(id))
  return packageFinding(
    {
      asset: item.asset,
      about,
      title: cutText(item.title),
      description: (isNews && item.description) || undefined,
      severity: parseSeverity(item.severity) ?? undefined,
      rating: bestRating(item.ratings ?? []),
      rating_of: ratings_by_id && ((id) => bestRating(ratings_by_id.get(id) ?? [])),
      published_at: item.published_at,
      url: isNews && item.urls ? httpsOf(...item.urls) : undefined,
      component:
        component && name
          ? { name: name.slice(0, 500), version: component.version, purl: component.purl, type: component.type, vendor: component.vendor }
          : undefined,
      fixed_version: item.fixed_version?.slice(0, 500),
      place: item.place?.slice(0, 1000),
      exploit_stage: item.exploit_stage ?? undefined,
    },
    described,
  )
}

function namesOf({ source, ids }: Pick<ScannerItem, 'source' | 'ids'>): VulnerabilityIds | null {
  const texts: string[] = []
  let first: string | null = null
  for (const id of ids) {
    const text = id?.trim() ?? ''
    if (text === '') continue
    first ??= text
    if (/[\s,;]/.test(text)) texts.push(...text.slice(0, 20_000).split(/[\s,;]+/))
    else texts.push(text)
  }
  return vulnerabilityIds(texts, first === null ? null : `${source}:${first.slice(0, 200)}`)
}
