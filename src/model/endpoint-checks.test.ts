import { describe, expect, it } from 'vitest'
import { type EndpointAnswer, type EndpointCheck, endpointRecords } from './endpoint-checks.ts'

const rule: EndpointCheck = { id: 'tls-1-0', title: 'TLS 1.0 is off', severity: 'medium' }
const heartbleed: EndpointCheck = { id: 'heartbleed', title: 'Heartbleed', severity: 'critical', vulnerabilities: ['CVE-2014-0160'] }
const robot: EndpointCheck = { id: 'robot', title: 'ROBOT', severity: 'high', vulnerabilities: [] }
const records = (...answers: EndpointAnswer[]) => [...endpointRecords('e', answers, { source: 'tool', product: 'Tool', told: new Set() })]

describe('answers about an endpoint', () => {
  it('are a result per rule and a finding per vulnerability that is there', () => {
    const all = records(
      { check: rule, failed: true, evidence: 'offered' },
      { check: heartbleed, failed: false },
      { check: robot, failed: true },
    )
    expect(all.filter((one) => one.kind !== 'control' && one.kind !== 'vulnerability')).toEqual([
      { kind: 'control_result', asset: 'e', control_id: 'tool:tls-1-0', status: 'fail', severity: 'medium', evidence: 'offered' },
      {
        kind: 'finding',
        asset: 'e',
        vulnerability_ids: ['tool:robot'],
        severity: 'high',
        title: 'ROBOT',
        place: 'robot',
        access: 'remote',
      },
      { kind: 'coverage', asset: 'e', subject: 'control', access: 'remote' },
      { kind: 'coverage', asset: 'e', subject: 'vulnerability', access: 'remote' },
    ])
  })

  it('cover only what has an answer', () => {
    const coverage = (...answers: EndpointAnswer[]) => records(...answers).filter((one) => one.kind === 'coverage')
    expect(coverage({ check: rule, failed: null }, { check: heartbleed, failed: null })).toEqual([])
    expect(coverage({ check: robot, failed: null }, { check: heartbleed, failed: false })).toEqual([
      { kind: 'coverage', asset: 'e', subject: 'vulnerability', access: 'remote', checks: 'heartbleed' },
    ])
  })
})
