import { parseEpoch } from '../../../model/epoch.ts'
import { hostNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord, SoftwareRecord } from '../../../model/record.ts'
import { child, childrenNamed, type XmlNode } from '../../readers/xml.ts'
import type { Scope } from './scope.ts'
import { scriptFindings } from './scripts.ts'

const CONTROL = 'nmap:open-port'

/** The names of a host: its addresses, the names it was asked by, and its reverse name only when there is no other. MAC addresses are no names. */
function assetOf(host: XmlNode, key: string): AssetRecord | null {
  const ips = childrenNamed(host, 'address')
    .filter(({ attributes }) => attributes['addrtype'] !== 'mac')
    .map(({ attributes }) => attributes['addr'] ?? '')
  const list = child(host, 'hostnames')
  const given = list ? childrenNamed(list, 'hostname') : []
  const of = (type: string) =>
    given.filter(({ attributes }) => attributes['type'] === type).map(({ attributes }) => attributes['name'] ?? '')
  const asked = hostNames(of('user'))
  const dns = asked.length > 0 ? asked : hostNames(of('PTR'))
  const names = [...dns, ...hostNames(ips).filter((ip) => !dns.some((one) => one.name === ip.name))]
  const name = names[0]?.name ?? ips[0]
  if (!name) return null
  const attributes = attributesOf(host)
  const observed_at = parseEpoch(host.attributes['endtime']) ?? parseEpoch(host.attributes['starttime'])
  return {
    kind: 'asset',
    asset: key,
    type: 'device',
    name,
    names,
    ...(attributes && { attributes }),
    ...(observed_at !== null && { observed_at }),
  }
}

/** The operating system only where Nmap is sure of it (accuracy 100), or a service names it itself; a likely guess is none. */
function attributesOf(host: XmlNode): AssetRecord['attributes'] | null {
  const os = child(host, 'os')
  const sure = os ? childrenNamed(os, 'osmatch').filter(({ attributes }) => attributes['accuracy'] === '100') : []
  const match = sure.length === 1 ? sure[0]!.attributes['name'] : undefined
  const types = new Set(
    openPorts(host)
      .map((port) => child(port, 'service')?.attributes['ostype'])
      .filter((type) => type !== undefined),
  )
  const stated = match ?? (types.size === 1 ? [...types][0] : undefined)
  if (!stated) return null
  const os_family = parseOsFamily(stated)
  return { os: stated, ...(os_family && { os_family }) }
}

function openPorts(host: XmlNode): XmlNode[] {
  const ports = child(host, 'ports')
  return ports ? childrenNamed(ports, 'port').filter((port) => child(port, 'state')?.attributes['state'] === 'open') : []
}

function* portRecords(port: XmlNode, asset: string, at: string): Generator<FileRecord> {
  const { portid = '', protocol = '' } = port.attributes
  if (!/^\d{1,5}$/.test(portid)) {
    yield { kind: 'skipped', at, reason: `expected a port number, found ${JSON.stringify(portid.slice(0, 40))}` }
    return
  }
  const place = protocol ? `${portid}/${protocol}` : portid
  const service = child(port, 'service')
  const { name = '', product, version, tunnel } = service?.attributes ?? {}
  // Without a probe the name is only what usually listens on that port.
  const told =
    service?.attributes['method'] === 'probed'
      ? [tunnel && `${name} over ${tunnel}`, !tunnel && name, product, version]
      : [name && `${name}?`]
  const words = told.filter(Boolean).join(' ')
  yield {
    kind: 'finding',
    asset,
    control_id: CONTROL,
    severity: 'informational',
    title: words ? `Open port ${place}: ${words}` : `Open port ${place}`,
    place,
    access: 'remote',
  }
  if (service && product) {
    const cpe = childrenNamed(service, 'cpe')
      .map((one) => one.text.trim())
      .find((one) => one.startsWith('cpe:/a:'))
    const software: SoftwareRecord = { kind: 'software', asset, name: product, ...(version && { version }), ...(cpe && { cpe }), place }
    yield software
  }
  const component = product ? { name: product, ...(version && { version }) } : undefined
  for (const script of childrenNamed(port, 'script')) yield* scriptFindings(script, { asset, place, component, at })
}

/** The records of one host: the asset, its open ports, what listens there, what scripts say of it, and what was looked for. A host that is down has none. */
export function* hostRecords(host: XmlNode, key: string, scope: Scope, at: string): Generator<FileRecord> {
  if (child(host, 'status')?.attributes['state'] !== 'up') return
  const asset = assetOf(host, key)
  if (!asset) {
    yield { kind: 'skipped', at, reason: 'expected an address or a name of the host' }
    return
  }
  yield asset
  // A host that Nmap gave up on was not looked at in full.
  if (scope.ports && host.attributes['timedout'] !== 'true') {
    yield { kind: 'coverage', asset: key, subject: 'control', access: 'remote', checks: scope.ports }
    if (scope.scripts)
      yield { kind: 'coverage', asset: key, subject: 'vulnerability', access: 'remote', checks: `${scope.ports} with ${scope.scripts}` }
  }
  const open = openPorts(host)
  if (open.length > 0)
    yield { kind: 'control', control_id: CONTROL, title: 'Open port', severity: 'informational', category: 'Network', product: 'Nmap' }
  for (const [index, port] of open.entries()) yield* portRecords(port, key, `${at}, open port ${index + 1}`)
  const scripts = child(host, 'hostscript')
  if (scripts) for (const script of childrenNamed(scripts, 'script')) yield* scriptFindings(script, { asset: key, at })
}
