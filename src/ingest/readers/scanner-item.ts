import type { ExploitStage } from '../../model/exploit.ts'
import type { FileRecord } from '../../model/record.ts'
import { parseSeverity } from '../../model/severity.ts'
import type { Instant } from '../../model/time.ts'
import { vulnerabilityIds, type VulnerabilityIds } from '../../model/vulnerability-id.ts'
import { bestRating } from './cvss.ts'
import { cutText, httpsOf } from './json-fields.ts'

type Absent = null | undefined
type Ratings = Parameters<typeof bestRating>[0]

/** A vulnerability of a package as scanners state it, in words common to them. What a format lacks is left out. */
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
  /** The ratings of each id, where an item with several CVEs has them apart; the finding then has the highest. */
  ratings_by_id?: ReadonlyMap<string, Ratings>
  published_at?: Instant | Absent
  /** Candidates for a link, best first. */
  urls?: readonly (string | Absent)[]
  component: { name: string; version?: string | Absent; purl?: string | Absent; type?: string | Absent; vendor?: string | Absent } | null
  fixed_version?: string | Absent
  place?: string | Absent
  exploit_stage?: ExploitStage | Absent
}

/**
 * The records of one vulnerable package: each vulnerability once per report (`described` keeps which were told), and the finding. An item
 * without any id becomes a skipped one.
 */
export function* scannerItem(item: ScannerItem, described: Set<string>): Generator<FileRecord> {
  const about = namesOf(item)
  if (about === null) {
    yield { kind: 'skipped', at: item.at, reason: 'Expected the id of a vulnerability; there is none' }
    return
  }
  const { ids, aliases } = about
  const severity = parseSeverity(item.severity) ?? undefined
  const whole = bestRating(item.ratings ?? [])
  const ratingOf = (id: string) => bestRating(item.ratings_by_id?.get(id) ?? []) ?? whole
  const scores = ids.flatMap((id) => ratingOf(id)?.cvss ?? [])
  const title = cutText(item.title)
  for (const id of ids) {
    if (described.has(id)) continue
    described.add(id)
    yield {
      kind: 'vulnerability',
      vulnerability_id: id,
      title,
      description: cutText(item.description),
      severity,
      ...ratingOf(id),
      published_at: item.published_at ?? undefined,
      aliases,
      url: httpsOf(...(item.urls ?? [])),
    }
  }
  const { component } = item
  const name = component?.name.trim()
  yield {
    kind: 'finding',
    asset: item.asset,
    vulnerability_ids: ids,
    severity,
    cvss: scores.length > 0 ? Math.max(...scores) : undefined,
    ...(item.exploit_stage && { exploit_stage: item.exploit_stage }),
    title,
    ...(component &&
      name && {
        component: {
          name: name.slice(0, 500),
          ...(component.version && { version: component.version }),
          ...(component.purl && { purl: component.purl }),
          ...(component.type && { type: component.type }),
          ...(component.vendor && { vendor: component.vendor }),
        },
      }),
    ...(item.fixed_version && { fixed_version: item.fixed_version.slice(0, 500) }),
    ...(item.place && { place: item.place.slice(0, 1000) }),
  }
}

function namesOf({ source, ids }: Pick<ScannerItem, 'source' | 'ids'>): VulnerabilityIds | null {
  const texts = ids.map((id) => (id ?? '').trim()).filter((id) => id !== '')
  return vulnerabilityIds(
    texts.flatMap((text) => text.slice(0, 20_000).split(/[\s,;]+/)),
    texts.length > 0 ? `${source}:${texts[0]!.slice(0, 200)}` : null,
  )
}
