import { UserError } from '../../../errors.ts'
import { inPieces } from '../../readers/pieces.ts'
import { type Creation, nameOfAgent, type Package, addReference, noReferences } from './package.ts'

/** The longest line or text between `<text>` and `</text>`, in characters. */
const MAX_TEXT = 8 * 1024 * 1024

/** A tag with its value; of a text over several lines, all of it. */
interface Tagged {
  tag: string
  value: string
  line: number
}

/** The lines of a file, decoded; line ends LF or CRLF. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch (error) {
      throw new UserError('unreadable_report', 'Expected UTF-8 text', { cause: error })
    }
  }
  for await (const chunk of inPieces(bytes)) {
    const lines = (rest + decode(chunk)).split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_TEXT) throw new UserError('unreadable_report', `Expected lines of at most ${MAX_TEXT} characters`)
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  rest += decode()
  if (rest !== '') yield rest
}

async function* tagsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Tagged> {
  let number = 0
  let open: Tagged | null = null
  for await (const line of linesOf(bytes)) {
    number++
    if (open) {
      const end = line.indexOf('</text>')
      open.value += `\n${end < 0 ? line : line.slice(0, end)}`
      if (open.value.length > MAX_TEXT)
        throw new UserError('unreadable_report', `Line ${open.line}: <text> is never closed, or longer than ${MAX_TEXT} characters`)
      if (end < 0) continue
      yield open
      open = null
      continue
    }
    const found = /^([A-Za-z][A-Za-z0-9]*):[ \t]*(.*)$/.exec(line)
    if (!found) continue
    const [, tag, value] = found as unknown as [string, string, string]
    if (!value.startsWith('<text>')) {
      yield { tag, value: value.trim(), line: number }
      continue
    }
    const text = value.slice('<text>'.length)
    const end = text.indexOf('</text>')
    if (end >= 0) yield { tag, value: text.slice(0, end), line: number }
    else open = { tag, value: text, line: number }
  }
  if (open) throw new UserError('unreadable_report', `Line ${open.line}: <text> is never closed; the file is cut off`)
}

/** Tags that begin something else than a package. */
const OTHERS = new Set(['FileName', 'SnippetSPDXID', 'LicenseID', 'Annotator', 'Reviewer'])

const given = (value: string): string | undefined => (value === '' || value === 'NOASSERTION' || value === 'NONE' ? undefined : value)

type Draft = { -readonly [key in keyof Package]: Package[key] } & { remarks: string[] }

/**
 * Reads the tag-value form of SPDX 2, package by package; fills `creation` as it goes, whole at the end. Files, snippets, licences and
 * annotations are passed over. Format: https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements
 */
export async function* readTagValue(bytes: AsyncIterable<Uint8Array>, creation: Creation): AsyncGenerator<Package> {
  let current: Draft | null = null
  let elsewhere = false
  let document: string | undefined
  const described: string[] = []
  for await (const { tag, value } of tagsOf(bytes)) {
    if (tag === 'PackageName') {
      if (current) yield current
      elsewhere = false
      current = {
        id: '',
        name: value,
        version: undefined,
        supplier: undefined,
        download: undefined,
        source_info: undefined,
        purpose: undefined,
        remarks: [],
        ...noReferences(),
      }
    } else if (OTHERS.has(tag)) elsewhere = true
    else if (tag === 'Relationship') {
      const [from, kind, to] = value.split(/\s+/)
      if (kind === 'DESCRIBES' && from && to && (document === undefined || from === document)) described.push(to)
      else if (kind === 'DESCRIBED_BY' && from && to && (document === undefined || to === document)) described.push(from)
    } else if (tag === 'Creator') {
      if (/^Tool:/i.test(value)) creation.tools.push(nameOfAgent(value) ?? '')
    } else if (tag === 'Created') creation.created = value
    else if (tag === 'DocumentName') creation.name = given(value)
    else if (tag === 'DocumentNamespace') creation.namespace = given(value)
    else if (tag === 'SPDXID' && !current && !elsewhere) document ??= value
    else if (current && !elsewhere) readTag(current, tag, value)
  }
  if (current) yield current
  creation.describes.push(...described.filter((id) => id !== document))
}

function readTag(current: Draft, tag: string, value: string): void {
  if (tag === 'SPDXID') current.id = value
  else if (tag === 'PackageVersion') current.version = given(value)
  else if (tag === 'PackageSupplier') current.supplier = nameOfAgent(given(value))
  else if (tag === 'PackageOriginator') current.supplier ??= nameOfAgent(given(value))
  else if (tag === 'PackageDownloadLocation') current.download = given(value)
  else if (tag === 'PackageSourceInfo') current.source_info = given(value)
  else if (tag === 'PrimaryPackagePurpose') current.purpose = given(value)?.toUpperCase()
  else if (tag === 'PackageAttributionText') current.remarks.push(value)
  else if (tag === 'ExternalRef') {
    const [category, type, locator] = value.split(/\s+/)
    if (category && type && locator) addReference(current, type, locator)
  }
}
