import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { accessOf, hostAsset, resultRecords } from './result.ts'

/** Whether a text begins with the columns of a results CSV, of any version. */
export function isCsvReport(text: string): boolean {
  const columns = new Set(csvHeader(text))
  return ['IP', 'NVT Name', 'NVT OID', 'Severity', 'Specific Result'].every((name) => columns.has(name))
}

/** The results of a report as CSV. The filter of the page from which it was exported is not told: it covers nothing. */
export async function* parseCsvReport(file: Source): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'openvas', tool: 'OpenVAS', tool_version: null, observed_at: null }
  const hosts = new Map<string, { key: string; told: string; seen: Instant | null }>()
  const described = new Set<string>()
  yield* readCsv(file.bytes()).tell(function* (rows) {
    for (const row of rows) {
      const { error } = row
      const at = `line ${row.line}`
      const cell = (name: string) => row.cell(name)?.trim() || null
      const [ip, oid] = [cell('IP') ?? cell('Hostname'), cell('NVT OID')]
      if (error !== null || ip === null || oid === null) {
        yield { kind: 'skipped', at, reason: error ?? (ip === null ? 'the row names no host' : 'the row has no NVT OID') }
        continue
      }
      const threat = cell('Severity')
      if (threat?.toLowerCase() === 'false positive') {
        yield { kind: 'skipped', at, reason: `${oid}: the result is marked as a false positive` }
        continue
      }
      let host = hosts.get(ip)
      if (!host) hosts.set(ip, (host = { key: `h${hosts.size + 1}`, told: '', seen: null }))
      const asset = hostAsset(host.key, ip, [cell('Hostname')], null)
      const seen = parseInstant(cell('Timestamp') ?? '')
      const later = seen !== null && (host.seen === null || seen > host.seen)
      const words = JSON.stringify(asset.names)
      if (later) host.seen = seen
      if (later || words !== host.told) yield { ...asset, ...(host.seen !== null && { observed_at: host.seen }) }
      host.told = words
      const detected = cell('Product Detection Result') ?? ''
      yield* resultRecords(
        {
          asset: host.key,
          oid,
          title: cell('NVT Name'),
          severity: parseSeverity(threat),
          score: cell('CVSS'),
          vectors: [],
          cves: (cell('CVEs') ?? '').split(/[,\s]+/),
          port: `${cell('Port') ?? 'general'}/${cell('Port Protocol') ?? 'tcp'}`,
          output: cell('Specific Result') ?? '',
          product: /^Product: (cpe:\S{1,300})/m.exec(detected)?.[1] ?? null,
          location: null,
          // The CSV has neither the type of the detection's quality nor the family.
          access: accessOf(null, null),
          description: cell('Summary'),
          published: null,
        },
        described,
      )
    }
  })
}
