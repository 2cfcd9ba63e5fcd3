import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { neuvectorCompliance } from './neuvector-compliance.ts'

const records = (name: string) => sampleRecords(neuvectorCompliance, import.meta.dirname, name)

describe('neuvector-compliance', () => {
  it('reads the benchmarks of a node that it does not name', async () => {
    const all = await records('host.json')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T00:00:00Z')
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'asset', type: 'device', name: '', names: [] }])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'asset', subject: 'control' }])
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['neuvector:D.1.1.1', 'pass', undefined],
      ['neuvector:K.4.1.8', 'fail', 'client-ca-file: /x'],
      ['neuvector:D.2', 'not_run', undefined],
    ])
    expect(of(all, 'control').map(({ frameworks }) => frameworks)).toEqual([
      [{ framework: 'CIS Docker 1.2.0', requirement: '1.1.1' }],
      [{ framework: 'CIS Kubernetes 1.6.0', requirement: '4.1.8' }],
      [{ framework: 'CIS Docker 1.2.0', requirement: '2' }],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'items[3]' }])
  })

  it('reads the bare list, which has no time', async () => {
    const all = await records('bare-list.json')
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'control')[0]!.frameworks).toBeUndefined()
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(neuvectorCompliance, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"items":[{"level":"x"}]}', '[{"test_number":"1"}]', '[]', ''])('does not take %s', (text) =>
    expect(neuvectorCompliance.detect({ name: 'x.json', text })).toBe(false),
  )
})
