import { PackageURL } from 'packageurl-js'
import { packageName } from '../../model/package-finding.ts'

/** What a package URL says of a package. */
export interface Package {
  /** As the package's own ecosystem writes it, without the version: `group:name` for Maven, else `namespace/name`. */
  name: string
  version?: string
  /** `npm`, `maven`, … */
  type: string
  /** As given. */
  purl: string
}

/** Null for a text that is no package URL: https://github.com/package-url/purl-spec */
export function readPurl(text: string | null | undefined): Package | null {
  if (!text?.startsWith('pkg:') || text.length > 2000) return null
  try {
    const { type, namespace, name, version } = PackageURL.fromString(text)
    if (!type || !name) return null
    return { name: packageName(isDistribution(type) ? null : namespace, name, type), ...(version && { version }), type, purl: text }
  } catch {
    return null
  }
}

/** Packages of distributions have the distribution as their namespace, which is no part of their name. */
const isDistribution = (type: string): boolean => ['deb', 'rpm', 'apk', 'alpm', 'oci', 'docker'].includes(type)
