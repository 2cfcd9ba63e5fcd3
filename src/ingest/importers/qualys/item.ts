import type { AssetAttributes, NameType, OsFamily } from '../../../model/asset.ts'
import type { ExploitStage } from '../../../model/exploit.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import { type Severity, severities } from '../../../model/severity.ts'
import { child, childrenNamed, childText, type XmlNode } from '../../readers/xml.ts'

/** What Qualys says of one check (QID), wherever it says it: in a report's glossary or in the item of a scan. */
export interface Check {
  qid: string
  ids: string[]
  title: string | null
  severity: Severity | undefined
  cvss: number | undefined
  vector: string | undefined
  stage: ExploitStage | undefined
  description: string | null
  url: string | null
}

/** A check that the glossary leaves out is known by its number only. */
export const unknownCheck = (qid: string): Check => ({
  qid,
  ids: [`qualys:${qid}`],
  title: null,
  severity: undefined,
  cvss: undefined,
  vector: undefined,
  stage: undefined,
  description: null,
  url: null,
})

const MAX_DESCRIPTION = 8000
const CVE = /^CVE-\d{4}-\d{4,}$/
const CVSS_V3 = /^AV:[NALP]\/AC:[LH]\/PR:[NLH]\/UI:[NR]\/S:[UC]\/C:[NLH]\/I:[NLH]\/A:[NLH]$/
const CVSS_V2 = /^AV:[NAL]\/AC:[LMH]\/Au:[NSM]\/C:[NPC]\/I:[NPC]\/A:[NPC]$/

/** The number of a check; null when it is none. */
export const readQid = (text: string | null | undefined): string | null => (/^\d{1,9}$/.test(text?.trim() ?? '') ? text!.trim() : null)

/**
 * Qualys severities 1–5 (minimal, medium, serious, critical, urgent) in our five words.
 * Source: https://docs.qualys.com/en/vm/latest/knowledgebase/severity_levels.htm
 */
export function readSeverity(text: string | null | undefined): Severity | undefined {
  return /^[1-5]$/.test(text?.trim() ?? '') ? severities[+text!.trim() - 1] : undefined
}

/** The check of a glossary entry (`VULN_DETAILS`) or of a scan's item, which have the same children. */
export function readCheck(node: XmlNode, qid: string, severity: Severity | undefined): Check {
  const list = child(node, 'CVE_ID_LIST')
  const listed = (list ? childrenNamed(list, 'CVE_ID') : []).map((entry) => childText(entry, 'ID') ?? '')
  const stated = (node.attributes['cveid'] ?? '').split(',')
  const cves = [...new Set([...listed, ...stated].map((id) => id.trim().toUpperCase()))].filter((id) => CVE.test(id))
  const ids = cves.length > 0 ? cves : [`qualys:${qid}`]
  const references = child(node, 'VENDOR_REFERENCE_LIST')
  const url = references ? childText(childrenNamed(references, 'VENDOR_REFERENCE')[0] ?? references, 'URL') : null
  return {
    qid,
    ids,
    title: childText(node, 'TITLE'),
    severity,
    ...readCvss(node),
    stage: ids.length === 1 ? readStage(node) : undefined,
    description:
      (childText(node, 'THREAT') ?? childText(node, 'DIAGNOSIS') ?? childText(node, 'DESCRIPTION'))?.slice(0, MAX_DESCRIPTION) ?? null,
    url: url?.startsWith('https://') ? url : null,
  }
}

function readCvss(node: XmlNode): { cvss: number | undefined; vector: string | undefined } {
  const v3 = childText(child(node, 'CVSS3_SCORE') ?? node, 'CVSS3_BASE')
  const v2 = childText(child(node, 'CVSS_SCORE') ?? node, 'CVSS_BASE')
  return readScores(v3, v2)
}

/** `9.3 (AV:N/AC:M/…)` in a report, a bare number in a scan; `-` and empty mean none. v3 before v2. */
export function readScores(v3: string | null, v2: string | null): { cvss: number | undefined; vector: string | undefined } {
  for (const [text, prefix, pattern] of [
    [v3, 'CVSS:3.1/', CVSS_V3],
    [v2, '', CVSS_V2],
  ] as const) {
    const match = /^(\d{1,2}(?:\.\d{1,2})?)(?:\s*\(([^()]{1,200})\))?$/.exec(text ?? '')
    if (!match || +match[1]! > 10) continue
    const bare = match[2]?.replace(/^CVSS:3\.[01]\//, '')
    const vector = bare !== undefined && pattern.test(bare) ? (match[2]!.startsWith('CVSS:') ? match[2]! : prefix + bare) : undefined
    return { cvss: +match[1]!, vector }
  }
  return { cvss: undefined, vector: undefined }
}

/** From the correlation with exploits and malware: a Metasploit module is a kit, known malware a known exploitation. */
function readStage(node: XmlNode): ExploitStage | undefined {
  const correlation = child(node, 'CORRELATION')
  if (!correlation) return undefined
  if (childrenNamed(child(correlation, 'MALWARE') ?? correlation, 'MW_SRC').length > 0) return 'known_exploited'
  const sources = childrenNamed(child(correlation, 'EXPLOITABILITY') ?? correlation, 'EXPLT_SRC')
    .filter((source) => child(source, 'EXPLT_LIST')?.children.some((one) => one.name === 'EXPLT'))
    .map((source) => childText(source, 'SRC_NAME')?.toLowerCase() ?? '')
  if (sources.includes('metasploit')) return 'kit'
  return sources.length > 0 ? 'public' : undefined
}

/** The vulnerabilities of a check. Its words and score are about one vulnerability only when it names just one. */
export function* describeCheck(check: Check): Generator<VulnerabilityRecord> {
  const alone = check.ids.length === 1
  for (const id of check.ids) {
    yield {
      kind: 'vulnerability',
      vulnerability_id: id,
      ...(alone && check.title && { title: check.title }),
      ...(alone && check.description && { description: check.description }),
      ...(alone && check.severity && { severity: check.severity }),
      ...(alone && check.cvss !== undefined && { cvss: check.cvss }),
      ...(alone && check.vector && { cvss_vector: check.vector }),
      ...(alone && check.url && { url: check.url }),
    }
  }
}

/** What an item says beside its check. */
export interface Item {
  asset: string
  /** Gathered information, not a weakness. */
  informational: boolean
  place: string | undefined
  component: FindingRecord['component']
  fixed_version: string | undefined
}

export function findingOf(item: Item, check: Check): FindingRecord {
  const severity = item.informational ? 'informational' : check.severity
  return {
    kind: 'finding',
    asset: item.asset,
    vulnerability_ids: check.ids,
    ...(severity && { severity }),
    ...(check.cvss !== undefined && { cvss: check.cvss }),
    ...(check.stage && !item.informational && { exploit_stage: check.stage }),
    ...(check.title && { title: check.title }),
    ...(item.component && { component: item.component }),
    ...(item.fixed_version && { fixed_version: item.fixed_version }),
    ...(item.place && { place: item.place }),
  }
}

/** `443/tcp`; undefined when the item names no port. */
export function readPlace(port: string | null | undefined, protocol: string | null | undefined): string | undefined {
  const number = port?.trim() ?? ''
  if (!/^[1-9]\d{0,4}$/.test(number)) return undefined
  const name = protocol?.trim().toLowerCase()
  return name ? `${number}/${name}` : number
}

/**
 * The package of a result table "Package, Installed Version, Required Version" (columns parted by tabs). Of several rows, the shortest
 * name. Any other result is free text and is not searched.
 */
export function readResult(result: XmlNode | null): Pick<Item, 'component' | 'fixed_version'> {
  return readTable(result?.attributes['format'] === 'table' ? result.text : '')
}

/** The same from the text of a result, whose layouts without marks are taken for a table only when they have these columns. */
export function readTable(text: string): Pick<Item, 'component' | 'fixed_version'> {
  const none = { component: undefined, fixed_version: undefined }
  const [head = '', ...rows] = text.trim().split('\n', 2000)
  const columns = head
    .toLowerCase()
    .split('\t')
    .map((name) => name.trim())
  const at = {
    name: columns.indexOf('package'),
    installed: columns.indexOf('installed version'),
    required: columns.indexOf('required version'),
  }
  if (at.name < 0 || at.installed < 0) return none
  const packages = rows.map((row) => row.split('\t').map((cell) => cell.trim())).filter((cells) => cells[at.name])
  const first = packages.toSorted((a, b) => a[at.name]!.length - b[at.name]!.length || (a[at.name]! < b[at.name]! ? -1 : 1))[0]
  if (!first) return none
  const version = first[at.installed]
  return {
    component: { name: first[at.name]!, ...(version && { version }), type: 'package' },
    fixed_version: first[at.required] || undefined,
  }
}

/** Checks that only run after a login worked: "Windows Authentication Method", "Unix Authentication Method". */
export const loginChecks = new Set(['70028', '38307'])

const IP = /^(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]+)$/i
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/

export interface HostNames {
  ip: string | null
  /** Further addresses. */
  ips?: string[]
  dns: string | null
  netbios: string | null
  agent: string | null
  cloud: string | null
  os: string | null
  group: string | null
}

/** The asset of a host. `given` names it when it has no name at all. */
export function hostAsset(key: string, host: HostNames, given: string): AssetRecord {
  const names: AssetRecord['names'] = []
  const claim = (type: NameType, name: string | null | undefined) => {
    if (name) names.push({ type, name })
  }
  const dns = host.dns?.trim().toLowerCase().replace(/\.$/, '') ?? ''
  const netbios = host.netbios?.trim().toLowerCase() ?? ''
  claim('cloud_id', host.cloud)
  claim('agent_id', host.agent?.toLowerCase())
  if (DNS.test(dns) && !IP.test(dns)) claim(dns.includes('.') ? 'fqdn' : 'hostname', dns)
  if (DNS.test(netbios) && netbios !== dns) claim('hostname', netbios)
  for (const ip of new Set([host.ip ?? '', ...(host.ips ?? [])].map((one) => one.trim().toLowerCase()))) if (IP.test(ip)) claim('ip', ip)
  if (names.length === 0) claim('label', given)
  const attributes: AssetAttributes = {}
  const family = familyOf(host.os)
  if (family) attributes.os_family = family
  if (host.os) attributes.os = host.os
  if (host.group) attributes.asset_group = host.group
  const name = names.find(({ type }) => type === 'fqdn' || type === 'hostname')?.name ?? names.at(-1)!.name
  return { kind: 'asset', asset: key, type: 'device', name, names, ...(Object.keys(attributes).length > 0 && { attributes }) }
}

/** Fingerprints are several guesses parted by `/`: the family only when all of them agree. */
function familyOf(os: string | null): OsFamily | undefined {
  const families = new Set((os ?? '').split('/').map((guess) => parseOsFamily(guess)))
  const [only] = families
  return families.size === 1 && only ? only : undefined
}
