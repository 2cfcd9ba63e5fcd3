import { parseImageReference, repositoryName } from './asset-name.ts'
import { imageOfPackage, packageKey, parsePackage } from './package-url.ts'
import { remembered } from './remembered.ts'
import type { StatementTarget } from './statement.ts'

/** What a document gives of one product or component: its id, and package URLs beside it. */
export interface NamedProduct {
  id?: string | undefined
  purl?: string | undefined
}

/**
 * Where we would find what a statement is about. `parts`: the component inside of the product that it is about; none: the whole product.
 * A component of a product that is neither image nor repository is found nowhere for certain, so such a statement only informs.
 */
export function targetOf(product: NamedProduct, part: NamedProduct | null = null): StatementTarget {
  const whole = targetOfOne(product)
  if (!part) return whole
  const inside = packageOf(part)
  if (inside === null || whole.package !== undefined || Object.keys(whole).length === 0) return {}
  return { ...whole, package: inside }
}

function packageOf({ id, purl }: NamedProduct): string | null {
  return packageKey(purl) ?? packageKey(id)
}

function targetOfOne({ id, purl }: NamedProduct): StatementTarget {
  const target = (purl === undefined ? null : targetOfPackage(purl)) ?? (id === undefined ? null : targetOfId(id))
  return target ?? {}
}

/** What a package URL names; null for what is none. */
const targetOfPackage = remembered((text): Readonly<StatementTarget> | null => {
  const image = imageOfPackage(text)
  if (image) return targetOfImage(image.name, image.tag, image.digest)
  const identity = parsePackage(text)
  // A repository is an asset whatever its version; a version of it can only be a component of something.
  if (identity && /^pkg:(?:github|bitbucket)\//.test(identity.name) && identity.version === null) {
    const [type, ...path] = identity.name.slice('pkg:'.length).split('/')
    const repository = repositoryName(`https://${type === 'github' ? 'github.com' : 'bitbucket.org'}/${path.join('/')}`)
    if (repository) return { repository }
  }
  const key = packageKey(text)
  return key === null ? null : { package: key }
})

const targetOfId = remembered((id): Readonly<StatementTarget> => {
  const target = targetOfPackage(id)
  if (target !== null) return target
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(id) || id.startsWith('git@')) {
    const repository = repositoryName(id)
    return repository && /^https:\/\/(?:github\.com|gitlab\.com|bitbucket\.org)\//.test(repository) ? { repository } : {}
  }
  const written = /^(.{1,400}?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(id)
  if (!written || (written[2] === undefined && written[3] === undefined)) return {}
  return targetOfImage(written[1]!, written[2] ?? null, written[3] ?? null)
})

/** A digest names an image alone; else its name, and the tag where there is one. */
function targetOfImage(name: string, tag: string | null, digest: string | null): StatementTarget {
  if (digest !== null) return { image_digest: digest }
  const reference = parseImageReference(tag === null ? name : `${name}:${tag}`)
  if (!reference) return {}
  return { image: tag === null ? reference.name.replace(/:latest$/, '') : reference.name }
}

/** The best name among several of one vulnerability: a CVE, else the first, else null. */
export function bestVulnerabilityId(names: readonly (string | undefined)[]): string | null {
  let first: string | null = null
  for (const name of names) {
    const text = name?.trim()
    if (!text) continue
    const cve = /CVE-\d{4}-\d{4,10}(?!\d)/i.exec(text)?.[0]
    if (cve !== undefined) return cve.toUpperCase()
    first ??= text
  }
  return first
}
