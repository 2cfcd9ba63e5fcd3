import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { firstOf } from '../../../model/first-of.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import type { VulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { listOf, maybe, Text } from '../../readers/lenient.ts'
import { idsOfAdvisory, NpmVia, ratingOfScore } from '../../readers/npm-advisory.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** Each may depend on all others, so the work grows with the square. */
const MOST = 5000

const Entry = z.object({
  name: z.string().trim().min(1),
  severity: Text,
  /** Advisories of the package itself, and names of dependencies whose trouble it has. */
  via: z.array(z.unknown()).nullish(),
  nodes: listOf(z.string()),
  fixAvailable: maybe(z.union([z.boolean(), z.object({ name: Text, version: Text })])),
})
type Entry = z.infer<typeof Entry>

/** The entries of `vulnerabilities`: all are needed to know what an entry is about that only depends on others. */
export class Entries {
  private readonly entries = new Map<string, { entry: Entry; at: string }>()

  /** A skipped item for one that cannot be read. Throws UserError('unreadable_report') beyond 5,000. */
  add(value: unknown, at: string): FileRecord | null {
    const read = safeParse(Entry, value)
    if (!read.success) return { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    if (this.entries.size >= MOST) throw new UserError('unreadable_report', `The report of npm audit has more than ${MOST} packages`)
    this.entries.set(read.data.name, { entry: read.data, at })
    return null
  }

  /** One finding for each entry, about its own advisories and those of the dependencies that it names. */
  *records(asset: string, described: Set<string>): Generator<FileRecord> {
    for (const { entry, at } of this.entries.values()) {
      const own = advisoriesOf(entry)
      const all = this.reach(entry.name)
      const ids = [...new Set(all.flatMap(({ ids: each }) => each.ids))]
      if (ids.length === 0) {
        yield { kind: 'skipped', at, reason: `${entry.name}: neither it nor what it depends on names an advisory` }
        continue
      }
      for (const advisory of all) yield* describe(advisory, described)
      const single = own.length === 1 && all.length === 1 ? own[0]! : null
      const severity = parseSeverity(entry.severity) ?? undefined
      const rating = single ? ratingOfScore(single.via.cvss) : null
      const title =
        single?.via.title ?? (own.length === 0 ? `Depends on vulnerable versions of ${namesOf(entry).join(', ')}`.slice(0, 500) : undefined)
      const fixed_version = fixOf(entry)
      const place = firstOf(entry.nodes)
      yield {
        kind: 'finding',
        asset,
        vulnerability_ids: ids,
        ...(severity && { severity }),
        ...(rating && { cvss: rating.cvss }),
        ...(title && { title }),
        component: { name: entry.name, type: 'npm' },
        ...(fixed_version && { fixed_version }),
        ...(place && { place }),
      }
    }
  }

  /** Advisories of a package and of all that it depends on, each once; packages may depend on each other in circles. */
  private reach(start: string): Advisory[] {
    const seen = new Set([start])
    const found = new Map<string, Advisory>()
    for (const name of seen) {
      const entry = this.entries.get(name)?.entry
      if (!entry) continue
      for (const advisory of advisoriesOf(entry)) found.set(advisory.ids.ids.join(' '), advisory)
      for (const next of namesOf(entry)) seen.add(next)
    }
    return [...found.values()]
  }
}

interface Advisory {
  ids: VulnerabilityIds
  via: NpmVia
}

const namesOf = (entry: Entry): string[] => (entry.via ?? []).filter((via): via is string => typeof via === 'string')

function advisoriesOf(entry: Entry): Advisory[] {
  return (entry.via ?? []).flatMap((value) => {
    if (typeof value !== 'object') return []
    const via = safeParse(NpmVia, value).data
    const ids = via && idsOfAdvisory([], via.url, via.source)
    return via && ids ? [{ ids, via }] : []
  })
}

function* describe({ ids, via }: Advisory, described: Set<string>): Generator<FileRecord> {
  for (const vulnerability_id of ids.ids) {
    if (described.has(vulnerability_id)) continue
    described.add(vulnerability_id)
    const severity = parseSeverity(via.severity)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...(via.title && { title: via.title }),
      ...(severity && { severity }),
      ...ratingOfScore(via.cvss),
      ...(via.url && { url: via.url }),
    }
  }
}

/** The version itself where the package is the one to update, else `package@version` of what has to be updated above it. */
function fixOf({ name, fixAvailable }: Entry): string | undefined {
  if (typeof fixAvailable !== 'object' || !fixAvailable.version) return undefined
  return fixAvailable.name === name ? fixAvailable.version : `${fixAvailable.name ?? ''}@${fixAvailable.version}`
}
