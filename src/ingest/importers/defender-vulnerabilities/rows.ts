import type { AssetAttributes } from '../../../model/asset.ts'
import type { ExploitStage } from '../../../model/exploit.ts'
import { closedItem } from '../../../model/closed-item.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord, FindingRecord, SoftwareRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { statedCriticality } from '../../../model/stated-criticality.ts'
import { remembered } from '../../../model/remembered.ts'

/** The fields of a row by lower-case name: the API writes `deviceId`, export files and hunting tables `DeviceId` and `OSPlatform`. */
export type Fields = Map<string, unknown>

export function fieldsOf(row: object): Fields {
  const fields: Fields = new Map()
  for (const name of Object.keys(row)) fields.set(lowerCase(name), (row as Record<string, unknown>)[name])
  return fields
}

const lowerCase = remembered((name) => name.toLowerCase())

const kinds = {
  /** SoftwareVulnerabilitiesByMachine and its delta. */
  vulnerability: ['deviceid', 'softwarename', 'softwareversion', 'cveid'],
  /** vulnerabilities/machinesVulnerabilities. */
  machine_vulnerability: ['machineid', 'cveid', 'productname', 'productvendor'],
  /** SecureConfigurationsAssessmentByMachine. */
  configuration: ['deviceid', 'configurationid', 'iscompliant', 'isapplicable'],
  /** SoftwareInventoryByMachine. */
  software: ['deviceid', 'softwarename', 'softwareversion', 'softwarevendor'],
  machine: ['id', 'computerdnsname', 'osplatform', 'lastseen', 'onboardingstatus'],
  recommendation: ['id', 'recommendationname', 'remediationtype', 'exposedmachinescount'],
  /** The list of vulnerabilities, without devices. */
  description: ['id', 'cvssv3', 'publicexploit', 'exploitinkit'],
} as const
export type RowKind = keyof typeof kinds
const neededNames = Object.entries(kinds) as [RowKind, readonly string[]][]

/** Which of the lists a row is from, by the names that it must have; null when it is none of them. */
export function rowKind(names: { has(name: string): boolean }): RowKind | null {
  for (const [kind, needed] of neededNames) if (needed.every((name) => names.has(name))) return kind
  return null
}

/** What is known while a report is read. */
export interface OpenReport {
  /** Devices told already, with the moment that was told with them. */
  devices: Map<string, Instant | null>
  /** Per device what its rows were about, for the coverage at the end. */
  covered: Map<string, Set<'vulnerability' | 'control' | 'software'>>
  described: Set<string>
  controls: Set<string>
  software: Set<string>
  /** The devices that the last rows were about; software is told once per device. */
  softwareOf: string
  /** Moments of changes, per device. */
  moments: Map<string, Set<string>>
  /** A page is missing, or rows are changes only: then the report covers nothing. */
  cut: boolean
}

export const newReport = (): OpenReport => ({
  devices: new Map(),
  covered: new Map(),
  described: new Set(),
  controls: new Set(),
  software: new Set(),
  softwareOf: '',
  moments: new Map(),
  cut: false,
})

/** A report that holds the last page covers, in full, each device that it has rows of. */
export function* endReport(report: OpenReport): Generator<FileRecord> {
  if (report.cut) return
  for (const [asset, subjects] of report.covered) for (const subject of subjects) yield { kind: 'coverage', asset, subject, access: 'full' }
}

const text = (row: Fields, name: string): string | null => {
  const value = row.get(name)
  return typeof value === 'string' ? value.trim() || null : null
}
const number = (row: Fields, name: string): number | null => {
  const value = row.get(name)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
const instant = (row: Fields, name: string): Instant | null => parseInstant(text(row, name) ?? '')

/** Every moment of a device is worked out by itself, in order. */
const MOST_MOMENTS = 2000

/** The records of one row; a row that cannot be read becomes `skipped`. `kind`: where it is the same for all rows. */
export function readRow(row: Fields, report: OpenReport, at: string, kind = rowKind(row)): Iterable<FileRecord> {
  switch (kind) {
    case 'machine':
      return readMachine(row, report, at)
    case 'vulnerability':
      return readVulnerability(row, report, at)
    case 'machine_vulnerability':
      return readMachineVulnerability(row, report, at)
    case 'configuration':
      return readConfiguration(row, report, at)
    case 'software':
      return readSoftware(row, report, at)
    case 'recommendation':
      return readRecommendation(row, at)
    case 'description':
      return readDescription(row, at)
    case null:
      return [{ kind: 'skipped', at, reason: `not a row of a known list: ${[...row.keys()].slice(0, 8).join(', ').slice(0, 200)}` }]
  }
}

const CVE = /^CVE-\d{4}-\d{4,}$/
/** CVE ids as they are; ids of Defender's own (`TVM-2020-002`) belong to it. */
export const vulnerabilityId = remembered((id) => (CVE.test(id.toUpperCase()) ? id.toUpperCase() : `defender:${id}`))

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/
/** What Defender writes for "no group": https://learn.microsoft.com/en-us/defender-endpoint/machine-groups */
const NO_GROUP = new Set(['unassigned', 'unassignedgroup', 'none'])

function attributesOf(row: Fields): AssetAttributes {
  const platform = text(row, 'osplatform')
  const family = parseOsFamily(platform)
  const version = text(row, 'version') ?? text(row, 'osversion')
  const group = text(row, 'rbacgroupname')
  const onboarded = text(row, 'onboardingstatus')?.toLowerCase() === 'onboarded' || row.get('isonboarded') === true
  const value = statedCriticality('defender', text(row, 'devicevalue'))
  const cloud = row.get('vmmetadata')
  const vm = typeof cloud === 'object' && cloud !== null ? fieldsOf(cloud) : null
  const provider =
    ({ azure: 'azure', aws: 'aws', gcp: 'gcp' } as const)[text(vm ?? new Map(), 'cloudprovider')?.toLowerCase() as 'azure'] ?? null
  const account = vm && text(vm, 'subscriptionid')
  return {
    ...(family && { os_family: family }),
    ...(platform && platform !== 'Other' && { os: version && version !== 'Other' ? `${platform} ${version}` : platform }),
    ...(group && !NO_GROUP.has(group.toLowerCase()) && { asset_group: group }),
    ...(onboarded && { endpoint_agent: 'Microsoft Defender for Endpoint' }),
    ...(value && { stated_criticality: value }),
    ...(typeof row.get('isinternetfacing') === 'boolean' && { internet_facing: row.get('isinternetfacing') === true }),
    ...(provider && { cloud_provider: provider }),
    ...(provider && account && { cloud_account: account }),
  }
}

/** A device by what a row says of it. */
function deviceOf(row: Fields, id: string, dns: string | null, observedAt: Instant | null): AssetRecord {
  const names: AssetRecord['names'] = [{ type: 'agent_id', name: id }]
  const directory = text(row, 'aaddeviceid')?.toLowerCase()
  if (directory && UUID.test(directory) && /[1-9a-f]/.test(directory)) names.push({ type: 'agent_id', name: directory })
  const vm = row.get('vmmetadata')
  const resource = typeof vm === 'object' && vm !== null ? text(fieldsOf(vm), 'resourceid')?.toLowerCase() : null
  if (resource) names.unshift({ type: 'cloud_id', name: resource })
  const host = dns?.toLowerCase().replace(/\.$/, '') ?? ''
  if (DNS.test(host) && !IPV4.test(host)) names.push({ type: host.includes('.') ? 'fqdn' : 'hostname', name: host })
  const ip = text(row, 'lastipaddress')?.toLowerCase()
  if (ip && (IPV4.test(ip) || (ip.includes(':') && /^[0-9a-f:.]{2,45}$/.test(ip))) && !ip.startsWith('127.') && ip !== '::1')
    names.push({ type: 'ip', name: ip })
  const attributes = attributesOf(row)
  return {
    kind: 'asset',
    asset: id,
    type: 'device',
    name: host || id,
    names,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(observedAt !== null && { observed_at: observedAt }),
  }
}

/** The device when it is new to the report, or when its rows speak of a later moment than it was told with; else null. */
function newDevice(row: Fields, report: OpenReport, id: string, observedAt: Instant | null, asset = id): AssetRecord | null {
  const told = report.devices.get(asset)
  if (told !== undefined && (observedAt === null || (told !== null && told >= observedAt))) return null
  report.devices.set(asset, observedAt)
  return { ...deviceOf(row, id, text(row, 'devicename'), observedAt), asset }
}

function cover(report: OpenReport, id: string, subject: 'vulnerability' | 'control' | 'software'): void {
  const subjects = report.covered.get(id)
  if (subjects) subjects.add(subject)
  else report.covered.set(id, new Set([subject]))
}

function* readMachine(row: Fields, report: OpenReport, at: string): Generator<FileRecord> {
  const id = text(row, 'id')
  if (id === null) {
    yield { kind: 'skipped', at, reason: 'expected the id of a machine' }
    return
  }
  const seen = instant(row, 'lastseen')
  const device = deviceOf(row, id, text(row, 'computerdnsname'), seen)
  if (text(row, 'mergedintomachineid') !== null || text(row, 'healthstatus')?.toLowerCase() === 'inactive') device.inactive = true
  report.devices.set(id, seen)
  yield device
  const stated = text(row, 'lastseen')
  if (seen === null && stated !== null)
    yield { kind: 'skipped', at: `${at}.lastSeen`, reason: `expected a date and time, found "${stated.slice(0, 60)}"` }
}

/** https://learn.microsoft.com/en-us/defender-endpoint/api/get-assessment-software-vulnerabilities */
const stages = new Map<string, ExploitStage>([
  ['noexploit', 'none'],
  ['exploitispublic', 'public'],
  ['exploitisverified', 'verified'],
  ['exploitisinkit', 'kit'],
])

/** The software that a row is about. */
export function componentOf(row: Fields, name: string): NonNullable<FindingRecord['component']> {
  const component: FindingRecord['component'] = { name }
  const vendor = text(row, 'softwarevendor')
  const version = text(row, 'softwareversion')
  if (vendor) component.vendor = vendor
  if (version) component.version = version
  return component
}

/** A row of software and vulnerabilities by device. */
export function readVulnerability(row: Fields, report: OpenReport, at: string): FileRecord[] {
  const id = text(row, 'deviceid')
  const name = text(row, 'softwarename')
  if (id === null || name === null) {
    return [{ kind: 'skipped', at, reason: 'expected a deviceId and a softwareName' }]
  }
  const change = row.has('eventtimestamp') || row.has('status') ? text(row, 'status') : null
  if (change !== null) report.cut = true
  // What changed at one moment may change again at a later one: each is a look of its own.
  const moment = change === null ? null : text(row, 'eventtimestamp')
  const asset = moment === null ? id : `${id} ${moment}`
  if (moment !== null) {
    const moments = report.moments.get(id) ?? new Set()
    report.moments.set(id, moments.add(moment))
    if (moments.size > MOST_MOMENTS) {
      moments.delete(moment)
      return [
        { kind: 'skipped', at, reason: `the list has changes of more than ${MOST_MOMENTS} moments of this device: import it in parts` },
      ]
    }
  }
  const device = newDevice(row, report, id, instant(row, change === null ? 'lastseentimestamp' : 'eventtimestamp'), asset)
  const records: FileRecord[] = device ? [device] : []
  const cve = text(row, 'cveid')
  const component = componentOf(row, name)
  if (change?.toLowerCase() === 'fixed') {
    if (cve === null) records.push({ kind: 'skipped', at, reason: 'a change "Fixed" without a cveId' })
    else records.push(closedItem({ asset, vulnerability_ids: [vulnerabilityId(cve)], component }, { reason: change, at }))
    return records
  }
  cover(report, asset, 'vulnerability')
  const software = newSoftware(row, report, asset, name)
  if (software) records.push(software)
  if (cve === null) return records // the software is there and has no known vulnerability
  const score = number(row, 'cvssscore')
  const told = {
    severity: parseSeverity(text(row, 'vulnerabilityseveritylevel')) ?? undefined,
    cvss: score !== null && score >= 0 && score <= 10 ? score : undefined,
    stage: stages.get(text(row, 'exploitabilitylevel')?.toLowerCase() ?? ''),
    fixed: text(row, 'recommendedsecurityupdate') ?? knowledgeBase(text(row, 'recommendedsecurityupdateid')),
  }
  return [...records, ...vulnerable(report, asset, component, cve, told)]
}

interface Told {
  severity?: Severity | undefined
  cvss?: number | undefined
  stage?: ExploitStage | undefined
  fixed?: string | null
}

/** A vulnerability in software of a device; before it the vulnerability itself where the report has not described it yet. */
export function vulnerable(
  report: OpenReport,
  asset: string,
  component: NonNullable<FindingRecord['component']>,
  cve: string,
  { severity, cvss, stage, fixed }: Told,
): FileRecord[] {
  const records: FileRecord[] = []
  const vulnerability_id = vulnerabilityId(cve)
  if (!report.described.has(vulnerability_id)) {
    report.described.add(vulnerability_id)
    records.push({ kind: 'vulnerability', vulnerability_id, ...(severity && { severity }), ...(cvss !== undefined && { cvss }) })
  }
  const finding: FindingRecord = { kind: 'finding', asset, vulnerability_ids: [vulnerability_id], title: vulnerability_id, component }
  if (severity) finding.severity = severity
  if (cvss !== undefined) finding.cvss = cvss
  if (stage) finding.exploit_stage = stage
  if (fixed) finding.fixed_version = fixed
  records.push(finding)
  return records
}

function* readMachineVulnerability(row: Fields, report: OpenReport, at: string): Generator<FileRecord> {
  const id = text(row, 'machineid')
  const cve = text(row, 'cveid')
  const name = text(row, 'productname')
  if (id === null || cve === null || name === null) {
    yield { kind: 'skipped', at, reason: 'expected a machineId, a cveId and a productName' }
    return
  }
  const device = newDevice(row, report, id, null)
  if (device) yield device
  cover(report, id, 'vulnerability')
  const severity = parseSeverity(text(row, 'severity')) ?? undefined
  const vulnerability_id = vulnerabilityId(cve)
  if (!report.described.has(vulnerability_id)) {
    report.described.add(vulnerability_id)
    yield { kind: 'vulnerability', vulnerability_id, ...(severity && { severity }) }
  }
  const vendor = text(row, 'productvendor')
  const version = text(row, 'productversion')
  const fixed = knowledgeBase(text(row, 'fixingkbid'))
  yield {
    kind: 'finding',
    asset: id,
    vulnerability_ids: [vulnerability_id],
    title: vulnerability_id,
    ...(severity && { severity }),
    component: { name, ...(vendor && { vendor }), ...(version && { version }) },
    ...(fixed && { fixed_version: fixed }),
  }
}

const knowledgeBase = (id: string | null): string | null => (id === null ? null : /^\d{5,8}$/.test(id) ? `KB${id}` : id)

/** The software when the rows of the device have not told it yet; else null. */
function newSoftware(row: Fields, report: OpenReport, id: string, name: string): SoftwareRecord | null {
  if (report.softwareOf !== id) {
    report.software.clear()
    report.softwareOf = id
  }
  const vendor = text(row, 'softwarevendor')
  const version = text(row, 'softwareversion')
  const key = `${vendor?.length} ${name.length} ${vendor} ${name} ${version}`
  if (report.software.has(key)) return null
  report.software.add(key)
  const paths = row.get('diskpaths')
  const place = Array.isArray(paths) && paths.length === 1 && typeof paths[0] === 'string' ? paths[0] : null
  const ends = instant(row, 'endofsupportdate')
  return {
    kind: 'software',
    asset: id,
    name,
    ...(vendor && { vendor }),
    ...(version && { version }),
    ...(place && { place }),
    ...(ends !== null && { end_of_support_at: ends }),
  }
}

function* readSoftware(row: Fields, report: OpenReport, at: string): Generator<FileRecord> {
  const id = text(row, 'deviceid')
  const name = text(row, 'softwarename')
  if (id === null || name === null) {
    yield { kind: 'skipped', at, reason: 'expected a deviceId and a softwareName' }
    return
  }
  const device = newDevice(row, report, id, null)
  if (device) yield device
  cover(report, id, 'software')
  const software = newSoftware(row, report, id, name)
  if (software) yield software
}

/** `scid-10000` is one control, whether a device's result or a recommendation (`sca-_-scid-10000`) speaks of it. */
const controlId = (id: string): string => `defender:${id.replace(/^sca-_-/, '')}`

function* readConfiguration(row: Fields, report: OpenReport, at: string): Generator<FileRecord> {
  const id = text(row, 'deviceid')
  const check = text(row, 'configurationid')
  const [applicable, compliant] = [row.get('isapplicable'), row.get('iscompliant')]
  if (id === null || check === null) {
    yield { kind: 'skipped', at, reason: 'expected a deviceId and a configurationId' }
    return
  }
  if (typeof applicable !== 'boolean' || (applicable && typeof compliant !== 'boolean')) {
    yield { kind: 'skipped', at, reason: 'expected true or false in isApplicable and isCompliant' }
    return
  }
  const device = newDevice(row, report, id, instant(row, 'timestamp'))
  if (device) yield device
  cover(report, id, 'control')
  const control_id = controlId(check)
  const impact = number(row, 'configurationimpact')
  const points = impact !== null && impact >= 1 && impact <= 10 ? impact : null
  if (!report.controls.has(control_id)) {
    report.controls.add(control_id)
    const category = text(row, 'configurationcategory')
    yield {
      kind: 'control',
      control_id,
      title: text(row, 'configurationname') ?? check,
      product: 'Microsoft Defender for Endpoint',
      ...(category && { category }),
      ...(points !== null && { max_points: points }),
    }
  }
  const passed = applicable && compliant === true
  const noticed = row.get('isexpecteduserimpact')
  yield {
    kind: 'control_result',
    asset: id,
    control_id,
    status: !applicable ? 'not_applicable' : passed ? 'pass' : 'fail',
    ...(applicable && points !== null && { points: passed ? points : 0, max_points: points }),
    ...(typeof noticed === 'boolean' && { user_impact: noticed }),
  }
}

/** A recommendation names no devices: it describes a control, says whether an active alert is tied to it, and nothing more. */
function* readRecommendation(row: Fields, at: string): Generator<FileRecord> {
  const id = text(row, 'id')
  const title = text(row, 'recommendationname')
  if (id === null || title === null) {
    yield { kind: 'skipped', at, reason: 'expected the id and the recommendationName of a recommendation' }
    return
  }
  const category = text(row, 'recommendationcategory')
  const product = text(row, 'relatedcomponent') ?? text(row, 'productname')
  const points = number(row, 'severityscore')
  const alert = row.get('activealert')
  const [name, vendor] = id.startsWith('va-_-') ? [text(row, 'productname'), text(row, 'vendor')] : [null, null]
  yield {
    kind: 'control',
    control_id: controlId(id),
    title,
    ...(category && { category }),
    ...(product && { product }),
    ...(points !== null && points >= 1 && points <= 10 && { max_points: points }),
    ...(typeof alert === 'boolean' && {
      details: { active_alert: alert, ...(name && { software_name: name }), ...(vendor && { software_vendor: vendor }) },
    }),
  }
}

function* readDescription(row: Fields, at: string): Generator<FileRecord> {
  const id = text(row, 'id')
  if (id === null) {
    yield { kind: 'skipped', at, reason: 'expected the id of a vulnerability' }
    return
  }
  const severity = parseSeverity(text(row, 'severity'))
  const score = number(row, 'cvssv3')
  const vector = text(row, 'cvssvector')
  const description = text(row, 'description')
  const published = instant(row, 'publishedon')
  yield {
    kind: 'vulnerability',
    vulnerability_id: vulnerabilityId(id),
    ...(severity && { severity }),
    ...(description && { description }),
    ...(score !== null && score >= 0 && score <= 10 && { cvss: score }),
    ...(published !== null && { published_at: published }),
    ...(vector && /^CVSS:3\.[01]\/AV:[NALP](?:\/[A-Z]{1,3}:[A-Z]){7,20}$/.test(vector) && { cvss_vector: vector }),
  }
}
