import type { ControlRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { stigControlId } from '../../../model/stig.ts'
import { cutText, type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'

/** A control with its results, as much as is kept until the whole file is read. */
export interface Control {
  at: string
  profile: string
  /** The id that the profile gives it. */
  name: string
  id: string
  title: string
  description: string
  fix: string
  severity: Severity | null
  frameworks: { framework: string; requirement: string }[]
  status: ControlResultRecord['status'] | null
  evidence: string
  /** Last start of one of its results; '' when none says. */
  started: string
}

const MAX_TEXT = 4000

/** The bands of a control's impact, 0–1: https://docs.chef.io/inspec/profiles/controls/ */
export function severityOfImpact(impact: unknown): Severity | null {
  if (typeof impact !== 'number' || !(impact >= 0 && impact <= 1)) return null
  if (impact >= 0.9) return 'critical'
  if (impact >= 0.7) return 'high'
  if (impact >= 0.4) return 'medium'
  return impact > 0 ? 'low' : 'informational'
}

/** Tags of profiles that name requirements. Anything else in the tags is the author's own. */
const tagged: [RegExp, string | null][] = [
  [/^nist$/i, 'NIST 800-53'],
  [/^cci$/i, 'CCI'],
  [/^cce$/i, 'CCE'],
  [/^stig_id$/i, 'DISA STIG'],
  [/^(?:gtitle|srg)$/i, 'DISA SRG'],
  [/^cis(?:_controls?|_v\d)?$/i, 'CIS'],
  [/^(?:iso|pci|hipaa|soc2|gdpr|bsi|anssi)[\w.-]{0,30}$/i, null],
]

function frameworksOf(tags: Fields): Control['frameworks'] {
  return Object.entries(tags).flatMap(([tag, value]) => {
    const known = tagged.find(([pattern]) => pattern.test(tag))
    if (!known) return []
    const requirements = (Array.isArray(value) ? value : [value]).slice(0, 200).map(textOf)
    return requirements
      .filter((one) => one !== '' && one.length <= 100 && !/^Rev_\d/i.test(one))
      .map((requirement) => ({ framework: known[1] ?? tag, requirement }))
  })
}

/** One test of a control: passed, failed, skipped, or broken off with an exception. */
export interface Result {
  status: string
  description: string
  message: string
  skipped: string
  broken: boolean
  started: string
}

/** Reads an entry of `results`. */
export function readResult(value: unknown): Result {
  const item = fieldsOf(value)
  return {
    status: textOf(item['status']).toLowerCase(),
    description: textOf(item['code_desc']),
    message: textOf(item['message']),
    skipped: textOf(item['skip_message']),
    broken: textOf(item['exception']) !== '' || listOf(item['backtrace']).length > 0,
    started: textOf(item['start_time']),
  }
}

/**
 * The status of a control: failed when a test failed, passed when one passed, else not run (skipped, waived, broken off). Null when a
 * word is unknown. https://docs.chef.io/inspec/reporters/
 */
export function statusOf(results: Result[]): ControlResultRecord['status'] | null {
  if (results.some(({ status }) => !['passed', 'failed', 'skipped', 'error'].includes(status))) return null
  const answers = results.filter(({ broken }) => !broken)
  if (answers.some(({ status }) => status === 'failed')) return 'fail'
  // A test that broke off may have been the one to fail.
  if (results.some(({ broken, status }) => broken || status === 'error')) return 'not_run'
  return answers.some(({ status }) => status === 'passed') ? 'pass' : 'not_run'
}

/** What the tests saw: those that failed, else those that did not run. */
export function evidenceOf(results: Result[]): string {
  const failed = results.filter(({ status }) => status === 'failed')
  const shown = failed.length > 0 ? failed : results.filter(({ status }) => status === 'skipped' || status === 'error')
  const lines = shown.slice(0, 100).map(({ description, message, skipped }) => [description, message || skipped].filter(Boolean).join(': '))
  return cutText(lines.join('\n'), MAX_TEXT) ?? ''
}

/** Reads a control of the JSON reporter, or a line of the audit cookbook's log. Null without an id. */
export function readControl(value: unknown, profile: string, at: string): Control | null {
  const item = fieldsOf(value)
  const id = textOf(item['id'])
  if (id === '') return null
  const tags = fieldsOf(item['tags'] ?? item['control_tags'])
  const descriptions = new Map(listOf(item['descriptions']).map((one) => [textOf(fieldsOf(one)['label']), textOf(fieldsOf(one)['data'])]))
  const results = listOf(item['results']).map(readResult)
  const waiver = fieldsOf(item['waiver_data'])
  const justification = textOf(waiver['justification'])
  return {
    at,
    profile,
    name: id,
    id: stigControlId(textOf(tags['rid'])) ?? stigControlId(id) ?? `inspec:${profile}/${id}`.slice(0, 300),
    title: (textOf(item['title']) || id).slice(0, 500),
    description: cutText(textOf(item['desc'] ?? item['description']) || descriptions.get('default'), MAX_TEXT) ?? '',
    fix: cutText(descriptions.get('fix') || textOf(tags['fix']), MAX_TEXT) ?? '',
    severity: severityOfImpact(item['impact']),
    frameworks: frameworksOf(tags),
    status: statusOf(results),
    evidence: [justification && `Waived: ${justification}`, evidenceOf(results)].filter(Boolean).join('\n'),
    started: results.findLast(({ started }) => started !== '')?.started ?? '',
  }
}

/** The records of a control. */
export function* controlRecords(control: Control, asset: string): Generator<FileRecord> {
  const { id, title, description, fix, severity, frameworks, profile, status, evidence } = control
  if (status === null) {
    yield { kind: 'skipped', at: control.at, reason: 'Expected results with the status passed, failed or skipped' }
    return
  }
  const record: ControlRecord = {
    kind: 'control',
    control_id: id,
    title,
    ...(severity && { severity }),
    ...(description && { description }),
    ...(fix && { remediation: fix }),
    ...(profile && { product: profile }),
    ...(frameworks.length > 0 && { frameworks }),
    ...(title === id.split('/').at(-1) && !description && { partial: true }),
  }
  yield record
  yield { kind: 'control_result', asset, control_id: id, status, ...(severity && { severity }), ...(evidence && { evidence }) }
}
