import { z } from 'zod'
import { PackageURL } from 'packageurl-js'
import { parseImageReference } from '../../../model/asset-name.ts'
import type { AssetRecord, FileRecord, FindingRecord, SoftwareRecord } from '../../../model/record.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { bestRating } from '../../readers/cvss.ts'
import { Component, type Metadata, Vulnerability } from './bom.ts'

/** What the report's only asset is called within it. */
export const ASSET = 'subject'

/** What is known of a component by its reference. */
type Known = NonNullable<FindingRecord['component']>

/** What is kept between the parts of one bill of materials. */
export interface Bom {
  refs: Map<string, Known>
  described: Set<string>
  software: number
  vulnerabilities: number
  os: string | null
}

export const newBom = (): Bom => ({ refs: new Map(), described: new Set(), software: 0, vulnerabilities: 0, os: null })

const propertyOf = (component: Component, pattern: RegExp): string | undefined =>
  component.properties?.find(({ name, value }) => name !== undefined && value !== undefined && pattern.test(name))?.value

/** The asset that the bill is about: `metadata.component`. Without names where there is none or it is only a path on the machine that wrote it. */
export function describeSubject(metadata: Metadata | null): AssetRecord {
  const component = metadata?.component
  if (!component) return { kind: 'asset', asset: ASSET, type: 'application', name: '', names: [] }
  if (component.type === 'container') return describeImage(component)
  const name = nameOf(component)
  const type = component.type === 'device' || component.type === 'firmware' || component.type === 'operating-system' ? 'device' : 'application'
  if (component.type === 'file' || isPath(component)) return { kind: 'asset', asset: ASSET, type, name: '', names: [] }
  return { kind: 'asset', asset: ASSET, type, name, names: [{ type: 'label', name: `cyclonedx/${name}` }] }
}

function describeImage(component: Component): AssetRecord {
  const { name, version } = component
  const isDigest = (text: string | undefined): text is string => text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text)
  const repoDigest = propertyOf(component, /^aquasecurity:trivy:RepoDigest$/)?.split('@')[1]
  const image_digest = [repoDigest, version].find(isDigest)
  const tag = propertyOf(component, /^aquasecurity:trivy:(?:RepoTag|Reference)$/)
  // Syft gives name and digest apart, others the tag as the version.
  const tagged = version && !isDigest(version) && !name.includes(':') ? `${name}:${version}` : name
  const shown = [tag, tagged, name].find((text) => text !== undefined && parseImageReference(text, image_digest) !== null)
  const names: AssetRecord['names'] = shown === undefined ? (image_digest ? [{ type: 'image', name: image_digest }] : []) : [{ type: 'image', name: parseImageReference(shown, image_digest)!.name }]
  return { kind: 'asset', asset: ASSET, type: 'image', name: shown ?? image_digest ?? '', names, attributes: image_digest ? { image_digest } : {} }
}

/** "./build", "/srv/app", "testdata/repo", "app.tar.gz": says nothing to anybody else. */
function isPath({ name, purl, group }: Component): boolean {
  if (/^[./~\\]|^[A-Za-z]:[\\/]|\.(?:tar|tgz|gz|zip|jar|war|json|xml|lock)$/i.test(name)) return true
  const first = name.split('/')[0]!
  return name.includes('/') && !purl && !group && !first.startsWith('@') && !first.includes('.')
}

/** The name as the package's own ecosystem writes it: group:name for Maven, else group/name. */
function nameOf({ group, name, purl }: Component): string {
  if (!group || name.startsWith(`${group}/`)) return name
  return `${group}${purl?.startsWith('pkg:maven/') ? ':' : '/'}${name}`
}

const knownOf = (component: Component): Known =>
  ({ name: nameOf(component), version: component.version, purl: component.purl, ...(component.type && { type: component.type }) })

/** Makes a component known to the vulnerabilities that refer to it. */
export function remember(component: Component, bom: Bom): void {
  const known = knownOf(component)
  const ref = component['bom-ref'] ?? component.purl
  if (ref !== undefined) bom.refs.set(ref, known)
}

/** Software of a component and of those inside of it; files and data are no software. */
export function* readComponent(value: unknown, at: string, bom: Bom): Generator<FileRecord> {
  const parsed = Component.safeParse(value)
  if (!parsed.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
    return
  }
  const component = parsed.data
  remember(component, bom)
  const software = softwareOf(component)
  if (software) {
    bom.software++
    yield software
  }
  if (component.type === 'operating-system') bom.os ??= [component.name, component.version].filter(Boolean).join(' ')
  for (const [index, inner] of (component.components ?? []).entries()) yield* readComponent(inner, `${at}.components[${index}]`, bom)
  for (const [index, vulnerability] of (component.vulnerabilities ?? []).entries()) {
    yield* readVulnerability(vulnerability, `${at}.vulnerabilities[${index}]`, bom, knownOf(component))
  }
}

function softwareOf(component: Component): SoftwareRecord | null {
  const { type, version, purl, cpe } = component
  if (type === 'file' || type === 'data' || type === 'machine-learning-model' || type === 'cryptographic-asset') return null
  // Trivy lists lock files as applications without a version.
  if ((type === 'application' || type === 'container') && !version && !purl && !cpe) return null
  const path = component.evidence?.occurrences?.find(({ location }) => location !== undefined)?.location ?? propertyOf(component, /^syft:location:0:path$|^aquasecurity:trivy:FilePath$/)
  return {
    kind: 'software', asset: ASSET, name: nameOf(component), version, purl, cpe, vendor: component.supplier?.name ?? component.publisher,
    place: path ?? /^pkg:([a-z0-9.+-]{1,40})\//.exec(purl ?? '')?.[1],
  }
}

const CLOSED: Record<string, string> = {
  resolved: 'resolved', resolved_with_pedigree: 'resolved', not_affected: 'not affected', false_positive: 'a false positive',
}

/** One finding for each component that the vulnerability affects. `inside`: the component that it stands in. */
export function* readVulnerability(value: unknown, at: string, bom: Bom, inside: Known | null = null): Generator<FileRecord> {
  const parsed = Vulnerability.safeParse(value)
  if (!parsed.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
    return
  }
  const found = parsed.data
  bom.vulnerabilities++
  const ids = idsOf(found)
  const severity = severityOf(found)
  const rating = bestRating((found.ratings ?? []).map(({ score, vector, method }) => ({ score, vector, version: majorOf(method) })))
  const key = ids.join(' ')
  if (!bom.described.has(key)) {
    bom.described.add(key)
    const aliases = [found.id, ...(found.references ?? []).map(({ id }) => id ?? '')]
    for (const vulnerability_id of ids) {
      yield {
        kind: 'vulnerability', vulnerability_id, description: found.description, severity, ...rating, url: found.source?.url,
        published_at: found.published === undefined ? undefined : (parseInstant(found.published) ?? undefined),
        aliases: [...new Set(aliases)].filter((alias) => alias !== '' && !ids.includes(alias)),
      }
    }
  }
  const state = found.analysis?.state ?? ''
  const closed = Object.hasOwn(CLOSED, state) ? CLOSED[state] : undefined
  if (closed !== undefined) {
    yield { kind: 'skipped', at, reason: `${found.id}: analysed as ${closed}${found.analysis?.justification ? ` (${found.analysis.justification})` : ''}` }
    return
  }
  const finding = { kind: 'finding' as const, asset: ASSET, vulnerability_ids: ids, severity, cvss: rating?.cvss, fixed_version: fixedIn(found.recommendation) }
  if (inside) {
    yield { ...finding, component: inside }
    return
  }
  for (const [index, { ref, versions }] of (found.affects ?? []).entries()) {
    const statuses = (versions ?? []).map(({ status }) => status ?? 'affected')
    if (statuses.length > 0 && statuses.every((status) => status === 'unaffected')) {
      yield { kind: 'skipped', at: `${at}.affects[${index}]`, reason: `${found.id}: ${ref} is not affected` }
      continue
    }
    const affected = (versions ?? []).filter(({ version, status }) => version !== undefined && (status ?? 'affected') === 'affected')
    yield { ...finding, ...targetOf(ref, affected.length === 1 ? affected[0]!.version : undefined, bom) }
  }
  if ((found.affects ?? []).length === 0) yield finding
}

/** What a reference means: a component of this bill, one of another bill (`urn:cdx:…#ref`), a package URL, or just a name. */
function targetOf(ref: string, version: string | undefined, bom: Bom): { component?: Known; place?: string } {
  const link = /^urn:cdx:[0-9a-f-]{36}\/\d+#(.{1,1000})$/i.exec(ref)?.[1]
  const name = link === undefined ? ref : decoded(link)
  const known = bom.refs.get(ref) ?? bom.refs.get(name)
  if (known) return { component: { ...known, version: known.version ?? version } }
  try {
    const purl = PackageURL.fromString(name)
    const separator = purl.type === 'maven' ? ':' : '/'
    return { component: { name: [purl.namespace, purl.name].filter(Boolean).join(separator), version: purl.version ?? version, purl: name } }
  } catch {
    return link === undefined ? { place: ref } : { component: { name, version } }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The CVE: its own id, or one that the bill calls equivalent (`references`); the own id where there is none. */
function idsOf({ id, references }: Vulnerability): string[] {
  const isCve = (text: string) => /^CVE-\d{4}-\d{4,10}$/i.test(text)
  if (isCve(id)) return [id]
  const cves = [...new Set((references ?? []).map((reference) => reference.id ?? '').filter(isCve))]
  return cves.length > 0 ? cves : [id]
}

/** The rating of the vulnerability's own source first, then the first that has a word. */
function severityOf({ source, ratings }: Vulnerability): Severity | undefined {
  const own = (ratings ?? []).filter((rating) => source?.name !== undefined && rating.source?.name === source.name)
  for (const { severity } of [...own, ...(ratings ?? [])]) {
    const parsed = parseSeverity(severity)
    if (parsed) return parsed
  }
  return undefined
}

function majorOf(method: string | undefined): 2 | 3 | 4 | null {
  const digit = /^CVSSv?([234])/i.exec(method ?? '')?.[1]
  return digit === undefined ? null : (Number(digit) as 2 | 3 | 4)
}

/** Trivy's and Snyk's sentence: "Upgrade x to version 1.2.3", "… 1.2, 2.0 or higher." */
function fixedIn(recommendation: string | undefined): string | undefined {
  if (recommendation === undefined || recommendation.includes(';')) return undefined
  return /^Upgrade \S{1,300} to version (\S.{0,150}?)(?: or higher)?\.?$/.exec(recommendation)?.[1]
}

/** The operating system among the components, as an attribute of the asset. */
export function osOf(os: string): { os: string; os_family?: NonNullable<ReturnType<typeof parseOsFamily>> } {
  const os_family = parseOsFamily(os)
  return os_family ? { os, os_family } : { os }
}
