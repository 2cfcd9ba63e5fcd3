import { ecrImage, readArn } from './aws-arn.ts'
import { cloudAttributes, nameCloudResource } from './cloud-name.ts'
import { parseOsFamily } from './os-family.ts'
import type { AssetRecord } from './record.ts'

/** A resource as a tool of AWS tells it; '' for what it does not tell. */
export interface AwsResource {
  /** ARN, or the id alone. */
  id: string
  /** The tool's word for the type: `AwsEc2Instance`, `AWS_EC2_INSTANCE`. */
  type: string
  account: string
  region: string
  /** Its name for people. */
  shown: string
  /** Tags of an image of ECR. */
  tags: readonly string[]
  /** Addresses of a machine. */
  ips: readonly string[]
  /** Inspector's word for the operating system, `AMAZON_LINUX_2`. */
  platform: string
}

/**
 * The asset of an AWS resource, under the names that every tool gives it: an image of ECR by registry, repository and tag, a machine by ARN, id and
 * addresses, anything else by its ARN. `place` is the part of an asset that has no name of its own, or the region of an account-level result.
 */
export function awsAsset(resource: AwsResource, source: string): { asset: AssetRecord; place: string } {
  const image = ecrImage(resource.id, resource.tags)
  const os = resource.platform.replaceAll('_', ' ')
  const os_family = parseOsFamily(os)
  const system = { ...(os && { os }), ...(os_family && { os_family }) }
  if (image) {
    const { name, digest, account, region } = image
    return {
      asset: {
        kind: 'asset',
        asset: name,
        type: 'image',
        name,
        names: [{ type: 'image', name }],
        attributes: { cloud_provider: 'aws', cloud_account: account, region, ...system, ...(digest && { image_digest: digest }) },
      },
      place: '',
    }
  }
  const place = {
    provider: 'aws',
    account: resource.account || (readArn(resource.id)?.account ?? ''),
    region: resource.region,
    type: resource.type,
  }
  const found = nameCloudResource(resource.id, resource.shown, place, source)
  const machine = found.type === 'device'
  const ips = machine ? resource.ips.filter((ip) => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(ip)).slice(0, 20) : []
  const names = [...found.names, ...ips.map((name) => ({ type: 'ip' as const, name }))]
  return {
    asset: {
      kind: 'asset',
      asset: names[0]?.name ?? found.name,
      type: found.type,
      name: found.name,
      names,
      attributes: { ...cloudAttributes(place, found.whole_account), ...(machine && system) },
    },
    place: found.place || (found.whole_account ? resource.region : ''),
  }
}

/** A package as Inspector tells it, with whatever spelling of the members; '' for what it does not tell. */
export interface AwsPackage {
  name: string
  version: string
  epoch: string
  release: string
  manager: string
  path: string
  fixed: string
}

/**
 * The package that an item is about; of several the first by name, path and version, so that their order does not matter. Null without any. The
 * fixed version comes without the epoch 0 that only Inspector writes, undefined when there is none.
 */
export function awsPackage(packages: readonly AwsPackage[]): {
  component: { name: string; version?: string; type?: string }
  fixed_version: string | undefined
  place: string | undefined
} | null {
  const key = ({ name, path, version }: AwsPackage) => JSON.stringify([name, path, version])
  const [first] = packages.filter(({ name }) => name !== '').toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  if (!first) return null
  const epoch = first.epoch && first.epoch !== '0' ? `${first.epoch}:` : ''
  const release = first.release ? `-${first.release}` : ''
  // OS says nothing that the name of the operating system would not say better.
  const type = first.manager.toLowerCase().replace(/^(?:os|other|generic)$/, '')
  const fixed = /^not ?available$/i.test(first.fixed) ? '' : first.fixed.replace(/^0:/, '')
  return {
    component: {
      name: first.name.slice(0, 500),
      ...(first.version && { version: `${epoch}${first.version}${release}` }),
      ...(type && { type }),
    },
    fixed_version: fixed || undefined,
    place: first.path || undefined,
  }
}
