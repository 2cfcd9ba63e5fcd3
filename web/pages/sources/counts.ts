import type { Import } from '../../api.ts'
import { counted } from '../../format.ts'

/** What a file held, in words, without what it held none of: "12 assets, 340 findings, 2 skipped". */
export function writeCounts(counts: Import['counts']): string {
  const parts = [
    counts.assets > 0 && counted(counts.assets, 'asset'),
    counts.findings > 0 && counted(counts.findings, 'finding'),
    counts.results > 0 && counted(counts.results, 'control result'),
    counts.software > 0 && `${counted(counts.software, 'software', 'software')}`,
    (counts.statements ?? 0) > 0 && counted(counts.statements!, 'statement'),
    counts.findings === 0 && counts.vulnerabilities > 0 && counted(counts.vulnerabilities, 'vulnerability', 'vulnerabilities'),
    (counts.closed_items ?? 0) > 0 && `${counted(counts.closed_items!, 'item')} stated as closed`,
    counts.skipped > 0 && `${counted(counts.skipped, 'item')} skipped`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'nothing that counts' : parts.join(', ')
}
