import { expect, it } from 'vitest'
import { checkResult } from './check-result.ts'

it('tells a control once and each of its results, without what is empty', () => {
  const described = new Set<string>()
  const check = {
    asset: 'a',
    control_id: 'tool:1',
    title: ' A check ',
    status: 'fail',
    severity: null,
    urls: ['http://x.example'],
  } as const
  expect([...checkResult(check, described)]).toEqual([
    { kind: 'control', control_id: 'tool:1', title: 'A check' },
    { kind: 'control_result', asset: 'a', control_id: 'tool:1', status: 'fail' },
  ])
  expect([...checkResult({ ...check, severity: 'low', evidence: ' seen ', place: 'b' }, described)]).toEqual([
    { kind: 'control_result', asset: 'a', control_id: 'tool:1', status: 'fail', severity: 'low', evidence: 'seen', place: 'b' },
  ])
})
