import type { ControlRecord, ControlResultRecord, FileRecord } from '../../model/record.ts'
import { checkResult } from './check-result.ts'
import { fieldsOf, textOf, textsIn } from './json-fields.ts'

/** NeuVector's word for each outcome: INFO and NOTE are headings or for a person, ERROR could not be run. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['PASS', 'pass'],
  ['WARN', 'fail'],
  ['HIGH', 'fail'],
  ['FAIL', 'fail'],
  ['INFO', 'not_run'],
  ['NOTE', 'not_run'],
  ['ERROR', 'not_run'],
])

/**
 * One check of NeuVector's benchmarks (`test_number`, `level`, …), as image scans and compliance reports both write it.
 * Format: RESTBenchItem in https://github.com/neuvector/neuvector/blob/main/controller/api/apis.go
 */
export function* readNeuvectorCheck(
  value: unknown,
  asset: string,
  at: string,
  described: Set<string>,
  frameworkOf: (test_number: string) => NonNullable<ControlRecord['frameworks']> = () => [],
): Generator<FileRecord> {
  const found = fieldsOf(value)
  const number = textOf(found['test_number'])
  const status = statuses.get(textOf(found['level']).toUpperCase())
  if (number === '' || status === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a check with test_number and a level PASS, WARN, INFO, NOTE or ERROR' }
    return
  }
  yield* checkResult(
    {
      asset,
      control_id: `neuvector:${number}`,
      title: textOf(found['description']) || number,
      status,
      category: textOf(found['category']) || textOf(found['catalog']),
      remediation: textOf(found['remediation']),
      evidence: textsIn(found['message']).join('\n'),
      frameworks: frameworkOf(number),
      place: textOf(found['group']),
    },
    described,
  )
}
