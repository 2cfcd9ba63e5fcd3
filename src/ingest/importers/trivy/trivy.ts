import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import type { CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { describeArtifact, describeResource, Metadata, resourcePath } from './artifact.ts'
import { newScan, readResult, Result } from './items.ts'
import { OpenResult, resultPaths, type Known } from './open-result.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** Members of a cluster's report that hold resources: all of it, `--report summary`, and the layout of Trivy before 0.39. */
const RESOURCES = ['Resources', 'Findings', 'Vulnerabilities', 'Misconfigurations', 'RBACAssessment']

const Name = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

const Resource = z.object({
  Namespace: Name,
  Kind: Name,
  Name,
  Results: z
    .array(z.unknown())
    .nullish()
    .transform((results) => results ?? []),
  Error: z.string().nullish(),
})

/** What Trivy ran on one asset, as far as the report shows it. */
interface Ran {
  classes: Set<string>
  packages: boolean
  failed: boolean
}

const isPackages = (name: string) => name === 'os-pkgs' || name === 'lang-pkgs'

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline) return false
  const { members } = outline
  if (outline.list)
    return (
      typeof members.get('Target') === 'string' &&
      [...members.keys()].every((name) =>
        ['Target', 'Class', 'Type', 'Packages', 'Vulnerabilities', 'Misconfigurations', 'Secrets'].includes(name),
      )
    )
  if (members.get('SchemaVersion') === 2 && (members.has('ArtifactName') || members.has('ArtifactType') || members.has('ClusterName')))
    return true
  return typeof members.get('ClusterName') === 'string' && RESOURCES.some((name) => members.has(name))
}

/** One document of the file. */
interface Document {
  number: number
  created_at: string
  version: string
  artifact: string
  type: string
  metadata: Metadata | null
  cluster: string | null
  begun: boolean
  assets: Map<string, Ran>
}

const newDocument = (number: number): Document => ({
  number,
  created_at: '',
  version: '',
  artifact: '',
  type: '',
  metadata: null,
  cluster: null,
  begun: false,
  assets: new Map(),
})

/**
 * Trivy's own JSON: schema 2 (images, folders, repositories, machines, SBOMs, AWS accounts), clusters (`trivy k8s`), and the list of results that
 * versions before 0.20 wrote. Format: https://trivy.dev/latest/docs/configuration/reporting/#json
 */
export const trivy: Importer = reads({
  id: 'trivy',
  title: 'Aqua Trivy (JSON)',
  version: 1,
  detect,
  parse,
})

const isPart = new Set(resultPaths)

async function* parse(file: Source): AsyncGenerator<Told> {
  const { text, bytes } = await peek(file.bytes(), 16)
  let document: Document | null = null
  let scan = newScan()
  const header = ['$.CreatedAt', '$.Trivy', '$.ArtifactName', '$.ArtifactType', '$.Metadata', '$.ClusterName', '$.SchemaVersion']
  const resources = RESOURCES.map((name) => `$.${name}[*]`)
  let open = null as OpenResult | null
  yield* readJson(bytes, [...header, ...resultPaths, ...resources, '$[*]']).tell(function* (matches) {
    for (const match of matches) {
      if (document?.number !== match.document) {
        if (open) yield* open.end()
        if (document) yield* end(document)
        const next = newDocument(match.document)
        document = next
        scan = newScan()
        open = new OpenResult(scan, (known) => beginResult(next, known))
      }
      const { path, at, value } = match
      if (header.includes(path)) {
        readHeader(document, path, value)
        continue
      }
      if (isPart.has(path)) {
        yield* open!.add(path, value, at)
        continue
      }
      if (path === '$[*]') {
        const result = safeParse(Result, value)
        if (!result.success) {
          yield { kind: 'skipped', at, reason: z.prettifyError(result.error) }
          continue
        }
        if (!document.begun) {
          nameFromTarget(document, result.data, true)
          yield* begin(document)
        }
        note(document, 'artifact', result.data)
        yield* readResult(result.data, 'artifact', at, scan)
        continue
      }
      const resource = safeParse(Resource, value)
      if (!resource.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(resource.error) }
        continue
      }
      if (!document.begun) yield* begin(document)
      const { Namespace: namespace, Kind: kind, Name: name, Error: error, Results } = resource.data
      const described = describeResource(document.cluster ?? '', { namespace, kind, name })
      if (!document.assets.has(described.asset)) yield described
      const ran = ranOn(document, described.asset)
      if (error) {
        ran.failed = true
        yield { kind: 'skipped', at, reason: `${kind} ${name} could not be scanned: ${error.trim().slice(0, 500)}` }
      }
      for (const [index, one] of Results.entries()) {
        const result = safeParse(Result, one)
        if (!result.success) {
          yield { kind: 'skipped', at: `${at}.Results[${index}]`, reason: z.prettifyError(result.error) }
          continue
        }
        note(document, described.asset, result.data)
        // In a cluster that is one asset, the place has to say which resource it is; its own target says kind and name already.
        const own =
          result.data.Target === `${kind}/${name}` ? (namespace ? `${namespace}/` : '') : `${resourcePath({ namespace, kind, name })}: `
        yield* readResult(result.data, described.asset, `${at}.Results[${index}]`, scan, described.asset === 'cluster' ? own : '')
      }
    }
  })

  if (open) yield open.end()
  // Trivy before 0.20 wrote `null` when it found nothing.
  if (!document && (text.trim() === 'null' || text.trim() === '[]')) document = { ...newDocument(0), type: 'container_image' }
  if (!document)
    throw new UserError(
      'unreadable_report',
      'Expected a Trivy report (SchemaVersion 2 with Results, ClusterName with Resources, or a list of results); none of their members is there',
    )
  yield end(document)
}

function readHeader(document: Document, path: string, value: unknown): void {
  const word = typeof value === 'string' ? value.trim() : ''
  if (path === '$.CreatedAt') document.created_at = word
  else if (path === '$.Trivy') document.version = z.object({ Version: z.string() }).safeParse(value).data?.Version ?? ''
  else if (path === '$.ArtifactName') document.artifact = word
  else if (path === '$.ArtifactType') document.type = word
  else if (path === '$.ClusterName') document.cluster = word
  else if (path === '$.Metadata') document.metadata = safeParse(Metadata, value).data ?? null
}

/** The old list, and an image read from a stream, are named only in the target of the system packages: `alpine:3.9 (alpine 3.9.4)`. */
function nameFromTarget(document: Document, result: { Target: string }, legacy: boolean): void {
  const parts = /^(\S{1,500}) \((\S{1,100}) (\S{1,100})\)$/.exec(result.Target)
  if (legacy) document.type = parts ? 'container_image' : 'filesystem'
  if (!parts || document.type !== 'container_image' || document.artifact !== '') return
  document.artifact = parts[1]!
  document.metadata ??= Metadata.parse({ OS: { Family: parts[2], Name: parts[3] } })
}

/** What a result of the newer layout says of the whole, before its items. */
function* beginResult(document: Document, { result, lists }: Known): Generator<FileRecord> {
  if (!document.begun) {
    nameFromTarget(document, result, false)
    yield* begin(document)
  }
  noteRan(ranOn(document, 'artifact'), result.Class, lists.has('Packages'), lists.has('Vulnerabilities'))
}

function* begin(document: Document): Generator<FileRecord> {
  document.begun = true
  yield {
    kind: 'report',
    source: 'trivy',
    tool: 'Trivy',
    tool_version: document.version || null,
    observed_at: parseInstant(document.created_at),
  }
  if (document.cluster !== null) return
  yield describeArtifact('artifact', { name: document.artifact, type: document.type, metadata: document.metadata })
  ranOn(document, 'artifact')
}

function ranOn(document: Document, asset: string): Ran {
  const ran = document.assets.get(asset) ?? { classes: new Set(), packages: false, failed: false }
  document.assets.set(asset, ran)
  return ran
}

function note(document: Document, asset: string, result: Result): void {
  noteRan(ranOn(document, asset), result.Class, result.Packages.length > 0, result.Vulnerabilities.length > 0)
}

function noteRan(ran: Ran, name: string | undefined, packages: boolean, vulnerabilities: boolean): void {
  if (name) ran.classes.add(name)
  else if (vulnerabilities) ran.classes.add('lang-pkgs')
  ran.packages ||= packages
}

function* end(document: Document): Generator<FileRecord> {
  if (!document.begun) yield* begin(document)
  for (const [asset, ran] of document.assets) yield* document.cluster === null ? coverArtifact(asset, ran) : coverResource(asset, ran)
}

/** The rule is told and argued in the readme. */
function* coverArtifact(asset: string, { classes, packages }: Ran): Generator<CoverageRecord> {
  const only = (...names: string[]) => classes.size > 0 && [...classes].every((name) => names.includes(name))
  if (only('config')) yield { kind: 'coverage', asset, subject: 'control', checks: 'misconfiguration' }
  else if (only('license', 'license-file')) yield { kind: 'coverage', asset, subject: 'control', checks: 'license' }
  else {
    yield { kind: 'coverage', asset, subject: 'vulnerability' }
    yield { kind: 'coverage', asset, subject: 'control' }
  }
  if (packages) yield { kind: 'coverage', asset, subject: 'software' }
}

function* coverResource(asset: string, { classes, packages, failed }: Ran): Generator<CoverageRecord> {
  const images = !failed && [...classes].some(isPackages)
  if (images) yield { kind: 'coverage', asset, subject: 'vulnerability' }
  if (classes.has('config')) yield { kind: 'coverage', asset, subject: 'control', ...(!images && { checks: 'misconfiguration' }) }
  else if (images) yield { kind: 'coverage', asset, subject: 'control', checks: 'secret' }
  if (packages && images) yield { kind: 'coverage', asset, subject: 'software' }
}
