import { csvHeader, readCsv } from '../../readers/csv.ts'
import { numberOf } from '../../readers/json-fields.ts'
import { rowKind } from './rows.ts'

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

/** Whether a text is a CSV whose columns are the fields of one of the lists. */
export function isCsvOfRows(text: string): boolean {
  if (/^\s*[[{<]/.test(text) || text.startsWith('PK')) return false
  const names = new Set(csvHeader(text.slice(0, 16_384)).map((name) => name.toLowerCase()))
  return rowKind(names) !== null
}

type CsvItem = { at: string; value: object } | { at: string; broken: string }

/** The rows of a CSV as the API would write them: numbers and yes/no from their words; an empty cell is no field. */
export function readCsvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<CsvItem>> {
  return readCsv(bytes).into(function* (batch): Generator<CsvItem> {
    for (const { line, row, error } of batch) {
      const at = `line ${line}`
      if (error !== null) {
        yield { at, broken: error }
        continue
      }
      const value = Object.create(null) as Record<string, unknown>
      for (const [column, cell] of Object.entries(row)) {
        const name = column.toLowerCase()
        // A field that the row must have to be what it is stays, even without a value.
        value[name] = NUMBERS.has(name) ? numberOf(cell) : YES_NO.has(name) ? (words.get(cell.trim().toLowerCase()) ?? null) : cell.trim()
      }
      yield { at, value }
    }
  })
}
