import { parseImageReference } from '../../../model/asset-name.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { firstText } from '../../readers/json-fields.ts'
import type { Row } from './rows.ts'

/** `2024-01-25 11:17:30.272 +0000 UTC`: the zone stands twice. */
const timeOf = (text: string | undefined) => (text === undefined ? null : parseInstant(text.replace(/(\s[+-]\d{4})\s+[A-Z]{1,5}$/, '$1')))

/**
 * What a row is about: a host by its name, a container by `container / host` (a name within this source), an image by its reference. Rows of one node
 * may differ in time by moments: the first counts. Null when the row names no node.
 */
export function nodeOf(row: Row): AssetRecord | null {
  const of = (...names: string[]) => firstText(row, ...names)
  const name = of('Node Name', 'node_name', 'cve_container_image', 'host_name')
  if (name === undefined) return null
  const type = of('NodeType', 'Node Type', 'node_type')
  const observed_at = timeOf(of('@timestamp'))
  const account = of('Kubernetes Cluster Name', 'cloud_account_id')
  const more = { ...(observed_at !== null && { observed_at }) }
  const attributes = account === undefined ? {} : { cloud_account: account }
  const host = name.toLowerCase()
  const isHost = type === 'host' || (type === undefined && of('cve_container_image') !== undefined && name === of('host_name'))
  if (isHost)
    return {
      kind: 'asset',
      asset: name,
      type: 'device',
      name,
      names: [{ type: host.includes('.') ? 'fqdn' : 'hostname', name: host }],
      attributes,
      ...more,
    }
  if (
    !name.includes(' / ') &&
    (type === 'container_image' || type === 'image' || (type === undefined && parseImageReference(name) !== null))
  ) {
    const image = imageAsset(name, { references: [name] })
    return { ...image, attributes: { ...image.attributes, ...attributes }, ...more }
  }
  return {
    kind: 'asset',
    asset: name,
    type: 'cloud_resource',
    name,
    names: [{ type: 'label', name: `deepfence-threatmapper/${name}` }],
    attributes,
    ...more,
  }
}
