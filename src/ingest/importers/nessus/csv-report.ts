import { UserError } from '../../../errors.ts'
import { closedItems } from '../../../model/closed-item.ts'
import type { CoverageRecord, FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { peek } from '../../readers/peek.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import { cell, type Cells, csvLayout, type CsvLayout, hostTags, itemOfRow, outputOf, toolOf } from './csv-columns.ts'
import { describeTags } from './host.ts'
import { itemRecords } from './item.ts'
import { readScanInformation, SCAN_INFORMATION, type ScanInformation } from './scan-information.ts'

interface CsvHost {
  key: string
  /** Names and times that have been told of it. */
  told: string
  /** Latest of the rows' own times. */
  seen: Instant | null
  scan: ScanInformation | null
}

/** Consecutive rows that are one item: exports of Nessus and of the cloud write a row for each of its CVEs. */
interface OpenItem {
  row: Cells
  line: number
  identity: string
  cves: string[]
}

/** An export as CSV, of one of four layouts. Format: https://docs.tenable.com/nessus/Content/ScanReportFormats.htm */
export async function* parseCsvReport(file: Source): AsyncGenerator<Told> {
  const hosts = new Map<string, CsvHost>()
  const described = new Set<string>()
  const { text, bytes } = await peek(file.bytes(), 64 * 1024)
  const known = csvLayout(csvHeader(text))
  if (known === null)
    throw new UserError(
      'unreadable_report',
      'Line 1: expected the columns of an export of Nessus, Tenable or Security Center (Plugin ID, Host, Risk, Name, …)',
    )
  const layout: CsvLayout = known
  let open: OpenItem | null = null
  let version: string | null = null
  // A Nessus export states the time in one row per host, for which all that is told of the host waits.
  const holding = layout === 'scan'
  const held = new Waiting('Nessus')
  let reported = false

  function* begin(): Generator<FileRecord> {
    if (reported) return
    reported = true
    yield { kind: 'report', source: 'nessus', tool: toolOf[layout], tool_version: version, observed_at: null }
  }
  /** Gives out what waits: the time of each host is known now, or will not be. */
  function* release(): Generator<FileRecord> {
    yield* begin()
    const ends = new Map([...hosts.values()].map(({ key, scan }) => [key, scan?.ended ?? null]))
    for (const record of held.take()) {
      const ended = record.kind === 'asset' ? ends.get(record.asset) : null
      if (record.kind === 'asset' && ended) {
        record.observed_at = ended
        ends.delete(record.asset)
      }
      yield record
    }
  }
  /** Tells them, or lets them wait. */
  function* tell(records: readonly FileRecord[]): Generator<FileRecord> {
    if (!holding) yield* records
    else for (const record of records) held.add(withOwnTexts(record))
  }
  function* read(item: OpenItem): Generator<FileRecord> {
    const { row, line } = item
    const name = hostName(row)
    const found = name === null ? null : itemOfRow(row, item.cves)
    if (name === null || found === null) {
      const reason = name === null ? 'expected a host (Host, IP Address or DNS Name)' : 'expected a number as plugin id'
      yield* tell([{ kind: 'skipped', at: `line ${line}`, reason }])
      return
    }
    const { host, records } = hostOf(hosts, layout, row, name)
    const state = cell(row, 'Vulnerability State')
    if (state?.toLowerCase() === 'fixed')
      records.push(...closedItems(itemRecords(found, host.key, new Set()), { reason: state, at: `line ${line}` }))
    else {
      if (found.plugin === SCAN_INFORMATION) {
        host.scan = readScanInformation(found.output)
        version ??= host.scan.version
      }
      for (const record of itemRecords(found, host.key, described)) records.push(record)
    }
    yield* tell(records)
  }

  if (!holding) yield begin()
  yield* readCsv(bytes).tell(function* (batch) {
    for (const { row, line, error } of batch) {
      if (Object.values(row).every((text) => text.trim() === '')) continue
      if (error !== null) {
        yield* tell([{ kind: 'skipped', at: `line ${line}`, reason: error }])
        continue
      }
      const cves = (cell(row, 'CVE') ?? '').split(/[,\s]+/)
      const identity = identityOf(row, layout)
      if (open !== null && identity !== null && open.identity === identity && cves[0] !== '' && !open.cves.includes(cves[0]!)) {
        open.cves.push(...cves)
        continue
      }
      if (open) yield* read(open)
      open = { row, line, identity: identity ?? '', cves }
    }
  })

  if (open) yield read(open)
  yield release()
  for (const host of hosts.values()) yield coverageOf(host, layout)
}

/** What the rows of one item have in common; null in layouts that list all CVEs in one row. */
function identityOf(row: Cells, layout: CsvLayout): string | null {
  if (layout === 'center') return null
  return [hostName(row), cell(row, 'IP Address'), cell(row, 'Plugin ID'), cell(row, 'Protocol'), cell(row, 'Port'), outputOf(row)].join(
    '\u0000',
  )
}

const hostName = (row: Cells): string | null => cell(row, 'Host', 'FQDN', 'DNS Name', 'IP Address', 'NetBIOS Name')

/** The host of a row, and its asset record when the row says something new of it. */
function hostOf(hosts: Map<string, CsvHost>, layout: CsvLayout, row: Cells, name: string): { host: CsvHost; records: FileRecord[] } {
  const identity =
    layout === 'center'
      ? ['Repository', 'IP Address', 'DNS Name', 'Agent ID', 'Host ID'].map((column) => cell(row, column)).join('\u0000')
      : name
  let host = hosts.get(identity)
  if (!host) {
    host = { key: `h${hosts.size + 1}`, told: '', seen: null, scan: null }
    hosts.set(identity, host)
  }
  const { asset } = describeTags(name, host.key, hostTags(row, layout))
  const words = JSON.stringify([asset.names, asset.attributes])
  const at = asset.observed_at ?? null
  const later = at !== null && (host.seen === null || at > host.seen)
  if (words === host.told && !later) return { host, records: [] }
  host.told = words
  if (later) host.seen = at
  return { host, records: [host.seen === null ? asset : { ...asset, observed_at: host.seen }] }
}

/**
 * An export may be filtered in any way and does not say so. Only plugin 19506, an informational one, tells that its host was exported down to these, and
 * by its policy what was run. Security Center's exports are of what it knows, by a query; they cover nothing.
 */
function* coverageOf(host: CsvHost, layout: CsvLayout): Generator<CoverageRecord> {
  if (host.scan === null || host.scan.policy === null || layout === 'center' || layout === 'web') return
  yield {
    kind: 'coverage',
    asset: host.key,
    subject: 'vulnerability',
    access: host.scan.credentialed ? 'full' : 'remote',
    checks: `policy ${host.scan.policy}`,
  }
}
