import { UserError } from '../../../errors.ts'
import { trackLowest } from '../../../model/lowest-severity.ts'
import type { CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { peek } from '../../readers/peek.ts'
import { nodeOf } from './node.ts'
import { fromCompliance, fromMalware, fromSecret, fromVulnerability, type Row } from './rows.ts'

interface Layout {
  columns: string[]
  subject: CoverageRecord['subject']
  /** The name of the narrowed set of checks that an export of this kind looks for. */
  checks(row: Row): string
  /** Column with the severity; '' where there is none. */
  severity: string
  read(row: Row, asset: string, at: string, described: Set<string>): Generator<FileRecord>
}

const layouts: Layout[] = [
  {
    columns: ['compliance_check_type', 'test_category', 'test_number', 'node_name', 'status'],
    subject: 'control',
    checks: (row) => `compliance ${row['compliance_check_type'] ?? ''}`.trim(),
    severity: '',
    read: fromCompliance,
  },
  {
    columns: ['Compliance Standard', 'Status', 'Control ID', 'Node Name'],
    subject: 'control',
    checks: (row) => `compliance ${row['Compliance Standard'] ?? ''}`.trim(),
    severity: '',
    read: fromCompliance,
  },
  {
    columns: ['Rule Name', 'Class', 'File Name', 'Severity', 'Node Name', 'NodeType'],
    subject: 'control',
    checks: () => 'malware report',
    severity: 'Severity',
    read: fromMalware,
  },
  {
    columns: ['Filename', 'Content', 'Rule', 'Severity', 'Node Name', 'Signature'],
    subject: 'control',
    checks: () => 'secret report',
    severity: 'Severity',
    read: fromSecret,
  },
  {
    columns: ['cve_id', 'cve_severity', 'cve_caused_by_package', 'cve_container_image'],
    subject: 'vulnerability',
    checks: () => 'report',
    severity: 'cve_severity',
    read: fromVulnerability,
  },
]

function layoutOf(text: string): Layout | null {
  if (/^\s*[[{<]/.test(text)) return null
  const columns = new Set(csvHeader(text))
  return layouts.find((layout) => layout.columns.every((name) => columns.has(name))) ?? null
}

/** Exports of Deepfence ThreatMapper: vulnerabilities, secrets, malware and compliance. Format: https://docs.deepfence.io/threatmapper */
export const deepfenceThreatmapper: Importer = reads({
  id: 'deepfence-threatmapper',
  title: 'Deepfence ThreatMapper (CSV)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a ThreatMapper export with the columns of vulnerabilities, secrets, malware or compliance',
      )
    yield { kind: 'report', source: 'deepfence-threatmapper', tool: 'Deepfence ThreatMapper', tool_version: null, observed_at: null }
    const described = new Set<string>()
    const assets = new Map<string, Set<string>>()
    const lowest = trackLowest()
    yield* readCsv(bytes).tell(function* (batch) {
      for (const { row, line, error } of batch) {
        const at = `line ${line}`
        const node = error === null ? nodeOf(row) : null
        if (node === null) {
          yield { kind: 'skipped', at, reason: error ?? 'Expected the name of a node' }
          continue
        }
        if (!assets.has(node.asset)) {
          assets.set(node.asset, new Set())
          yield node
        }
        assets.get(node.asset)!.add(layout.checks(row))
        if (layout.severity !== '') lowest.add(parseSeverity(row[layout.severity]))
        yield* layout.read(row, node.asset, at, described)
      }
    })

    const min_severity = lowest.min_severity()
    for (const [asset, checks] of assets)
      for (const name of checks)
        yield { kind: 'coverage', asset, subject: layout.subject, checks: name, ...(min_severity && { min_severity }) }
  },
})
