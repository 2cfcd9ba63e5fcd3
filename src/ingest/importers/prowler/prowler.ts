import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { isEmptyList, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { isAppFixture, readAppFixture } from './app-fixtures.ts'
import { fromColumns, fromOldColumns } from './csv-results.ts'
import { fromOcsf, fromVersion2, fromVersion3 } from './json-results.ts'
import { openReport, type ProwlerResult } from './result.ts'

const layouts = {
  ocsf: fromOcsf,
  version3: fromVersion3,
  version2: fromVersion2,
} satisfies Record<string, (value: unknown, at: string) => ProwlerResult>

/** Which JSON layout a text has, by the words that only Prowler puts together; null for any other JSON. */
function jsonLayout(text: string): keyof typeof layouts | null {
  if (!/^\s*[[{]/.test(text)) return null
  if (/"event_code"\s*:/.test(text) && /"(?:name|vendor_name)"\s*:\s*"Prowler"/.test(text)) return 'ocsf'
  if (text.includes('"FindingUniqueId"') && text.includes('"CheckID"') && text.includes('"StatusExtended"')) return 'version3'
  if (text.includes('"CAF Epic"') && text.includes('"Account Number"') && text.includes('"Control ID"')) return 'version2'
  return null
}

/** Which CSV layout a header has; null for any other. */
function csvLayout(text: string): ((row: Record<string, string>, at: string) => ProwlerResult) | null {
  const columns = new Set(csvHeader(text))
  if (['TITLE_ID', 'CHECK_RESULT', 'CHECK_ASFF_COMPLIANCE_TYPE'].every((name) => columns.has(name))) return fromOldColumns
  if (['PROVIDER', 'CHECK_ID', 'STATUS_EXTENDED', 'SUBSERVICE_NAME'].every((name) => columns.has(name))) return fromColumns
  return null
}

/**
 * Prowler's results about cloud accounts, subscriptions, projects, tenants and clusters: OCSF JSON and CSV of versions 4 and 5, CSV and
 * plain JSON of versions 2 and 3, dumps of Prowler App. One result is one `control_result`. Formats:
 * https://docs.prowler.com/projects/prowler-open-source/en/latest/tutorials/reporting/
 */
export const prowler: Importer = reads({
  id: 'prowler',
  title: 'Prowler (OCSF JSON, CSV, older JSON, App)',
  version: 2,
  detect: ({ text }: Head) => jsonLayout(text) !== null || csvLayout(text) !== null || isAppFixture(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (isAppFixture(text)) {
      yield* readAppFixture(bytes)
      return
    }
    const report = openReport()
    const fromRow = csvLayout(text)
    if (fromRow !== null) {
      yield* readCsv(bytes).tell(function* (rows) {
        for (const { line, row, error } of rows) {
          const result = fromRow(row, `line ${line}`)
          if (error !== null && (result.check_id === '' || result.status === '')) yield* skippedRow(report, result.at, error)
          else yield* report.records(result)
        }
      })
    } else {
      const layout = jsonLayout(text) ?? (isEmptyList(text) ? 'ocsf' : null)
      if (layout === null) {
        throw new UserError(
          'unreadable_report',
          'Expected a Prowler report: OCSF JSON with "event_code", or CSV with the columns PROVIDER and CHECK_ID',
        )
      }
      const pattern = text.trimStart().startsWith('[') ? '$[*]' : '$'
      yield* readJson(bytes, [pattern]).tell(function* (matches) {
        for (const { value, at, document } of matches) {
          yield* report.records(layouts[layout](value, pattern === '$' ? `document ${document + 1}` : at))
        }
      })
    }
    yield report.end()
  },
})

function* skippedRow(report: ReturnType<typeof openReport>, at: string, reason: string): Generator<FileRecord> {
  yield* report.end()
  yield { kind: 'skipped', at, reason }
}
