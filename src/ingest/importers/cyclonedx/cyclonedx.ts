import { kebabName } from '../../../model/kebab-name.ts'
import { UserError } from '../../../errors.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { readXml, xmlRoot } from '../../readers/xml.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import { Metadata } from './bom.ts'
import { componentFromXml, metadataFromXml, vulnerabilityFromXml } from './from-xml.ts'
import { documentOf, subjectOf } from './statements.ts'
import { ASSET, type Bom, describeSubject, newBom, osOf, readComponent, readVulnerability, remember } from './records.ts'
import { InBatches } from '../../readers/in-batches.ts'

const isXml = (text: string): boolean => text.trimStart().startsWith('<')

/** Tools that look for vulnerabilities whenever they write a bill: none listed means none found. */
const SCANNERS = new Set(['cyclonedx:grype', 'cyclonedx:osv-scanner'])

function detect({ text }: Head): boolean {
  if (isXml(text)) return xmlRoot(text) === 'bom' && /\sxmlns\s*=\s*["']http:\/\/cyclonedx\.org\/schema\/bom\/1\.\d+["']/.test(text)
  const outline = jsonOutline(text)
  return outline !== null && !outline.list && outline.members.get('bomFormat') === 'CycloneDX'
}

/** CycloneDX bills of materials and VEX statements, JSON and XML, 1.0 to 1.7. Format: https://cyclonedx.org/specification/overview/ */
export const cyclonedx: Importer = reads({
  id: 'cyclonedx',
  title: 'CycloneDX SBOM and VEX (JSON, XML)',
  version: 2,
  detect,
  parse,
})

/** A part of the bill, the same from JSON and XML. */
type Part = {
  part: 'bom' | 'serial' | 'version' | 'metadata' | 'component' | 'vulnerability'
  value: unknown
  at: string
  document: number
}

function partsOfJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Part>> {
  const parts = {
    '$.bomFormat': 'bom',
    '$.serialNumber': 'serial',
    '$.version': 'version',
    '$.metadata': 'metadata',
    '$.components[*]': 'component',
    '$.vulnerabilities[*]': 'vulnerability',
  } as const
  return readJson(bytes, Object.keys(parts)).into(function* (matches): Generator<Part> {
    for (const { path, at, value, document } of matches) yield { part: parts[path as keyof typeof parts], value, at, document }
  })
}

function partsOfXml(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Part>> {
  // The last is the vulnerability extension 1.0 at the end of a bill; its prefix is always written so.
  const elements = [
    'bom/metadata',
    'bom/components/component',
    'bom/vulnerabilities/vulnerability',
    'bom/v:vulnerabilities/v:vulnerability',
  ]
  return readXml(bytes, { elements, opens: ['bom'] }).into(function* (events): Generator<Part> {
    for (const { event, name, node, line } of events) {
      const at = `line ${line}`
      if (event === 'open') {
        yield { part: 'bom', value: null, at, document: 0 }
        yield { part: 'serial', value: node.attributes['serialNumber'], at, document: 0 }
        yield { part: 'version', value: node.attributes['version'], at, document: 0 }
      } else if (name === 'metadata') yield { part: 'metadata', value: metadataFromXml(node), at, document: 0 }
      else if (name === 'component') yield { part: 'component', value: componentFromXml(node), at, document: 0 }
      else yield { part: 'vulnerability', value: vulnerabilityFromXml(node), at, document: 0 }
    }
  })
}

interface Document {
  number: number
  bom: Bom
  /** Read before the metadata only: they name the document. */
  serial: string | undefined
  version: string | undefined
  asset: AssetRecord | null
  /** Records that came before the metadata. */
  held: Waiting
  /** Vulnerabilities that came before the components. */
  waiting: Waiting<Part>
}

const newDocument = (number: number): Document => ({
  number,
  bom: newBom(),
  serial: undefined,
  version: undefined,
  asset: null,
  held: new Waiting('CycloneDX'),
  waiting: new Waiting('CycloneDX'),
})

async function* parse(file: Source): AsyncGenerator<Told> {
  const { text, bytes } = await peek(file.bytes(), 64)
  let document = null as Document | null
  const parts = isXml(text) ? partsOfXml(bytes) : partsOfJson(bytes)
  yield* new InBatches(parts).tell(function* (all) {
    for (const part of all) {
      if (document?.number !== part.document) {
        if (document) yield* end(document)
        document = newDocument(part.document)
      }
      if (part.part === 'serial' || part.part === 'version')
        document[part.part] = typeof part.value === 'string' || typeof part.value === 'number' ? String(part.value) : undefined
      else if (part.part === 'metadata') yield* begin(document, safeParse(Metadata, part.value).data ?? null)
      else if (part.part === 'component') yield* give(document, readComponent(part.value, part.at, document.bom))
      else if (part.part === 'vulnerability') {
        if (document.bom.software > 0) yield* give(document, readVulnerability(part.value, part.at, document.bom))
        else document.waiting.add(withOwnTexts(part))
      }
    }
  })
  if (!document)
    throw new UserError(
      'unreadable_report',
      'Expected a CycloneDX document with bomFormat, metadata, components or vulnerabilities; none of them is there',
    )
  yield end(document)
}

function* give(document: Document, records: Iterable<FileRecord>): Generator<FileRecord> {
  if (document.asset) {
    yield* records
    return
  }
  for (const record of records) document.held.add(withOwnTexts(record))
}

function* begin(document: Document, metadata: Metadata | null): Generator<FileRecord> {
  if (document.asset) return
  const tool = metadata?.tools?.find(({ name }) => name !== undefined)
  const name = kebabName(tool?.name ?? '')
  if (name) document.bom.source = `cyclonedx:${name}`
  const stating = documentOf(metadata, document.serial, document.version)
  yield {
    kind: 'report',
    source: document.bom.source,
    tool: tool?.name ?? null,
    tool_version: tool?.version ?? null,
    observed_at: metadata?.timestamp === undefined ? null : parseInstant(metadata.timestamp),
    ...(stating && { document: stating }),
  }
  document.asset = describeSubject(metadata)
  if (stating) document.bom.subject = subjectOf(metadata, document.asset)
  if (metadata?.component) remember(metadata.component, document.bom)
  yield document.asset
  yield* document.held.take()
}

function* end(document: Document): Generator<FileRecord> {
  const { bom } = document
  if (!document.asset) yield* begin(document, null)
  const listed = bom.software > 0
  for (const { value, at } of document.waiting.take()) yield* readVulnerability(value, at, bom)
  if (bom.os !== null) yield { ...document.asset!, attributes: { ...document.asset!.attributes, ...osOf(bom.os) } }
  const vulnerabilities = { kind: 'coverage', asset: ASSET, subject: 'vulnerability' } as const
  // Statements without components (VEX) say nothing of what a scan found.
  if (!listed) {
    if (bom.vulnerabilities > 0) yield { ...vulnerabilities, checks: 'VEX' }
    return
  }
  yield { kind: 'coverage', asset: ASSET, subject: 'software' }
  // An empty list does not show that anybody looked: Trivy writes one either way.
  if (bom.vulnerabilities === 0 && !SCANNERS.has(bom.source)) return
  const { names, name } = document.asset!
  // A repository may hold several components, each with a bill of its own.
  yield { ...vulnerabilities, ...(names[0]?.type === 'repository' && { checks: `component ${name}` }) }
}
