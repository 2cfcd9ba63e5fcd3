import type { AssetRecord } from './record.ts'
import { readHostName } from './host-name.ts'

/**
 * A service that can be reached at a host and port, as an asset of its own: what tools check there (TLS, SSH, HTTP headers) is true of that port only, so
 * two ports of a host must not answer for each other. Its name is `host:port` with the host as it was asked for, in lower case; tools that look at the same
 * endpoint speak of one asset. `internet_facing` where the tool can only have looked from the internet. Null when the host is no name or the port no port.
 */
export function endpointAsset(host: string, port: number | string, internet_facing = false): AssetRecord | null {
  const known = readHostName(host)
  const number = typeof port === 'number' ? port : /^\d{1,5}$/.test(port.trim()) ? Number(port) : 0
  if (!Number.isInteger(number) || number < 1 || number > 65_535) return null
  const name = known?.name ?? (/^localhost$/i.test(host.trim()) ? 'localhost' : '')
  if (name === '') return null
  const endpoint = `${known?.type === 'ip' && name.includes(':') ? `[${name}]` : name}:${number}`
  return {
    kind: 'asset',
    asset: endpoint,
    type: 'application',
    name: endpoint,
    // Every machine has its own localhost: the person says which one this is.
    names: known && !/^127\.|^::1$/.test(name) ? [{ type: 'label', name: endpoint }] : [],
    ...(internet_facing && { attributes: { internet_facing } }),
  }
}
