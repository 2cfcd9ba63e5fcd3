import type { Source, Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { hostOfRow, itemOfRow, rowOf, type RowHost } from './rows.ts'

/** The header row; a title (report, date, company, user) stands before it in most of these files. */
const HEADER = /^"?(?:IP|CVE|QID)"?,(?=.*\bQID\b|.*"?Type Detected)/

/** Whether a text begins as one of the CSV lists: of VMDR, of a scan report or a scan, of a HackerGuardian scan. */
export function isCsvList(text: string): boolean {
  const columns = new Set(csvHeader(text, undefined, HEADER))
  const has = (...names: string[]) => names.every((name) => columns.has(name))
  return (
    has('QID', 'Title', 'Type Detected', 'Asset Id', 'Asset Name') ||
    has('QID', 'VULN TITLE', 'Q_SEVERITY', 'FALSE POSITIVE STATUS') ||
    (has('IP', 'QID', 'Title', 'Type', 'Severity') && (has('Vuln Status') || has('IP Status')))
  )
}

/**
 * A list of detections as CSV. It shows what somebody filtered, and does not say what: it covers nothing.
 * Columns: https://docs.qualys.com/en/vmdr/latest/
 */
export async function* parseCsvList(file: Source): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'qualys', tool: 'Qualys VM', tool_version: null, observed_at: null }
  const hosts = new Map<string, RowHost>()
  const described = new Set<string>()
  yield* readCsv(file.bytes(), { header: HEADER }).tell(function* (batch) {
    for (const { row: cells, line, error } of batch) {
      const at = `line ${line}`
      if (error !== null) {
        yield { kind: 'skipped', at, reason: error }
        continue
      }
      const row = rowOf(cells)
      const found = hostOfRow(row, hosts)
      if (!found) {
        yield { kind: 'skipped', at, reason: 'the row names no host' }
        continue
      }
      yield* found.records
      yield* itemOfRow(row, found.host, described, at)
    }
  })
}
