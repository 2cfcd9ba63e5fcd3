import { type Importer, reads, type Told } from '../../importer.ts'
import { peek } from '../../readers/peek.ts'
import { isArchive, openArchive } from './archive.ts'
import { csvRowKind, readCsvRows } from './csv-rows.ts'
import { portalTable, readPortalTable } from './portal-csv.ts'
import { newReport, type OpenReport, readRow, rowKind, fieldsOf, endReport } from './rows.ts'
import { readRows } from './pages.ts'
import { InBatches } from '../../readers/in-batches.ts'

/**
 * Microsoft Defender vulnerability management: what its API and its export files give, row by row; or a zip of them with the folders
 * `machines/` and `vulnerabilities/`; or the same rows as CSV, as advanced hunting exports them; or tables that the portal exports. Format: https://learn.microsoft.com/en-us/defender-endpoint/api/get-assessment-methods-properties
 */
export const defenderVulnerabilities: Importer = reads({
  id: 'defender-vulnerabilities',
  title: 'Microsoft Defender vulnerability rows (API pages, export files, zip, CSV)',
  version: 4,

  detect({ text }) {
    if (isArchive(text)) return true
    if (!/^\s*[[{]/.test(text)) return csvRowKind(text) !== null || portalTable(text) !== null
    // The beginning is cut anywhere, so the names are looked for, not parsed.
    const names = new Set([...text.matchAll(/"([A-Za-z][A-Za-z0-9]{1,39})"\s*:/g)].map((match) => match[1]!.toLowerCase()))
    return rowKind({ has: (name) => names.has(name) }) !== null
  },

  async *parse(file) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const table = portalTable(text)
    if (table !== null) {
      yield* readPortalTable(table, text, bytes)
      return
    }
    const report = newReport()
    yield { kind: 'report', source: 'defender', tool: 'Microsoft Defender Vulnerability Management', tool_version: null, observed_at: null }
    if (isArchive(text)) {
      for await (const member of openArchive(bytes)) {
        if ('skipped' in member) yield { kind: 'skipped', at: member.name, reason: member.skipped }
        else yield* readPages(member.bytes, report, `${member.name}: `)
      }
    } else if (csvRowKind(text) !== null) {
      // The answer to a query that somebody wrote: what it left out is not known.
      report.cut = true
      const kind = csvRowKind(text)
      yield* new InBatches(readCsvRows(bytes)).tell(function* (rows) {
        for (const row of rows) {
          if ('broken' in row) yield { kind: 'skipped', at: row.at, reason: row.broken }
          else yield* readRow(row.row, report, row.at, kind)
        }
      })
    } else yield* readPages(bytes, report, '')
    yield endReport(report)
  },
})

async function* readPages(bytes: AsyncIterable<Uint8Array>, report: OpenReport, prefix: string): AsyncGenerator<Told> {
  yield* new InBatches(readRows(bytes)).tell(function* (rows) {
    for (const row of rows) {
      if ('more' in row) {
        report.cut ||= row.more
        continue
      }
      const at = prefix + row.at
      if (typeof row.value !== 'object' || row.value === null || Array.isArray(row.value)) {
        yield { kind: 'skipped', at, reason: 'expected an object' }
        continue
      }
      yield* readRow(fieldsOf(row.value), report, at)
    }
  })
}
