import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, httpsOf, textOf } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'cloudflare-insights'
const COLUMNS = ['severity', 'issue_class', 'subject', 'issue_type', 'scan_performed_on', 'status']
const MEMBERS = ['issue_class', 'issue_type', 'subject', 'severity', 'timestamp', 'dismissed']

function layoutOf(text: string): 'json' | 'csv' | null {
  const outline = jsonOutline(text)
  if (outline) return outline.list && MEMBERS.every((name) => outline.members.has(name)) ? 'json' : null
  const columns = new Set(csvHeader(text))
  return COLUMNS.every((name) => columns.has(name)) ? 'csv' : null
}

/** Cloudflare's Security Insights, exported as CSV or taken from its API. https://developers.cloudflare.com/security-center/security-insights/ */
export const cloudflareInsights: Importer = reads({
  id: 'cloudflare-insights',
  title: 'Cloudflare Security Insights (CSV, JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? 'json' : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected security insights of Cloudflare with "issue_class" and "subject"')
    const once = toldOnce()
    yield { kind: 'report', source: SOURCE, tool: 'Cloudflare Security Insights', tool_version: null, observed_at: null }
    if (layout === 'json')
      yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
        for (const { value, at } of matches) yield* insightRecords(fieldsOf(value), at, once)
      })
    else
      yield* readCsv(bytes).tell(function* (rows) {
        for (const { line, row, error } of rows) {
          if (error !== null) yield { kind: 'skipped', at: `line ${line}`, reason: error }
          else yield* insightRecords(row, `line ${line}`, once)
        }
      })
  },
})

function* insightRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const subject = textOf(item.subject).toLowerCase().replace(/\.$/, '')
  const issue = textOf(item.issue_class)
  if (issue === '' || !/^[a-z0-9_*.-]{1,253}$/.test(subject)) {
    yield { kind: 'skipped', at, reason: 'Expected an "issue_class" and a host or domain as "subject"' }
    return
  }
  const state = textOf(item.status).toLowerCase()
  const open = item.dismissed === undefined ? state === 'active' || state === '' : item.dismissed !== true
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const observed_at = firstInstant(item.timestamp, item.scan_performed_on)
  const control_id = `${SOURCE}:${issue.slice(0, 250)}`
  yield* once({
    kind: 'asset',
    asset: subject,
    type: 'application',
    name: subject,
    names: [{ type: 'fqdn', name: subject }],
    ...(observed_at !== null && { observed_at }),
  })
  if (open) yield* once({ kind: 'coverage', asset: subject, subject: 'control', access: 'remote', checks: 'listed' })
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: cutText(issue.includes(' ') ? issue : issue.replaceAll('_', ' ')) ?? issue,
      ...given({
        severity,
        category: textOf(item.issue_type).replaceAll('_', ' '),
        description: cutText(textOf(item.risk) || textOf(item.insight)),
        remediation: cutText(textOf(item.recommended_action) || textOf(item.resolve_text)),
        url: httpsOf(textOf(item.resolve_link)),
      }),
    })
  yield {
    kind: 'control_result',
    asset: subject,
    control_id,
    status: open ? 'fail' : 'not_run',
    ...given({ severity, evidence: cutText(textOf(item.detection_method)) }),
  }
}
