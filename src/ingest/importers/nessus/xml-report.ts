import { UserError } from '../../../errors.ts'
import { closedItems } from '../../../model/closed-item.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, severities } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { childText, childrenNamed, readXml, type XmlNode } from '../../readers/xml.ts'
import { complianceRecords } from './compliance.ts'
import { describeHost, type Host } from './host.ts'
import { itemRecords, type PluginItem, readDate, readPlugin, stageOf } from './item.ts'
import { readScanInformation, SCAN_INFORMATION } from './scan-information.ts'

/** Families that templates leave out or pick from as a matter of course: they find no vulnerabilities, or need their own kind of scan. */
const SIDE_FAMILIES = new Set([
  'port scanners',
  'settings',
  'policy compliance',
  'tenable.ot',
  'mobile devices',
  'denial of service',
  'scada',
])
/** Records held back until the scanner's version (plugin 19506) is known; after so many it is left out. */
const MAX_HELD = 20_000

/** A report in the layout `NessusClientData_v2`. Format: https://static.tenable.com/documentation/nessus_v2_file_format.pdf */
export async function* parseXmlReport(file: Source): AsyncGenerator<Told> {
  const policy = { name: '', narrowed: false }
  const described = new Set<string>()
  const held: FileRecord[] = []
  let toolVersion: string | null = null
  let observedAt: Instant | null = null
  let reportName: string | null = null
  let host: OpenHost | null = null
  let hosts = 0
  let items = 0

  let reported = false
  function* begin(): Generator<FileRecord> {
    reported = true
    yield { kind: 'report', source: 'nessus', tool: 'Nessus', tool_version: toolVersion, observed_at: observedAt }
    yield* held.splice(0)
  }
  // The report comes first, but its version stands in an item of the first host.
  function* emit(records: Iterable<FileRecord>, versionSeen: boolean): Generator<FileRecord> {
    if (reported) {
      yield* records
      return
    }
    for (const record of records) held.push(record)
    if (versionSeen || held.length >= MAX_HELD) yield* begin()
  }

  const elements = ['Policy/policyName', 'FamilySelection/FamilyItem', 'ReportHost/HostProperties', 'ReportHost/ReportItem']
  yield* readXml(file.bytes(), {
    elements,
    opens: ['NessusClientData_v2/Report', 'Report/ReportHost'],
  }).tell(function* (events) {
    for (const { event, name, node, line } of events) {
      if (name === 'policyName') policy.name = node.text.trim()
      else if (name === 'FamilyItem') policy.narrowed ||= narrows(node)
      else if (event === 'open' && name === 'Report') reportName = node.attributes['name'] ?? ''
      else if (name === 'ReportHost') {
        if (host) yield* emit(coverageOf(host, policy, reportName), true)
        hosts++
        host = {
          name: node.attributes['name']?.trim() || `host ${hosts}`,
          key: `h${hosts}`,
          host: null,
          credentialed: null,
          compliance: false,
        }
      } else if (name === 'HostProperties' && host) {
        host.host = describeHost(host.name, host.key, node)
        if (hosts === 1) observedAt = host.host.asset.observed_at ?? null
        yield* emit([host.host.asset], false)
      } else if (name === 'ReportItem' && host) {
        if (!host.host) {
          host.host = describeHost(host.name, host.key, null)
          yield* emit([host.host.asset], false)
        }
        items++
        const scan = node.attributes['pluginID'] === SCAN_INFORMATION ? childText(node, 'plugin_output') : null
        if (scan) {
          const { version, credentialed } = readScanInformation(scan)
          toolVersion ??= version
          host.credentialed = credentialed ?? host.credentialed
        }
        const { name } = host
        const number = items
        const at = () => `line ${line} (ReportItem ${number} of ${name})`
        yield* emit(readItem(node, host, described, at), scan !== null)
      }
    }
  })

  if (reportName === null)
    throw new UserError('unreadable_report', 'Expected a <Report> in <NessusClientData_v2>; the file holds a scan policy only')
  if (host) yield emit(coverageOf(host, policy, reportName), true)
  if (!reported) yield begin()
}

interface OpenHost {
  name: string
  key: string
  host: Host | null
  /** What plugin 19506 says of the credentials; null when it did not run. */
  credentialed: boolean | null
  compliance: boolean
}

function narrows(family: XmlNode): boolean {
  const name = childText(family, 'FamilyName')?.toLowerCase() ?? ''
  return childText(family, 'Status') !== 'enabled' && !SIDE_FAMILIES.has(name)
}

/** An export of what Tenable knows of the assets, not of one scan: it has neither policy nor scan times. */
const isState = (reportName: string | null) => reportName === 'workbenchexport'

function* coverageOf(open: OpenHost, policy: { name: string; narrowed: boolean }, reportName: string | null): Generator<FileRecord> {
  if (!open.host) {
    open.host = describeHost(open.name, open.key, null)
    yield open.host.asset
  }
  const { host } = open
  if (isState(reportName)) {
    yield { kind: 'coverage', asset: open.key, subject: 'vulnerability', access: 'full', min_severity: 'low' }
    return
  }
  if (!host.finished) return
  const full = host.credentialed ?? open.credentialed ?? host.logged_in
  const checks = policy.narrowed ? `policy ${policy.name || 'without a name'}` : ''
  yield {
    kind: 'coverage',
    asset: open.key,
    subject: 'vulnerability',
    access: full && !host.web ? 'full' : 'remote',
    ...(checks && { checks }),
  }
  if (open.compliance) yield { kind: 'coverage', asset: open.key, subject: 'control', access: 'full', checks: `policy ${policy.name}` }
}

/** The fields of an item by their names: the first child of each. An item has some forty, and most of them are asked for. */
type Fields = Map<string, XmlNode>

function fieldsOf(node: XmlNode): Fields {
  const fields: Fields = new Map()
  for (const one of node.children) if (!fields.has(one.name)) fields.set(one.name, one)
  return fields
}

const textOf = (fields: Fields, name: string): string | null => fields.get(name)?.text.trim() || null

function readItem(node: XmlNode, host: OpenHost, described: Set<string>, at: () => string): Iterable<FileRecord> {
  const stated = node.attributes['pluginID']?.trim() ?? ''
  const plugin = readPlugin(stated)
  if (plugin === null) {
    return [
      { kind: 'skipped', at: at(), reason: `expected a number as pluginID, found ${stated === '' ? 'none' : `"${stated.slice(0, 40)}"`}` },
    ]
  }
  const fields = fieldsOf(node)
  const state = textOf(fields, 'vulnerability_state')
  if (state?.toLowerCase() === 'fixed') {
    return closedItems(itemRecords(describeItem(node, fields, plugin), host.key, new Set()), { reason: state, at: at() })
  }
  const compliance = complianceRecords((name) => textOf(fields, name), host.key)
  if (compliance) {
    host.compliance = true
    return compliance
  }
  return itemRecords(describeItem(node, fields, plugin), host.key, described)
}

function describeItem(node: XmlNode, fields: Fields, plugin: string): PluginItem {
  const { attributes } = node
  const number = attributes['severity']
  const text = (name: string) => textOf(fields, name)
  const texts = (name: string) => (fields.has(name) ? childrenNamed(node, name).map((one) => one.text.trim()) : [])
  const rating = (score: string, vector: string, version: 2 | 3 | 4) => ({ score: text(score), vector: text(vector), version })
  return {
    plugin,
    title: (attributes['pluginName'] || text('plugin_name') || '').trim(),
    family: attributes['pluginFamily'] ?? '',
    severity: (number && /^[0-4]$/.test(number) ? severities[+number] : undefined) ?? parseSeverity(text('risk_factor')) ?? undefined,
    cves: texts('cve'),
    // `cvss` and `cvssv3` are the web scanner's names.
    ratings: [
      rating('cvss4_base_score', 'cvss4_vector', 4),
      rating('cvss3_base_score', 'cvss3_vector', 3),
      rating('cvssv3', 'cvss3_vector', 3),
      rating('cvss_base_score', 'cvss_vector', 2),
      rating('cvss', 'cvss_vector', 2),
    ],
    scored: text('cvss_score_source'),
    output: text('plugin_output') ?? '',
    cpes: texts('cpe').flatMap((lines) => lines.split('\n')),
    updates: texts('xref').flatMap((xref) => /^MSKB:(\d{6,8})$/.exec(xref)?.[1] ?? []),
    port: attributes['port'] ?? '',
    protocol: attributes['protocol'] ?? '',
    type: text('plugin_type'),
    stage: stageOf((flag) => text(flag)?.toLowerCase() === 'true'),
    description: text('description'),
    published: readDate(text('vuln_publication_date')),
    see_also: text('see_also'),
  }
}
