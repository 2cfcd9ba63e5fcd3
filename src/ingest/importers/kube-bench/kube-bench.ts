import { UserError } from '../../../errors.ts'
import type { ControlRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { stigControlId } from '../../../model/stig.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { readLines } from '../../readers/lines.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { peek } from '../../readers/peek.ts'

const NODE = 'node'

/** WARN is a manual check or one that could not be answered, INFO one that does not apply here. https://github.com/aquasecurity/kube-bench/blob/main/docs/running.md#output */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['PASS', 'pass'],
  ['FAIL', 'fail'],
  ['WARN', 'not_run'],
  ['INFO', 'not_run'],
])

/** Of a group that is a document of its own. */
const MEMBERS = ['id', 'version', 'node_type', 'text', 'tests']

const TEXT_LINE = /^\[(PASS|FAIL|WARN|INFO)\] (\S{1,40})\s+(\S.*)$/

type Layout = 'json' | 'text'

function layoutOf(head: string): Layout | null {
  const outline = jsonOutline(head)
  if (outline) {
    const { members } = outline
    if (!outline.list && members.has('Controls') && /"(?:node_type|test_number|tests)"\s*:/.test(head)) return 'json'
    return members.has('tests') && members.has('node_type') && members.has('text') ? 'json' : null
  }
  return /^\[INFO\] \S+ \S/.test(head) && /^== (?:Summary|Remediations) /m.test(head) && TEXT_LINE.test(head.split(/\r?\n/)[0]!)
    ? 'text'
    : null
}

/** kube-bench: JSON (`--json`), with `Controls` since 0.5 or as a list or single objects before, and what it prints. Format: https://github.com/aquasecurity/kube-bench */
export const kubeBench: Importer = reads({
  id: 'kube-bench',
  title: 'kube-bench (JSON, text)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null && !/^\s*(?:\[\s*\]|\{\s*"Controls")/.test(text))
      throw new UserError('unreadable_report', 'Expected kube-bench JSON with Controls or tests, or the text that it prints')
    yield { kind: 'report', source: 'kube-bench', tool: 'kube-bench', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: NODE, type: 'device', name: '', names: [], attributes: { cloud_provider: 'kubernetes' } }
    if (layout === 'text') yield* readText(bytes)
    else yield* readReport(bytes, text.trimStart().startsWith('['))
  },
})

async function* readReport(bytes: AsyncIterable<Uint8Array>, list: boolean): AsyncGenerator<Told> {
  const told = new Set<string>()
  const parts = new Set<string>()
  // An object before 0.5 is one group of controls itself; several may follow one another.
  const alone = new Map<number, Fields>()
  yield* readJson(bytes, list ? ['$[*]'] : ['$.Controls[*]', ...MEMBERS.map((name) => `$.${name}`)]).tell(function* (matches) {
    for (const { path, at, value, document } of matches) {
      if (path === '$.Controls[*]' || path === '$[*]') yield* groupRecords(fieldsOf(value), `${at}.`, told, parts)
      else if (alone.size < 100) alone.set(document, { ...alone.get(document), [path.slice(2)]: value })
    }
  })

  for (const [document, group] of alone)
    if (group['tests']) yield groupRecords(group, document ? `document ${document + 1}: ` : '', told, parts)
  if (parts.size > 0) yield { kind: 'coverage', asset: NODE, subject: 'control', checks: nameOfSet(parts, 'parts') }
}

function* groupRecords(group: Fields, at: string, told: Set<string>, parts: Set<string>): Generator<FileRecord> {
  const version = textOf(group['version']).slice(0, 60)
  parts.add([version, textOf(group['node_type']), textOf(group['id'])].filter(Boolean).join(' ') || 'controls')
  for (const [section, one] of listOf(group['tests']).entries()) {
    const test = fieldsOf(one)
    for (const [index, each] of listOf(test['results']).entries()) {
      const result = fieldsOf(each)
      const number = textOf(result['test_number'])
      const status = statuses.get(textOf(result['status']).toUpperCase())
      if (number === '' || !status) {
        const reason = number ? 'Expected a status PASS, FAIL, WARN or INFO' : 'Expected a result with a test_number'
        yield { kind: 'skipped', at: `${at}tests[${section}].results[${index}]`, reason }
        continue
      }
      const control = controlOf({
        number,
        version,
        title: textOf(result['test_desc']),
        category: textOf(test['desc']) || textOf(group['text']),
        remediation: textOf(result['remediation']),
      })
      if (!told.has(control.control_id)) {
        told.add(control.control_id)
        yield control
      }
      const evidence = [
        textOf(result['reason']),
        textOf(result['expected_result']) && `Expected: ${textOf(result['expected_result'])}`,
        textOf(result['actual_value']) && `Found: ${textOf(result['actual_value'])}`,
      ]
      const text = evidence.filter(Boolean).join('\n').slice(0, 2000)
      yield { kind: 'control_result', asset: NODE, control_id: control.control_id, status, ...(text && { evidence: text }) }
    }
  }
}

/** Numbers of the CIS benchmarks mean other things in other versions; DISA's numbers are the same in all tools. */
function controlOf(check: { number: string; version: string; title: string; category: string; remediation: string }): ControlRecord {
  const { number, version, category, remediation } = check
  const stig = stigControlId(number)
  const title = check.title.replace(/\s*\((?:Automated|Manual|Not Scored|Scored)\)\s*$/i, '').slice(0, 500)
  const isCis = /^(?:cis-)?\d+\.\d+/.test(version)
  return {
    kind: 'control',
    control_id: stig ?? `kube-bench:${version ? `${version}/` : ''}${number.slice(0, 100)}`,
    title: title || number,
    ...(category && { category: category.slice(0, 200) }),
    ...(remediation && { remediation: remediation.slice(0, 4000) }),
    product: 'Kubernetes',
    ...(stig && { frameworks: [{ framework: 'DISA STIG', requirement: number }] }),
    ...(!stig && isCis && { frameworks: [{ framework: `CIS Kubernetes ${version.replace('cis-', '')}`, requirement: number }] }),
    ...(stig && !remediation && { partial: true }),
  }
}

/**
 * What kube-bench prints: `[FAIL] 1.1.1 Ensure …`. Headings are `[INFO]` with the number of a section; an `[INFO]` with a longer number is a check that does not
 * apply here.
 */
async function* readText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const told = new Set<string>()
  let category = ''
  let checks = 0
  for await (const { text } of readLines(bytes)) {
    const match = TEXT_LINE.exec(text)
    if (!match) continue
    const [, word, number, rest] = match
    if (word === 'INFO' && /^\d+(?:\.\d+)?$/.test(number!)) {
      category = rest!.trim()
      continue
    }
    checks++
    const [title = '', reason = ''] = rest!.split(' | ')
    const control = controlOf({ number: number!, version: '', title: title.trim(), category, remediation: '' })
    if (!told.has(control.control_id)) {
      told.add(control.control_id)
      yield control
    }
    const status = statuses.get(word!)!
    yield {
      kind: 'control_result',
      asset: NODE,
      control_id: control.control_id,
      status,
      ...(reason && { evidence: reason.trim().slice(0, 2000) }),
    }
  }
  if (checks > 0) yield { kind: 'coverage', asset: NODE, subject: 'control', checks: 'text output' }
}
