import type { ExploitStage } from '../../../model/exploit.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { closedItem } from '../../../model/closed-item.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { parseDateInWords } from '../../readers/date-in-words.ts'
import {
  type Check,
  describeCheck,
  findingOf,
  hostAsset,
  loginChecks,
  readPlace,
  readQid,
  readScores,
  readSeverity,
  readTable,
} from './item.ts'

/** A row of a list of detections, by the names of its columns or members. */
export type Row = (...names: string[]) => string | null

export interface RowHost {
  key: string
  /** Names that have been told. */
  told: string
  seen: Instant | null
  loggedIn: boolean
}

const CVE = /^CVE-\d{4}-\d{4,}$/

/** Answers for a row's cells by name, without regard to case and to spaces beside underscores. Empty, `-` and `'-` (as written for Excel) are null. */
export function rowOf(cells: Record<string, unknown>): Row {
  const byName = new Map(Object.entries(cells).map(([name, value]) => [fold(name), value]))
  return (...names) => {
    for (const name of names) {
      const value = byName.get(fold(name))
      if (typeof value !== 'string' && typeof value !== 'number') continue
      const text = String(value).trim()
      if (text !== '' && text !== '-' && text !== "'-") return text
    }
    return null
  }
}

const fold = (name: string) => name.trim().toLowerCase().replaceAll(/[ _]+/g, '_')

/** The host of a row, and its asset record when the row says something new of it. Null when it names none. */
export function hostOfRow(row: Row, hosts: Map<string, RowHost>): { host: RowHost; records: AssetRecord[] } | null {
  const addresses = [row('IP'), ...(row('Asset IPV4') ?? '').split(','), ...(row('Asset IPV6') ?? '').split(',')].filter((ip) => ip)
  const assetId = row('Asset Id')
  const dns = row('FQDN', 'DNS', 'HOSTNAME', 'Asset Name')
  const identity = assetId ?? [row('IP'), row('QG Host ID'), dns].join(' ')
  if (assetId === null && addresses.length === 0 && dns === null) return null
  let host = hosts.get(identity)
  if (!host) {
    host = { key: `h${hosts.size + 1}`, told: '', seen: null, loggedIn: false }
    hosts.set(identity, host)
  }
  const asset = hostAsset(
    host.key,
    {
      ip: addresses[0] ?? null,
      ips: addresses.slice(1) as string[],
      dns,
      netbios: row('NetBIOS'),
      agent: row('QG Host ID') ?? (assetId === null ? null : `qualys-asset:${assetId}`),
      cloud: null,
      os: row('OS', 'Operating System'),
      group: null,
    },
    identity,
  )
  const detected = readTime(row('Last Detected', 'LAST SCAN', 'Last Found'))
  const fixed = fixedOf(row)?.closed_at ?? null
  const at = fixed === null ? detected : Math.max(fixed, detected ?? fixed)
  const words = JSON.stringify([asset.names, asset.attributes])
  const later = at !== null && (host.seen === null || at > host.seen)
  if (words === host.told && !later) return { host, records: [] }
  host.told = words
  if (later) host.seen = at
  return { host, records: [host.seen === null ? asset : { ...asset, observed_at: host.seen }] }
}

/** The records of a row's detection; `skipped` says why there is none. */
export function* itemOfRow(row: Row, host: RowHost, described: Set<string>, at: string): Generator<FileRecord> {
  const qid = readQid(row('QID'))
  if (qid === null) {
    yield { kind: 'skipped', at, reason: 'expected the number of a check as QID' }
    return
  }
  const closed = fixedOf(row)
  if (!closed && loginChecks.has(qid)) host.loggedIn = true
  const informational = /^(ig|info)/i.test(row('Type', 'Type Detected', 'Vuln Type') ?? '')
  const check = checkOf(row, qid, informational)
  const key = `${qid} ${check.ids.join(' ')}`
  if (!closed && !described.has(key)) {
    described.add(key)
    // A check's title and rating are not those of one of its CVEs, which a list by CVE describes itself.
    yield* describeCheck(row('CVE-Description') === null ? check : { ...check, title: null, severity: undefined })
  }
  const result = (row('Results', 'Result') ?? '').replaceAll('\\n', '\n').replaceAll('\\t', '\t')
  const found = findingOf({ asset: host.key, informational, place: readPlace(row('Port'), row('Protocol')), ...readTable(result) }, check)
  yield closed ? closedItem(found, { ...closed, at }) : found
}

/** The word and the time of a detection that is fixed; null of any other. */
function fixedOf(row: Row): { reason: string; closed_at: Instant | null } | null {
  const reason = row('Vuln Status', 'Status') ?? ''
  return /^fixed$/i.test(reason) ? { reason, closed_at: readTime(row('Last Fixed', 'Date Last Fixed')) } : null
}

/** PCI scans rate by letters beside Qualys' own numbers. */
const LETTERS = new Map([
  ['L', 'low'],
  ['M', 'medium'],
  ['H', 'high'],
])

function checkOf(row: Row, qid: string, informational: boolean): Check {
  const listed = (row('CVE', 'CVE ID', 'CVEID') ?? '').split(/[,\s]+/).map((id) => id.toUpperCase())
  const cves = [...new Set(listed)].filter((id) => CVE.test(id))
  const ids = cves.length > 0 ? cves : [`qualys:${qid}`]
  const word = row('Severity')
  const severity = readSeverity(word) ?? parseSeverity(LETTERS.get(word?.toUpperCase() ?? '') ?? word) ?? readSeverity(row('Q_SEVERITY'))
  const byCve = row('CVE-Description')
  return {
    qid,
    ids,
    title: row('Title', 'VULN TITLE'),
    severity: informational ? 'informational' : severity,
    ...readScores(row('CVSSv3.1 Base (nvd)', 'CVSS3.1 Base', 'CVSS3 Base'), row('CVSSv2 Base (nvd)', 'CVSS Base')),
    // Of a row for one CVE, the check's exploits may be of another one.
    stage: ids.length === 1 && byCve === null ? stageOf(row) : undefined,
    description: (byCve ?? row('Threat'))?.slice(0, 8000) ?? null,
    url: null,
  }
}

/** As in the XML reports: known malware is a known exploitation, a Metasploit module a kit. */
function stageOf(row: Row): ExploitStage | undefined {
  if (row('Associated Malware') !== null) return 'known_exploited'
  const exploits = row('Exploitability')
  if (exploits === null) return undefined
  return /metasploit/i.test(exploits) ? 'kit' : 'public'
}

/** `Feb 03, 2026 07:00 AM`, `2024-09-16 04:00:30`, `03/02/2026 10:00:00` (month first); without a zone, which they all are, UTC. */
export function readTime(text: string | null): Instant | null {
  const american = /^(\d{2})\/(\d{2})\/(\d{4})(?: (?:at )?(\d{2}:\d{2}:\d{2}))?$/.exec(text ?? '')
  if (american) return parseInstant(`${american[3]}-${american[1]}-${american[2]}${american[4] ? `T${american[4]}` : ''}`)
  return parseInstant(text ?? '') ?? parseDateInWords(text ?? '')
}
