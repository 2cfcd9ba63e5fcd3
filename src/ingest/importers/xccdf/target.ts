import { identifyingNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, ReportRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import type { XmlNode } from '../../readers/xml.ts'

/** What a `TestResult` says of itself before its first result. */
export interface Target {
  test_system: string
  time: string
  benchmark: string
  profile: string
  target: string
  addresses: string[]
  /** `fact` elements by the last part of their name: fqdn, host_name, ipv4, … */
  facts: Map<string, string[]>
  platforms: string[]
}

export const openTarget = (attributes: Record<string, string>, benchmark: string): Target => ({
  test_system: attributes['test-system'] ?? '',
  time: attributes['end-time'] ?? attributes['start-time'] ?? '',
  benchmark,
  profile: '',
  target: '',
  addresses: [],
  facts: new Map(),
  platforms: [],
})

/** Takes a `fact`: `urn:xccdf:fact:asset:identifier:fqdn`, `urn:scap:fact:asset:identifier:fqdn`. */
export function addFact(target: Target, fact: XmlNode): void {
  const name = fact.attributes['name']?.split(':').at(-1) ?? ''
  const value = fact.text.trim()
  if (!value || target.facts.size > 200) return
  const held = target.facts.get(name) ?? []
  if (held.length < 500) held.push(value)
  target.facts.set(name, held)
}

/** The tool from its CPE name, `cpe:/a:redhat:openscap:1.3.5`, or from the facts that OpenSCAP writes. Names: https://nvd.nist.gov/products/cpe */
export function reportOf(target: Target): ReportRecord {
  const [, product = '', version = ''] = /^cpe:(?:\/a|2\.3:a):[^:]*:([^:]+)(?::([^:]+))?/.exec(target.test_system) ?? []
  const named = product || target.facts.get('name')?.[0] || ''
  const known = { openscap: ['openscap', 'OpenSCAP'], scc: ['scc', 'SCAP Compliance Checker'] } as const
  const key = named.toLowerCase()
  const [source, tool] = Object.hasOwn(known, key) ? known[key as keyof typeof known] : ['xccdf', named || null]
  return {
    kind: 'report',
    source,
    tool,
    tool_version: version || (product ? null : (target.facts.get('version')?.[0] ?? null)),
    observed_at: parseInstant(target.time),
  }
}

/** The host by all names that it has; without any (only "localhost") the person is asked. */
export function assetOf(target: Target, asset: string): AssetRecord {
  const fact = (...names: string[]) => names.flatMap((name) => target.facts.get(name) ?? [])
  const names: AssetRecord['names'] = identifyingNames([
    ...fact('fqdn'),
    target.target,
    ...fact('host_name'),
    ...target.addresses,
    ...fact('ipv4', 'ipv6'),
  ])
  const os = osOf(target)
  const family = parseOsFamily(os)
  return {
    kind: 'asset',
    asset,
    type: 'device',
    name: names[0]?.name ?? '',
    names,
    ...(os && { attributes: { os, ...(family && { os_family: family }) } }),
  }
}

/** SCC states name and version. A platform says for what the benchmark is meant: it is the host's system only when it is the only one. */
function osOf(target: Target): string {
  const name = target.facts.get('os_name')?.[0]
  if (name) return [name, target.facts.get('os_version')?.[0]].filter(Boolean).join(' ')
  const systems = [...new Set(target.platforms)].filter((platform) => platform.startsWith('cpe:/o:'))
  if (systems.length !== 1) return ''
  return systems[0]!.slice('cpe:/o:'.length).split(':').slice(0, 3).filter(Boolean).join(' ').replaceAll('_', ' ')
}
