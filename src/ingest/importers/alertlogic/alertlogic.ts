import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'

const COLUMNS = ['Vulnerability', 'Deployment Name', 'Asset Key', 'Vulnerability ID', 'Vulnerability Span ID']
const CVE = /CVE-\d{4}-\d{4,}/g
const MAX_DESCRIPTION = 8000

/** The list of vulnerabilities of Fortra's Alert Logic as CSV. Columns: https://docs.alertlogic.com/ */
export const alertlogic: Importer = reads({
  id: 'alertlogic',
  title: 'Alert Logic vulnerabilities (CSV)',
  version: 1,
  detect: ({ text }) => {
    const columns = new Set(csvHeader(text))
    return COLUMNS.every((name) => columns.has(name))
  },
  parse: parseList,
})

type Cell = (name: string) => string | null

async function* parseList(file: Source): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'alertlogic', tool: 'Alert Logic', tool_version: null, observed_at: null }
  const hosts = new Map<string, { key: string; seen: Instant | null }>()
  const described = new Set<string>()
  yield* readCsv(file.bytes()).tell(function* (rows) {
    for (const { row, line, error } of rows) {
      const cell: Cell = (name) => row[name]?.trim() || null
      const at = `line ${line}`
      const [title, id] = [cell('Vulnerability'), cell('Vulnerability ID')]
      if (error !== null || title === null || id === null) {
        yield { kind: 'skipped', at, reason: error ?? 'expected a Vulnerability and its Vulnerability ID' }
        continue
      }
      const machine = /^\/dc\/host\/([0-9A-Za-z-]{8,64})\b/.exec(cell('Asset Key') ?? '')?.[1]?.toLowerCase() ?? null
      const identity = machine ?? cell('Asset Name') ?? cell('IP Address')
      if (identity === null) {
        yield { kind: 'skipped', at, reason: 'the row names no host' }
        continue
      }
      const seen = readTime(cell('Last Scanned'))
      const known = hosts.get(identity)
      const host = known ?? { key: `h${hosts.size + 1}`, seen }
      hosts.set(identity, host)
      if (!known || (seen !== null && (host.seen === null || seen > host.seen))) {
        host.seen = seen
        yield { ...describeHost(cell, host.key, machine), ...(seen !== null && { observed_at: seen }) }
      }
      yield* readItem(cell, title, id, host.key, described)
    }
  })
}

function* readItem(cell: Cell, title: string, id: string, asset: string, described: Set<string>): Generator<FileRecord> {
  const cves = [...new Set(cell('CVE')?.toUpperCase().match(CVE) ?? [])]
  const ids = cves.length > 0 ? cves : [`alertlogic:${id}`]
  const severity = parseSeverity(cell('Severity'))
  const score = cell('CVSS Score')
  const cvss = score !== null && /^\d{1,2}(\.\d{1,2})?$/.test(score) && +score > 0 && +score <= 10 ? +score : undefined
  const alone = ids.length === 1
  if (!described.has(id)) {
    described.add(id)
    const description = cell('Description')?.slice(0, MAX_DESCRIPTION)
    const published = readTime(cell('Published Date'))
    for (const vulnerability_id of ids)
      yield {
        kind: 'vulnerability',
        vulnerability_id,
        ...(alone && { title }),
        ...(alone && description && { description }),
        ...(alone && severity && { severity }),
        ...(alone && cvss !== undefined && { cvss }),
        ...(alone && published !== null && { published_at: published }),
      }
  }
  const port = /^(\w+)\/([1-9]\d{0,4})$/.exec(cell('Protocol/Port') ?? '')
  const category = cell('Category')?.toLowerCase()
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: ids,
    ...(severity && { severity }),
    ...(cvss !== undefined && { cvss }),
    ...(alone && cell('CISA Known Exploited')?.toLowerCase() === 'yes' && { exploit_stage: 'known_exploited' as const }),
    title,
    ...(port && { place: `${port[2]!}/${port[1]!.toLowerCase()}` }),
    ...(category === 'agent' && { access: 'full' as const }),
    ...(category === 'network' && { access: 'remote' as const }),
  }
}

const IP = /^(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]+)$/i
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/

function describeHost(cell: Cell, key: string, machine: string | null): AssetRecord {
  const names: AssetRecord['names'] = []
  if (machine) names.push({ type: 'agent_id', name: `alertlogic:${machine}` })
  const host = cell('Asset Name')?.toLowerCase() ?? ''
  if (DNS.test(host) && !IP.test(host)) names.push({ type: host.includes('.') ? 'fqdn' : 'hostname', name: host })
  for (const ip of (cell('IP Address') ?? '').split(',')) {
    const address = ip.trim().toLowerCase()
    // Addresses that begin with fe80 exist once on each network.
    if (IP.test(address) && !address.startsWith('fe80:')) names.push({ type: 'ip', name: address })
  }
  // cpe:2.3:o:ubuntu:ubuntu_linux:22.04:…
  const system = /^cpe:2\.3:o:[^:]*:([^:]+):([^:]*)/.exec(cell('Operating System') ?? '')
  const os = system ? `${system[1]!.replaceAll('_', ' ')} ${system[2]!.replaceAll(/[*-]/g, '')}`.trim() : cell('Operating System')
  const family = parseOsFamily(os)
  const group = cell('Deployment Name')
  const attributes = { ...(family && { os_family: family }), ...(os && { os }), ...(group && { asset_group: group }) }
  const name = host || names.at(-1)?.name || key
  return { kind: 'asset', asset: key, type: 'device', name, names, ...(Object.keys(attributes).length > 0 && { attributes }) }
}

/** `5/27/26 6:37` and `12/10/21`: month first, years from 1970; without a zone, taken as UTC. */
export function readTime(text: string | null): Instant | null {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})(?: (\d{1,2}):(\d{2}))?$/.exec(text ?? '')
  if (!match) return null
  const two = (part: string) => part.padStart(2, '0')
  const year = match[3]!.length === 4 ? match[3]! : `${+match[3]! >= 70 ? '19' : '20'}${match[3]!}`
  return parseInstant(`${year}-${two(match[1]!)}-${two(match[2]!)}${match[4] ? `T${two(match[4])}:${match[5]!}` : ''}`)
}
