import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import { imageOfPackage } from '../../../model/package-url.ts'
import type { AssetRecord } from '../../../model/record.ts'
import type { Creation, Package } from './package.ts'

/** What the report's only asset is called within it. */
export const ASSET = 'subject'

const DIGEST = /sha256:[0-9a-f]{64}/

/** Whether a package is a whole image: told by its purpose, its package URL, or as Trivy and Syft name it. */
const isImage = (one: Package): boolean =>
  one.purpose === 'CONTAINER' ||
  /^SPDXRef-(?:ContainerImage|DocumentRoot-Image)-/.test(one.id) ||
  /^pkg:(?:oci|docker)\//.test(one.purl ?? '')

/** A layer of an image, named by its digest only. */
export const isLayer = (one: Package): boolean => /^(?:sha256:)?[0-9a-f]{64}$/.test(one.name)

/** The package that the document is about, and how many stand before it; null where it is about none or several. */
export function findRoot({ describes }: Creation, packages: Iterable<Package>): { root: Package; place: number } | null {
  const wanted = new Set(describes)
  const named = new Only<Package>()
  const likely = new Only<Package>()
  let place = 0
  for (const one of packages) {
    if (wanted.has(one.id)) named.add(one, place)
    else if (/^SPDXRef-(?:ContainerImage|DocumentRoot)-/.test(one.id)) likely.add(one, place)
    place++
  }
  const { first, several } = named.first ? named : likely
  return first && !several ? { root: first.one, place: first.place } : null
}

/** The first of those that are added, and whether there are more. */
class Only<T> {
  first: { one: T; place: number } | null = null
  several = false

  add(one: T, place: number): void {
    if (this.first) this.several = true
    else this.first = { one, place }
  }
}

/** The asset that the bill is about. Without names where it says nothing that another report could say, too. */
export function describeSubject(creation: Creation, root: Package | null): AssetRecord {
  const image = imageOf(creation, root)
  if (image) return image
  const asset = { kind: 'asset', asset: ASSET, type: 'application', name: root?.name ?? '', names: [] } satisfies AssetRecord
  const repository = root && repositoryOf(root)
  return repository ? { ...asset, names: [{ type: 'repository', name: repository }] } : asset
}

function imageOf({ name: title, namespace, tools }: Creation, root: Package | null): AssetRecord | null {
  const texts: (string | undefined)[] = []
  let digest: string | undefined
  if (root && isImage(root)) {
    const purl = imageOfPackage(root.purl ?? '')
    const remark = root.remarks.map((text) => /^RepoDigest: \S+@(sha256:[0-9a-f]{64})$/.exec(text)?.[1]).find(Boolean)
    digest = purl?.digest ?? remark ?? DIGEST.exec(root.version ?? '')?.[0] ?? DIGEST.exec(root.name)?.[0]
    const tag = root.remarks.map((text) => /^RepoTag: (\S+)$/.exec(text)?.[1]).find(Boolean)
    const tagged = root.version && !root.version.includes(':') && !/[@:][^/]*$/.test(root.name) ? `${root.name}:${root.version}` : undefined
    texts.push(tag, tagged, purl?.tag ? `${purl.name}:${purl.tag}` : undefined, isLayer(root) ? undefined : root.name, purl?.name)
  } else if (/\/syft\/image\//.test(namespace ?? '')) {
    // Older Syft describes the document itself, whose name is the image's.
    texts.push(title)
  } else if (root && tools.some((tool) => tool.startsWith('tern-'))) {
    // Tern writes the tag as the version, and the digest only into the id.
    const own = /-([0-9a-f]{64})$/.exec(root.id)?.[1]
    digest = own && `sha256:${own}`
    texts.push(root.version && !own ? `${root.name}:${root.version}` : root.name)
  } else return null
  digest ??= texts.map((text) => DIGEST.exec(text ?? '')?.[0]).find(Boolean)
  const shown = texts.find((text) => text !== undefined && parseImageReference(text, digest) !== null)
  const known = shown === undefined ? (digest ?? null) : parseImageReference(shown, digest)!.name
  return {
    kind: 'asset',
    asset: ASSET,
    type: 'image',
    name: shown ?? known ?? '',
    names: known === null ? [] : [{ type: 'image', name: known }],
    attributes: digest ? { image_digest: digest } : {},
  }
}

/** Only addresses that are of a repository: where it is hosted as one, or fetched by git. */
function repositoryOf(root: Package): string | null {
  const named = /^pkg:(?:github\/|golang\/github\.com\/)([\w.-]{1,100}\/[\w.-]{1,100})/i.exec(root.purl ?? '')?.[1]
  const texts = [
    named && `https://github.com/${named}`,
    root.id.startsWith('SPDXRef-Repository-') ? root.name : undefined,
    /^(?:git\+|git:|git@)|^https:\/\/(?:github\.com|gitlab\.com|bitbucket\.org)\/|\.git(?:[@#]|$)/i.test(root.download ?? '')
      ? // `git+https://host/path.git@version#folder`
        root.download!.replace(/#.*$/, '').replace(/(\.git|\w)@[^@/]*$/, '$1')
      : undefined,
  ]
  return texts.map((text) => (text ? repositoryName(text) : null)).find((name) => name !== null) ?? null
}
