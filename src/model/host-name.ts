import { isIPv6 } from 'node:net'
import type { NameType } from './asset.ts'
import { identifies } from './identity.ts'
import { remembered } from './remembered.ts'

export interface HostName {
  type: Extract<NameType, 'fqdn' | 'hostname' | 'ip'>
  name: string
}

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const IPV6 = /^(?=.*:.*:)[0-9a-f:.]{2,45}$/
const DNS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/
/** Names that every network has one of; they identify nothing. */
const NOBODY = new Set(['localhost', '_gateway', 'localhost.localdomain', 'localhost6.localdomain6', 'unknown', 'none', 'null'])

/**
 * What kind of name a text is: an address, a full DNS name, or a bare host name, all in lower case and without a dot at the end. A name in a domain that
 * every network may have (`.local`, `.lan`, `.home`, `.localdomain`) counts as bare. Null for localhost and for what is no name of a host.
 */
export const readHostName: (text: string) => Readonly<HostName> | null = remembered((text) => {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%\w{1,20}$/, '')
    .replace(/\.$/, '')
  if (IPV4.test(name)) return name.split('.').every((part) => +part <= 255) ? { type: 'ip', name } : null
  if (name.includes(':')) return IPV6.test(name) ? { type: 'ip', name } : null
  if (!DNS.test(name) || NOBODY.has(name) || /^\d+(?:\.\d+)*$/.test(name)) return null
  const local = /^([^.]+)\.(?:localdomain|local|lan|home)$/.exec(name)?.[1]
  if (local !== undefined) return { type: 'hostname', name: local }
  return { type: name.includes('.') ? 'fqdn' : 'hostname', name }
})

/** The names among several texts, each once, in their order. */
export function hostNames(texts: Iterable<string>): HostName[] {
  const names: HostName[] = []
  for (const text of texts) {
    const name = readHostName(text)
    if (name && !names.some((one) => one.type === name.type && one.name === name.name)) names.push(name)
  }
  return names
}

/** Long and short spellings of an IPv6 address are one, RFC 5952; other names stay. */
const oneSpelling = (name: HostName): HostName =>
  name.type === 'ip' && isIPv6(name.name) ? { ...name, name: new URL(`http://[${name.name}]`).hostname.slice(1, -1) } : name

/**
 * The names among several texts that can identify a host, each once, the strongest first: without what every machine calls itself, loopback and link-local
 * addresses among it. Empty when nothing identifies the host.
 */
export function identifyingNames(texts: Iterable<string | null | undefined>): HostName[] {
  const strength = ['fqdn', 'hostname', 'ip']
  const known = hostNames([...texts].filter((text) => text !== null && text !== undefined))
    .map(oneSpelling)
    .filter((name) => identifies(name) && name.name !== 'localhost6')
  return [...new Map(known.map((name) => [`${name.type} ${name.name}`, name])).values()].toSorted(
    (a, b) => strength.indexOf(a.type) - strength.indexOf(b.type),
  )
}
