import { splitPackage } from '../../../model/package-version.ts'

export interface XrayComponent {
  name: string
  version?: string
  /** Kind of package: npm, gav (Maven), rpm, deb, alpine, docker, … */
  type?: string
}

/**
 * A component as Xray writes it: `npm://acorn:5.7.3`, `gav://group:name:1.0`, `rpm://7:name:epoch:version`, `deb://debian:stretch:name:2:1.6`,
 * `alpine://3.12:name:version`. Without `://` the last segment of a path, `3.12:busybox:1.31.1-r20` or a file's name. The system's own version is left out.
 * Format: https://jfrog.com/help/r/xray-rest-apis/component-identifiers
 */
export function readComponent(text: string): XrayComponent {
  const [, scheme, rest = ''] = /^(?:([a-z][a-z0-9+.-]{0,30}):\/\/)?(.*)$/is.exec(text.trim().slice(0, 1000)) ?? []
  const type = scheme?.toLowerCase()
  const of = (name: string, version: string): XrayComponent => ({ name, ...(version !== '' && { version }), ...(type && { type }) })
  let parts = rest.split(':')
  if (type === undefined && parts.length === 1) {
    const { name, version } = splitPackage(rest.slice(rest.lastIndexOf('/') + 1))
    return of(name, version ?? '')
  }
  if (type === 'gav' && parts.length >= 3) return of(parts.slice(0, 2).join(':'), parts.slice(2).join(':'))
  // Of a system's package, first the system: "7:", "3.12:", "debian:stretch:".
  const isSystem = type === undefined || ['rpm', 'deb', 'alpine', 'apk'].includes(type)
  if (isSystem && parts.length >= 4 && /^[a-z]+$/i.test(parts[0]!)) parts = parts.slice(2)
  else if (isSystem && parts.length >= 3 && /^(?:\d[\d.]*|edge)$/.test(parts[0]!)) parts = parts.slice(1)
  if (isSystem && parts.length === 3 && /^\d+$/.test(parts[1]!))
    return of(parts[0]!, parts[1] === '0' ? parts[2]! : `${parts[1]}:${parts[2]}`)
  return parts.length === 1 ? of(parts[0]!, '') : of(parts.slice(0, -1).join(':'), parts.at(-1)!)
}

/** "≥ 2:1.6.4-3", "[1.26]": the first version of a range that holds the fix. */
export const readVersions = (texts: readonly string[]): string | undefined =>
  texts
    .map((text) => text.replace(/^[[(≥>=\s]+|[\])\s]+$/g, ''))
    .filter((text) => text !== '')
    .join(', ') || undefined
