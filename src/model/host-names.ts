import { isIP, isIPv6 } from 'node:net'
import type { NameType } from './asset.ts'

const DNS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/
/** What every machine is called by itself. */
const NOBODY = /^(?:localhost|localhost6?\.(?:localdomain6?|local|lan|home)|_gateway|unknown|none|null|n\/a|not specified)$/
/** Endings that a machine gives itself, not a domain. */
const LOCAL = /\.(?:localdomain|local|lan|home|internal)$/

/** An address in one spelling; null for what is none, for a loopback, unspecified or link-local one: it names no machine. */
export function hostAddress(text: string): string | null {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/\/\d{1,3}$/, '')
  if (!isIP(bare)) return null
  const address = isIPv6(bare) ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare
  return /^(?:127\.|0\.|169\.254\.|255\.|::1?$|fe[89ab][0-9a-f]:|::ffff:7f)/.test(address) ? null : address
}

/** A DNS name in lower case without the dot at its end; null for an address, for what is no name, and for "localhost". */
export function hostName(text: string): { type: 'fqdn' | 'hostname'; name: string } | null {
  const name = text.trim().toLowerCase().replace(/\.$/, '')
  if (NOBODY.test(name) || !DNS.test(name) || isIP(name)) return null
  if (LOCAL.test(name)) return { type: 'hostname', name: name.split('.')[0]! }
  return { type: name.includes('.') ? 'fqdn' : 'hostname', name }
}

/**
 * The weak names of a host from texts that may be DNS names or addresses, in the order given, each once: what names nobody (localhost, 127.0.0.1,
 * a link-local address) is left out. Empty when nothing identifies the host.
 */
export function hostNames(texts: Iterable<string | null | undefined>): { type: NameType; name: string }[] {
  const names = new Map<string, { type: NameType; name: string }>()
  for (const text of texts) {
    if (!text) continue
    const address = hostAddress(text)
    const found = address ? { type: 'ip' as const, name: address } : hostName(text)
    if (found) names.set(`${found.type} ${found.name}`, found)
  }
  const rank = ['fqdn', 'hostname', 'ip']
  return [...names.values()].toSorted((a, b) => rank.indexOf(a.type) - rank.indexOf(b.type))
}
