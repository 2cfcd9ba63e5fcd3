import type { AssetAttributes, NameType, OsFamily } from '../../../model/asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { childrenNamed, type XmlNode } from '../../readers/xml.ts'

export interface Host {
  asset: AssetRecord
  /** Credentialed_Scan; null when the file does not say. */
  credentialed: boolean | null
  /** A login worked, by older tags that say so indirectly. */
  logged_in: boolean
  /** The scan of this host came to its end: it has HOST_END. Without, it was stopped or is still running, and covers nothing. */
  finished: boolean
  /** A web application of Tenable's web scanner, not a host. */
  web: boolean
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const IPV6 = /^[0-9a-f:]{2,39}(?:%\w+)?$/
const DNS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/
/** Names that every network has one of; they identify nothing. */
const NOBODY = new Set(['localhost', '_gateway', 'localhost.localdomain', 'unknown'])
const NETWORK_TYPES = new Set(['router', 'switch', 'firewall', 'load-balancer', 'wireless-access-point', 'packet-shaper', 'vpn'])
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The asset of a `ReportHost` from its HostProperties (null: it has none). `key` is the asset's key within the report. */
export function describeHost(name: string, key: string, properties: XmlNode | null): Host {
  const tags = new Map<string, string>()
  for (const tag of properties ? childrenNamed(properties, 'tag') : []) {
    const label = tag.attributes['name']?.trim()
    const value = tag.text.trim()
    if (label && value && !tags.has(label)) tags.set(label, value)
  }
  return describeTags(name, key, tags)
}

/** The same from the tags themselves, by their names in HostProperties: the other layouts' columns and members are told by these names, too. */
export function describeTags(name: string, key: string, tags: Map<string, string>): Host {
  const web = tags.get('system-type') === 'web_application'
  const { observedAt, finished } = timeOf(tags)
  const credentialed = { true: true, false: false }[tags.get('Credentialed_Scan')?.toLowerCase() ?? ''] ?? null
  const asset: AssetRecord = web
    ? {
        kind: 'asset',
        asset: key,
        type: 'application',
        name: tags.get('host-fqdn') ?? name,
        names: [{ type: 'label', name: tags.get('host-fqdn') ?? name }],
      }
    : { kind: 'asset', asset: key, type: 'device', ...deviceNames(name, tags) }
  const attributes = attributesOf(tags)
  if (Object.keys(attributes).length > 0) asset.attributes = attributes
  if (observedAt !== null) asset.observed_at = observedAt
  return { asset, credentialed, logged_in: tags.has('local-checks-proto') || tags.has('LastAuthenticatedResults'), finished, web }
}

function deviceNames(given: string, tags: Map<string, string>): Pick<AssetRecord, 'name' | 'names'> {
  const names: AssetRecord['names'] = []
  const claim = (type: NameType, name: string) => {
    if (name && !names.some((one) => one.type === type && one.name === name)) names.push({ type, name })
  }
  for (const [type, id] of cloudIds(tags)) claim(type, id)
  for (const tag of ['host-uuid', 'tenable-uuid', 'TAG']) {
    const uuid = tags.get(tag)?.toLowerCase() ?? ''
    if (UUID.test(uuid) && /[1-9a-f]/.test(uuid))
      claim('agent_id', uuid.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
  }
  const dns = (text: string | undefined) => {
    const host = (text ?? '').trim().toLowerCase().replace(/\.$/, '')
    if (!DNS.test(host) || IPV4.test(host) || NOBODY.has(host)) return
    const local = /^([^.]+)\.(?:localdomain|local|lan|home)$/.exec(host)?.[1]
    if (local) claim('hostname', local)
    else claim(host.includes('.') ? 'fqdn' : 'hostname', host)
  }
  for (const fqdn of [tags.get('host-fqdn'), ...listedNames(tags.get('host-fqdns')), tags.get('hostname')]) dns(fqdn)
  if (!names.some(({ type }) => type === 'fqdn')) dns(tags.get('host-rdns'))
  dns(tags.get('netbios-name')?.split('\\').at(-1))
  dns(given)
  for (const ip of [...(tags.get('host-ip') ?? '').split(','), given]) {
    const address = ip.trim().toLowerCase()
    if (IPV4.test(address) || (address.includes(':') && IPV6.test(address))) claim('ip', address)
  }
  if (names.length === 0) claim('label', given)
  const best = (['fqdn', 'hostname'] as const).map((type) => names.find((one) => one.type === type)).find(Boolean)
  return { name: best?.name ?? given, names }
}

/** host-fqdns: `[{"FQDN":"a.example.org","sources":["get_host_fqdns()"]}]`. */
function listedNames(text: string | undefined): string[] {
  if (!text) return []
  return [...text.matchAll(/"FQDN"\s*:\s*"([^"\\]{1,253})"/g)].slice(0, 50).map((match) => match[1]!)
}

function cloudIds(tags: Map<string, string>): [NameType, string][] {
  const ids: [NameType, string][] = []
  const instance = tags.get('aws-instance-instanceId') ?? tags.get('aws-instance-instance-id')
  if (instance && /^i-[0-9a-f]{8,32}$/.test(instance)) {
    const region = tags.get('aws-instance-region')
    const account = tags.get('aws-instance-accountId')
    if (region && account) ids.push(['cloud_id', `arn:aws:ec2:${region}:${account}:instance/${instance}`])
    ids.push(['cloud_id', instance])
  }
  for (const tag of ['azure-instance-resourceId', 'azure-instance-vmId', 'gcp-instance-id']) {
    const id = tags.get(tag)?.toLowerCase()
    if (id) ids.push(['cloud_id', id])
  }
  return ids
}

function attributesOf(tags: Map<string, string>): AssetAttributes {
  const stated = operatingSystems(tags.get('operating-system'))
  const families = new Set(stated.map(parseOsFamily))
  const network = NETWORK_TYPES.has(tags.get('system-type') ?? '')
  const one: OsFamily | null = families.size === 1 ? [...families][0]! : null
  const family = network ? 'network' : stated.length > 0 ? one : parseOsFamily(tags.get('os') === 'mac' ? 'macOS' : tags.get('os'))
  const provider = [...tags.keys()].map((tag) => /^(aws|azure|gcp)-instance-/.exec(tag)?.[1]).find(Boolean) as
    | 'aws'
    | 'azure'
    | 'gcp'
    | undefined
  const account = tags.get('aws-instance-accountId') ?? tags.get('azure-instance-subscriptionId') ?? tags.get('gcp-instance-project-id')
  const region = tags.get('aws-instance-region') ?? tags.get('azure-instance-location') ?? tags.get('gcp-instance-zone')
  return {
    ...(family && { os_family: family }),
    ...(stated.length > 0 && { os: stated.join(' or ') }),
    ...(provider && { cloud_provider: provider }),
    ...(provider && account && { cloud_account: account }),
    ...(provider && region && { region }),
  }
}

/** One name, several lines (the scanner could not decide), or a JSON list as Tenable's state exports write it. */
function operatingSystems(text: string | undefined): string[] {
  if (!text) return []
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list)) return list.filter((one): one is string => typeof one === 'string' && one.trim() !== '').slice(0, 10)
    } catch {
      return []
    }
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 10)
}

/**
 * When the scan of the host ended. Epoch seconds (HOST_END_TIMESTAMP) are exact; ISO text has its zone. The text `Fri Sep 14 03:41:35
 * 2018` is the scanner's wall clock without a zone: where HOST_START stands beside its own epoch seconds, the zone follows from the two,
 * else it is taken as UTC, which Tenable's cloud writes.
 */
function timeOf(tags: Map<string, string>): { observedAt: Instant | null; finished: boolean } {
  const finished = tags.has('HOST_END') || tags.has('HOST_END_TIMESTAMP')
  const offset = (() => {
    const wall = wallClock(tags.get('HOST_START'))
    const exact = epoch(tags.get('HOST_START_TIMESTAMP'))
    if (wall === null || exact === null) return 0
    // Zones are whole quarters of an hour; the two tags are written up to some seconds apart.
    const quarters = Math.round((wall - exact) / 900e6)
    return Math.abs(quarters) <= 14 * 4 ? quarters * 900e6 : 0
  })()
  for (const end of ['HOST_END', 'HOST_START']) {
    const exact = epoch(tags.get(`${end}_TIMESTAMP`))
    if (exact !== null) return { observedAt: exact, finished }
    const text = tags.get(end)
    const wall = wallClock(text)
    if (wall !== null) return { observedAt: wall - offset, finished }
    const iso = text === undefined ? null : parseInstant(text)
    if (iso !== null) return { observedAt: iso, finished }
  }
  return { observedAt: null, finished }
}

function epoch(text: string | undefined): Instant | null {
  return text !== undefined && /^\d{9,10}$/.test(text) ? +text * 1_000_000 : null
}

/** `Fri Sep 14 03:41:35 2018` as if it were UTC; null for anything else. Format: https://pubs.opengroup.org/onlinepubs/9799919799/functions/asctime.html */
function wallClock(text: string | undefined): Instant | null {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/.exec(text ?? '')
  if (!match) return null
  const month = MONTHS.indexOf(match[1]!.toLowerCase()) + 1
  if (month === 0) return null
  return parseInstant(`${match[4]}-${String(month).padStart(2, '0')}-${match[2]!.padStart(2, '0')}T${match[3]}Z`)
}
