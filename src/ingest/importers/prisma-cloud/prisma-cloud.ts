import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader } from '../../readers/csv.ts'
import { jsonOutline } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readRows } from './rows.ts'
import { readResults } from './results.ts'

function isResults(text: string): boolean {
  const outline = jsonOutline(text)
  const results = outline?.members.get('results')
  if (!outline || outline.list || typeof results !== 'object' || results === null || !results.text.startsWith('[')) return false
  const first = jsonOutline(results.text)?.members
  return (
    first !== undefined &&
    (first.has('vulnerabilityDistribution') || first.has('complianceDistribution') || first.has('vulnerabilityScanPassed'))
  )
}

/** The columns that images', hosts' and CI scans' exports share. */
const COLUMNS = ['CVE ID', 'Compliance ID', 'Severity', 'Packages', 'Source Package', 'Package Version', 'Fix Status']

function isRows(text: string): boolean {
  if (/^\s*[[{<]/.test(text)) return false
  const columns = new Set(csvHeader(text))
  return COLUMNS.every((name) => columns.has(name)) && (columns.has('Repository') || columns.has('Hostname'))
}

/**
 * Prisma Cloud Compute, once Twistlock: what twistcli writes, and the console's CSV exports of images, hosts and CI scans.
 * Format: https://docs.prismacloud.io/en/enterprise-edition/content-collections/runtime-security/tools/twistcli-scan-images
 */
export const prismaCloud: Importer = reads({
  id: 'prisma-cloud',
  title: 'Prisma Cloud Compute, Twistlock (JSON, CSV)',
  version: 1,
  detect: ({ text }: Head) => isResults(text) || isRows(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (/^\s*\{/.test(text)) yield* readResults(bytes)
    else if (isRows(text)) yield* readRows(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected the JSON of twistcli with results, or a CSV export with the columns CVE ID, Compliance ID and Fix Status',
      )
  },
})
