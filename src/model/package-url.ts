import { PackageURL } from 'packageurl-js'

/** The parts of a package URL that tell which package it is: https://github.com/package-url/purl-spec */
export interface PackageIdentity {
  /** Type, namespace and name without version and qualifiers, each part percent-encoded: `pkg:npm/%40acme/shop`. Holds no `@` and no `?`. */
  name: string
  /** Percent-decoded; null: the URL names none. */
  version: string | null
  /** The qualifier `arch`, null where there is none. */
  arch: string | null
  /** All qualifiers, percent-decoded. */
  qualifiers: ReadonlyMap<string, string>
}

/** What is known of one text. */
interface Known {
  url: Readonly<PackageURL>
  identity: PackageIdentity
  key: string
}

/** Reports name the same packages again and again, and taking a URL apart costs more than reading the item that holds it. */
const known = new Map<string, Known | null>()

/** URLs remembered at a time: some megabytes. */
const MOST_KNOWN = 10_000

/** A package URL taken apart; null for what is none. Not to be changed: the next one who asks gets the same. */
function parsed(text: string): Known | null {
  if (text.length > 2000) return null
  const before = known.get(text)
  if (before !== undefined) return before
  if (known.size >= MOST_KNOWN) known.clear()
  const url = takenApart(text)
  known.set(text, url)
  return url
}

function takenApart(text: string): Known | null {
  try {
    const url = PackageURL.fromString(text)
    const identity = identityOf(url)
    return { url, identity, key: keyOf(identity) }
  } catch {
    return null
  }
}

const encoded = (text: string) => text.split('/').map(encodeURIComponent).join('/')

function identityOf({ type, namespace, name, version, qualifiers: written }: PackageURL): PackageIdentity {
  const qualifiers = new Map(Object.entries(written ?? {}).flatMap(([key, value]) => (value ? [[key, String(value)] as const] : [])))
  return {
    name: `pkg:${type}/${[namespace, name].flatMap((part) => (part ? [encoded(part)] : [])).join('/')}`,
    version: version || null,
    arch: qualifiers.get('arch') ?? null,
    qualifiers,
  }
}

const keyOf = ({ name, version, arch }: PackageIdentity): string =>
  `${name}${version === null ? '' : `@${encodeURIComponent(version)}`}${arch === null ? '' : `?arch=${encodeURIComponent(arch)}`}`

/** Reads a package URL; null for what is none. Spelling that the type takes no notice of (case of an npm or PyPI name) is made one. */
export const parsePackage = (text: string): Readonly<PackageIdentity> | null => parsed(text.trim())?.identity ?? null

/**
 * A package URL cut to what tells packages apart, in one spelling: `pkg:deb/debian/curl@7.88.1-10?arch=amd64`. Of the qualifiers only
 * `arch` stays: the others are spelt differently by different tools. Null for what is no package URL.
 */
export const packageKey = (text: string | null | undefined): string | null => (text ? (parsed(text.trim())?.key ?? null) : null)

const isDigest = (text: string | null | undefined): text is string => typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)

/** The image that a package URL of type oci or docker names. */
export interface ImageOfPackage {
  /** `registry/repository` as written, without tag. */
  name: string
  /** Null where the URL names none. */
  tag: string | null
  digest: string | null
}

/** What a package URL of type oci or docker says; null for every other: https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md */
export function imageOfPackage(text: string): ImageOfPackage | null {
  if (!/^pkg:(?:oci|docker)\//i.test(text)) return null
  const purl = parsed(text)?.url
  if (!purl) return null
  const { repository_url, tag } = (purl.qualifiers ?? {}) as Record<string, string | undefined>
  const path = [purl.namespace, purl.name].filter(Boolean).join('/')
  const version = purl.version || null
  return {
    name: repository_url ? (repository_url.endsWith(`/${purl.name}`) ? repository_url : `${repository_url}/${path}`) : path,
    tag: tag ?? (version === null || version.includes(':') ? null : version),
    digest: isDigest(version) ? version : null,
  }
}

/** A package as reports name it. */
export interface PackageOfUrl {
  /** As the package's own ecosystem writes it, without the version: `group:name` for Maven, else `namespace/name`. */
  name: string
  version?: string
  /** `npm`, `maven`, … */
  type: string
  /** As given. */
  purl: string
}

/** The package that a package URL names, as its own ecosystem writes it; null for a text that is none. */
export function packageOfUrl(text: string | null | undefined): PackageOfUrl | null {
  const purl = text?.startsWith('pkg:') ? parsed(text)?.url : null
  if (!purl?.type || !purl.name) return null
  const { type, namespace, name, version } = purl
  return { name: packageName(isDistribution(type) ? null : namespace, name, type), ...(version && { version }), type, purl: text! }
}

/** Packages of distributions have the distribution as their namespace, which is no part of their name. */
const isDistribution = (type: string): boolean => ['deb', 'rpm', 'apk', 'alpm', 'oci', 'docker'].includes(type)

/** The name as the package's own ecosystem writes it: `group:name` for Maven, else `group/name`; the name alone where there is no group. */
export function packageName(group: string | null | undefined, name: string, ecosystem: string | null | undefined): string {
  if (!group || name.startsWith(`${group}/`) || name.startsWith(`${group}:`)) return name
  return `${group}${/^(?:pkg:)?maven\b/i.test(ecosystem ?? '') ? ':' : '/'}${name}`
}
