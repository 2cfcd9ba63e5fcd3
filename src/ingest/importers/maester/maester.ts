import { isGuid } from '../../../model/guid.ts'
import { UserError } from '../../../errors.ts'
import type { ControlRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { readJson } from '../../readers/json.ts'
import { cutText, fieldsOf, textOf } from '../../readers/json-fields.ts'

const SOURCE = 'maester'
const MAX_TEXT = 4000

/** What became of a test. Only Passed and Failed are answers: https://maester.dev/docs/writing-tests/ and Pester's own words. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['passed', 'pass'],
  ['failed', 'fail'],
  ['skipped', 'not_run'],
  ['notrun', 'not_run'],
  ['inconclusive', 'not_run'],
  ['error', 'not_run'],
  ['investigate', 'not_run'],
])

/** The parts of a test that are kept while the file is read. */
interface Test {
  status: ControlResultRecord['status']
  control: ControlRecord
  evidence: string
}

/** Frameworks that the test's id or tags name: CIS.M365.1.1.1, CISA.MS.AAD.3.1, EIDSCA.AM01, ORCA.100. */
function frameworksOf(id: string, tags: string[]): { framework: string; requirement: string }[] {
  const match = /^(CIS\.M365|CISA|EIDSCA|ORCA)\.([A-Z0-9.]{1,60})$/i.exec(id)
  if (!match) return []
  const [, family, requirement] = match
  if (family === 'CIS.M365')
    return [{ framework: tags.find((tag) => /^CIS M365 v\d[\d.]{0,9}$/.test(tag)) ?? 'CIS M365', requirement: requirement! }]
  return [{ framework: family === 'CISA' ? 'CISA SCuBA' : family!, requirement: requirement! }]
}

function testOf(value: unknown): Test | string {
  const item = fieldsOf(value)
  const name = textOf(item.Name)
  // Old versions wrote the id only in front of the name.
  const id = textOf(item.Id) || /^([A-Za-z][A-Za-z0-9.-]{1,60}):\s/.exec(name)?.[1] || ''
  if (id === '') return 'Expected a test with an Id, or a Name that begins with one'
  const status = statuses.get(textOf(item.Result).replace(/\s/g, '').toLowerCase())
  if (!status)
    return `Expected a Result Passed, Failed, Skipped, Error or NotRun; found ${JSON.stringify(textOf(item.Result).slice(0, 40))}`
  const detail = fieldsOf(item.ResultDetail)
  const severity = parseSeverity(textOf(item.Severity) || textOf(detail.Severity))
  const [error] = Array.isArray(item.ErrorRecord) ? item.ErrorRecord : []
  const title = textOf(item.Title) || name.replace(`${id}: `, '')
  const category = textOf(item.Block)
  const url = textOf(item.HelpUrl)
  const description = textOf(detail.TestDescription)
  const remediation =
    /\n#+\s*Remediation(?: action)?s?:?\s*\n([^]{1,6000})/i
      .exec(description)?.[1]
      ?.split(/\n#+\s/)[0]
      ?.trim() ?? ''
  const tags = Array.isArray(item.Tag) ? item.Tag.map(textOf) : []
  const frameworks = frameworksOf(id, tags)
  return {
    status,
    control: {
      kind: 'control',
      control_id: `${SOURCE}:${id}`,
      title: title || id,
      ...(severity && { severity }),
      ...(category && { category }),
      ...(description && { description: cutText(description, MAX_TEXT) }),
      ...(remediation && { remediation: cutText(remediation, MAX_TEXT) }),
      ...(url.startsWith('https://') && { url }),
      ...(frameworks.length > 0 && { frameworks }),
    },
    evidence:
      cutText(textOf(detail.TestResult) || textOf(detail.SkippedReason) || textOf(fieldsOf(fieldsOf(error).Exception).Message), MAX_TEXT) ??
      '',
  }
}

/**
 * Maester's test results of a Microsoft 365 tenant or an Active Directory domain (`TestResults-….json`). One test is one `control_result`.
 * Description: https://maester.dev/docs/monitoring/
 */
export const maester: Importer = reads({
  id: 'maester',
  title: 'Maester test results (JSON)',
  version: 1,
  detect: ({ text: head }: Head) =>
    /^\s*\{/.test(head) &&
    ['"TenantId"', '"ExecutedAt"', '"CurrentVersion"', '"TotalCount"', '"PassedCount"'].every((name) => head.includes(name)),

  async *parse(file: Source): AsyncGenerator<Told> {
    const about = new Map<string, unknown>()
    const tests: Test[] = []
    const skipped: FileRecord[] = []
    const facts = ['TenantId', 'TenantName', 'ExecutedAt', 'CurrentVersion', 'SystemInfo', 'TotalCount'].map((name) => `$.${name}`)
    for await (const matches of readJson(file.bytes(), [...facts, '$.Tests[*]']).batches)
      for (const { path, at, value } of matches) {
        if (path !== '$.Tests[*]') {
          about.set(path.slice(2), value)
          continue
        }
        const test = testOf(value)
        if (typeof test === 'string') skipped.push({ kind: 'skipped', at, reason: test })
        else tests.push(test)
      }
    if (!about.has('ExecutedAt') || tests.length + skipped.length === 0) {
      throw new UserError('unreadable_report', 'Expected Maester results: an object with ExecutedAt and a list of Tests')
    }
    const tenant = isGuid(textOf(about.get('TenantId'))) ? textOf(about.get('TenantId')).toLowerCase() : ''
    const version = textOf(about.get('CurrentVersion'))
    // Without a connection to Graph only the Windows domain of the machine tells what was tested.
    const domain = tenant ? '' : textOf(fieldsOf(about.get('SystemInfo')).UserDomain)
    const asset = tenant || domain || 'tenant'
    yield {
      kind: 'report',
      source: SOURCE,
      tool: 'Maester',
      tool_version: /^\d/.test(version) ? version : null,
      observed_at: parseInstant(textOf(about.get('ExecutedAt'))),
      ...(tenant && { tenant_id: tenant }),
    }
    yield {
      kind: 'asset',
      asset,
      type: 'tenant',
      name: (tenant && textOf(about.get('TenantName'))) || asset,
      names: tenant ? [{ type: 'tenant_id', name: tenant }] : domain ? [{ type: 'label', name: `${SOURCE}/${domain}` }] : [],
      ...(tenant && { attributes: { cloud_provider: 'm365' } }),
    }
    yield { kind: 'coverage', asset, subject: 'control' }
    const told = new Set<string>()
    for (const { control, status, evidence } of tests) {
      if (!told.has(control.control_id)) {
        told.add(control.control_id)
        yield control
      }
      yield {
        kind: 'control_result',
        asset,
        control_id: control.control_id,
        status,
        ...(control.severity && { severity: control.severity }),
        ...(evidence && { evidence }),
      }
    }
    yield skipped
  },
})
