import { type AssetAttributes, assetTypes, type AssetType, type Criticality, criticalities, type NameType } from '../../../model/asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { statedCriticality } from '../../../model/stated-criticality.ts'
import { type Importer, reads } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { peek } from '../../readers/peek.ts'
import { chooseColumns, type Field, isAssetHeader, plainHeader } from './columns.ts'
import { type Cells, findExport, type KnownExport } from './exports.ts'

/** A CSV of assets: what no scanner knows (owner, group, criticality, internet-facing, …), from a CMDB or a spreadsheet. */
export const assetCsv: Importer = reads({
  id: 'asset-csv',
  title: 'List of assets (CSV)',
  version: 3,

  // A first line that the head cuts off has no end: such a header is nobody's list of assets.
  detect: ({ text }) => {
    if (/^\s*[<{[]/.test(text) || text.includes('\u0000')) return false
    const header = csvHeader(withoutType(text).slice(0, 32_768))
    return findExport(header) !== null || isAssetHeader(csvHeader(withoutType(text).slice(0, 16_384)))
  },

  async *parse(file, options) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const typed = text.length - withoutType(text).length
    const header = csvHeader(withoutType(text))
    const known = findExport(header)
    yield {
      kind: 'report',
      source: known ? `asset-csv:${known.id}` : 'asset-csv',
      tool: known?.tool ?? null,
      tool_version: null,
      observed_at: null,
    }
    const columns = placesOf(header, chooseColumns(header, options.columns, known?.columns), known)
    yield* readCsv(typed ? skip(bytes, Buffer.byteLength(text.slice(0, typed))) : bytes).tell(function* (rows) {
      for (const row of rows) {
        const { line, error } = row
        const at = typed ? line + 1 : line
        if (error === null) yield* readRow(row.cells, columns, at, known)
        else yield { kind: 'skipped', at: `line ${at}`, reason: error }
      }
    })
  },
})

/** Where in a row each thing stands: for every cell of every row, a name would be looked up twice. */
interface Columns {
  header: readonly string[]
  of: Partial<Record<Field, number>>
  /** The columns of a known export, by plain header name. */
  by_plain: ReadonlyMap<string, number>
}

function placesOf(header: readonly string[], chosen: ReadonlyMap<Field, string>, known: KnownExport | null): Columns {
  const of: Columns['of'] = {}
  for (const [field, column] of chosen) of[field] = header.indexOf(column)
  return { header, of, by_plain: new Map(known ? header.map((column, n) => [plainHeader(column), n]) : []) }
}

/** Windows PowerShell writes the type of its objects before the header: `#TYPE Microsoft.ActiveDirectory.Management.ADComputer`. */
const withoutType = (text: string): string => text.replace(/^\uFEFF?"?#TYPE [^\r\n]{1,300}\r?\n/, '')

async function* skip(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of bytes) {
    const cut = Math.min(left, chunk.length)
    left -= cut
    if (cut < chunk.length) yield chunk.subarray(cut)
  }
}

const NOTHING = new Set(['', '-', '--', 'n/a', 'na', 'none', 'null', 'unknown', 'not set', 'tbd', '?'])
const LONGEST_NOTHING = 'unknown'.length
const saysNothing = (text: string): boolean => text.length <= LONGEST_NOTHING && NOTHING.has(text.toLowerCase())

const levels = new Map<string, Criticality>([
  ...criticalities.map((level) => [level, level] as const),
  ['very high', 'very_high'],
  ['veryhigh', 'very_high'],
  ['very-high', 'very_high'],
  ['critical', 'very_high'],
  ['moderate', 'medium'],
  ['normal', 'medium'],
])
const yesNo = new Map([
  ...['yes', 'y', 'true', '1', 'x', 'internet', 'internet-facing', 'public', 'external'].map((word) => [word, true] as const),
  ...['no', 'n', 'false', '0', 'internal', 'private'].map((word) => [word, false] as const),
])
const types = new Map<string, AssetType>([
  ...assetTypes.map((type) => [type, type] as const),
  ...[
    'server',
    'workstation',
    'laptop',
    'desktop',
    'notebook',
    'endpoint',
    'computer',
    'host',
    'pc',
    'vm',
    'virtual machine',
    'phone',
    'mobile',
    'tablet',
    'printer',
    'router',
    'switch',
    'firewall',
    'network device',
    'appliance',
    'machine',
    'client',
    'iot',
  ].map((word) => [word, 'device'] as const),
  ...['container image', 'docker image', 'container'].map((word) => [word, 'image'] as const),
  ...['cloud resource', 'resource', 'bucket', 'database', 'storage'].map((word) => [word, 'cloud_resource'] as const),
  ...['cloud account', 'subscription', 'aws account'].map((word) => [word, 'account'] as const),
  ...['repo', 'code repository', 'source repository'].map((word) => [word, 'repository'] as const),
  ...['app', 'web application', 'webapp', 'website', 'web site', 'service', 'saas'].map((word) => [word, 'application'] as const),
  ...['kubernetes cluster', 'k8s cluster'].map((word) => [word, 'cluster'] as const),
  ...['user', 'service account', 'person'].map((word) => [word, 'identity'] as const),
])
const providers = new Map<string, NonNullable<AssetAttributes['cloud_provider']>>([
  ...(['aws', 'azure', 'gcp', 'oci', 'alibaba', 'kubernetes', 'm365', 'github', 'other'] as const).map((name) => [name, name] as const),
  ['amazon', 'aws'],
  ['amazon web services', 'aws'],
  ['microsoft azure', 'azure'],
  ['google', 'gcp'],
  ['google cloud', 'gcp'],
  ['oracle', 'oci'],
])

const PROVIDERS = [...new Set(providers.values())]

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const IPV6 = /^[0-9a-f]*:[0-9a-f:.]{1,45}$/
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/
const MAX_CELL = 1000

function readRow(cells: readonly string[], columns: Columns, line: number, known: KnownExport | null): FileRecord[] {
  const { of, by_plain } = columns
  const plainCell: Cells = (header) => cells[by_plain.get(header) ?? -1] ?? ''
  const excluded = known?.not_asset?.(plainCell) ?? null
  if (excluded !== null) return [{ kind: 'skipped', at: `line ${line}`, reason: excluded }]
  const wrong: FileRecord[] = []
  const skip = (field: Field, reason: string) => {
    wrong.push({ kind: 'skipped', at: `line ${line}, ${columns.header[of[field] ?? -1]}`, reason })
  }
  const made = known?.made?.(plainCell)
  const cell = (field: Field): string | null => {
    const place = of[field]
    const value = (made?.[field] ?? (place === undefined ? undefined : cells[place]))?.trim()
    if (value === undefined) return null
    if (value.length > MAX_CELL) {
      skip(field, `the value is longer than ${MAX_CELL} characters`)
      return null
    }
    return saysNothing(value) ? null : value
  }
  const word = <T>(field: Field, allowed: ReadonlyMap<string, T>, shown: readonly string[]): T | null => {
    const value = cell(field)
    if (value === null) return null
    const found = allowed.get(value.toLowerCase().replace(/\s+/g, ' '))
    if (found !== undefined) return found
    skip(field, `expected one of ${shown.join(', ')}; found "${value.slice(0, 60)}"`)
    return null
  }

  const type = !known ? word('type', types, assetTypes) : typeof known.type === 'string' ? known.type : known.type(cell('type') ?? '')
  const { names, name, unread } = readNames(cell, type, idsOf(known, plainCell))
  for (const { field, reason } of unread) skip(field, reason)
  if (names.length === 0) return [{ kind: 'skipped', at: `line ${line}`, reason: 'nothing names the asset' }]
  const system = cell('os')
  const version = known?.os_version && system !== null ? plainCell(known.os_version).trim() : ''
  const os = version ? `${system} ${version}` : system
  const family = parseOsFamily(os)
  const agent = cell('endpoint_agent')
  const hasAgent = agent !== null && yesNo.get(agent.toLowerCase())
  const internet = word('internet_facing', yesNo, ['yes', 'no', 'true', 'false'])
  const attributes: AssetAttributes = {}
  if (family) attributes.os_family = family
  if (os) attributes.os = os
  const copy = (field: 'owner' | 'asset_group' | 'environment' | 'cloud_account' | 'region') => {
    const value = cell(field)
    if (value !== null) attributes[field] = value
  }
  copy('owner')
  copy('asset_group')
  const stated = known?.scale ? statedCriticality(known.scale, cell('criticality')) : null
  if (stated !== null) attributes.stated_criticality = stated
  const criticality = known?.scale ? null : word('criticality', levels, criticalities)
  if (criticality !== null) attributes.criticality = criticality
  if (internet !== null) attributes.internet_facing = internet
  copy('environment')
  if (agent !== null && hasAgent !== false) attributes.endpoint_agent = hasAgent ? 'endpoint agent' : agent
  const provider = word('cloud_provider', providers, PROVIDERS)
  if (provider !== null) attributes.cloud_provider = provider
  copy('cloud_account')
  copy('region')
  const asset: AssetRecord = { kind: 'asset', asset: `line ${line}`, type: type ?? typeByName(names), name, names }
  if (Object.keys(attributes).length > 0) asset.attributes = attributes
  if (known?.inactive?.(plainCell)) asset.inactive = true
  return [asset, ...wrong]
}

/** Without a type column: a name that only a device has, or one that only a cloud resource has, says it. */
function typeByName(names: AssetRecord['names']): AssetType {
  const strongest = names[0]!.type
  return strongest === 'cloud_id'
    ? 'cloud_resource'
    : strongest === 'repository'
      ? 'repository'
      : strongest === 'image'
        ? 'image'
        : strongest === 'label'
          ? 'other'
          : 'device'
}

/** Ids of an inventory, each with a prefix that says whose they are; all zeros identify nothing. */
function idsOf(known: KnownExport | null, cell: Cells): string[] {
  const ids: string[] = []
  for (const [prefix, header] of known?.ids ?? []) {
    const id = cell(header).trim().toLowerCase()
    if (!saysNothing(id) && id.length <= 200 && !/^[0-]+$/.test(id)) ids.push(`${prefix}:${id}`)
  }
  return ids
}

/** Kinds of names, the strongest first. */
const ORDER: NameType[] = ['cloud_id', 'agent_id', 'serial', 'repository', 'image', 'tenant_id', 'label', 'fqdn', 'hostname', 'ip']

function readNames(
  cell: (field: Field) => string | null,
  type: AssetType | null,
  ids: readonly string[],
): {
  names: AssetRecord['names']
  name: string
  unread: { field: Field; reason: string }[]
} {
  const names: AssetRecord['names'] = []
  const unread: { field: Field; reason: string }[] = []
  const claim = (kind: NameType, name: string) => {
    for (const one of names) if (one.type === kind && one.name === name) return
    names.push({ type: kind, name })
  }
  for (const field of ['cloud_id', 'agent_id', 'serial'] as const) {
    const value = cell(field)
    if (value !== null) claim(field, field === 'serial' ? value : /^arn:/i.test(value) ? value : value.toLowerCase())
  }
  for (const id of ids) claim('agent_id', id)
  const given = cell('name')
  // The name of a cloud resource is for people: it is unique only below its account, and its id names it already.
  if (given !== null && (type === 'device' || !names.some((one) => one.type === 'cloud_id'))) claim(...kindOfName(given, type))
  for (const field of ['fqdn', 'hostname'] as const) {
    const host = cell(field)?.toLowerCase().replace(/\.$/, '')
    if (host === undefined) continue
    if (IPV4.test(host) || IPV6.test(host)) claim('ip', host)
    else if (DNS.test(host)) claim(host.includes('.') ? 'fqdn' : 'hostname', host)
    else unread.push({ field, reason: `expected a host name, found "${host.slice(0, 60)}"` })
  }
  for (const ip of listed(cell('ip'))) {
    if (IPV4.test(ip) || IPV6.test(ip)) claim('ip', ip)
    else unread.push({ field: 'ip', reason: `expected an IP address, found "${ip.slice(0, 60)}"` })
  }
  const best = names.find((one) => one.type === 'fqdn') ?? names.find((one) => one.type === 'hostname') ?? names[0]
  if (names.length > 1) names.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
  return { names, name: given ?? best?.name ?? '', unread }
}

/** Addresses in one cell. */
function listed(text: string | null): string[] {
  if (text === null) return []
  if (IPV4.test(text)) return [text]
  return text
    .toLowerCase()
    .split(/[\s,;|]+/)
    .filter(Boolean)
    .slice(0, 50)
}

/** What a name without a kind of its own is, by its type and its looks. */
function kindOfName(name: string, type: AssetType | null): [NameType, string] {
  const lower = name.toLowerCase()
  if (type === 'image') return ['image', name]
  if (type === 'repository') return ['repository', lower]
  if (type === 'tenant') return ['tenant_id', lower]
  if (/[/:]/.test(name)) {
    if (/^(?:https?:\/\/|git@)[^\s]{3,}\.git$/i.test(name)) return ['repository', lower]
    if (/^arn:[a-z-]+:/i.test(name)) return ['cloud_id', name]
    if (/^\/subscriptions\//i.test(name)) return ['cloud_id', lower]
  }
  if (IPV4.test(lower) || IPV6.test(lower)) return ['ip', lower]
  if (DNS.test(lower) && (type === null || type === 'device')) return [lower.includes('.') ? 'fqdn' : 'hostname', lower]
  return ['label', name]
}
