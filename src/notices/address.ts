import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** An address that a host name stands for. */
export interface Address {
  address: string
  family: 4 | 6
}

/** Why nothing is sent to a host. */
export class Forbidden extends Error {}

// Addresses that are not of the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
const blocked = new BlockList()
for (const [network, length] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  blocked.addSubnet(network, length, 'ipv4')
for (const [network, length] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  blocked.addSubnet(network, length, 'ipv6')

const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

/** Whether an address is of the public internet: not loopback, private, link-local, multicast or reserved. Of version 6 only global unicast is; addresses that carry one of version 4 are not. */
export function isPublic(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !blocked.check(address, 'ipv4')
  return family === 6 && global.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}

/**
 * The address to connect to for a host, resolved once: who connects must use this one, so that a name cannot stand for another address a moment
 * later. Throws Forbidden when any of its addresses is not public, unless `allowPrivate`; throws as the resolver does.
 */
export async function pin(hostname: string, allowPrivate: boolean, lookup: typeof resolve = resolve): Promise<Address> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(host)
  const found = family ? [{ address: host, family }] : await lookup(host, { all: true })
  const [first] = found
  if (!first) throw new Error(`${host} has no address`)
  if (!allowPrivate && !found.every(({ address }) => isPublic(address)))
    throw new Forbidden(
      `${host} is not an address of the public internet; the server must be started with --private-webhooks to send there`,
    )
  return { address: first.address, family: first.family === 6 ? 6 : 4 }
}
