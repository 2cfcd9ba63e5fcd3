import { z } from 'zod'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import type { AssetAttributes } from '../../../model/asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord } from '../../../model/record.ts'

const Texts = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? [])

/** What Trivy says of the thing it scanned; all of it may be missing. */
export const Metadata = z.object({
  OS: z.object({ Family: z.string().nullish(), Name: z.string().nullish() }).nullish(),
  ImageID: z.string().nullish(),
  RepoTags: Texts,
  RepoDigests: Texts,
  Reference: z.string().nullish(),
  RepoURL: z.string().nullish(),
})
export type Metadata = z.infer<typeof Metadata>

/** The asset of a report about one artifact. Without names where the report does not say which one it is: a folder, a lock file, an SBOM file. */
export function describeArtifact(asset: string, artifact: { name: string; type: string; metadata: Metadata | null }): AssetRecord {
  const { name, type, metadata } = artifact
  if (type === 'container_image') return describeImage(asset, name, metadata)
  if (type === 'aws_account' && /^\d{12}$/.test(name)) {
    return {
      kind: 'asset',
      asset,
      type: 'account',
      name,
      names: [{ type: 'cloud_id', name: `arn:aws:iam::${name}:root` }],
      attributes: { cloud_provider: 'aws', cloud_account: name },
    }
  }
  if (type === 'vm') {
    const id = /^(?:ami|ebs):((?:ami|snap)-[0-9a-f]{8,17})$/.exec(name)?.[1]
    return {
      kind: 'asset',
      asset,
      type: 'device',
      name: id ?? '',
      names: id ? [{ type: 'cloud_id', name: id }] : [],
      attributes: osOf(metadata),
    }
  }
  if (type === 'cyclonedx' || type === 'spdx') return { kind: 'asset', asset, type: 'application', name: '', names: [] }
  const repository = repositoryName(metadata?.RepoURL ?? '') ?? (type === 'repository' ? repositoryName(name) : null)
  return {
    kind: 'asset',
    asset,
    type: 'repository',
    name: repository?.replace('https://', '') ?? '',
    names: repository ? [{ type: 'repository', name: repository }] : [],
    attributes: osOf(metadata),
  }
}

function describeImage(asset: string, name: string, metadata: Metadata | null): AssetRecord {
  const digest = metadata?.RepoDigests[0]?.split('@')[1] ?? null
  const tags = metadata?.RepoTags ?? []
  const asked = parseImageReference(name, digest)
  const isTag = asked && tags.some((tag) => parseImageReference(tag)?.name === asked.name)
  // The name may be that of an archive on the scanning machine; a tag inside of it is better then.
  const texts = [...(isTag ? [name] : []), metadata?.Reference ?? '', ...tags, name, ...(metadata?.RepoDigests ?? [])]
  const shown = texts.find((text) => parseImageReference(text, digest) !== null)
  const reference = shown === undefined ? null : parseImageReference(shown, digest)!
  const id = metadata?.ImageID && /^sha256:[0-9a-f]{64}$/.test(metadata.ImageID) ? metadata.ImageID : null
  const image_digest = digest ?? reference?.digest ?? undefined
  return {
    kind: 'asset',
    asset,
    type: 'image',
    name: shown ?? id ?? '',
    names: reference ? [{ type: 'image', name: reference.name }] : id ? [{ type: 'image', name: id }] : [],
    attributes: { ...osOf(metadata), ...(image_digest && { image_digest }) },
  }
}

function osOf(metadata: Metadata | null): AssetAttributes {
  const family = metadata?.OS?.Family
  if (!family) return {}
  const os = [family, metadata.OS?.Name].filter(Boolean).join(' ')
  // Beside Windows, all families that Trivy knows are Linux distributions: https://trivy.dev/latest/docs/coverage/os/
  return { os, os_family: parseOsFamily(family) ?? 'linux' }
}

/** One workload, role or node of a cluster. An unnamed cluster is one asset that the person names. */
export function describeResource(cluster: string, resource: { namespace: string; kind: string; name: string }): AssetRecord {
  if (cluster === '')
    return { kind: 'asset', asset: 'cluster', type: 'cluster', name: '', names: [], attributes: { cloud_provider: 'kubernetes' } }
  const path = resourcePath(resource)
  const arn = /^arn:aws[\w-]*:eks:([\w-]+):(\d{12}):cluster\//.exec(cluster)
  return {
    kind: 'asset',
    asset: path,
    type: 'cloud_resource',
    name: path,
    names: [arn ? { type: 'cloud_id', name: `${cluster}/${path}` } : { type: 'label', name: `trivy/${cluster}/${path}` }],
    attributes: { cloud_provider: 'kubernetes', cloud_account: cluster, ...(arn && { region: arn[1] }) },
  }
}

/** `namespace/Kind/name`, without the namespace for what belongs to the whole cluster. */
export const resourcePath = ({ namespace, kind, name }: { namespace: string; kind: string; name: string }): string =>
  [namespace, kind, name].filter((part) => part !== '').join('/')
