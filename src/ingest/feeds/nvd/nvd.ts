import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { item11 } from './item-1-1.ts'
import { record20 } from './record-2-0.ts'

/** Where each layout keeps its records, and where it says of when it is. */
const layouts = {
  /** Answer of the API and the files of the same layout: https://nvd.nist.gov/developers/vulnerabilities */
  api20: { items: '$.vulnerabilities[*].cve', time: '$.timestamp', read: record20 },
  /** One record, as some mirrors keep it, bare or as `item`. */
  one20: { items: '$.cve', time: null, read: record20 },
  wrapped20: { items: '$.item.cve', time: null, read: record20 },
  /** The retired data feeds: https://csrc.nist.gov/schema/nvd/feed/1.1/nvd_cve_feed_json_1.1.schema */
  feed11: { items: '$.CVE_Items[*]', time: '$.CVE_data_timestamp', read: item11 },
  /** Its items, one per line. */
  lines11: { items: '$', time: null, read: item11 },
} as const

function layoutOf(head: string): keyof typeof layouts | null {
  const outline = jsonOutline(head)
  if (!outline || outline.list) return null
  const { members } = outline
  const inside = (name: string) => {
    const member = members.get(name)
    return typeof member === 'object' && member !== null ? (jsonOutline(member.text)?.members ?? null) : null
  }
  const isRecord20 = (record: ReadonlyMap<string, unknown> | null | undefined) =>
    record !== null && record !== undefined && (record.has('vulnStatus') || record.has('sourceIdentifier') || record.has('descriptions'))
  if (members.get('format') === 'NVD_CVE') return 'api20'
  if (members.get('CVE_data_type') === 'CVE' && members.has('CVE_data_timestamp')) return 'feed11'
  if (inside('cve')?.has('CVE_data_meta') && (members.has('impact') || members.has('configurations'))) return 'lines11'
  if (isRecord20(inside('cve'))) return 'one20'
  const item = members.get('item')
  if (typeof item === 'object' && item !== null) {
    const cve = jsonOutline(item.text)?.members.get('cve')
    if (typeof cve === 'object' && cve !== null && isRecord20(jsonOutline(cve.text)?.members)) return 'wrapped20'
  }
  return null
}

/** The National Vulnerability Database: descriptions, CVSS of NVD and of the CNA, references that hold an exploit. */
export const nvd: Feed = reads({
  id: 'nvd',
  title: 'National Vulnerability Database (JSON 2.0, 1.1)',
  version: 1,
  url: 'https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-modified.json.gz',
  every: '2 hours',
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === null) throw new UserError('unreadable_report', 'Expected an answer of the NVD API 2.0, or a data feed 1.1 of NVD')
    const { items, time, read } = layouts[layout]
    const report = (observed_at: Instant | null): FileRecord => ({
      kind: 'report',
      source: 'nvd',
      tool: 'NVD',
      tool_version: null,
      observed_at,
    })
    let stated: Instant | null = null
    let began = false
    yield* readJson(bytes, time === null ? [items] : [items, time]).tell(function* (matches) {
      for (const { path, at, value, document } of matches) {
        if (path === time) {
          stated = zoned(String(value))
          continue
        }
        if (!began) yield report(stated ?? dateInName(file.name) ?? (layout === 'lines11' ? null : changedAt(value)))
        began = true
        yield* read(value, layout === 'lines11' ? `document ${document + 1}` : at)
      }
    })

    if (!began) yield report(stated ?? dateInName(file.name))
  },
})

/** A record that comes alone is as of its last change. */
function changedAt(record: unknown): Instant | null {
  const changed = (record as { lastModified?: unknown } | null)?.lastModified
  return typeof changed === 'string' ? zoned(changed) : null
}

/** NVD writes its times without a zone and means UTC: https://nvd.nist.gov/developers/start-here */
function zoned(text: string): Instant | null {
  return parseInstant(/[Zz]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`)
}
