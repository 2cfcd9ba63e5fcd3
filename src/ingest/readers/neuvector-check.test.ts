import { expect, it } from 'vitest'
import { readNeuvectorCheck } from './neuvector-check.ts'

it.each([
  ['WARN', 'fail'],
  ['PASS', 'pass'],
  ['INFO', 'not_run'],
  ['ERROR', 'not_run'],
])('%s is %s', (level, status) => {
  const check = { test_number: 'D.1.1', level, description: 'A check', message: ['seen', ''] }
  expect([...readNeuvectorCheck(check, 'a', 'items[0]', new Set())]).toEqual([
    { kind: 'control', control_id: 'neuvector:D.1.1', title: 'A check' },
    { kind: 'control_result', asset: 'a', control_id: 'neuvector:D.1.1', status, evidence: 'seen' },
  ])
})

it('skips what is no check', () => {
  expect([...readNeuvectorCheck({ test_number: '1', level: '?' }, 'a', 'items[0]', new Set())]).toMatchObject([
    { kind: 'skipped', at: 'items[0]' },
  ])
})
