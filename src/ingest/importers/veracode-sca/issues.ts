import { closedItems } from '../../../model/closed-item.ts'
import { z } from 'zod'
import { packageFinding } from '../../readers/package-finding.ts'
import { packageName } from '../../../model/package-url.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, severityOfCvss } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'
import { Amount, maybe, Text, Word } from '../../readers/lenient.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Json = z.object({
  issue_status: Text,
  issue_type: Text,
  ignored: z.boolean().nullish().catch(null),
  severity: Amount,
  project_id: Word,
  project_name: Text,
  library: z.object({ id: Text, name: Text, version: Text }),
  vulnerability: maybe(
    z.object({
      id: Word,
      title: Text,
      cve: Text,
      cvss2_vector: Text,
      cvss3_vector: Text,
      cvss2_score: Amount,
      cvss3_score: Amount,
    }),
  ),
})

/** An issue in the words of neither form; a text says why it cannot be read. */
export type Issue =
  | string
  | {
      project_id: string
      project: string | undefined
      /** `vulnerability`, `license`, `library` */
      type: string
      /** `open`, `fixed`, `resolved`, `ignored` */
      status: string
      cve: string | undefined
      number: string | undefined
      title: string | undefined
      severity: string | undefined
      ratings: Parameters<typeof bestRating>[0]
      component: { name: string; version?: string | undefined; type?: string | undefined }
      fixed: string | undefined
    }

export function issueFromJson(value: unknown): Issue {
  const read = safeParse(Json, value)
  if (!read.success) return z.prettifyError(read.error)
  const { library, vulnerability: own, project_id, project_name, issue_type, issue_status, ignored, severity } = read.data
  if (!project_id) return 'Expected project_id'
  // maven:org.apache.calcite.avatica:avatica-core:1.11.0:
  const [type, group, name] = library.id?.split(':') ?? []
  return {
    project_id,
    project: project_name,
    type: issue_type?.toLowerCase() ?? 'vulnerability',
    status: ignored ? 'ignored' : (issue_status?.toLowerCase() ?? 'open'),
    cve: own?.cve,
    number: own?.id,
    title: own?.title,
    severity: undefined,
    ratings: [
      { score: own?.cvss3_score, vector: own?.cvss3_vector, version: 3 },
      { score: own?.cvss2_score, vector: own?.cvss2_vector, version: 2 },
      { score: severity },
    ],
    component: { name: coordinates(type, group, name) ?? library.name ?? 'unnamed', version: library.version, type },
    fixed: undefined,
  }
}

export function issueFromRow(row: Record<string, string>): Issue {
  const cell = (name: string) => row[name]?.trim() || undefined
  const project_id = cell('Project ID')
  if (!project_id) return 'Expected a Project ID'
  const type = cell('Package manager')?.toLowerCase()
  return {
    project_id,
    project: cell('Project'),
    type: cell('Issue type')?.toLowerCase() ?? 'vulnerability',
    status: /^true$/i.test(cell('Ignored') ?? '') ? 'ignored' : (cell('Status')?.toLowerCase() ?? 'open'),
    cve: cell('CVE'),
    number: cell('Vulnerability ID'),
    title: cell('Title'),
    severity: cell('Severity'),
    ratings: [{ score: Amount.parse(row['CVSS score']) }],
    component: {
      name: coordinates(type, cell('Coordinate 1'), cell('Coordinate 2')) ?? cell('Library') ?? 'unnamed',
      version: cell('Version in use'),
      type,
    },
    fixed: cell('Updated Version'),
  }
}

/** Most package managers have one coordinate, the name; Maven has two. */
const coordinates = (type: string | undefined, first: string | undefined, second: string | undefined): string | undefined =>
  first && second ? packageName(first, second, type) : first || second || undefined

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `8 Aug 2022 10:01AM GMT`, `2 Jul 2022 23:19PM GMT`: hours from 0 to 23 although AM or PM stands behind. Null for anything else. */
export function parseScanDate(text: string): Instant | null {
  const match = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2})(?:AM|PM) (?:GMT|UTC)$/.exec(text.trim())
  if (!match) return parseInstant(text)
  const month = MONTHS.indexOf(match[2]!) + 1
  return parseInstant(`${match[3]}-${String(month).padStart(2, '0')}-${match[1]!.padStart(2, '0')}T${match[4]}Z`)
}

/** Open vulnerabilities are findings, fixed and resolved ones are closed; other kinds of issues (licences, outdated libraries) are not read. */
export function* readIssue(issue: Issue, at: string, described: Set<string>): Generator<FileRecord> {
  if (typeof issue === 'string') {
    yield { kind: 'skipped', at, reason: issue }
    return
  }
  const { component, cve, number } = issue
  const id = cve && /^\d{4}-\d{4,}$/.test(cve) ? `CVE-${cve}` : cve
  const about = vulnerabilityIds([id], number ? `veracode-sca:${number}` : null)
  const fixed = issue.status === 'fixed' || issue.status === 'resolved'
  if (issue.type !== 'vulnerability' || (issue.status !== 'open' && !fixed) || !about) {
    const why =
      issue.type !== 'vulnerability' ? `an issue of the type ${issue.type} is not read` : about ? `${issue.status} in the tool` : 'no id'
    yield { kind: 'skipped', at, reason: `${about?.ids[0] ?? component.name} in ${component.name}: ${why}` }
    return
  }
  const rating = bestRating(issue.ratings)
  const records = packageFinding(
    {
      asset: issue.project_id,
      about,
      title: issue.title,
      severity: parseSeverity(issue.severity) ?? (rating ? severityOfCvss(rating.cvss) : undefined),
      rating,
      component,
      fixed_version: issue.fixed,
    },
    fixed ? new Set() : described,
  )
  yield* fixed ? closedItems(records, { reason: issue.status, at }) : records
}
