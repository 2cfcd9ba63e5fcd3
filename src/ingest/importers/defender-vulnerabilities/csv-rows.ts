import { csvHeader, readCsv } from '../../readers/csv.ts'
import { numberOf } from '../../readers/json-fields.ts'
import { type Fields, type RowKind, rowKind } from './rows.ts'

const NUMBERS = new Set(['cvssscore', 'configurationimpact', 'severityscore', 'cvssv3', 'exposedmachinescount'])
const YES_NO = new Set([
  'isapplicable',
  'iscompliant',
  'publicexploit',
  'exploitverified',
  'exploitinkit',
  'isexpecteduserimpact',
  'activealert',
])
const words = new Map<string, boolean>([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** Which of the lists a CSV is, by its columns; null for any other text. */
export function csvRowKind(text: string): RowKind | null {
  if (/^\s*[[{<]/.test(text) || text.startsWith('PK')) return null
  return rowKind(new Set(csvHeader(text.slice(0, 16_384)).map((name) => name.toLowerCase())))
}

type CsvItem = { at: string; row: Fields } | { at: string; broken: string }

/** What a cell of a column says. A field that the row must have to be what it is stays, even without a value. */
function readerOf(name: string): (cell: string) => unknown {
  if (NUMBERS.has(name)) return numberOf
  if (YES_NO.has(name)) return (cell) => words.get(cell.trim().toLowerCase()) ?? null
  return (cell) => cell.trim()
}

/** The rows of a CSV as the API would write them: numbers and yes/no from their words. */
export function readCsvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<CsvItem>> {
  /** The same for all rows: those that lack a column are broken. */
  let columns: { column: string; name: string; read: (cell: string) => unknown }[] | null = null
  return readCsv(bytes).into(function* (batch): Generator<CsvItem> {
    for (const { line, row, error } of batch) {
      const at = `line ${line}`
      if (error !== null) {
        yield { at, broken: error }
        continue
      }
      columns ??= Object.keys(row).map((column) => ({ column, name: column.toLowerCase(), read: readerOf(column.toLowerCase()) }))
      const fields: Fields = new Map()
      for (const { column, name, read } of columns) fields.set(name, read(row[column]!))
      yield { at, row: fields }
    }
  })
}
