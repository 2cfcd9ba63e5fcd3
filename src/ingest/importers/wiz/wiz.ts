import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader } from '../../readers/csv.ts'
import { jsonOutline } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readCliScan } from './cli.ts'
import { ISSUE_COLUMNS, readIssues } from './issues.ts'

function layoutOf(text: string): 'issues' | 'cli' | null {
  const members = jsonOutline(text)?.members
  if (members) {
    const origin = members.get('scanOriginResource')
    return members.has('policies') &&
      typeof origin === 'object' &&
      origin !== null &&
      /"__typename"\s*:\s*"CICDScanOrigin/.test(origin.text)
      ? 'cli'
      : null
  }
  const columns = new Set(csvHeader(text))
  return ISSUE_COLUMNS.every((name) => columns.has(name)) ? 'issues' : null
}

/** Wiz: the CSV report of issues, and scans of Wiz CLI. https://docs.wiz.io (for customers), https://www.wiz.io/academy/wiz-cli */
export const wiz: Importer = reads({
  id: 'wiz',
  title: 'Wiz (issues CSV, Wiz CLI JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a report of Wiz: CSV with the columns "Issue ID" and "Control ID", or JSON of Wiz CLI with "scanOriginResource"',
      )
    yield* layout === 'issues' ? readIssues(bytes) : readCliScan(bytes)
  },
})
