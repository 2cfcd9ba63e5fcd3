import type { Told } from '../../importer.ts'
import type { FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { formatInstant, parseInstant } from '../../../model/time.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { parseDateInWords } from '../../readers/date-in-words.ts'
import { cutText, numberOf } from '../../readers/json-fields.ts'
import {
  componentOf,
  endReport,
  type Fields,
  fieldsOf,
  newReport,
  type OpenReport,
  readRow,
  readVulnerability,
  vulnerabilityId,
  vulnerable,
} from './rows.ts'

/** Most tables begin with a line of their own: the name of the table, and when it was exported. */
const TITLE = /^([A-Z][A-Za-z ]{2,60} Export),"?(\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2} [AP]M [+-]\d{2}:\d{2})/
/** The row of columns, which is not the title. */
const HEADER = /^(?![A-Z][A-Za-z ]{2,60} Export,)./
/** The portal exports no more rows: https://learn.microsoft.com/en-us/defender-vulnerability-management/tvm-weaknesses */
const MOST_ROWS = 10_000
/** The one device that a table of its page is about; no column names it. */
const DEVICE = 'device'

/** The tables that are read, and the columns that each must have, in lower case. */
const tables = {
  /** Assets, Devices. */
  devices: { title: null, columns: ['device id', 'device name', 'os platform', 'health status', 'onboarding status'] },
  /** A recommendation, Exposed paths. */
  paths: { title: null, columns: ['device id', 'dns name', 'path', 'product', 'installed version', 'discovered vulnerabilities'] },
  /** Weaknesses. */
  weaknesses: { title: null, columns: ['name', 'severity', 'cvss v3', 'has exploit', 'related software', 'exposed machines'] },
  /** The page of one device, Discovered vulnerabilities. */
  device_vulnerabilities: { title: 'Machine Vulnerabilities Export', columns: ['name', 'severity', 'cvss v3', 'has exploit'] },
  /** The page of one device, Software inventory. */
  device_software: { title: 'Machine Software Inventory Export', columns: ['name', 'vendor', 'installed version'] },
} as const
type PortalTable = keyof typeof tables

/** Which table of the portal a file is, by its title and columns; null when it is none that is read. */
export function portalTable(text: string): PortalTable | null {
  if (/^\s*[[{<]/.test(text) || text.startsWith('PK')) return null
  const title = TITLE.exec(text)?.[1] ?? null
  const names = new Set(csvHeader(text.slice(0, 16_384), ',', HEADER).map((name) => name.toLowerCase()))
  const found = (Object.keys(tables) as PortalTable[]).find((name) => {
    const table = tables[name]
    return (table.title === null || table.title === title) && table.columns.every((column) => names.has(column))
  })
  return found ?? null
}

type Cells = (column: string) => string

const yes = (text: string): boolean | null => ({ true: true, false: false })[text.toLowerCase()] ?? null

/** A row of devices, as the API's list of machines has it. */
function machineOf(cell: Cells): object {
  const addresses = cell('device ips').split(/[,;]\s*/)
  return {
    id: cell('device id'),
    computerdnsname: cell('device name'),
    osplatform: cell('os platform'),
    version: cell('os version'),
    rbacgroupname: cell('group'),
    aaddeviceid: cell('aad device id'),
    lastseen: cell('last device update'),
    healthstatus: cell('health status'),
    onboardingstatus: cell('onboarding status'),
    isinternetfacing: yes(cell('is internet facing')),
    // Of several nobody knows which is the last.
    ...(addresses.length === 1 && { lastipaddress: addresses[0] }),
  }
}

/** The same product has the same list on every device. */
const cvesIn = remembered((text): readonly string[] => text.split(/[,;]\s*/).filter(Boolean))

/** A path of a device's software, as the API's list of software and vulnerabilities has it: a row for each CVE, or one without. */
function readPaths(cell: Cells, report: OpenReport, at: string): FileRecord[] {
  const cves = cvesIn(cell('discovered vulnerabilities'))
  const [device, product] = [cell('device id'), cell('product')]
  const fields: Fields = new Map<string, unknown>()
    .set('deviceid', device)
    .set('devicename', cell('dns name'))
    .set('osplatform', cell('operating system'))
    .set('softwarevendor', cell('vendor'))
    .set('softwarename', product)
    .set('softwareversion', cell('installed version'))
    .set('diskpaths', [cell('path')])
    .set('cveid', cves[0] ?? '')
  const records = readVulnerability(fields, report, at)
  if (cves.length < 2) return records
  // The device and the software are told now; without either, each of the others is left out like the first.
  const component = device && product ? componentOf(fields, product) : null
  for (let n = 1; n < cves.length; n++) {
    const cve = cves[n]!
    const more = component ? vulnerable(report, device, component, cve, {}) : readVulnerability(fields.set('cveid', cve), report, at)
    for (const record of more) records.push(record)
  }
  return records
}

/** What the row says of the vulnerability itself, as the API's list of vulnerabilities has it. */
function descriptionOf(cell: Cells): object {
  const published = parseDateInWords(cell('published')) ?? parseInstant(cell('published'))
  return {
    id: cell('name'),
    severity: cell('severity'),
    cvssv3: numberOf(cell('cvss v3')),
    publicexploit: yes(cell('has exploit')),
    exploitinkit: null,
    description: cutText(cell('description')) ?? '',
    publishedon: published === null ? '' : formatInstant(published),
  }
}

function* deviceVulnerability(cell: Cells, at: string): Generator<FileRecord> {
  const id = cell('name')
  if (id === '') {
    yield { kind: 'skipped', at, reason: 'expected the name of a vulnerability' }
    return
  }
  yield* readRow(fieldsOf(descriptionOf(cell)), newReport(), at)
  const severity = parseSeverity(cell('severity'))
  const score = numberOf(cell('cvss v3'))
  const exploit = yes(cell('has exploit'))
  yield {
    kind: 'finding',
    asset: DEVICE,
    vulnerability_ids: [vulnerabilityId(id)],
    title: vulnerabilityId(id),
    ...(severity && { severity }),
    ...(score !== null && score >= 0 && score <= 10 && { cvss: score }),
    ...(exploit !== null && { exploit_stage: exploit ? 'public' : 'none' }),
  }
}

function* deviceSoftware(cell: Cells, at: string): Generator<FileRecord> {
  const [name, vendor, version] = [cell('name'), cell('vendor'), cell('installed version')]
  if (name === '') yield { kind: 'skipped', at, reason: 'expected the name of a software' }
  else yield { kind: 'software', asset: DEVICE, name, ...(vendor && { vendor }), ...(version && { version }) }
}

/** The records of a table of the portal. `text` is its beginning. */
export async function* readPortalTable(table: PortalTable, text: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const observed_at = parseDateInWords(TITLE.exec(text)?.[2] ?? '')
  const subject = table === 'device_vulnerabilities' ? 'vulnerability' : table === 'device_software' ? 'software' : null
  // The page of a device names software in words of its own: what it says does not end what the API said.
  const source = subject === null ? 'defender' : 'defender-portal'
  yield { kind: 'report', source, tool: 'Microsoft Defender portal', tool_version: null, observed_at }
  if (subject !== null) yield { kind: 'asset', asset: DEVICE, type: 'device', name: DEVICE, names: [] }
  const report = newReport()
  // All of a list that a person chose on the screen: it covers no device.
  report.cut = true
  let rows = 0
  /** The columns of the file by their name in lower case. */
  let columns: Map<string, string> | null = null
  yield* readCsv(bytes, { delimiter: ',', header: HEADER }).tell(function* (batch) {
    for (const row of batch) {
      const { error } = row
      const at = `line ${row.line}`
      rows++
      if (error !== null) {
        yield { kind: 'skipped', at, reason: error }
        continue
      }
      const names = (columns ??= new Map(Object.keys(row.row).map((name) => [name.toLowerCase(), name])))
      const cell: Cells = (column) => {
        const name = names.get(column)
        return name === undefined ? '' : row.cell(name)!.trim()
      }
      if (table === 'device_vulnerabilities') yield* deviceVulnerability(cell, at)
      else if (table === 'device_software') yield* deviceSoftware(cell, at)
      else if (table === 'paths') yield* readPaths(cell, report, at)
      else yield* readRow(fieldsOf(table === 'devices' ? machineOf(cell) : descriptionOf(cell)), report, at)
    }
  })
  yield endReport(report)
  if (subject !== null && rows < MOST_ROWS) yield { kind: 'coverage', asset: DEVICE, subject, access: 'full' }
}
