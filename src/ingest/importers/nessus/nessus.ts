import { UserError } from '../../../errors.ts'
import type { FileRecord, FindingRecord } from '../../../model/record.ts'
import { type Severity, parseSeverity, severities } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import type { Importer, Source } from '../../importer.ts'
import { childText, childrenNamed, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'
import { complianceRecords } from './compliance.ts'
import { componentOf } from './component.ts'
import { describeHost, type Host } from './host.ts'

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

const CVE = /^CVE-\d{4}-\d{4,}$/
const CVSS_V4 = /^CVSS:4\.0\/AV:[NALP]\/[A-Za-z:/]+$/
const CVSS_V3 = /^AV:[NALP]\/AC:[LH]\/PR:[NLH]\/UI:[NR]\/S:[UC]\/C:[NLH]\/I:[NLH]\/A:[NLH]$/
const CVSS_V2 = /^AV:[NAL]\/AC:[LMH]\/Au:[NSM]\/C:[NPC]\/I:[NPC]\/A:[NPC]$/

/** Nessus and Tenable reports: the layout `NessusClientData_v2` (.nessus). Format: https://static.tenable.com/documentation/nessus_v2_file_format.pdf */
export const nessus: Importer = {
  id: 'nessus',
  title: 'Tenable Nessus (.nessus, XML v2)',
  version: 1,
  detect: ({ text }) => xmlRoot(text) === 'NessusClientData_v2',

  async *parse(file: Source) {
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
    for await (const { event, name, node, line } of readXml(file.bytes(), {
      elements,
      opens: ['NessusClientData_v2/Report', 'Report/ReportHost'],
    })) {
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
        const scan = node.attributes['pluginID'] === '19506' ? childText(node, 'plugin_output') : null
        if (scan) {
          toolVersion ??= /^Nessus version : (\d[\w.]{0,30})\s*$/m.exec(scan)?.[1] ?? null
          const answer = /^Credentialed checks : (yes|no)\b/m.exec(scan)?.[1]
          if (answer) host.credentialed = answer === 'yes'
        }
        const at = `line ${line} (ReportItem ${items} of ${host.name})`
        yield* emit(readItem(node, host, described, at), scan !== null)
      }
    }
    if (reportName === null)
      throw new UserError('unreadable_report', 'Expected a <Report> in <NessusClientData_v2>; the file holds a scan policy only')
    if (host) yield* emit(coverageOf(host, policy, reportName), true)
    if (!reported) yield* begin()
  },
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

function* readItem(node: XmlNode, host: OpenHost, described: Set<string>, at: string): Generator<FileRecord> {
  const plugin = node.attributes['pluginID']?.trim() ?? ''
  if (!/^\d{1,12}$/.test(plugin)) {
    yield { kind: 'skipped', at, reason: `expected a number as pluginID, found ${plugin === '' ? 'none' : `"${plugin.slice(0, 40)}"`}` }
    return
  }
  const state = childText(node, 'vulnerability_state')
  if (state?.toLowerCase() === 'fixed') {
    yield { kind: 'skipped', at, reason: `plugin ${plugin}: the item is listed as fixed` }
    return
  }
  const compliance = complianceRecords(node, host.key)
  if (compliance) {
    host.compliance = true
    yield* compliance
    return
  }
  const cves = [...new Set(childrenNamed(node, 'cve').map((cve) => cve.text.trim().toUpperCase()))].filter((id) => CVE.test(id))
  const ids = cves.length > 0 ? cves : [`nessus:${plugin}`]
  const title = (node.attributes['pluginName'] || childText(node, 'plugin_name') || '').trim()
  const severity = severityOf(node)
  const { cvss, vector } = cvssOf(node)
  const key = `${plugin}/${severity ?? ''}/${cvss ?? ''}`
  if (!described.has(key)) {
    described.add(key)
    yield* describe(node, ids, { title, severity, cvss, vector })
  }
  const stage = ids.length === 1 ? stageOf(node) : undefined
  const access = accessOf(node)
  const { component, fixed_version, path } = componentOf(node, title)
  const place = placeOf(node, path)
  const finding: FindingRecord = {
    kind: 'finding',
    asset: host.key,
    vulnerability_ids: ids,
    ...(severity && { severity }),
    ...(cvss !== undefined && { cvss }),
    ...(stage && { exploit_stage: stage }),
    ...(title && { title }),
    ...(component && { component }),
    ...(fixed_version && { fixed_version }),
    ...(place && { place }),
    ...(access && { access }),
  }
  yield finding
}

interface Rating {
  title: string
  severity: Severity | undefined
  cvss: number | undefined
  vector: string | undefined
}

/** The plugin's words are about one vulnerability only when it names one; of several, only the one whose score it says it took gets it. */
function* describe(node: XmlNode, ids: string[], rating: Rating): Generator<FileRecord> {
  const scored = childText(node, 'cvss_score_source')?.toUpperCase()
  const published = dateOf(childText(node, 'vuln_publication_date'))
  const description = childText(node, 'description')
  const url = seeAlso(node)
  for (const id of ids) {
    const alone = ids.length === 1
    const rated = alone || id === scored
    yield {
      kind: 'vulnerability',
      vulnerability_id: id,
      ...(alone && rating.title && { title: rating.title }),
      ...(alone && description && { description }),
      ...(rated && rating.severity && { severity: rating.severity }),
      ...(rated && rating.cvss !== undefined && { cvss: rating.cvss }),
      ...(rated && rating.vector && { cvss_vector: rating.vector }),
      ...(alone && published !== null && { published_at: published }),
      ...(alone && url && { url }),
    }
  }
}

function severityOf(node: XmlNode): Severity | undefined {
  const number = node.attributes['severity']
  const stated = number && /^[0-4]$/.test(number) ? severities[+number] : undefined
  return stated ?? parseSeverity(childText(node, 'risk_factor')) ?? undefined
}

/** The base score, v4 before v3 before v2, and its vector in the standard's spelling. `cvss` and `cvssv3` are the web scanner's names. */
function cvssOf(node: XmlNode): { cvss: number | undefined; vector: string | undefined } {
  for (const [score, vector, prefix, pattern] of [
    ['cvss4_base_score', 'cvss4_vector', 'CVSS:4.0/', CVSS_V4],
    ['cvss3_base_score', 'cvss3_vector', 'CVSS:3.0/', CVSS_V3],
    ['cvssv3', 'cvss3_vector', 'CVSS:3.0/', CVSS_V3],
    ['cvss_base_score', 'cvss_vector', '', CVSS_V2],
    ['cvss', 'cvss_vector', '', CVSS_V2],
  ] as const) {
    const text = childText(node, score)
    if (text === null || !/^\d{1,2}(\.\d{1,2})?$/.test(text) || +text > 10) continue
    const stated = childText(node, vector)?.replace(/^CVSS2#/, '') ?? ''
    const bare = prefix === 'CVSS:3.0/' ? stated.replace(/^CVSS:3\.[01]\//, '') : stated
    const spelled = stated.startsWith('CVSS:') ? stated : prefix + stated
    return { cvss: +text, vector: pattern.test(prefix === 'CVSS:4.0/' ? spelled : bare) ? spelled : undefined }
  }
  return { cvss: undefined, vector: undefined }
}

/** The farthest stage that the plugin's flags state. Only for an item of one vulnerability: of several, the flags do not say which. */
function stageOf(node: XmlNode): FindingRecord['exploit_stage'] {
  const says = (flag: string) => childText(node, flag)?.toLowerCase() === 'true'
  if (says('exploited_by_malware')) return 'known_exploited'
  if (says('exploit_framework_metasploit')) return 'kit'
  if (
    [
      'exploit_framework_canvas',
      'exploit_framework_core',
      'exploit_framework_d2_elliot',
      'exploit_framework_exploithub',
      'exploited_by_nessus',
    ].some(says)
  )
    return 'verified'
  return says('exploit_available') ? 'public' : undefined
}

/** A plugin of the type `local` looked from inside, `remote` from outside; of the others the type does not say. */
function accessOf(node: XmlNode): 'full' | 'remote' | undefined {
  const type = childText(node, 'plugin_type')?.toLowerCase()
  return type === 'local' ? 'full' : type === 'remote' ? 'remote' : undefined
}

function placeOf(node: XmlNode, path: string | null): string | undefined {
  const port = node.attributes['port'] ?? ''
  const protocol = (node.attributes['protocol'] ?? '').trim().toLowerCase()
  if (/^[1-9]\d{0,4}$/.test(port)) return protocol ? `${port}/${protocol}` : port
  return path ?? undefined
}

/** `2018/06/12`, and the web scanner's ISO form. */
function dateOf(text: string | null): Instant | null {
  return text === null ? null : parseInstant(text.replace(/^(\d{4})\/(\d{2})\/(\d{2})$/, '$1-$2-$3'))
}

/** The first link, from lines or from the JSON list that Tenable's state exports write. */
function seeAlso(node: XmlNode): string | null {
  const text = childText(node, 'see_also')
  return text === null ? null : (/https?:\/\/[^\s"\\\]]{1,500}/.exec(text)?.[0] ?? null)
}
