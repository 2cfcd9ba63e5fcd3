import { SaxesParser } from 'saxes'
import { UserError } from '../../errors.ts'
import { InBatches } from './in-batches.ts'
import { inPieces } from './pieces.ts'
import { decodeUtf8 } from './utf8.ts'

/** One element: its own attributes and children, and its own text (also CDATA), as written, without the children's text. */
export interface XmlNode {
  name: string
  /** Without prototype: a key such as `constructor` is there only when the file has it. */
  attributes: Record<string, string>
  children: readonly XmlNode[]
  text: string
}

export interface XmlEvent {
  /** `open`: the start tag was read, `node` has attributes only. `element`: the element is complete. */
  event: 'open' | 'element'
  name: string
  /** Names from the root to this element, joined by `/`. */
  path: string
  /** Line of the start tag's end, 1-based. */
  line: number
  node: XmlNode
}

export interface XmlOptions {
  /** Yielded whole when they close. A name, or the last names of a path (`ReportHost/ReportItem`). One inside another listed one comes as its child only. */
  elements: string[]
  /** Yielded at their start tag, in file order with the others. Not looked for inside a listed element. */
  opens?: string[]
  /** Largest element, in characters, to within one piece of the file (64 KiB). Default 64 Mi. */
  max_element?: number
  /** Names of elements come without their namespace prefix, for formats whose writers choose it. Default: as written. */
  local_names?: boolean
  /**
   * Names of elements inside listed ones whose text comes whole and in order, without the tags in it (XHTML in a description): they have no
   * children. A block such as `p`, `li`, `br`, `pre` begins a new line.
   */
  flat?: string[]
}

/** Elements of XHTML that begin a new line. */
const BLOCKS = new Set(['p', 'br', 'li', 'ul', 'ol', 'div', 'pre', 'tr', 'table', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'dt', 'dd'])

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const MAX_DEPTH = 200
const MAX_ELEMENT = 64 * 1024 * 1024
const MAX_PROLOG = 64 * 1024

const PROLOG = /^(?:\s|<!--(?:[^-]|-(?!->))*-->)*/
const DECLARED = /^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/

/** Encodings that an XML declaration may name although no byte order mark shows them; all else is read as UTF-8. */
const SINGLE_BYTE = new Set(['iso-8859-1', 'latin1', 'windows-1252', 'iso-8859-15', 'us-ascii'])

/** Most elements have none; a list of their own would be most of what such an element takes. */
const NO_CHILDREN: readonly XmlNode[] = []

/**
 * Made by a class, and its list without brackets: V8 may come to allocate what literals make among the long-lived objects, where garbage waits for the large collection
 * and keeps alive what it refers to. Reading then takes more than twice the processor time.
 */
class Element implements XmlNode {
  name: string
  attributes: Record<string, string>
  children = NO_CHILDREN
  text = ''

  /** The parser makes attributes anew for each tag, without a prototype. */
  constructor(name: string, attributes: Record<string, string>) {
    this.name = name
    this.attributes = attributes
  }

  add(child: Element): void {
    if (this.children === NO_CHILDREN) this.children = Array.of(child)
    else (this.children as XmlNode[]).push(child)
  }
}

/** Where an element stands: its name below those it is in. What is to be done with the elements of a place is found out once for all of them. */
interface Place {
  name: string
  path: string
  depth: number
  parent: Place | null
  listed: boolean
  opens: boolean
  flat: boolean
  /** It begins a new line in flat text. */
  block: boolean
  inner: Map<string, Place>
}

/** Further places are made anew for each element: no format has so many, but a file may. */
const MAX_PLACES = 10_000

/** Whether an element of that name in that place is one that a pattern means, which begins with its last name. */
function endsWith([last, ...before]: string[], name: string, parent: Place): boolean {
  if (name !== last) return false
  let place: Place | null = parent
  return before.every((one) => {
    const fits = place?.name === one
    place = place?.parent ?? null
    return fits
  })
}

/** Gives the place of the element of a tag, of the place that it is in. */
function placesOf({ elements, opens = [], flat = [], local_names }: XmlOptions): (parent: Place, tag: string) => Place {
  const tailsOf = (patterns: string[]) => patterns.map((pattern) => pattern.split('/').toReversed())
  const listed = tailsOf(elements)
  const opened = tailsOf(opens)
  let known = 0
  return (parent, tag) => {
    const before = parent.inner.get(tag)
    if (before) return before
    const name = local_names ? localName(tag) : tag
    const path = parent.depth === 0 ? name : `${parent.path}/${name}`
    const place: Place = {
      name,
      path,
      depth: parent.depth + 1,
      parent,
      listed: listed.some((tail) => endsWith(tail, name, parent)),
      opens: opened.some((tail) => endsWith(tail, name, parent)),
      flat: flat.includes(name),
      block: BLOCKS.has(localName(name)),
      inner: new Map(),
    }
    if (++known <= MAX_PLACES) parent.inner.set(tag, place)
    return place
  }
}

const unreadable = (message: string, cause?: unknown) => new UserError('unreadable_report', message, { cause })

/**
 * Streams the listed elements of an XML document as small trees. Nothing outside of the file is ever read: a DOCTYPE may name an outer DTD
 * (it is not fetched), one that declares entities is refused, and only the five built-in entities and character references are known.
 * Comments and white space before the XML declaration are tolerated. Throws UserError('unreadable_report') with the line where the
 * document is not well-formed, is cut off, is deeper than 200 elements or has an element over `max_element`.
 * Format: https://www.w3.org/TR/xml/
 */
export function readXml(bytes: AsyncIterable<Uint8Array>, options: XmlOptions): InBatches<XmlEvent> {
  return new InBatches(readBatches(bytes, options))
}

async function* readBatches(bytes: AsyncIterable<Uint8Array>, options: XmlOptions): AsyncGenerator<XmlEvent[]> {
  const placeOf = placesOf(options)
  let place: Place = {
    name: '',
    path: '',
    depth: 0,
    parent: null,
    listed: false,
    opens: false,
    flat: false,
    block: false,
    inner: new Map(),
  }
  /** Tags that are open inside a flat element. */
  let inFlat = 0
  const maxElement = options.max_element ?? MAX_ELEMENT
  const parser = new SaxesParser()
  const stack: Element[] = []
  let events: XmlEvent[] = []
  let lineOffset = 0
  let elementLine = 0
  let elementStart = 0
  let lastEvent = 0
  let written = 0
  let empty = true

  const line = () => parser.line + lineOffset
  const seen = () => {
    lastEvent = parser.position
  }
  const addText = (text: string) => {
    seen()
    const open = stack.at(-1)
    if (open) open.text += text
  }
  parser.on('error', (error) => {
    const what = error.message.replace(/^\d+:\d+: /, '').replace(/^undefined entity/, 'an entity that XML itself does not define')
    const open = place.depth > 0 ? ` inside ${place.path}` : ''
    throw unreadable(`Not well-formed XML at line ${line()}${open}: ${what}`, error)
  })
  parser.on('doctype', (doctype) => {
    seen()
    if (/<!ENTITY|%/i.test(doctype)) throw unreadable(`Line ${line()}: the document declares entities of its own, which is not accepted`)
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  // No more than seven handlers: with an eighth V8 keeps the parser as a dictionary, and it reads five times slower.
  parser.on('comment', seen)
  parser.on('opentag', (tag) => {
    seen()
    const inside = place
    place = placeOf(inside, tag.name)
    empty = false
    if (place.depth > MAX_DEPTH) throw unreadable(`Line ${line()}: elements are nested deeper than ${MAX_DEPTH}`)
    const open = stack.at(-1)
    if (open) {
      if (inFlat > 0 || inside.flat) {
        inFlat++
        if (place.block && open.text !== '' && !open.text.endsWith('\n')) open.text += '\n'
        return
      }
      const node = new Element(place.name, tag.attributes)
      open.add(node)
      stack.push(node)
      return
    }
    const { name, path } = place
    if (place.opens) events.push({ event: 'open', name, path, line: line(), node: new Element(name, tag.attributes) })
    if (place.listed) {
      stack.push(new Element(name, tag.attributes))
      elementLine = line()
      elementStart = parser.position
    }
  })
  parser.on('closetag', () => {
    seen()
    const { name, path } = place
    place = place.parent!
    if (inFlat > 0) {
      inFlat--
      return
    }
    const node = stack.pop()
    if (node && stack.length === 0) events.push({ event: 'element', name, path, line: elementLine, node })
  })

  for await (const text of decodeXml(bytes)) {
    if (typeof text === 'number') {
      lineOffset = text
      continue
    }
    parser.write(text)
    written += text.length
    if (written - (stack.length > 0 ? Math.min(lastEvent, elementStart) : lastEvent) > maxElement) {
      throw unreadable(`Line ${stack.length > 0 ? elementLine : line()}: an element is larger than ${maxElement} characters`)
    }
    if (events.length === 0) continue
    const ready = events
    events = []
    yield ready
  }
  if (empty) throw unreadable('Expected an XML document; the file holds no element')
  if (place.depth > 0) throw unreadable(`The document ends at line ${line()} inside ${place.path}: it is cut off`)
  parser.close()
  yield events
}

/**
 * Decodes to text, in pieces. What stands before the XML declaration is left out (it would not be well-formed); its number of lines comes
 * first, as a number. Encodings come from the declaration where there is no byte order mark; the reader of files has seen to the others.
 */
async function* decodeXml(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | number> {
  let decoder: ((bytes?: Uint8Array) => string) | null = null
  let encoding = 'utf-8'
  let held: Uint8Array[] = []
  let size = 0
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder!(chunk)
    } catch (error) {
      throw unreadable(`The document is not valid ${encoding}, which it says or seems to be`, error)
    }
  }
  const begin = (): [number, string] => {
    const first = Buffer.concat(held)
    const ascii = first
      .subarray(0, MAX_PROLOG)
      .toString('latin1')
      .replace(/^\u00ef\u00bb\u00bf/, '')
    const lead = PROLOG.exec(ascii)![0]
    const label = DECLARED.exec(ascii.slice(lead.length))?.[1]?.toLowerCase() ?? 'utf-8'
    if (SINGLE_BYTE.has(label)) {
      const single = new TextDecoder(label, { fatal: true })
      encoding = single.encoding
      decoder = (bytes) => single.decode(bytes, { stream: bytes !== undefined })
    } else decoder = decodeUtf8()
    const text = decode(first).replace(/^\uFEFF/, '')
    const start = PROLOG.exec(text.slice(0, MAX_PROLOG))![0]
    return text.startsWith('<?xml', start.length) ? [start.split('\n').length - 1, text.slice(start.length)] : [0, text]
  }
  for await (const chunk of inPieces(bytes)) {
    if (decoder) {
      yield decode(chunk)
      continue
    }
    held.push(chunk)
    size += chunk.length
    if (size < MAX_PROLOG) continue
    yield* begin()
    held = []
  }
  if (!decoder) yield* begin()
  yield decode()
}

/** The first child of that name, or null. */
export function child(node: XmlNode, name: string): XmlNode | null {
  for (const one of node.children) if (one.name === name) return one
  return null
}

/** All children of that name, in file order. */
export function childrenNamed(node: XmlNode, name: string): XmlNode[] {
  const found: XmlNode[] = []
  for (const one of node.children) if (one.name === name) found.push(one)
  return found
}

/** The trimmed text of the first child of that name; null when there is none or it is empty. */
export function childText(node: XmlNode, name: string): string | null {
  return child(node, name)?.text.trim() || null
}

/** The name of the root element in the beginning of a file, for `detect`; null when there is none. Declarations, comments and a DOCTYPE are passed over. */
export function xmlRoot(text: string): string | null {
  let at = 0
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++
    if (text.startsWith('<!--', at)) at = endOf(text, '-->', at + 4)
    else if (text.startsWith('<?', at)) at = endOf(text, '?>', at + 2)
    else if (/^<!doctype/i.test(text.slice(at, at + 9))) at = endOfDoctype(text, at + 9)
    else return /^<([A-Za-z_][\w:.-]{0,200})/.exec(text.slice(at, at + 300))?.[1] ?? null
  }
}

/** Behind a DOCTYPE, with or without declarations of its own between brackets. */
function endOfDoctype(text: string, from: number): number {
  const end = endOf(text, '>', from)
  const bracket = text.indexOf('[', from)
  return bracket < 0 || bracket > end ? end : endOf(text, '>', endOf(text, ']', bracket))
}

function endOf(text: string, token: string, from: number): number {
  const at = text.indexOf(token, from)
  return at < 0 ? text.length : at + token.length
}
