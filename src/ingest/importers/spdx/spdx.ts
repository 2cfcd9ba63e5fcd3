import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { recordsOfBill } from './bill.ts'
import { Graph } from './graph.ts'
import { type Creation, nameOfAgent, type Package, PackageOfJson } from './package.ts'
import { readTagValue } from './tag-value.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'

/** Elements of a graph may stand in any order, so all of them are held; a graph with more is refused. */
const MAX_ELEMENTS = 2_000_000

const CONTEXT = /^https:\/\/spdx\.org\/rdf\/3\.\d+\.\d+\/spdx-context\.jsonld$/

const isJson = (text: string): boolean => /^\s*[{[]/.test(text)

function detect({ text }: Head): boolean {
  // Comments and empty lines may stand in front.
  if (!isJson(text)) return /^(?:\s*(?:#[^\n]*)?\n)*\s*SPDXVersion:[ \t]*SPDX-2\.\d/.test(text)
  const outline = jsonOutline(text)
  if (!outline || outline.list) return false
  const { members } = outline
  const context = members.get('@context')
  if (typeof context === 'string') return CONTEXT.test(context)
  const version = members.get('spdxVersion')
  if (version !== undefined) return typeof version === 'string' && /^SPDX-2\.\d/.test(version)
  // Microsoft's tool writes files and packages before the version.
  return ['files', 'packages'].some((name) => {
    const list = members.get(name)
    return typeof list === 'object' && list !== null && /^\[\s*\{[^{}[\]]{0,4000}"SPDXID"\s*:\s*"SPDXRef-/.test(list.text)
  })
}

/** SPDX bills of materials: 2.x as JSON and tag-value, 3.0 as JSON-LD. Format: https://spdx.github.io/spdx-spec/ */
export const spdx: Importer = reads({ id: 'spdx', title: 'SPDX SBOM (JSON, JSON-LD, tag-value)', version: 1, detect, parse })

const newCreation = (): Creation => ({ created: undefined, tools: [], name: undefined, namespace: undefined, describes: [] })

/** What a bill is about stands behind its packages, which wait. */
const newPackages = () => new Waiting<Package>('SPDX')

async function* parse(file: Source): AsyncGenerator<Told> {
  const { text, bytes } = await peek(file.bytes(), 4096)
  if (isJson(text)) yield* parseJson(bytes)
  else yield* parseTagValue(bytes)
}

async function* parseTagValue(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const creation = newCreation()
  const packages = newPackages()
  let found = false
  for await (const one of readTagValue(bytes, creation)) {
    packages.add(withOwnTexts(one))
    found = true
  }
  if (!found && creation.created === undefined)
    throw new UserError('unreadable_report', 'Expected an SPDX document with SPDXVersion, Created and PackageName; there is none of them')
  yield recordsOfBill(creation, packages, [])
}

const Info = z.object({ created: z.string().nullish().catch(null), creators: z.array(z.string()).nullish().catch(null) })

/** What is known of one document of a JSON file. */
interface Document {
  creation: Creation
  packages: Waiting<Package>
  graph: Graph
  skipped: Waiting
}

async function* parseJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const paths = [
    'spdxVersion',
    'name',
    'documentNamespace',
    'creationInfo',
    'documentDescribes',
    'packages[*]',
    'relationships[*]',
    '@context',
    '@graph[*]',
  ]
  let number = -1
  let current = null as Document | null
  yield* readJson(
    bytes,
    paths.map((each) => `$.${each}`),
  ).tell(function* (matches) {
    for (const { path, at, value, document } of matches) {
      if (!current || document !== number) {
        if (current) yield* end(current)
        current = { creation: newCreation(), packages: newPackages(), graph: new Graph(), skipped: new Waiting('SPDX') }
        number = document
      }
      readPart(current, path.slice('$.'.length), value, at)
      if (current.graph.size > MAX_ELEMENTS)
        throw new UserError('unreadable_report', `The SPDX file holds more than ${MAX_ELEMENTS} elements: split it`)
    }
  })

  if (!current)
    throw new UserError('unreadable_report', 'Expected an SPDX document with spdxVersion and packages, or with @graph; there is none')
  yield end(current)
}

function readPart({ creation, packages, graph, skipped }: Document, part: string, value: unknown, at: string): void {
  if (part === 'packages[*]') {
    const parsed = safeParse(PackageOfJson, value)
    if (parsed.success) packages.add(parsed.data)
    else skipped.add({ kind: 'skipped', at, reason: z.prettifyError(parsed.error) })
  } else if (part === '@graph[*]') {
    const wrong = graph.add(value)
    if (wrong !== null) skipped.add({ kind: 'skipped', at, reason: wrong })
  } else if (part === 'relationships[*]') {
    const { spdxElementId, relatedSpdxElement, relationshipType } = fieldsOf(value)
    if (typeof spdxElementId !== 'string' || typeof relatedSpdxElement !== 'string') return
    // "DESCRIBE" is a slip of Trivy before 0.38.
    if (relationshipType === 'DESCRIBES' || relationshipType === 'DESCRIBE') {
      if (spdxElementId === 'SPDXRef-DOCUMENT') creation.describes.push(relatedSpdxElement)
    } else if (relationshipType === 'DESCRIBED_BY' && relatedSpdxElement === 'SPDXRef-DOCUMENT') creation.describes.push(spdxElementId)
  } else if (part === 'documentDescribes') creation.describes.push(...(z.array(z.string()).safeParse(value).data ?? []))
  else if (part === 'creationInfo') {
    const { created, creators } = safeParse(Info, value).data ?? {}
    creation.created = created ?? undefined
    creation.tools.push(...(creators ?? []).flatMap((each) => (/^Tool:/i.test(each) ? (nameOfAgent(each) ?? []) : [])))
  } else if (typeof value === 'string' && part === 'name') creation.name = value
  else if (typeof value === 'string' && part === 'documentNamespace') creation.namespace = value
}

function* end({ creation, packages, graph, skipped }: Document): Generator<FileRecord> {
  if (graph.size === 0) return yield* recordsOfBill(creation, packages, skipped.take())
  const made = graph.end()
  yield* recordsOfBill(made.creation, { all: () => made.packages }, skipped.take())
}
