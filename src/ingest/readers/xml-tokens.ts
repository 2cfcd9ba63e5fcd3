/** What the tokenizer tells, in the order of the document. A handler may throw: nothing further is told then. */
export interface XmlHandlers {
  /** A start tag. Attributes as written, references resolved, white space in them as spaces. */
  open(name: string, attributes: Record<string, string>): void
  /** An end tag, or the end of an empty element. */
  close(): void
  /** Text or CDATA, in pieces of any length, references resolved. */
  text(text: string): void
  /** A DOCTYPE, from `<!DOCTYPE` to its `>`. */
  doctype(text: string): void
}

/** Where and why a document is not well-formed. */
export class XmlFault extends Error {}

const LF = 0x0a,
  SPACE = 0x20,
  BANG = 0x21,
  QUOTE = 0x22,
  APOSTROPHE = 0x27,
  SLASH = 0x2f,
  EQUALS = 0x3d,
  GREATER = 0x3e,
  QUESTION = 0x3f

const isSpace = (code: number): boolean => code === SPACE || code === LF || code === 0x09 || code === 0x0d

const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Longest reference there can be: `&#1114111;` with leading zeros to spare. */
const MAX_REFERENCE = 40

// Characters that https://www.w3.org/TR/xml/#charsets leaves out; the decoder lets no lone surrogate through.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

const NAME =
  /^[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u{200c}-\u{200d}\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}][-.\w:\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u{200c}-\u{200d}\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}]*$/u

/** Most names that are remembered as valid: a file with more has made-up ones. */
const MAX_NAMES = 5000

/** Objects with no inherited key at all, which engines still lay out as they do any other: `Object.create(null)` is several times slower. */
const Bare = function () {} as unknown as new () => Record<string, string>
Bare.prototype = Object.freeze(Object.create(null) as object)

/** An object without inherited keys. */
export const bare = (): Record<string, string> => new Bare()

/** What an unfinished piece of text belongs to. */
type Inside = 'content' | 'cdata' | 'comment' | 'instruction' | 'doctype'

/**
 * Reads XML by the ends of its tags rather than character by character, so that long texts cost next to nothing. Checks what decides the
 * tree: tags that match, one root, attributes in quotes and once each, names, characters, and references, of which it knows the five
 * built-in ones and those by number. Format: https://www.w3.org/TR/xml/
 */
export class XmlTokenizer {
  /** Names of the elements that are open. */
  readonly path: string[] = []
  /** The root element has begun. */
  rooted = false
  private readonly handlers: XmlHandlers
  private readonly names = new Set<string>()
  /** A valid name by its length, first and last character: nearly always the one that is meant, without cutting it out of the text. */
  private readonly likely = new Map<number, string>()
  private buffer = ''
  /** Where in the buffer the next token begins, and up to where lines are counted. */
  private at = 0
  private counted = 0
  private lines = 1
  private inside: Inside = 'content'
  private finished = 0
  private typed = false
  /** Text that came while a tag of this length was unfinished: it is looked at again when it has doubled, so that work stays linear. */
  private waiting: string[] = []
  private waitingLength = 0
  private enough = 0
  private heldReturn = false

  constructor(handlers: XmlHandlers) {
    this.handlers = handlers
  }

  /** The line of the token that is being told, 1-based. */
  get line(): number {
    const { buffer } = this
    for (let next = buffer.indexOf('\n', this.counted); next >= 0 && next < this.at; next = buffer.indexOf('\n', this.counted)) {
      this.lines++
      this.counted = next + 1
    }
    return this.lines
  }

  /** Reads a further piece. Throws XmlFault. */
  write(piece: string): void {
    if (FORBIDDEN.test(piece)) throw this.fault('a character that XML does not allow')
    let text = this.heldReturn ? `\r${piece}` : piece
    this.heldReturn = text.endsWith('\r')
    if (this.heldReturn) text = text.slice(0, -1)
    if (text.includes('\r')) text = text.replaceAll(/\r\n?/g, '\n')
    this.waiting.push(text)
    this.waitingLength += text.length
    if (this.waitingLength < this.enough) return
    this.read(false)
  }

  /** The document is over. Throws XmlFault, but not for elements that are still open: they are in `path`. */
  end(): void {
    if (this.heldReturn) this.waiting.push('\n')
    this.heldReturn = false
    this.read(true)
    if (this.path.length > 0) return
    if (this.at < this.buffer.length) throw this.fault('the document ends inside a tag')
    if (this.inside !== 'content') throw this.fault('the document ends inside a comment, declaration or CDATA section')
  }

  private read(last: boolean): void {
    // Lines of what is about to be forgotten are counted first.
    void this.line
    const rest = this.buffer.slice(this.at)
    this.finished += this.at
    this.counted = Math.max(0, this.counted - this.at)
    this.buffer = this.waiting.length === 1 && rest === '' ? this.waiting[0]! : rest + this.waiting.join('')
    this.at = 0
    this.waiting = []
    this.waitingLength = 0
    while (this.at < this.buffer.length && this.token(last));
    this.enough = this.buffer.length - this.at > 65_536 ? this.buffer.length - this.at : 0
  }

  /** Characters of the tokens told so far. */
  get position(): number {
    return this.finished + this.at
  }

  /** Characters that wait for the end of their token. */
  get unfinished(): number {
    return this.buffer.length - this.at + this.waitingLength
  }

  /** Reads one token. False: it is not finished. */
  private token(last: boolean): boolean {
    const { buffer, at } = this
    if (this.inside !== 'content') return this.section(last)
    const next = buffer.indexOf('<', at)
    if (next !== at) return this.content(next < 0 ? buffer.length : next, next < 0 && !last)
    const code = buffer.charCodeAt(at + 1)
    if (code === SLASH) return this.endTag()
    if (code === BANG) {
      for (const [start, inside] of [
        ['<!--', 'comment'],
        ['<![CDATA[', 'cdata'],
        ['<!DOCTYPE', 'doctype'],
      ] as const) {
        if (buffer.startsWith(start, at)) {
          if (inside === 'cdata' && this.path.length === 0) throw this.fault('text outside of the root element')
          if (inside === 'doctype' && (this.rooted || this.typed)) throw this.fault('a DOCTYPE that is not in front of the root element')
          if (inside !== 'doctype') this.at += start.length
          this.inside = inside
          return true
        }
        if (start.startsWith(buffer.slice(at, at + start.length))) return false
      }
      throw this.fault('"<!" that begins neither a comment nor a CDATA section nor a DOCTYPE')
    }
    if (code === QUESTION) {
      this.inside = 'instruction'
      return true
    }
    return at + 1 < buffer.length && this.startTag()
  }

  /** Text up to `end`. `open`: more of it may come. */
  private content(end: number, open: boolean): boolean {
    const { buffer, at } = this
    let stop = end
    if (open) {
      // A reference may go on in the next piece.
      const reference = buffer.lastIndexOf('&')
      if (reference >= at && end - reference < MAX_REFERENCE && !buffer.includes(';', reference)) stop = reference
    }
    if (stop > at) {
      const text = buffer.slice(at, stop)
      if (this.path.length > 0) this.handlers.text(this.resolved(text))
      else if (text.trim() !== '' && text !== '\ufeff') throw this.fault('text outside of the root element')
      this.at = stop
    }
    return stop === end
  }

  /** What ends with a word of its own. */
  private section(last: boolean): boolean {
    const { buffer, at, inside } = this
    if (inside === 'doctype') {
      const end = endOfDoctype(buffer, at)
      if (end < 0) return false
      this.handlers.doctype(buffer.slice(at, end))
      this.at = end
      this.typed = true
      this.inside = 'content'
      return true
    }
    const word = inside === 'comment' ? '--' : inside === 'cdata' ? ']]>' : '?>'
    const end = buffer.indexOf(word, at)
    if (end < 0) {
      // All but what may be the beginning of the end is told or forgotten, so that a long section is not read twice.
      const stop = last ? buffer.length : Math.max(at, buffer.length - word.length + 1)
      if (inside === 'cdata' && stop > at) this.handlers.text(buffer.slice(at, stop))
      this.at = stop
      return false
    }
    if (inside === 'comment') {
      if (end + 2 >= buffer.length) {
        this.at = end
        return false
      }
      if (buffer.charCodeAt(end + 2) !== GREATER) throw this.fault('"--" inside a comment')
      this.at = end + 3
    } else {
      if (inside === 'cdata' && end > at) this.handlers.text(buffer.slice(at, end))
      this.at = end + word.length
    }
    this.inside = 'content'
    return true
  }

  private endTag(): boolean {
    const { buffer, at, path } = this
    const name = path.at(-1)
    if (name !== undefined && buffer.startsWith(name, at + 2) && buffer.charCodeAt(at + 2 + name.length) === GREATER) {
      this.at = at + 3 + name.length
    } else {
      const end = buffer.indexOf('>', at)
      if (end < 0) return false
      const found = buffer.slice(at + 2, end).trimEnd()
      if (found !== name)
        throw this.fault(
          name === undefined
            ? `an end tag "${found.slice(0, 100)}" of nothing that is open`
            : `the end tag of "${name}" was expected, "${found.slice(0, 100)}" found`,
        )
      this.at = end + 1
    }
    this.handlers.close()
    path.pop()
    return true
  }

  private startTag(): boolean {
    const { buffer } = this
    const length = buffer.length
    const begin = this.at + 1
    let i = begin
    let code = buffer.charCodeAt(i)
    while (i < length && !isSpace(code) && code !== SLASH && code !== GREATER) code = buffer.charCodeAt(++i)
    if (i >= length) return false
    const name = this.nameAt(begin, i)
    const attributes = new Bare()
    for (;;) {
      const spaced = isSpace(code)
      while (i < length && isSpace(code)) code = buffer.charCodeAt(++i)
      if (i >= length) return false
      if (code === GREATER || code === SLASH) break
      if (!spaced) throw this.fault(`no white space in front of an attribute of "${name}"`)
      const from = i
      while (i < length && code !== EQUALS && !isSpace(code) && code !== GREATER) code = buffer.charCodeAt(++i)
      if (i >= length) return false
      const attribute = this.nameAt(from, i)
      while (i < length && isSpace(code)) code = buffer.charCodeAt(++i)
      if (i >= length) return false
      if (code !== EQUALS) throw this.fault(`the attribute "${attribute}" has no value`)
      code = buffer.charCodeAt(++i)
      while (i < length && isSpace(code)) code = buffer.charCodeAt(++i)
      if (i >= length) return false
      if (code !== QUOTE && code !== APOSTROPHE) throw this.fault(`the value of the attribute "${attribute}" is not in quotes`)
      const end = buffer.indexOf(code === QUOTE ? '"' : "'", i + 1)
      if (end < 0) return false
      const value = buffer.slice(i + 1, end)
      if (value.includes('<')) throw this.fault(`"<" in the value of the attribute "${attribute}"`)
      if (attribute in attributes) throw this.fault(`the attribute "${attribute}" twice in one tag`)
      attributes[attribute] = this.resolved(/[\t\n]/.test(value) ? value.replaceAll(/[\t\n]/g, ' ') : value)
      code = buffer.charCodeAt((i = end + 1))
    }
    const empty = code === SLASH
    if (empty) {
      if (i + 1 >= length) return false
      if (buffer.charCodeAt(++i) !== GREATER) throw this.fault(`"/" inside the tag of "${name}"`)
    }
    if (this.path.length === 0 && this.rooted) throw this.fault(`a second root element, "${name}"`)
    this.rooted = true
    this.at = i + 1
    this.path.push(name)
    this.handlers.open(name, attributes)
    if (empty) {
      this.handlers.close()
      this.path.pop()
    }
    return true
  }

  /** The name between two places of the buffer. Throws when it is none. */
  private nameAt(from: number, to: number): string {
    const { buffer } = this
    const shape = ((to - from) * 65_536 + buffer.charCodeAt(from)) * 65_536 + buffer.charCodeAt(to - 1)
    const likely = this.likely.get(shape)
    if (likely !== undefined && buffer.startsWith(likely, from)) return likely
    const name = buffer.slice(from, to)
    if (!this.names.has(name)) {
      if (!NAME.test(name)) throw this.fault(name === '' ? 'a tag or attribute without a name' : `"${name.slice(0, 100)}" is not a name`)
      if (this.names.size >= MAX_NAMES) return name
      this.names.add(name)
    }
    this.likely.set(shape, name)
    return name
  }

  private resolved(text: string): string {
    if (!text.includes('&')) return text
    return text.replaceAll(/&([^;&<\s]{0,40});?/g, (whole, reference: string) => {
      if (!whole.endsWith(';')) throw this.fault(`an entity that does not end: "${whole.slice(0, 50)}"`)
      const built = BUILT_IN.get(reference)
      if (built !== undefined) return built
      const number = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(reference)
      const code = number ? Number.parseInt(number[1] ?? number[2]!, number[1] ? 16 : 10) : -1
      if (code < 0) throw this.fault(`an undefined entity, "&${reference};"`)
      if (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000) || FORBIDDEN.test(String.fromCodePoint(code)))
        throw this.fault(`an entity for a character that XML does not allow, "&${reference};"`)
      return String.fromCodePoint(code)
    })
  }

  private fault(message: string): XmlFault {
    return new XmlFault(message)
  }
}

/** The end of a DOCTYPE that begins at `from`: its `>` outside of quotes, comments and brackets. -1: it is not there yet. */
function endOfDoctype(buffer: string, from: number): number {
  let depth = 0
  for (let i = from; i < buffer.length; i++) {
    const char = buffer[i]!
    if (char === '"' || char === "'") i = buffer.indexOf(char, i + 1)
    else if (buffer.startsWith('<!--', i)) i = buffer.indexOf('-->', i)
    else if (char === '[') depth++
    else if (char === ']') depth--
    else if (char === '>' && depth <= 0) return i + 1
    if (i < 0) return -1
  }
  return -1
}
