import { awsAsset } from '../../../model/aws-asset.ts'
import { cloudAttributes, nameCloudResource } from '../../../model/cloud-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { type Fields, fieldsOf, listOf, textOf, textsIn } from '../../readers/json-fields.ts'

/** The account of an event: `cloud.account.uid`, `cloud.account_uid` before 1.0. */
const accountOf = (event: Fields): string => {
  const cloud = fieldsOf(event.cloud)
  return textOf(fieldsOf(cloud.account).uid) || textOf(cloud.account_uid)
}

/** What an event is about: its first resource, else its device. Null when it names neither. */
export function assetOf(event: Fields, source: string): { asset: AssetRecord; place: string } | null {
  const resource = fieldsOf(listOf(event.resources)[0] ?? event.resource)
  const id = textOf(resource.uid) || textOf(resource.name)
  if (id === '') return deviceAsset(fieldsOf(event.device), source)
  const cloud = fieldsOf(event.cloud)
  const provider = textOf(cloud.provider)
  const region = textOf(resource.region) || textOf(cloud.region)
  const type = textOf(resource.type)
  const account = accountOf(event) || textOf(fieldsOf(resource.owner).uid)
  if (/^aws$/i.test(provider) || id.startsWith('arn:aws')) {
    // Details are an object, or its text in the samples of the schema.
    const details = fieldsOf(parsed(resource.data ?? resource.details))
    const machine = fieldsOf(details.AwsEc2Instance ?? details.awsEc2Instance)
    const image = fieldsOf(details.AwsEcrContainerImage ?? details.awsEcrContainerImage)
    return awsAsset(
      {
        id,
        type,
        account: /^\w+$/.test(account) ? account : '',
        region,
        shown: textOf(resource.name),
        tags: textsIn(image.ImageTags ?? image.imageTags),
        ips: [...textsIn(machine.IpV4Addresses ?? machine.ipV4Addresses), ...textsIn(resource.ip)],
        platform: textOf(machine.platform),
      },
      source,
    )
  }
  const place = { provider, account, region, type }
  const found = nameCloudResource(id, textOf(resource.name), place, source)
  const names = found.place === '' ? found.names : [{ type: 'agent_id' as const, name: `${source}:${id}` }]
  return {
    asset: {
      kind: 'asset',
      asset: names[0]?.name ?? found.name,
      type: found.place === '' ? found.type : 'cloud_resource',
      name: found.place === '' ? found.name : textOf(resource.name) || id,
      names,
      attributes: cloudAttributes(place, found.whole_account),
    },
    place: found.whole_account && found.place === '' ? region : '',
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > 1_000_000) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}

/** A device by its names: https://schema.ocsf.io/objects/device */
export function deviceAsset(device: Fields, source: string): { asset: AssetRecord; place: string } | null {
  const names: AssetRecord['names'] = []
  const claim = (type: AssetRecord['names'][number]['type'], name: string) => {
    if (name !== '') names.push({ type, name })
  }
  const uid = textOf(device.uid)
  claim('cloud_id', textOf(device.instance_uid))
  claim('agent_id', uid && `${source}:${uid}`)
  claim('serial', textOf(fieldsOf(device.hw_info).serial_number))
  const host = textOf(device.hostname).toLowerCase().replace(/\.$/, '')
  if (/^[a-z0-9_.-]{1,253}$/.test(host)) claim(host.includes('.') ? 'fqdn' : 'hostname', host)
  const ip = textOf(device.ip)
  if (/^[0-9a-f:.]{3,45}$/i.test(ip)) claim('ip', ip.toLowerCase())
  if (names.length === 0) return null
  const os = textOf(fieldsOf(device.os).name)
  const os_family = parseOsFamily(os)
  const attributes: AssetRecord['attributes'] = {}
  if (os) attributes.os = os
  if (os_family) attributes.os_family = os_family
  return {
    asset: {
      kind: 'asset',
      asset: names[0]!.name,
      type: 'device',
      name: textOf(device.name) || host || names[0]!.name,
      names,
      attributes,
    },
    place: '',
  }
}
