import Papa from 'papaparse'
import { UserError } from '../../errors.ts'
import { InBatches } from './in-batches.ts'
import { inPieces } from './pieces.ts'
import { decodeUtf8 } from './utf8.ts'

export class CsvRow {
  /** Line on which the row begins, 1-based; the header is usually line 1. */
  readonly line: number
  /** What is wrong with the row (too few or too many cells, a stray quote), or null. Cells beyond the header's are left out. */
  readonly error: string | null
  /** As written, not trimmed, in the order of the columns; fewer of a short row. */
  readonly cells: readonly string[]
  readonly #columns: Columns

  constructor(line: number, error: string | null, cells: readonly string[], columns: Columns) {
    this.line = line
    this.error = error
    this.cells = cells
    this.#columns = columns
  }

  /** Cell by column name; it inherits nothing. Cells are as written, not trimmed. A column that a short row lacks is absent. */
  get row(): Record<string, string> {
    const { names, newRow } = this.#columns
    const row = newRow()
    for (let n = 0; n < names.length && n < this.cells.length; n++) row[names[n]!] = this.cells[n]!
    return row
  }

  /** The same for one column; undefined where it is absent. Whoever looks at each cell once asks here: making `row` takes as long as parsing it. */
  cell(column: string): string | undefined {
    const at = this.#columns.at.get(column)
    return at === undefined ? undefined : this.cells[at]
  }
}

/** The names of the columns, and where each is. */
interface Columns {
  names: string[]
  at: Map<string, number>
  newRow: () => Record<string, string>
}

export interface CsvOptions {
  /** Default: whichever of `,` `;` tab is most frequent in the header line; a first line `sep=x`, as Excel writes it, says it too. */
  delimiter?: string
  /** Largest row, in characters. Default 8 Mi. */
  max_row?: number
  /** What the header row looks like, where a title stands before it: the lines before the first that matches are passed over, at most 1,000. */
  header?: RegExp
}

const MAX_ROW = 8 * 1024 * 1024
const MAX_COLUMNS = 10_000
const MAX_TITLE_LINES = 1000

const unreadable = (message: string, cause?: unknown) => new UserError('unreadable_report', message, { cause })

/** The delimiter of a header line: the most frequent of comma, semicolon and tab outside quotes, comma when none is there. */
export function detectDelimiter(header: string): string {
  const outside = header.replace(/"[^"]*"?/g, '')
  const count = (delimiter: string) => outside.split(delimiter).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

/**
 * The column names of the first line of a text, as `readCsv` would name them; for `detect`. Empty when there is no text, or no line that looks like
 * `header`.
 */
export function csvHeader(text: string, delimiter?: string, header?: RegExp): string[] {
  if (header) {
    const line = text.split(/\r?\n|\r/, MAX_TITLE_LINES).find((one) => header.test(one))
    return line === undefined ? [] : csvHeader(line, delimiter)
  }
  if (lastHeader?.text !== text || lastHeader.delimiter !== delimiter) lastHeader = { text, delimiter, names: headerOf(text, delimiter) }
  return [...lastHeader.names]
}

/** Every importer of tables asks this about the same beginning of a file, one after another. */
let lastHeader: { text: string; delimiter: string | undefined; names: string[] } | null = null

function headerOf(text: string, delimiter: string | undefined): string[] {
  const start = skipSeparatorLine(text)
  const body = text.slice(start.length)
  const end = headerEnd(body, true)
  if (body.slice(0, end).trim() === '') return []
  const by = delimiter ?? start.delimiter ?? detectDelimiter(body.slice(0, end))
  const [cells = []] = parseRows(body.slice(0, end), by, '\n', false).data
  return nameColumns(cells)
}

function skipSeparatorLine(text: string): { length: number; delimiter: string | null } {
  const match = /^sep=([,;\t|])\r?\n/i.exec(text)
  return match ? { length: match[0].length, delimiter: match[1]! } : { length: 0, delimiter: null }
}

/** Where the header row ends (before its newline); -1 when it is not complete yet. Newlines inside quotes belong to it. */
function headerEnd(text: string, complete: boolean): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') quoted = !quoted
    else if (!quoted && (char === '\n' || char === '\r')) return at
  }
  return complete ? text.length : -1
}

/** Names are trimmed; an empty one becomes `column 3`, a repeated one `Name (2)`. */
function nameColumns(cells: string[]): string[] {
  const taken = new Set<string>()
  /** The next number to try for a repeated name: counting up from 2 for each would be quadratic. */
  const numbers = new Map<string, number>()
  return cells.map((cell, index) => {
    const base = cell.replace(/\r$/, '').trim() || `column ${index + 1}`
    let name = base
    for (let n = numbers.get(base) ?? 2; taken.has(name); n++) {
      name = `${base} (${n})`
      numbers.set(base, n + 1)
    }
    taken.add(name)
    return name
  })
}

/**
 * Makes objects that inherit nothing, for rows of so many columns. Those of Object.create(null) are dictionaries, which take two to three times as long to fill and
 * read; with more columns than these any other object becomes one, too.
 */
function rowsOf(columns: number): () => Record<string, string> {
  if (columns > 22) return () => Object.create(null) as Record<string, string>
  const Row = function () {} as unknown as new () => Record<string, string>
  Row.prototype = Object.create(null)
  return () => new Row()
}

interface Parsed {
  data: string[][]
  errors: { row: number; message: string; code: string }[]
  meta: { cursor: number }
}

const parseRows = (text: string, delimiter: string, newline: '\n' | '\r', partial: boolean): Parsed =>
  new Papa.Parser({ delimiter, newline }).parse(text, 0, partial) as Parsed

/** Whether some cell of the rows holds a line break: then the text has more of them than rows. */
function breaksInside(text: string, newline: string, ends: number): boolean {
  let at = -1
  for (let n = 0; n <= ends; n++) if ((at = text.indexOf(newline, at + 1)) < 0) return false
  return true
}

/** Lines that a row takes: one, and one more for each line break inside its cells. */
function linesOf(cells: string[], newline: string): number {
  let lines = 1
  for (const cell of cells) for (let at = cell.indexOf(newline); at >= 0; at = cell.indexOf(newline, at + 1)) lines++
  return lines
}

/**
 * Streams a CSV file with a header row as objects, in file order; blank lines are passed over. Quotes as in
 * https://www.rfc-editor.org/rfc/rfc4180, line ends CRLF, LF or CR. A ragged row comes with `error` set and is for the caller to judge.
 * Throws UserError('unreadable_report') when there is no header, the text is not UTF-8, a quoted cell is never closed (a cut file) or a row
 * is over `max_row`.
 */
export function readCsv(bytes: AsyncIterable<Uint8Array>, options: CsvOptions = {}): InBatches<CsvRow> {
  return new InBatches(readBatches(bytes, options))
}

async function* readBatches(bytes: AsyncIterable<Uint8Array>, options: CsvOptions): AsyncGenerator<Iterable<CsvRow>> {
  const maxRow = options.max_row ?? MAX_ROW
  const decoded = decodeUtf8()
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoded(chunk)
    } catch (error) {
      throw unreadable(`Line ${line} or after it: expected UTF-8 text; save the file as CSV UTF-8`, error)
    }
  }
  let buffer = ''
  let line = 1
  let columns: Columns | null = null
  let delimiter = ','
  let newline: '\n' | '\r' = '\n'
  // A row longer than the buffer is parsed again from its start: only once the buffer has doubled, so that the work stays linear.
  let retryAt = 0
  let declared: string | null = null
  let headerFound = options.header === undefined

  /** Takes the lines before the header away. False: more of the text is needed. */
  const skipTitle = (complete: boolean): boolean => {
    for (;;) {
      const end = headerEnd(buffer, complete)
      if (end < 0 || (!complete && end === buffer.length - 1)) return false
      if (options.header!.test(buffer.slice(0, end))) return (headerFound = true)
      if (end === buffer.length || line > MAX_TITLE_LINES)
        throw unreadable(`Expected a header row such as ${String(options.header)}, found none up to line ${line}`)
      line += linesOf([buffer.slice(0, end)], '\n')
      buffer = buffer.slice(end + (buffer[end] === '\r' && buffer[end + 1] === '\n' ? 2 : 1))
    }
  }

  const begin = (complete: boolean): boolean => {
    if (line === 1) buffer = buffer.replace(/^\uFEFF/, '')
    const separator = skipSeparatorLine(buffer)
    if (separator.length > 0) {
      buffer = buffer.slice(separator.length)
      line = 2
      declared = separator.delimiter
    }
    if (!headerFound && !skipTitle(complete)) return false
    const end = headerEnd(buffer, complete)
    if (end < 0 || (!complete && end === buffer.length - 1)) return false
    if (buffer.slice(0, end).trim() === '') throw unreadable(`Line ${line}: expected a header row with the names of the columns`)
    newline = buffer[end] === '\r' && buffer[end + 1] !== '\n' ? '\r' : '\n'
    delimiter = options.delimiter ?? declared ?? detectDelimiter(buffer.slice(0, end))
    return true
  }

  function* rows(complete: boolean): Generator<CsvRow> {
    if (complete && newline === '\n' && buffer.endsWith('\r')) buffer = buffer.slice(0, -1)
    const { data, errors, meta } = parseRows(buffer, delimiter, newline, !complete)
    const open = complete ? errors.find((error) => error.code === 'MissingQuotes') : undefined
    const wrong =
      errors.length === 0 ? null : new Map(errors.filter((error) => error.row < data.length).map((error) => [error.row, error.message]))
    const broken =
      buffer.includes('"') && breaksInside(complete ? buffer : buffer.slice(0, meta.cursor), newline, data.length - (complete ? 1 : 0))
    for (let index = 0; index < data.length; index++) {
      const cells = data[index]!
      const at = line
      line += broken ? linesOf(cells, newline) : 1
      if (open?.row === index) throw unreadable(`Line ${at}: a quoted cell is never closed; the file is cut off or a quote is missing`)
      const last = cells.length - 1
      if (cells[last]!.endsWith('\r')) cells[last] = cells[last]!.slice(0, -1)
      if (last === 0 && cells[0]!.trim() === '') continue
      if (!columns) {
        if (cells.length > MAX_COLUMNS) throw unreadable(`Line ${at}: ${cells.length} columns are more than ${MAX_COLUMNS}`)
        const names = nameColumns(cells)
        columns = { names, at: new Map(names.map((name, n) => [name, n])), newRow: rowsOf(names.length) }
        continue
      }
      const { length } = columns.names
      const ragged = cells.length === length ? null : `expected ${length} cells as in the header, found ${cells.length}`
      yield new CsvRow(at, ragged ?? wrong?.get(index) ?? null, cells, columns)
    }
    buffer = complete ? '' : buffer.slice(meta.cursor)
  }

  let begun = false
  for await (const chunk of inPieces(bytes)) {
    buffer += decode(chunk)
    if (buffer.length < retryAt) continue
    begun ||= begin(false)
    if (begun) yield rows(false)
    if (buffer.length > maxRow) throw unreadable(`Line ${line}: the row is longer than ${maxRow} characters, or a quote is never closed`)
    retryAt = buffer.length * 2
  }
  buffer += decode()
  if (!begun) {
    if (buffer.trim() === '') throw unreadable('Expected a CSV file with a header row; the file is empty')
    begin(true)
  }
  if (buffer !== '') yield rows(true)
}
