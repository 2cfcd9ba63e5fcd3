import { z } from 'zod'
import { NumberedPlaces } from '../../../model/numbered-place.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { trivyCheck } from '../../../model/trivy-check.ts'
import { bestRating } from '../../readers/cvss.ts'
import { isFields } from '../../readers/json-fields.ts'

const Text = z
  .string()
  .nullish()
  .transform((text) => text?.trim() || undefined)
const Items = z
  .array(z.unknown())
  .nullish()
  .transform((items) => items ?? [])
const Line = z.number().int().positive().nullish().catch(null)

/** One target of a scan: the operating system's packages, a lock file, a configuration file. Format: https://trivy.dev/latest/docs/configuration/reporting/#json */
export const Result = z.object({
  Target: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  Class: Text,
  Type: Text,
  Packages: Items,
  Vulnerabilities: Items,
  Misconfigurations: Items,
  Secrets: Items,
  Licenses: Items,
  ExperimentalModifiedFindings: Items,
})
export type Result = z.infer<typeof Result>

const Cvss = z.object({
  V2Vector: Text,
  V3Vector: Text,
  V40Vector: Text,
  V2Score: z.number().nullish(),
  V3Score: z.number().nullish(),
  V40Score: z.number().nullish(),
})

/** A vulnerability of a package. */
export const Vulnerability = z.object({
  VulnerabilityID: z.string().trim().min(1),
  VendorIDs: z.array(z.string()).nullish(),
  PkgName: z.string(),
  PkgPath: Text,
  PkgIdentifier: z.object({ PURL: Text }).nullish(),
  InstalledVersion: Text,
  FixedVersion: Text,
  Status: Text,
  Severity: Text,
  SeveritySource: Text,
  Title: Text,
  Description: Text,
  PrimaryURL: Text,
  PublishedDate: Text,
  CVSS: z.record(z.string(), Cvss.nullish().catch(null)).nullish(),
})

type Vulnerability = z.infer<typeof Vulnerability>

const isText = (value: unknown): value is string | null | undefined => typeof value === 'string' || value === null || value === undefined
const trimmed = (value: unknown): string | undefined => (value as string | null | undefined)?.trim() || undefined

const texts = [
  'PkgPath',
  'InstalledVersion',
  'FixedVersion',
  'Status',
  'Severity',
  'SeveritySource',
  'Title',
  'Description',
  'PrimaryURL',
  'PublishedDate',
] as const

/**
 * What {@link Vulnerability} gives for an item as Trivy writes it, many times faster: a report has hundreds of thousands. Null for one that
 * is unusual in any way, which is then left to the schema and its words.
 */
export function usualVulnerability(item: unknown): Vulnerability | null {
  if (!isFields(item)) return null
  const { VulnerabilityID, PkgName, VendorIDs, PkgIdentifier, CVSS } = item
  if (typeof VulnerabilityID !== 'string' || typeof PkgName !== 'string' || VulnerabilityID.trim() === '') return null
  if (!texts.every((name) => isText(item[name]))) return null
  if (!(VendorIDs === undefined || VendorIDs === null || (Array.isArray(VendorIDs) && VendorIDs.every((id) => typeof id === 'string'))))
    return null
  if (!(PkgIdentifier === undefined || PkgIdentifier === null || (isFields(PkgIdentifier) && isText(PkgIdentifier['PURL'])))) return null
  const cvss: NonNullable<Vulnerability['CVSS']> = {}
  if (CVSS !== undefined && CVSS !== null) {
    if (!isFields(CVSS)) return null
    for (const [source, given] of Object.entries(CVSS)) {
      if (!isFields(given) || source === '__proto__') return null
      const { V2Vector, V3Vector, V40Vector, V2Score, V3Score, V40Score } = given
      if (![V2Vector, V3Vector, V40Vector].every(isText) || ![V2Score, V3Score, V40Score].every(isScore)) return null
      cvss[source] = {
        V2Vector: trimmed(V2Vector),
        V3Vector: trimmed(V3Vector),
        V40Vector: trimmed(V40Vector),
        V2Score: V2Score as number | null | undefined,
        V3Score: V3Score as number | null | undefined,
        V40Score: V40Score as number | null | undefined,
      }
    }
  }
  return {
    VulnerabilityID: VulnerabilityID.trim(),
    VendorIDs: VendorIDs as string[] | null | undefined,
    PkgName,
    PkgPath: trimmed(item['PkgPath']),
    PkgIdentifier: isFields(PkgIdentifier) ? { PURL: trimmed(PkgIdentifier['PURL']) } : (PkgIdentifier as null | undefined),
    InstalledVersion: trimmed(item['InstalledVersion']),
    FixedVersion: trimmed(item['FixedVersion']),
    Status: trimmed(item['Status']),
    Severity: trimmed(item['Severity']),
    SeveritySource: trimmed(item['SeveritySource']),
    Title: trimmed(item['Title']),
    Description: trimmed(item['Description']),
    PrimaryURL: trimmed(item['PrimaryURL']),
    PublishedDate: trimmed(item['PublishedDate']),
    CVSS: CVSS === undefined || CVSS === null ? CVSS : cvss,
  }
}

const isScore = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'number' && Number.isFinite(value))

const Misconfiguration = z.object({
  ID: z.string().trim().min(1),
  AVDID: Text,
  Title: Text,
  Description: Text,
  Message: Text,
  Resolution: Text,
  Severity: Text,
  PrimaryURL: Text,
  Status: Text,
  CauseMetadata: z.object({ Resource: Text, Provider: Text, Service: Text, StartLine: Line }).nullish(),
})

const Secret = z.object({ RuleID: z.string().trim().min(1), Category: Text, Severity: Text, Title: Text, StartLine: Line })

const License = z.object({ Severity: Text, Category: Text, PkgName: Text, FilePath: Text, Name: z.string().trim().min(1), Link: Text })

const Package = z.object({
  Name: z.string().trim().min(1),
  Version: Text,
  Release: Text,
  Epoch: z.number().nullish(),
  FilePath: Text,
  Identifier: z.object({ PURL: Text }).nullish(),
})

const Modified = z.object({ Type: Text, Status: Text, Statement: Text, Source: Text })

/** What is kept between the results of one report. */
export interface Scan {
  /** Vulnerabilities and controls that were described already. */
  described: Set<string>
  /** Places of a rule in a file so far: https://trivy.dev states no identity that survives a moved line, so the first, the second … are told apart. */
  places: NumberedPlaces
}

export const newScan = (): Scan => ({ described: new Set(), places: new NumberedPlaces() })

/** The lists of a result and what reads an element of each, in the order in which Trivy writes them. */
const lists = {
  Packages: readPackage,
  Vulnerabilities: readVulnerability,
  Misconfigurations: readMisconfiguration,
  Secrets: readSecret,
  Licenses: readLicense,
  ExperimentalModifiedFindings: readModified,
} satisfies Record<string, (item: unknown, context: Context) => Generator<FileRecord>>

export type ListName = keyof typeof lists
export const listNames = Object.keys(lists) as ListName[]

/** What a result says of all of its items. */
export type ResultHeader = Pick<Result, 'Target' | 'Class' | 'Type'>

export interface Context {
  result: ResultHeader
  /** The result's target behind the resource of a cluster that is one asset. */
  target: string
  asset: string
  /** Place of the item in the file. */
  at: string
  scan: Scan
}

/** The records of one element of a list; a bad one becomes a skipped item. */
export function* readItem(name: ListName, item: unknown, context: Context): Generator<FileRecord> {
  try {
    yield* lists[name](item, context)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    yield { kind: 'skipped', at: context.at, reason: z.prettifyError(error) }
  }
}

/** All records of one result. `where` is put before each place: the resource of a cluster that is one asset. */
export function* readResult(result: Result, asset: string, at: string, scan: Scan, where = ''): Generator<FileRecord> {
  const target = where + result.Target
  for (const name of listNames)
    for (const [index, item] of result[name].entries())
      yield* readItem(name, item, { result, target, asset, at: `${at}.${name}[${index}]`, scan })
}

function* readPackage(item: unknown, { result, asset }: Context): Generator<FileRecord> {
  const { Name, Version, Release, Epoch, FilePath, Identifier } = Package.parse(item)
  const version = Version === undefined ? undefined : `${Epoch ? `${Epoch}:` : ''}${Version}${Release ? `-${Release}` : ''}`
  yield { kind: 'software', asset, name: Name, version, purl: Identifier?.PURL, place: FilePath ?? result.Type }
}

function* readVulnerability(item: unknown, { result, target, asset, at, scan }: Context): Generator<FileRecord> {
  const found = usualVulnerability(item) ?? Vulnerability.parse(item)
  const id = found.VulnerabilityID
  if (found.Status === 'not_affected') {
    yield { kind: 'skipped', at, reason: `${id} in ${found.PkgName}: the report says that it is not affected` }
    return
  }
  const severity = parseSeverity(found.Severity) ?? undefined
  const rating = ratingOf(found)
  if (!scan.described.has(id)) {
    scan.described.add(id)
    yield {
      kind: 'vulnerability',
      vulnerability_id: id,
      title: found.Title,
      description: found.Description,
      severity,
      ...rating,
      published_at: found.PublishedDate === undefined ? undefined : (parseInstant(found.PublishedDate) ?? undefined),
      aliases: found.VendorIDs ?? [],
      url: found.PrimaryURL,
    }
  }
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: [id],
    severity,
    cvss: rating?.cvss,
    title: found.Title,
    component: { name: found.PkgName, version: found.InstalledVersion, purl: found.PkgIdentifier?.PURL, type: result.Type },
    fixed_version: found.FixedVersion,
    place: found.PkgPath ?? (result.Class === 'os-pkgs' ? undefined : target || undefined),
  }
}

/** v4 before v3 before v2; within a version the source that gave the severity, then NVD, then the others as they stand. */
function ratingOf(found: z.infer<typeof Vulnerability>) {
  const given = found.CVSS ?? {}
  const sources = [...new Set([found.SeveritySource ?? '', 'nvd', ...Object.keys(given)])]
  return bestRating(
    sources.flatMap((source) => {
      const cvss = Object.hasOwn(given, source) ? given[source] : null
      if (!cvss) return []
      return [
        { score: cvss.V40Score, vector: cvss.V40Vector, version: 4 as const },
        { score: cvss.V3Score, vector: cvss.V3Vector, version: 3 as const },
        { score: cvss.V2Score, vector: cvss.V2Vector, version: 2 as const },
      ]
    }),
  )
}

function* readMisconfiguration(item: unknown, { result, target, asset, scan }: Context): Generator<FileRecord> {
  const found = Misconfiguration.parse(item)
  const control_id = trivyCheck(found.AVDID ?? found.ID)
  const severity = parseSeverity(found.Severity) ?? undefined
  const cause = found.CauseMetadata
  if (!scan.described.has(control_id)) {
    scan.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: found.Title ?? found.ID,
      severity,
      category: cause?.Provider ?? result.Type,
      description: found.Description,
      remediation: found.Resolution,
      url: found.PrimaryURL,
      product: cause?.Provider,
    }
  }
  const place = cause?.StartLine ? `${target}:${cause.StartLine}` : target
  const status = found.Status?.toUpperCase() ?? 'FAIL'
  if (status !== 'FAIL') {
    yield {
      kind: 'control_result',
      asset,
      control_id,
      status: status === 'PASS' ? 'pass' : 'not_run',
      severity,
      evidence: found.Message,
      place,
    }
    return
  }
  const name = cause?.Resource ? `${target} ${cause.Resource}` : target
  yield {
    kind: 'finding',
    asset,
    control_id,
    severity,
    title: found.Message ?? found.Title,
    component: { name: scan.places.next(`${asset}\0${control_id}`, name), type: 'file' },
    place,
  }
}

function* readSecret(item: unknown, { target, asset, scan }: Context): Generator<FileRecord> {
  const found = Secret.parse(item)
  const control_id = `trivy:${found.RuleID}`
  const severity = parseSeverity(found.Severity) ?? undefined
  if (!scan.described.has(control_id)) {
    scan.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: `Secret in a file: ${found.Title ?? found.RuleID}`,
      severity,
      category: found.Category ?? 'Secrets',
    }
  }
  yield {
    kind: 'finding',
    asset,
    control_id,
    severity,
    title: found.Title ?? found.RuleID,
    component: { name: scan.places.next(`${asset}\0${control_id}`, target), type: 'file' },
    place: found.StartLine ? `${target}:${found.StartLine}` : target,
  }
}

function* readLicense(item: unknown, { target, asset, scan }: Context): Generator<FileRecord> {
  const found = License.parse(item)
  // Loose licence files may give their whole text as the name.
  const name = found.Name.slice(0, 200)
  const control_id = `trivy:license-${name}`
  const severity = parseSeverity(found.Severity) ?? undefined
  if (!scan.described.has(control_id)) {
    scan.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: `Licence ${name}${found.Category ? ` (${found.Category})` : ''}`,
      severity,
      category: 'Licences',
      url: found.Link,
    }
  }
  const component = found.PkgName
    ? { name: found.PkgName }
    : { name: scan.places.next(`${asset}\0${control_id}`, found.FilePath ?? target), type: 'file' }
  yield { kind: 'finding', asset, control_id, severity, title: `Licence ${name}`, component, place: found.FilePath }
}

/** `--show-suppressed` lists what an ignore file or a VEX statement took out. */
function* readModified(item: unknown, { at }: Context): Generator<FileRecord> {
  const { Type, Status, Statement, Source } = Modified.parse(item)
  yield {
    kind: 'skipped',
    at,
    reason: `${Type ?? 'finding'} ${Status ?? 'suppressed'} by ${Source ?? 'the scan'}${Statement ? `: ${Statement}` : ''}`,
  }
}
