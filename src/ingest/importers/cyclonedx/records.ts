import { z } from 'zod'
import { PackageURL } from 'packageurl-js'
import { parseImageReference, repositoryName } from '../../../model/asset-name.ts'
import { imageOfPackage } from '../../../model/package-url.ts'
import type { AssetRecord, FileRecord, FindingRecord, SoftwareRecord } from '../../../model/record.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import { parseSeverity, type Severity, severityOfCvss } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { bestRating, type CvssRating } from '../../readers/cvss.ts'
import { Component, type Metadata, Vulnerability } from './bom.ts'
import { statementsOf, type Subject } from './statements.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** What the report's only asset is called within it. */
export const ASSET = 'subject'

/** What is known of a component by its reference. */
type Known = NonNullable<FindingRecord['component']>

/** What is kept between the parts of one bill of materials. */
export interface Bom {
  /** The report's source, for ids that mean nothing outside of the bill. */
  source: string
  refs: Map<string, Known>
  described: Set<string>
  software: number
  vulnerabilities: number
  os: string | null
  /** What the bill is about, where it is a document of statements; null: nobody vouches for its analyses. */
  subject: Subject | null
}

export const newBom = (): Bom => ({
  source: 'cyclonedx',
  refs: new Map(),
  described: new Set(),
  software: 0,
  vulnerabilities: 0,
  os: null,
  subject: null,
})

const propertyOf = (component: Component, pattern: RegExp): string | undefined =>
  component.properties?.find(({ name, value }) => name !== undefined && value !== undefined && pattern.test(name))?.value

/** The asset that the bill is about: `metadata.component`. Without names where it says nothing that another report could say, too. */
export function describeSubject(metadata: Metadata | null): AssetRecord {
  const component = metadata?.component
  if (!component || component.type === 'file') return { kind: 'asset', asset: ASSET, type: 'application', name: '', names: [] }
  if (component.type === 'container') return describeImage(component)
  const name = nameOf(component)
  if (component.type === 'device' || component.type === 'firmware' || component.type === 'operating-system')
    return { kind: 'asset', asset: ASSET, type: 'device', name, names: [] }
  const repository = repositoryOf(component)
  return {
    kind: 'asset',
    asset: ASSET,
    type: 'application',
    name,
    names: repository === null ? [] : [{ type: 'repository', name: repository }],
  }
}

function repositoryOf({ externalReferences, purl }: Component): string | null {
  const urls = (externalReferences ?? []).flatMap(({ type, url }) => (type === 'vcs' && url !== undefined ? [url] : []))
  // Go names modules by their repository: https://go.dev/ref/mod#vcs-find
  const named = /^pkg:(?:github\/|golang\/github\.com\/)([\w.-]{1,100}\/[\w.-]{1,100})/i.exec(purl ?? '')?.[1]
  if (named !== undefined) urls.push(`https://github.com/${named}`)
  return urls.map((url) => repositoryName(url)).find((url) => url !== null) ?? null
}

const isDigest = (text: string | null | undefined): text is string => typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)

function describeImage(component: Component): AssetRecord {
  const { name, version } = component
  const purl = imageOfPackage(component.purl ?? '')
  const repoDigest = propertyOf(component, /^aquasecurity:trivy:RepoDigest$/)?.split('@')[1]
  const image_digest = [repoDigest, purl?.digest, version].find(isDigest)
  const tag = propertyOf(component, /^aquasecurity:trivy:RepoTag$/) ?? propertyOf(component, /^aquasecurity:trivy:Reference$/)
  // Syft gives name and digest apart, others the tag as the version.
  const tagged =
    version && !version.includes(':') && !name.slice(name.lastIndexOf('/') + 1).includes(':') ? `${name}:${version}` : undefined
  const texts = [tag, tagged, purl?.tag ? `${purl.name}:${purl.tag}` : undefined, name, purl?.name]
  const shown = texts.find((text) => text !== undefined && parseImageReference(text, image_digest) !== null)
  const known =
    shown === undefined
      ? ([image_digest, propertyOf(component, /^aquasecurity:trivy:ImageID$/)].find(isDigest) ?? null)
      : parseImageReference(shown, image_digest)!.name
  return {
    kind: 'asset',
    asset: ASSET,
    type: 'image',
    name: shown ?? known ?? '',
    names: known === null ? [] : [{ type: 'image', name: known }],
    attributes: image_digest ? { image_digest } : {},
  }
}

function purlOf(text: string): PackageURL | null {
  try {
    return PackageURL.fromString(text)
  } catch {
    return null
  }
}

/** The name as the package's own ecosystem writes it: group:name for Maven, else group/name. */
function nameOf({ group, name, purl }: Component): string {
  if (!group || name.startsWith(`${group}/`)) return name
  return `${group}${purl?.startsWith('pkg:maven/') ? ':' : '/'}${name}`
}

const knownOf = (component: Component): Known => ({
  name: nameOf(component),
  version: component.version,
  purl: component.purl,
  ...(component.type && { type: component.type }),
})

/** Makes a component known to the vulnerabilities that refer to it. */
export function remember(component: Component, bom: Bom): void {
  const known = knownOf(component)
  const ref = component['bom-ref'] ?? component.purl
  if (ref !== undefined) bom.refs.set(ref, known)
}

/** Software of a component and of those inside of it; files and data are no software. */
export function* readComponent(value: unknown, at: string, bom: Bom): Generator<FileRecord> {
  const parsed = safeParse(Component, value)
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
  const path =
    component.evidence?.occurrences?.find(({ location }) => location !== undefined)?.location ??
    propertyOf(component, /^(?:syft:location:0:path|aquasecurity:trivy:FilePath|location)$/)
  return {
    kind: 'software',
    asset: ASSET,
    name: nameOf(component),
    version,
    purl,
    cpe,
    vendor: component.supplier?.name ?? component.manufacturer?.name ?? component.publisher,
    place: path ?? /^pkg:([a-z0-9.+-]{1,40})\//.exec(purl ?? '')?.[1],
  }
}

const CLOSED: Record<string, string> = {
  resolved: 'resolved',
  resolved_with_pedigree: 'resolved',
  not_affected: 'not affected',
  false_positive: 'a false positive',
}

/** One finding for each component that the vulnerability affects. `inside`: the component that it stands in. */
export function* readVulnerability(value: unknown, at: string, bom: Bom, inside: Known | null = null): Generator<FileRecord> {
  const parsed = safeParse(Vulnerability, value)
  if (!parsed.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(parsed.error) }
    return
  }
  const found = parsed.data
  bom.vulnerabilities++
  const ids = idsOf(found, bom.source)
  if (ids.length === 0) {
    yield { kind: 'skipped', at, reason: 'Expected a vulnerability with an id' }
    return
  }
  const rating = ratingOf(found)
  const severity = severityOf(found, rating)
  yield* describe(found, ids, severity, rating, bom)
  const name = found.id ?? ids[0]!
  const state = found.analysis?.state ?? ''
  const closed = Object.hasOwn(CLOSED, state) ? CLOSED[state] : undefined
  if (bom.subject && !inside) yield* statementsOf(found, ids, bom.subject, (ref) => targetOf(ref, undefined, bom).component ?? null)
  const affects = inside ? [] : (found.affects ?? [])
  if (closed !== undefined) {
    const reason = `${name}: analysed as ${closed}${found.analysis?.justification ? ` (${found.analysis.justification})` : ''}`
    for (let index = 0; index < Math.max(1, affects.length); index++)
      yield { kind: 'skipped', at: affects.length > 1 ? `${at}.affects[${index}]` : at, reason }
    return
  }
  const finding = { kind: 'finding' as const, asset: ASSET, vulnerability_ids: ids, severity, cvss: rating?.cvss }
  if (inside) yield { ...finding, component: inside, fixed_version: fixedIn(found.recommendation, inside.name) }
  else if (affects.length === 0) yield finding
  for (const [index, { ref, versions }] of affects.entries()) {
    const statuses = (versions ?? []).map(({ status }) => status ?? 'affected')
    if (statuses.length > 0 && statuses.every((status) => status === 'unaffected')) {
      yield { kind: 'skipped', at: `${at}.affects[${index}]`, reason: `${name}: ${ref} is not affected` }
      continue
    }
    const affected = (versions ?? []).filter(({ version, status }) => version !== undefined && (status ?? 'affected') === 'affected')
    const target = targetOf(ref, affected.length === 1 ? affected[0]!.version : undefined, bom)
    yield { ...finding, ...target, fixed_version: fixedIn(found.recommendation, target.component?.name) }
  }
}

function* describe(
  found: Vulnerability,
  ids: string[],
  severity: Severity | undefined,
  rating: CvssRating | null,
  bom: Bom,
): Generator<FileRecord> {
  const aliases = [found.id, ...(found.references ?? []).map(({ id }) => id)].filter(
    (id) => id !== undefined && isPublic(id) && !ids.includes(id),
  ) as string[]
  for (const vulnerability_id of ids) {
    if (bom.described.has(vulnerability_id)) continue
    bom.described.add(vulnerability_id)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      description: found.description,
      severity,
      ...rating,
      url: found.source?.url ?? found.advisories?.find(({ url }) => url !== undefined)?.url,
      published_at: found.published === undefined ? undefined : (parseInstant(found.published) ?? undefined),
      // An entry about several CVEs is no other name of one of them.
      aliases: ids.length === 1 ? [...new Set(aliases)] : [],
    }
  }
}

/** What a reference means: a component of this bill, one of another bill (`urn:cdx:…#ref`), a package URL, or just a name. */
function targetOf(ref: string, version: string | undefined, bom: Bom): { component?: Known; place?: string } {
  const link = /^urn:cdx:[0-9a-f-]{36}\/\d+#(.{1,1000})$/i.exec(ref)?.[1]
  const name = link === undefined ? ref : decoded(link)
  const known = bom.refs.get(ref) ?? bom.refs.get(name)
  if (known) return { component: { ...known, version: known.version ?? version } }
  const purl = name.startsWith('pkg:') ? purlOf(name) : null
  if (purl) {
    const separator = purl.type === 'maven' ? ':' : '/'
    return {
      component: { name: [purl.namespace, purl.name].filter(Boolean).join(separator), version: purl.version ?? version, purl: name },
    }
  }
  return link === undefined ? { place: ref } : { component: { name, version } }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const isCve = (text: string) => /^CVE-\d{4}-\d{4,10}$/i.test(text)
/** Ids of lists of vulnerabilities begin with a word; a UUID or a number means nothing outside of the bill. */
const isPublic = (text: string) => /^[A-Za-z]{2,20}[-:_]\S/.test(text) && !/^urn:/i.test(text) && !/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(text)

/** The CVE: its own id, or those that the bill calls equivalent (`references`); the own id where there is none. Empty without any id. */
function idsOf({ id, references, 'bom-ref': ref }: Vulnerability, source: string): string[] {
  if (id !== undefined && isCve(id)) return [id]
  const listed = (references ?? []).flatMap((reference) => reference.id ?? [])
  const cves = [...new Set(listed.filter(isCve))]
  if (cves.length > 0) return cves
  const known = [id, ...listed].find((one) => one !== undefined && isPublic(one))
  if (known !== undefined) return [known]
  const own = id ?? ref
  return own === undefined ? [] : [`${source}:${own}`]
}

/** The rating of the vulnerability's own source first, then by CVSS, then the others as they stand. */
function ordered({ source, ratings }: Vulnerability) {
  const rank = (rating: NonNullable<Vulnerability['ratings']>[number]) =>
    source?.name !== undefined && rating.source?.name === source.name ? 0 : majorOf(rating.method) !== null ? 1 : 2
  return (ratings ?? []).toSorted((a, b) => rank(a) - rank(b))
}

/** Scores of other methods are on other scales; without a method a score from 0 to 10 is taken for CVSS. */
function ratingOf(found: Vulnerability): CvssRating | null {
  const ratings = ordered(found).filter(
    ({ method, vector }) => method === undefined || majorOf(method) !== null || (vector ?? '').startsWith('CVSS:'),
  )
  return bestRating(ratings.map(({ score, vector, method }) => ({ score, vector, version: majorOf(method) })))
}

function severityOf(found: Vulnerability, rating: CvssRating | null): Severity | undefined {
  for (const { severity } of ordered(found)) {
    const parsed = parseSeverity(severity)
    if (parsed) return parsed
  }
  return rating ? severityOfCvss(rating.cvss) : undefined
}

function majorOf(method: string | undefined): 2 | 3 | 4 | null {
  const digit = /^CVSSv?([234])/i.exec(method ?? '')?.[1]
  return digit === undefined ? null : (Number(digit) as 2 | 3 | 4)
}

/** Trivy's and Snyk's sentence, for one package or several: "Upgrade x to version 1.2.3; Upgrade y to version 1.2, 2.0 or higher." */
function fixedIn(recommendation: string | undefined, component: string | undefined): string | undefined {
  const found = (recommendation ?? '')
    .slice(0, 20_000)
    .split(';')
    .flatMap((sentence) => {
      const parts = /^Upgrade (\S{1,300}) to version (\S.{0,150})$/.exec(sentence.trim())
      return parts ? [{ name: parts[1]!, version: parts[2]!.replace(/(?: or higher)?\.?$/, '') }] : []
    })
  return (found.find(({ name }) => name === component) ?? (found.length === 1 ? found[0] : undefined))?.version
}

/** The operating system among the components, as an attribute of the asset. */
export function osOf(os: string): { os: string; os_family?: NonNullable<ReturnType<typeof parseOsFamily>> } {
  const os_family = parseOsFamily(os)
  return os_family ? { os, os_family } : { os }
}
