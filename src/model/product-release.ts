import { parsePackage } from './package-url.ts'

/** A release of a product that a version may be of. */
export interface ReleaseFit {
  release: string
  /** The part of the release's name that the version begins with. Of several releases the one with the longest counts. */
  stem: string
  /** False: the version alone does not tell whether it is of this release, so none with a stem of this length can be told. */
  fits: boolean
}

/** Who packages software for a distribution also mends it there: the end of the product's own support says nothing of such a package. */
const maintainedByDistribution: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk', 'alpine', 'alpm'])

/** Every distribution maintains its own kernel. */
const LINUX_KERNEL = 'cpe:o:linux:linux_kernel'

/** What identifies a package, whatever its version: type, namespace and name in small letters; null for a distribution's package and for what is no package URL. */
function packageName(purl: string): string | null {
  const name = parsePackage(purl)?.name.toLowerCase()
  if (name === undefined || maintainedByDistribution.has(name.slice('pkg:'.length, name.indexOf('/')))) return null
  return name
}

/** Part, vendor and product of a CPE name in either form: `cpe:a:openssl:openssl`. https://csrc.nist.gov/pubs/ir/7695/final */
function cpeName(cpe: string): string | null {
  const parts = cpe
    .trim()
    .toLowerCase()
    .split(/(?<!\\):/)
  const [part, vendor, product] = parts[1] === '2.3' ? parts.slice(2) : [parts[1]?.replace(/^\//, ''), ...parts.slice(2)]
  if (parts[0] !== 'cpe' || !['a', 'o', 'h'].includes(part ?? '') || !vendor || !product || [vendor, product].includes('*')) return null
  const name = `cpe:${part}:${vendor}:${product}`.replaceAll('\\', '').replaceAll('%2b', '+')
  return name === LINUX_KERNEL ? null : name
}

/** What identifies the products to which installed software may belong: its package URL where it has one, else its CPE name; null: nothing does. */
export function softwareIdentity({ purl, cpe }: { purl: string | null; cpe: string | null }): string | null {
  if (purl) return packageName(purl)
  return cpe ? cpeName(cpe) : null
}

/** The same of a package URL or CPE name that a feed gives to a product; null: it is narrower than a product (it has qualifiers or a version), or no such thing. */
export function productIdentity(identifier: string): string | null {
  if (!identifier.startsWith('pkg:')) return identifier.replace(/^cpe:2\.3/, 'cpe').split(':').length === 4 ? cpeName(identifier) : null
  return /[?#]|@[^/]*$/.test(identifier) ? null : packageName(identifier)
}

const isNumeric = (release: string): boolean => /^\d+(?:\.\d+)*$/.test(release)

/** `version` is `release` or goes on with something else than a digit: 3.18.4 is of 3.18 and not of 3.1. */
const beginsWith = (version: string, release: string): boolean => version.startsWith(release) && !/^\d/.test(version.slice(release.length))

/**
 * The releases of a product that a version may be of. Numbers are compared part by part from the left. A release whose name goes on with more than numbers
 * (`13.0-sp3`) is told only by its whole name: beside it nobody can tell what 13.0 is.
 */
export function releasesOf(version: string, releases: Iterable<string>): ReleaseFit[] {
  const told = version
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
  if (!/^\d/.test(told)) return []
  const found: ReleaseFit[] = []
  for (const release of releases) {
    const name = release.toLowerCase()
    if (name === told) found.push({ release, stem: name, fits: true })
    else if (isNumeric(name)) {
      if (beginsWith(told, name)) found.push({ release, stem: name, fits: true })
      else if (name.startsWith(`${told}.`)) found.push({ release, stem: told, fits: false })
    } else {
      const stem = /^\d+(?:\.\d+)*/.exec(name)?.[0]
      if (stem !== undefined && beginsWith(told, stem)) found.push({ release, stem, fits: false })
    }
  }
  return found
}
