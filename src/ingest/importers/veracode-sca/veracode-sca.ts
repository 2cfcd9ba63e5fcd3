import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import type { AssetRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { issueFromJson, issueFromRow, parseScanDate, readIssue } from './issues.ts'
import { safeParse } from '../../readers/safe-parse.ts'

type Layout = 'json' | 'csv'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (outline) {
    const embedded = outline.members.get('_embedded')
    if (outline.list || typeof embedded !== 'object' || embedded === null || !outline.members.has('page')) return null
    const issues = jsonOutline(embedded.text)?.members.get('issues')
    return typeof issues === 'object' &&
      issues !== null &&
      (/"issue_type"|"workspace_id"/.test(issues.text) || /^\[\s*\]/.test(issues.text))
      ? 'json'
      : null
  }
  const columns = csvHeader(text.slice(0, 8192), ',')
  return ['Issue ID', 'Issue type', 'Version in use', 'Package manager', 'Coordinate 1'].every((name) => columns.includes(name))
    ? 'csv'
    : null
}

/** Issues of Veracode's agent-based SCA. Format: https://docs.veracode.com/r/c_SCA_Agent_API_example */
export const veracodeSca: Importer = reads({
  id: 'veracode-sca',
  title: 'Veracode SCA agent-based issues (JSON of the API, CSV)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected Veracode SCA’s issues: JSON with _embedded.issues and page, or a CSV that begins with Issue ID, Issue type',
      )
    yield { kind: 'report', source: 'veracode-sca', tool: 'Veracode SCA', tool_version: null, observed_at: null }
    yield* layout === 'json' ? readPages(bytes) : readRows(bytes)
  },
})

const project = (id: string, name: string | undefined, observed_at?: Instant | null): AssetRecord => ({
  kind: 'asset',
  asset: id,
  type: 'application',
  name: name ?? id,
  names: [{ type: 'agent_id', name: `veracode-sca:${id}` }],
  ...(observed_at && { observed_at }),
})

const Page = z.object({ total_pages: Amount, number: Amount })

/** What a query may say without leaving open vulnerabilities out. */
const HARMLESS = new Set(['page', 'size', 'sort', 'project_id', 'project', 'type=vulnerability', 'status=open'])

const isNarrowed = (href: unknown): boolean =>
  typeof href !== 'string' ||
  (href.split('?')[1] ?? '')
    .split('&')
    .some((part) => part !== '' && !HARMLESS.has(part.split('=')[0]!) && !HARMLESS.has(part.toLowerCase()))

async function* readPages(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const known = new Set<string>()
  const described = new Set<string>()
  const pages = new Set<number>()
  let total = Number.NaN
  let narrowed = false
  yield* readJson(bytes, ['$._embedded.issues[*]', '$._links.self.href', '$.page']).tell(function* (matches) {
    for (const { path, at, value } of matches) {
      if (path === '$.page') {
        const page = safeParse(Page, value).data
        total = page?.total_pages ?? Number.NaN
        if (page?.number !== undefined) pages.add(page.number)
      } else if (path === '$._links.self.href') narrowed ||= isNarrowed(value)
      else {
        const issue = issueFromJson(value)
        if (typeof issue !== 'string' && !known.has(issue.project_id)) yield project(issue.project_id, issue.project)
        if (typeof issue !== 'string') known.add(issue.project_id)
        yield* readIssue(issue, at, described)
      }
    }
  })

  if (!narrowed && pages.size > 0 && pages.size === total)
    for (const asset of known) yield { kind: 'coverage', asset, subject: 'vulnerability' }
}

/** The CSV may hold one page's filters and says nothing of them: it covers nothing. */
async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const known = new Set<string>()
  const described = new Set<string>()
  yield* readCsv(bytes, { delimiter: ',' }).tell(function* (rows) {
    for (const { line, row, error } of rows) {
      const at = `line ${line}`
      if (error !== null) {
        yield { kind: 'skipped', at, reason: error }
        continue
      }
      const issue = issueFromRow(row)
      if (typeof issue !== 'string' && !known.has(issue.project_id))
        yield project(issue.project_id, issue.project, parseScanDate(row['Scan date'] ?? ''))
      if (typeof issue !== 'string') known.add(issue.project_id)
      yield* readIssue(issue, at, described)
    }
  })
}
