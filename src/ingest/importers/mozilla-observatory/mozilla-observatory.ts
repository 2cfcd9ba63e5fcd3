import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, fieldsOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const SOURCE = 'mozilla-observatory'

/** `scan` and `tests` beside each other, or only the tests by their names. */
type Layout = 'scan' | 'tests'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const isTest = (member: unknown) => {
    const content = typeof member === 'object' && member !== null ? (member as { text: string }).text : ''
    return /"expectation"\s*:/.test(content) && /"pass"\s*:/.test(content) && /"score_?[mM]odifier"\s*:/.test(content)
  }
  const tests = outline.members.get('tests')
  if (tests !== undefined) return outline.members.has('scan') && isTest(tests) ? 'scan' : null
  const [first] = outline.members.values()
  return first !== undefined && isTest(first) ? 'tests' : null
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Tue, 04 May 2021 09:07:02 GMT`, the date of https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7, or ISO 8601. */
export function parseWebDate(text: string): Instant | null {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text.trim())
  if (!match) return parseInstant(text)
  const month = MONTHS.indexOf(match[2]!) + 1
  return month === 0 ? null : parseInstant(`${match[3]}-${String(month).padStart(2, '0')}-${match[1]}T${match[4]}Z`)
}

/** The Observatory states how many points of 100 a test takes, no severity. */
function severityOf(modifier: number): Severity {
  if (modifier <= -50) return 'high'
  if (modifier <= -20) return 'medium'
  return modifier < 0 ? 'low' : 'informational'
}

function* testRecords(value: unknown, key: string, at: string): Generator<FileRecord> {
  const test = fieldsOf(value)
  const name = textOf(test.name) || key
  const modifier = numberOf(test.score_modifier) ?? numberOf(test.scoreModifier)
  // Null: it does not apply to this site.
  if (name === '' || !(typeof test.pass === 'boolean' || test.pass === null)) {
    yield { kind: 'skipped', at, reason: 'expected a test with pass true, false or null' }
    return
  }
  const expectation = textOf(test.expectation)
  const control_id = `${SOURCE}:${name}`
  yield { kind: 'control', control_id, title: name, category: 'HTTP', ...(expectation && { description: `Expected: ${expectation}` }) }
  const severity = test.pass === false && modifier !== null ? severityOf(modifier) : null
  const evidence = textOf(test.score_description) || textOf(test.scoreDescription) || textOf(test.result)
  yield {
    kind: 'control_result',
    asset: 'site',
    control_id,
    status: test.pass === null ? 'not_applicable' : test.pass ? 'pass' : 'fail',
    ...(severity && { severity }),
    ...(evidence && { evidence: cutText(evidence, 2000) }),
  }
}

/**
 * Mozilla's HTTP Observatory about one site: `observatory --format json`, `mdn-http-observatory-scan`, and the answer of the old API to `getScanResults`. No layout
 * names the site. Format: https://github.com/mozilla/http-observatory/blob/main/httpobs/docs/api.md
 */
export const mozillaObservatory: Importer = reads({
  id: 'mozilla-observatory',
  title: 'Mozilla HTTP Observatory (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected tests of the HTTP Observatory, each with expectation, pass and score_modifier')
    const outline = jsonOutline(text)!.members.get('scan')
    const scan = typeof outline === 'object' && outline !== null ? outline.text : ''
    const ended = /"(?:end_time|scanned_at|scannedAt)"\s*:\s*"([^"]{1,60})"/.exec(scan)?.[1]
    const algorithm = /"algorithm_?[vV]ersion"\s*:\s*(\d{1,3})\b/.exec(scan)?.[1]
    yield {
      kind: 'report',
      source: SOURCE,
      tool: 'HTTP Observatory',
      tool_version: algorithm ? `algorithm ${algorithm}` : null,
      observed_at: ended ? parseWebDate(ended) : null,
    }
    yield { kind: 'asset', asset: 'site', type: 'application', name: 'site', names: [] }
    let tests = 0
    yield* readJson(bytes, [layout === 'scan' ? '$.tests.*' : '$.*']).tell(function* (matches) {
      for (const { value, at } of matches) {
        tests++
        const key = /([\w-]+)(?:"\])?$/.exec(at)?.[1] ?? ''
        yield* testRecords(value, key, at)
      }
    })

    if (tests > 0) yield { kind: 'coverage', asset: 'site', subject: 'control', access: 'remote' }
  },
})
