import { isIP } from 'node:net'
import { parseImageReference } from '../../../model/asset-name.ts'
import type { AssetAttributes } from '../../../model/asset.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord } from '../../../model/record.ts'
import type { Vulnerability } from './report.ts'

/** The image or host of a location; the repository of a file, which no report names. */
export function assetOf({ location }: Vulnerability, type: string): AssetRecord {
  if (location.image || type === 'container_scanning' || type === 'cluster_image_scanning')
    return imageAsset(location.image ?? '', location.operating_system)
  const host = location.hostname ? hostAsset(location.hostname) : null
  return host ?? codeAsset('repository')
}

export function imageAsset(image: string, os?: string): AssetRecord {
  const reference = parseImageReference(image)
  const attributes: AssetAttributes = {
    ...(os && { os, os_family: parseOsFamily(os) ?? 'linux' }),
    ...(reference?.digest && { image_digest: reference.digest }),
  }
  return {
    kind: 'asset',
    asset: `image ${image}`,
    type: 'image',
    name: reference ? image : '',
    names: reference ? [{ type: 'image', name: reference.name }] : [],
    ...(Object.keys(attributes).length > 0 && { attributes }),
  }
}

/** The host of `http://api-server` or `api-server:8080`; null for what is none. */
export function hostAsset(text: string): AssetRecord | null {
  let host: string
  try {
    host = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`).hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  } catch {
    return null
  }
  if (host === '') return null
  const type = isIP(host) ? 'ip' : host.includes('.') ? 'fqdn' : 'hostname'
  return { kind: 'asset', asset: `host ${host}`, type: 'application', name: host, names: [{ type, name: host }] }
}
