import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import type { ArchiveEntry } from '../../readers/archive-entry.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { peek } from '../../readers/peek.ts'
import { isZip, readZip } from '../../readers/zip.ts'
import { newReport, type Report, readComponent, readVulnerability } from './rows.ts'

/** Names of the CSVs of a project version report, with the time at which it was made. */
const MEMBER = /(?:^|\/)([a-z_]+?)(?:_\d{4}-\d{2}-\d{2}_\d{6})?\.csv$/
const FIRST =
  /^PK\u0003\u0004[\s\S]{0,60}?(?:[^/\u0000-\u001f]{1,150}\/)?(?:bom_component_custom_fields|codelocations|components|component_additional_fields|crypto|license_conflicts|license_term_fulfillment|project_version_additional_fields|scans|security|source|upgrade_guidance|version|vulnerability_matches)(?:_\d{4}-\d{2}-\d{2}_\d{6})?\.csv/

type Layout = 'zip' | 'security'

function layoutOf(text: string): Layout | null {
  if (isZip(text)) return FIRST.test(text) ? 'zip' : null
  const columns = csvHeader(text.slice(0, 8192), ',')
  return ['Vulnerability id', 'Base score', 'Vulnerability source', 'Remediation status', 'Security Risk'].every((name) =>
    columns.includes(name),
  )
    ? 'security'
    : null
}

/** Black Duck's project version report. Format: https://documentation.blackduck.com/bundle/bd-hub/page/Reporting/ProjectVersionReport.html */
export const blackduck: Importer = reads({
  id: 'blackduck',
  title: 'Black Duck project version report (zip, security.csv)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isZip(text) ? 'zip' : null)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a Black Duck project version report: its zip archive, or its security.csv with Vulnerability id and Remediation status',
      )
    const report = newReport()
    yield { kind: 'report', source: 'blackduck', tool: 'Black Duck', tool_version: null, observed_at: null }
    if (layout === 'security') yield* readSecurity(bytes, report, '')
    else yield* readArchive(bytes, report)
    yield report.end()
  },
})

/** components.csv before security.csv, so that a project without vulnerabilities is known, too. */
async function* readArchive(bytes: AsyncIterable<Uint8Array>, report: Report): AsyncGenerator<Told> {
  const entries: AsyncGenerator<ArchiveEntry> = readZip(bytes)
  let found = false
  for await (const entry of entries) {
    const kind = MEMBER.exec(entry.name)?.[1]
    if (kind !== 'components' && kind !== 'security') continue
    if (entry.refused) throw entry.refused
    found ||= kind === 'security'
    if (kind === 'security') yield* readSecurity(entry.bytes(), report, `${entry.name}, `)
    else {
      report.listsSoftware = true
      yield* readCsv(entry.bytes(), { delimiter: ',' }).tell(function* (batch) {
        for (const { line, row, error } of batch) yield* readComponent(row, error, `${entry.name}, line ${line}`, report)
      })
    }
  }
  if (!found)
    throw new UserError('unreadable_report', 'Expected security.csv in the archive: make the project version report with “Vulnerabilities”')
}

async function* readSecurity(bytes: AsyncIterable<Uint8Array>, report: Report, where: string): AsyncGenerator<Told> {
  yield* readCsv(bytes, { delimiter: ',' }).tell(function* (batch) {
    for (const { line, row, error } of batch) yield* readVulnerability(row, error, `${where}line ${line}`, report)
  })
}
