import { UserError } from '../../errors.ts'
import { InBatches } from './in-batches.ts'
import { type Border, borderOf, parseLines, parseList, type Run, textOf } from './json-runs.ts'
import { inPieces } from './pieces.ts'

export interface JsonMatch {
  /** The pattern that matched, as given. */
  path: string
  /** The concrete place: `Results[3]`, `[7]`, `scan_results.hosts`, `$` for the whole document. */
  at: string
  value: unknown
  /** 0 for the first document of the file, counted up where several follow one another. */
  document: number
}

const MAX_DEPTH = 200
const MAX_VALUE_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 128 * 1024
/** Runs that could not be read in one go, one after another, after which no more are tried: in one list, and for a pattern. */
const MAX_MISSES = 3
const MAX_PATTERN_MISSES = 12

/**
 * Streams the values at the given places of a JSON file, in file order; never more is held than one of them, or those that lie whole in 256 KiB. Runs of list
 * elements and lines are given to JSON.parse together; else it finds where each value ends on the raw bytes and gives just that slice to
 * JSON.parse. What lies outside of the places is checked, too, but never built.
 *
 * Patterns: `$` the whole document, `$.name`, `$.*` each element of an array or member of an object, `$[*]` each element of an array
 * only; all can be joined (`$.Results.*.Vulnerabilities[*]`). Of several patterns for one value the first listed wins; inside a matched value
 * nothing further is looked for. A file may hold several documents one after another (JSON lines, concatenated, with or without the record
 * separator of https://www.rfc-editor.org/rfc/rfc7464); an empty file holds none. Where an object has a name twice, both are found.
 *
 * Throws UserError('unreadable_report') with byte (from 0) and line (from 1) where the JSON (https://www.rfc-editor.org/rfc/rfc8259) is
 * broken or cut off, is nested deeper than 200, or has a value (one match, string or number) over 64 MiB.
 */
export function readJson(bytes: AsyncIterable<Uint8Array>, paths: string[]): InBatches<JsonMatch> {
  return new InBatches(readBatches(bytes, compile(paths)))
}

async function* readBatches(bytes: AsyncIterable<Uint8Array>, steps: Step[]): AsyncGenerator<JsonMatch[]> {
  const splitter = openSplitter(steps, 0, 1, '')
  for await (const piece of inPieces(bytes, PIECE_BYTES)) {
    const found = splitter.feed(piece)
    if (found.length > 0) yield found
  }
  yield splitter.end()
}

/** One step of the patterns: where each next name leads. */
interface Step {
  /** The pattern that ends here, and its place in the list; null when it only leads on. */
  path: string | null
  order: number
  names: Map<string, Step>
  /** `*` */
  any: Step | null
  /** `[*]` */
  items: Step | null
  /** How elements that match were seen to end: before another one, and as the last of their list. */
  border: Border | null
  last: Border | null
  misses: number
}

const newStep = (): Step => ({ path: null, order: 0, names: new Map(), any: null, items: null, border: null, last: null, misses: 0 })

function compile(paths: string[]): Step[] {
  const root = newStep()
  for (const [order, path] of paths.entries()) {
    if (!/^\$(?:\[\*\]|\.\*|\.[^.[\]*]+)*$/.test(path)) throw new Error(`Not a pattern that readJson knows: ${path}`)
    let step = root
    for (const [part] of path.matchAll(/\[\*\]|\.[^.[\]]+/g)) {
      if (part === '[*]') step = step.items ??= newStep()
      else if (part === '.*') step = step.any ??= newStep()
      else {
        const name = part.slice(1)
        const next = step.names.get(name) ?? newStep()
        step.names.set(name, next)
        step = next
      }
    }
    if (step.path === null) {
      step.path = path
      step.order = order
    }
  }
  return [root]
}

/** A container that the splitter walks through. */
interface Frame {
  array: boolean
  /** Patterns that may match inside. Empty: it is only checked. */
  steps: Step[]
  /** For arrays, where each element leads; the same for all. */
  items: Step[]
  /** For arrays, the pattern that every element matches; null when none does. */
  every: Step | null
  misses: number
  index: number
  key: string
}

const NONE: Step[] = []

const itemSteps = (steps: Step[]): Step[] => {
  if (steps.length === 0) return NONE
  const next: Step[] = []
  for (const step of steps) {
    if (step.any) next.push(step.any)
    if (step.items) next.push(step.items)
  }
  return next
}

const memberSteps = (steps: Step[], key: string): Step[] => {
  if (steps.length === 0) return NONE
  const next: Step[] = []
  for (const step of steps) {
    const named = step.names.get(key)
    if (named) next.push(named)
    if (step.any) next.push(step.any)
  }
  return next
}

const matched = (steps: Step[]): Step | null => {
  let first: Step | null = null
  for (const step of steps) if (step.path !== null && (first === null || step.order < first.order)) first = step
  return first
}

/** What may come next between the values. */
type Expected = 'document' | 'value' | 'value or ]' | 'name or }' | 'name' | ':' | ', or ]' | ', or }'

const WORDS: Record<Expected, string> = {
  document: 'a JSON value',
  value: 'a value',
  'value or ]': 'a value or "]"',
  'name or }': 'a name in double quotes or "}"',
  name: 'a name in double quotes',
  ':': '":" after the name',
  ', or ]': '"," or "]"',
  ', or }': '"," or "}"',
}

/** The value whose end is being looked for: a match, a name, or a string or number on the way. */
type Kind = 'container' | 'string' | 'plain'

const LF = 0x0a,
  QUOTE = 0x22,
  COMMA = 0x2c,
  COLON = 0x3a,
  OPEN_LIST = 0x5b,
  BACKSLASH = 0x5c,
  CLOSE_LIST = 0x5d,
  OPEN = 0x7b,
  CLOSE = 0x7d

/** 1 for each byte that tells where a container ends: most are others, and asking a table is faster than comparing with each of these. */
const MARKS = new Uint8Array(256)
for (const byte of [LF, QUOTE, OPEN, OPEN_LIST, CLOSE, CLOSE_LIST]) MARKS[byte] = 1

const isSpace = (byte: number) => byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09
/** Ends a number or one of true, false, null. */
const isBorder = (byte: number) =>
  isSpace(byte) ||
  byte === COMMA ||
  byte === COLON ||
  byte === QUOTE ||
  byte === OPEN_LIST ||
  byte === CLOSE_LIST ||
  byte === OPEN ||
  byte === CLOSE

interface Splitter {
  feed(piece: Uint8Array): JsonMatch[]
  end(): JsonMatch[]
}

/** `offset`, `firstLine` and `outer`: where in the file and in which place its first byte lies. */
function openSplitter(root: Step[], offset: number, firstLine: number, outer: string): Splitter {
  const frames: Frame[] = []
  const wholeDocuments = matched(root)
  let expected: Expected = 'document'
  let document = 0
  let line = firstLine
  /** Bytes of the file before the current piece. */
  let before = offset
  let piece: Buffer = Buffer.alloc(0)
  let out: JsonMatch[] = []

  // The value being captured, over the borders of pieces.
  let kind: Kind | null = null
  let isName = false
  let match: Step | null = null
  let steps: Step[] = NONE
  let start = 0
  let startLine = 0
  let earlier: Buffer[] = []
  let earlierSize = 0
  let depth = 0
  let inString = false
  let escaped = false
  /** The string holds a backslash or a byte below 0x20, so JSON.parse has to look at it. */
  let special = false
  /** Behind the value before, in this piece; 0 when it is in none. */
  let lastEnd = 0

  const place = (): string => placeOf(frames.length) || '$'

  /** The place inside of so many containers. */
  const placeOf = (count: number): string => {
    let text = outer
    for (let n = 0; n < count; n++) {
      const frame = frames[n]!
      if (frame.array) text += `[${frame.index}]`
      else if (/^[A-Za-z_$][\w$-]{0,99}$/.test(frame.key)) text += text ? `.${frame.key}` : frame.key
      else text += `[${JSON.stringify(frame.key.slice(0, 100))}]`
    }
    return text
  }

  const broken = (at: number, message: string): UserError =>
    new UserError(
      'unreadable_report',
      `The JSON breaks at byte ${at}, line ${line}${frames.length || outer ? ` (in ${place()})` : ''}: ${message}.`,
    )

  const unexpected = (at: number, byte: number): UserError =>
    broken(
      at,
      `expected ${WORDS[expected]}, found ${byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`}`,
    )

  /** After a value is complete. */
  const afterValue = () => {
    const frame = frames.at(-1)
    if (!frame) {
      expected = 'document'
      document++
    } else expected = frame.array ? ', or ]' : ', or }'
  }

  const close = () => {
    frames.pop()
    afterValue()
  }

  const beginCapture = (newKind: Kind, at: number) => {
    kind = newKind
    start = at
    startLine = line
    earlier = []
    earlierSize = 0
    depth = 0
    inString = false
    escaped = false
    special = false
  }

  /** At the first byte of a value. Returns the index from which to go on. */
  const beginValue = (i: number, byte: number): number => {
    const frame = frames.at(-1)
    if (!frame) steps = root
    else {
      if (frame.array) frame.index++
      steps = frame.array ? frame.items : memberSteps(frame.steps, frame.key)
    }
    match = matched(steps)
    isName = false
    const container = byte === OPEN || byte === OPEN_LIST
    if (container && match === null) {
      if (frames.length >= MAX_DEPTH) throw broken(before + i, `values are nested deeper than ${MAX_DEPTH}`)
      const array = byte === OPEN_LIST
      const items = array ? itemSteps(steps) : NONE
      frames.push({ array, steps, items, every: matched(items), misses: 0, index: -1, key: '' })
      expected = array ? 'value or ]' : 'name or }'
      return i + 1
    }
    beginCapture(container ? 'container' : byte === QUOTE ? 'string' : 'plain', i)
    // A string's first quote is behind us; a container counts its own bracket.
    return kind === 'string' ? i + 1 : i
  }

  /**
   * At the first byte of an element that a pattern matches, as all of its list do, or of a document that one matches: takes as many as it can at once. Returns the
   * index from which to go on, `i` when it took none.
   */
  const takeRun = (i: number): number => {
    const frame = frames.at(-1)
    const every = frame ? frame.every : wholeDocuments
    if (every === null || every.misses >= MAX_PATTERN_MISSES) return i
    let run: Run | null
    if (frame) {
      if (lastEnd > 0 && frame.index >= 0) every.border = borderOf(piece, lastEnd, i) ?? every.border
      if (frame.misses >= MAX_MISSES || (every.border === null && every.last === null)) return i
      run = parseList(piece, i, every.border, every.last, MAX_DEPTH - frames.length)
    } else run = parseLines(piece, i, MAX_DEPTH)
    if (run === null || run.values.length === 0) {
      every.misses++
      if (frame) frame.misses++
      return i
    }
    every.misses = 0
    if (frame) frame.misses = 0
    const list = frame ? placeOf(frames.length - 1) : ''
    for (const value of run.values) {
      if (frame) out.push({ path: every.path!, at: `${list}[${++frame.index}]`, value, document })
      else out.push({ path: every.path!, at: outer || '$', value, document: document++ })
    }
    lastEnd = i + run.bytes
    line += run.lines
    if (frame) expected = ', or ]'
    return lastEnd
  }

  const endOfContainer = (from: number): number => {
    const bytes = piece,
      length = bytes.length
    let i = from,
      level = depth,
      text = inString
    if (escaped) {
      escaped = false
      i++
    }
    while (i < length) {
      if (text) {
        while (i < length && bytes[i] !== QUOTE && bytes[i] !== BACKSLASH) i++
        if (i >= length) break
        if (bytes[i++] === QUOTE) text = false
        else if (i++ >= length) escaped = true
        continue
      }
      while (i < length && MARKS[bytes[i]!] === 0) i++
      if (i >= length) break
      const byte = bytes[i++]!
      if (byte === QUOTE) text = true
      else if (byte === LF) line++
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (frames.length + ++level > MAX_DEPTH) throw broken(before + i - 1, `values are nested deeper than ${MAX_DEPTH}`)
      } else if (--level === 0) {
        depth = 0
        return i
      }
    }
    depth = level
    inString = text
    return -1
  }

  const endOfString = (from: number): number => {
    const bytes = piece,
      length = bytes.length
    let i = from
    if (escaped && i < length) {
      escaped = false
      i++
    }
    while (i < length) {
      const byte = bytes[i++]!
      if (byte === QUOTE) return i
      if (byte === BACKSLASH) {
        special = true
        if (i >= length) escaped = true
        i++
      } else if (byte < 0x20) special = true
    }
    return -1
  }

  const endOfPlain = (from: number): number => {
    let i = from
    while (i < piece.length) {
      if (isBorder(piece[i]!)) return i
      i++
    }
    return -1
  }

  const parse = (bytes: Buffer): unknown => {
    const text = textOf(bytes, 0, bytes.length)
    try {
      return JSON.parse(text)
    } catch {
      const at = before + start - earlierSize
      if (kind !== 'container') {
        line = startLine
        throw broken(
          at,
          kind === 'string'
            ? 'a text holds a line break, a control character or a wrong escape'
            : `${JSON.stringify(text.slice(0, 40))} is no JSON value`,
        )
      }
      // JSON.parse says that it is broken; walking it again says where.
      const walker = openSplitter(NONE, at, startLine, frames.length === 0 ? '' : place())
      walker.feed(bytes)
      walker.end()
      throw broken(at, 'this value is no JSON')
    }
  }

  /** The captured value ends before index `end` of the piece. */
  const endCapture = (end: number) => {
    const size = earlierSize + end - start
    lastEnd = end
    if (size > MAX_VALUE_BYTES) throw tooLarge()
    if (match === null && !isName && kind !== 'container') {
      // On the way, only checked.
      if (kind === 'plain' || special) parse(slice(end))
      kind = null
      afterValue()
      return
    }
    if (isName) {
      const bytes = slice(end)
      frames.at(-1)!.key = special ? (parse(bytes) as string) : bytes.toString('utf8', 1, bytes.length - 1)
      expected = ':'
    } else {
      const value = parse(slice(end))
      out.push({ path: match!.path!, at: place(), value, document })
      afterValue()
    }
    kind = null
    earlier = []
  }

  const slice = (end: number): Buffer => {
    const last = piece.subarray(start, end)
    if (earlier.length === 0) return last
    return Buffer.concat([...earlier, last])
  }

  const tooLarge = () => broken(before + start, `one value is larger than ${MAX_VALUE_BYTES / 1024 / 1024} MiB`)

  const walk = () => {
    const length = piece.length
    let i = 0
    while (i < length) {
      if (kind !== null) {
        const end = kind === 'container' ? endOfContainer(i) : kind === 'string' ? endOfString(i) : endOfPlain(i)
        if (end < 0) break
        endCapture(end)
        i = end
        continue
      }
      const byte = piece[i]!
      if (isSpace(byte)) {
        if (byte === LF) line++
        i++
        continue
      }
      switch (expected) {
        case 'document':
          if (byte === 0x1e) {
            i++
            break
          }
          i = beginRunOrValue(i, byte)
          break
        case 'value or ]':
          if (byte === CLOSE_LIST) {
            close()
            i++
            break
          }
          i = beginRunOrValue(i, byte)
          break
        case 'value':
          i = beginRunOrValue(i, byte)
          break
        case 'name or }':
        case 'name':
          if (byte === QUOTE) {
            isName = true
            match = null
            beginCapture('string', i)
            i++
          } else if (byte === CLOSE && expected === 'name or }') {
            close()
            i++
          } else fail(i, byte)
          break
        case ':':
          if (byte !== COLON) fail(i, byte)
          expected = 'value'
          i++
          break
        case ', or ]':
          if (byte === COMMA) expected = 'value'
          else if (byte === CLOSE_LIST) {
            const every = frames.at(-1)!.every
            if (every !== null && lastEnd > 0) every.last = borderOf(piece, lastEnd, i) ?? every.last
            close()
          } else fail(i, byte)
          i++
          break
        case ', or }':
          if (byte === COMMA) expected = 'name'
          else if (byte === CLOSE) close()
          else fail(i, byte)
          i++
          break
      }
    }
    if (kind === null) return
    earlier.push(piece.subarray(start))
    earlierSize += length - start
    start = 0
    if (earlierSize > MAX_VALUE_BYTES) throw tooLarge()
  }

  const beginRunOrValue = (i: number, byte: number): number => {
    if (!startsValue(byte)) fail(i, byte)
    const next = takeRun(i)
    return next > i ? next : beginValue(i, byte)
  }

  function fail(i: number, byte: number): never {
    throw unexpected(before + i, byte)
  }

  return {
    feed(bytes) {
      piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      out = []
      lastEnd = 0
      walk()
      before += piece.length
      return out
    },
    end() {
      piece = Buffer.alloc(0)
      out = []
      start = 0
      // A number or word at the very end has no byte behind it that ends it.
      if (kind === 'plain' && frames.length === 0) endCapture(0)
      if (kind !== null || frames.length > 0)
        throw broken(before, 'the file ends although the value is not complete (an incomplete download or copy?)')
      return out
    },
  }
}

/** `{ [ " -`, a digit, or the first letter of true, false, null. */
const startsValue = (byte: number): boolean =>
  byte === OPEN ||
  byte === OPEN_LIST ||
  byte === QUOTE ||
  byte === 0x2d ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x74 ||
  byte === 0x66 ||
  byte === 0x6e

/** What the beginning of a JSON text shows, as far as it goes. */
export interface JsonOutline {
  /** The document is an array; `members` are then those of its first element. */
  list: boolean
  /**
   * Members of the outermost object in file order. Text, number, true, false and null as they are; an object or array as the text from its
   * bracket to its end, or to where the beginning ends.
   */
  members: ReadonlyMap<string, string | number | boolean | null | { text: string }>
}

/**
 * The members of the outermost object (or of the first object of the outermost array) of a text that may be cut off anywhere: for `detect`, so that
 * a name deep inside of another tool's report is not taken for one's own. Null when the text does not begin as an object or array of objects.
 */
export function jsonOutline(text: string): JsonOutline | null {
  if (lastOutline?.text !== text) lastOutline = { text, outline: outlineOf(text) }
  return lastOutline.outline
}

/** Every importer of JSON asks this about the same beginning of a file, one after another. */
let lastOutline: { text: string; outline: JsonOutline | null } | null = null

function outlineOf(text: string): JsonOutline | null {
  const space = /\s*/y
  const plain = /[^\s,{}[\]":]+/y
  let at = 0
  const skip = () => {
    space.lastIndex = at
    space.test(text)
    at = space.lastIndex
  }
  /** Behind the string that begins at `from`; -1 when it is cut off. */
  const endOfString = (from: number) => {
    let end = from + 1
    for (;;) {
      end = text.indexOf('"', end)
      if (end < 0) return -1
      let slashes = 0
      while (text[end - 1 - slashes] === '\\') slashes++
      end++
      if (slashes % 2 === 0) return end
    }
  }
  const endOfContainer = (from: number) => {
    let depth = 0
    const mark = /["{}[\]]/g
    mark.lastIndex = from
    for (let found = mark.exec(text); found; found = mark.exec(text)) {
      if (found[0] === '"') {
        const end = endOfString(found.index)
        if (end < 0) return text.length
        mark.lastIndex = end
      } else if (found[0] === '{' || found[0] === '[') depth++
      else if (--depth === 0) return found.index + 1
    }
    return text.length
  }
  const parse = (slice: string): string | number | boolean | null | undefined => {
    try {
      return JSON.parse(slice) as string | number | boolean | null
    } catch {
      return undefined
    }
  }

  skip()
  const list = text[at] === '['
  if (list) {
    at++
    skip()
  }
  if (text[at] !== '{') return null
  at++
  const members = new Map<string, string | number | boolean | null | { text: string }>()
  const outline = { list, members }
  for (;;) {
    skip()
    if (text[at] !== '"') return outline
    const endOfName = endOfString(at)
    if (endOfName < 0) return outline
    const name = parse(text.slice(at, endOfName))
    at = endOfName
    skip()
    if (text[at] !== ':' || typeof name !== 'string') return outline
    at++
    skip()
    if (text[at] === '{' || text[at] === '[') {
      const end = endOfContainer(at)
      members.set(name, { text: text.slice(at, end) })
      at = end
    } else {
      plain.lastIndex = at
      const end = text[at] === '"' ? endOfString(at) : plain.test(text) ? plain.lastIndex : -1
      // A word at the very end may go on behind it.
      if (end < 0 || (text[at] !== '"' && end === text.length)) return outline
      const value = parse(text.slice(at, end))
      if (value === undefined) return outline
      members.set(name, value)
      at = end
    }
    skip()
    if (text[at] !== ',') return outline
    at++
  }
}

/** Whether a text is a list of nothing: for some tools a report without findings, which does not say who wrote it. */
export const isEmptyList = (text: string): boolean => /^\s*\[\s*\]\s*$/.test(text)
