import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { kubernetesAsset } from '../../../model/kubernetes-resource.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { child, readXml, type XmlNode } from '../../readers/xml.ts'
import { controlOf, describe, statusOf, wordsOf } from './controls.ts'

const CLUSTER = kubernetesAsset('kubescape', '', { namespace: '', kind: '', name: '' })

function* begin(observed_at: Instant | null): Generator<FileRecord> {
  yield { kind: 'report', source: 'kubescape', tool: 'Kubescape', tool_version: null, observed_at }
  yield CLUSTER
}

const count = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0)

/** summaryDetails alone: each control with the number of resources that passed and failed. Neither time nor cluster. */
export async function* readSummary(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const controls: { id: string; at: string; value: unknown }[] = []
  const names: string[] = []
  const frameworks = new Map<string, Set<string>>()
  for await (const matches of readJson(bytes, ['$.controls.*', '$.frameworks[*]']).batches)
    for (const { path, at, value } of matches) {
      const item = fieldsOf(value)
      if (path === '$.controls.*') {
        if (controls.length < 20_000) controls.push({ id: textOf(item['controlID']), at, value })
        continue
      }
      const name = textOf(item['name']).slice(0, 100)
      names.push(name)
      for (const id of Object.keys(fieldsOf(item['controls'])).slice(0, 5000))
        frameworks.set(id, (frameworks.get(id) ?? new Set()).add(name))
    }
  if (controls.length === 0) throw new UserError('unreadable_report', 'Expected Kubescape summaryDetails with controls')
  yield begin(null)
  for (const { id, at, value } of controls) {
    const item = fieldsOf(value)
    const { word, sub, info } = wordsOf(item)
    const status = id === '' ? null : statusOf(word, sub)
    if (status === null) {
      yield { kind: 'skipped', at, reason: 'Expected a control with a controlID and a status passed, failed or skipped' }
      continue
    }
    const control = controlOf(id, describe(item), frameworks.get(id))
    const resources = fieldsOf(item['ResourceCounters'])
    const [passed, failed] = [count(resources['passedResources']), count(resources['failedResources'])]
    yield control
    yield result(control.control_id, status, {
      ...(control.severity && { severity: control.severity }),
      ...(passed + failed > 0 && { passed, total: passed + failed }),
      ...(info && { evidence: info.slice(0, 2000) }),
    })
  }
  yield { kind: 'coverage', asset: CLUSTER.asset, subject: 'control', checks: nameOfSet(names, 'frameworks') || 'controls' }
}

function* result(control_id: string, status: ControlResultRecord['status'], more: Partial<ControlResultRecord>): Generator<FileRecord> {
  yield { kind: 'control_result', asset: CLUSTER.asset, control_id, status, ...more }
}

/** JUnit: one test suite for each framework, one test case for each control; `classname` is `NSA/C-0002`. */
export async function* readJUnit(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let framework = ''
  let begun = false
  const names: string[] = []
  yield* readXml(bytes, { elements: ['testcase'], opens: ['testsuites', 'testsuite'] }).tell(function* (events) {
    for (const { name, line, node } of events) {
      if (name === 'testsuites') continue
      if (name === 'testsuite') {
        framework = node.attributes['name']?.slice(0, 100) ?? ''
        names.push(framework)
        if (!begun) yield* begin(parseInstant(node.attributes['timestamp'] ?? ''))
        begun = true
        continue
      }
      if (!begun) yield* begin(null)
      begun = true
      yield* testCase(node, framework, line)
    }
  })

  if (!begun) yield begin(null)
  if (names.length > 0) yield { kind: 'coverage', asset: CLUSTER.asset, subject: 'control', checks: nameOfSet(names, 'frameworks') }
}

function* testCase(node: XmlNode, framework: string, line: number): Generator<FileRecord> {
  const id = node.attributes['classname']?.split('/').at(-1)?.trim() ?? ''
  if (!/^[A-Z]+-[\w.]{1,40}$/i.test(id)) {
    yield {
      kind: 'skipped',
      at: `line ${line}`,
      reason: `Expected a testcase with a classname such as NSA/C-0002; found ${JSON.stringify(id.slice(0, 60))}`,
    }
    return
  }
  const failure = child(node, 'failure')
  const skipped = child(node, 'skipped')
  const control = controlOf(id, { name: node.attributes['name']?.slice(0, 500) ?? '', severity: null }, new Set([framework]))
  const remediation = /Remediation:\s*(\S.*?)\n/s.exec(failure?.text ?? '')?.[1]?.trim()
  const evidence = failure?.attributes['message'] ?? skipped?.attributes['message'] ?? ''
  yield remediation && !remediation.startsWith('More details') ? { ...control, remediation: remediation.slice(0, 4000) } : control
  yield* result(control.control_id, failure ? 'fail' : skipped ? 'not_run' : 'pass', evidence ? { evidence: evidence.slice(0, 4000) } : {})
}
