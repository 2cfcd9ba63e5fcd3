import { isGuid } from '../../../model/guid.ts'
import { UserError } from '../../../errors.ts'
import type { ControlRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'

const SOURCE = 'zero-trust-assessment'

/** What became of a test. Planned is not written yet, Investigate wants a person, Error and Skipped could not look. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['passed', 'pass'],
  ['failed', 'fail'],
  ['skipped', 'not_run'],
  ['planned', 'not_run'],
  ['error', 'not_run'],
  ['investigate', 'not_run'],
])

function statusOf(test: Fields): ControlResultRecord['status'] | null {
  const word = textOf(test.TestStatus).toLowerCase()
  if (word === 'skipped' && textOf(test.TestSkipped).toLowerCase() === 'notapplicable') return 'not_applicable'
  return statuses.get(word) ?? null
}

/** The steps stand behind this heading in the description; a test that is only planned has "..." in front of it and nothing behind. */
function wordsOf(description: string): { description: string; remediation: string } {
  const [text = '', ...rest] = description.split(/^\s*(?:#+\s*|\*\*)Remediation actions?:?(?:\*\*)?\s*$/im)
  return { description: text.replace(/^\s*\.\.\.\s*$/, '').trim(), remediation: rest.join('\n').trim() }
}

function controlOf(test: Fields, id: string): ControlRecord {
  const severity = parseSeverity(textOf(test.TestRisk))
  const words = wordsOf(textOf(test.TestDescription))
  const pillar = textOf(test.TestPillar)
  const category = pillar || textOf(test.TestCategory)
  const sfi = textOf(test.TestSfiPillar)
  return {
    kind: 'control',
    control_id: `${SOURCE}:${id}`,
    title: textOf(test.TestTitle) || id,
    ...(severity && { severity }),
    ...(category && { category }),
    ...(words.description && { description: cutText(words.description) }),
    ...(words.remediation && { remediation: cutText(words.remediation) }),
    ...(sfi && { frameworks: [{ framework: 'Microsoft Secure Future Initiative', requirement: sfi }] }),
  }
}

function* testRecords(value: unknown, at: string, asset: string): Generator<FileRecord> {
  const test = fieldsOf(value)
  const id = textOf(test.TestId)
  const status = statusOf(test)
  if (id === '' || status === null) {
    const expected =
      id === ''
        ? 'a TestId'
        : `a TestStatus Passed, Failed, Skipped, Planned, Error or Investigate; found ${JSON.stringify(textOf(test.TestStatus).slice(0, 40))}`
    yield { kind: 'skipped', at, reason: `expected ${expected}` }
    return
  }
  const control = controlOf(test, id)
  const evidence = textOf(test.TestResult) || textOf(test.SkippedReason)
  yield control
  yield {
    kind: 'control_result',
    asset,
    control_id: control.control_id,
    status,
    ...(control.severity && { severity: control.severity }),
    ...(evidence && { evidence: cutText(evidence, 3900) }),
  }
}

/** They stand in front of the tests. */
const FACTS = ['ExecutedAt', 'TenantId', 'TenantName', 'CurrentVersion']

/**
 * Microsoft's Zero Trust Assessment of a tenant (`ZeroTrustAssessmentReport.json`). One test is one `control_result`; the summary is not read.
 * Description: https://learn.microsoft.com/security/zero-trust/assessment/overview
 */
export const zeroTrustAssessment: Importer = reads({
  id: 'zero-trust-assessment',
  title: 'Microsoft Zero Trust Assessment (JSON)',
  version: 1,
  detect({ text }: Head) {
    const outline = jsonOutline(text)
    return outline?.list === false && ['TenantId', 'ExecutedAt', 'TestResultSummary'].every((name) => outline.members.has(name))
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const about = new Map<string, string>()
    let asset: string | null = null
    function* begin(): Generator<FileRecord> {
      const tenant = isGuid(about.get('TenantId') ?? '') ? about.get('TenantId')!.toLowerCase() : ''
      const version = about.get('CurrentVersion') ?? ''
      asset = tenant || 'tenant'
      yield {
        kind: 'report',
        source: SOURCE,
        tool: 'Zero Trust Assessment',
        tool_version: /^\d/.test(version) ? version : null,
        observed_at: parseInstant(about.get('ExecutedAt') ?? ''),
        ...(tenant && { tenant_id: tenant }),
      }
      yield {
        kind: 'asset',
        asset,
        type: 'tenant',
        name: about.get('TenantName') || asset,
        names: tenant ? [{ type: 'tenant_id', name: tenant }] : [],
        attributes: { cloud_provider: 'm365' },
      }
      yield { kind: 'coverage', asset, subject: 'control' }
    }
    yield* readJson(file.bytes(), [...FACTS.map((name) => `$.${name}`), '$.Tests[*]']).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path !== '$.Tests[*]') {
          about.set(path.slice(2), textOf(value))
          continue
        }
        if (asset === null) yield* begin()
        yield* testRecords(value, at, asset!)
      }
    })

    if (asset === null)
      throw new UserError('unreadable_report', 'Expected a Zero Trust Assessment: an object with ExecutedAt, TenantId and a list of Tests')
  },
})
