import { awsAsset } from '../../../model/aws-asset.ts'
import { parseImageReference } from '../../../model/asset-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { type Fields, fieldsOf, listOf, textOf, textsIn } from '../../readers/json-fields.ts'

/** What an item is about: its first resource (Security Hub: one always; others put the actor or texts behind it). */
export interface Resource {
  asset: AssetRecord
  /** What of the asset, where the report speaks of a part that has no name of its own; the region of an account-level result. */
  place: string
}

/** Names the resource of an item. `source` keeps what only this tool names apart from others'. */
export function resourceOf(item: Fields, source: string): Resource {
  const first = fieldsOf(listOf(item.Resources)[0])
  const type = textOf(first.Type)
  const id = textOf(first.Id)
  const details = fieldsOf(first.Details)
  const account = /^\w+$/.test(textOf(item.AwsAccountId)) ? textOf(item.AwsAccountId) : ''
  const region = textOf(first.Region) || textOf(item.Region)
  const image = type === 'Container' ? container(id, details) : null
  if (image) return { asset: image, place: '' }
  // Trivy's files of a folder: they are of no account, and another folder's may be called alike.
  if (type === 'Other' && source === 'trivy')
    return { asset: { kind: 'asset', asset: 'folder', type: 'repository', name: '', names: [] }, place: '' }
  const fields = fieldsOf(item.ProductFields)
  return awsAsset(
    {
      id,
      type,
      account,
      region,
      shown: textOf(fields.ProwlerResourceName) || textOf(fieldsOf(first.Tags).Name),
      tags: textsIn(fieldsOf(details.AwsEcrContainerImage).ImageTags),
      ips: textsIn(fieldsOf(details.AwsEc2Instance).IpV4Addresses),
      platform:
        textOf(fields['aws/inspector/resources/1/resourceDetails/awsEc2InstanceDetails/platform']) ||
        textOf(fields['aws/inspector/resources/1/resourceDetails/awsEcrContainerImageDetails/platform']),
    },
    source,
  )
}

/** Trivy's: the image with the operating system behind it in brackets, `shop/web:1.4 (alpine 3.19.1)`. */
function container(id: string, details: Fields): AssetRecord | null {
  const text = textOf(fieldsOf(details.Container).ImageName) || id
  const match = /^(\S+)(?:\s+\(([^()]{1,100})\))?$/.exec(text)
  const image = match ? parseImageReference(match[1]!) : null
  if (!image) return null
  const os = match![2]
  const family = parseOsFamily(os)
  return {
    kind: 'asset',
    asset: image.name,
    type: 'image',
    name: match![1]!,
    names: [{ type: 'image', name: image.name }],
    attributes: { ...(os && { os }), ...(family && { os_family: family }), ...(image.digest && { image_digest: image.digest }) },
  }
}
