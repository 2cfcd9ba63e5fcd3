import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { dockerBench } from './docker-bench.ts'

describe('docker-bench', () => {
  it('reads the results of a host that it does not name', async () => {
    const all = await sampleRecords(dockerBench, import.meta.dirname, 'host.json')
    expect(of(all, 'report')).toMatchObject([{ source: 'docker-bench', tool_version: '1.3.6' }])
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T00:00:00Z')
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'host', type: 'device', name: '', names: [] }])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'host', subject: 'control' }])
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['docker-bench:1.1.1', 'fail', undefined],
      ['docker-bench:1.1.2', 'not_run', 'doubtfulusers: sam'],
      ['docker-bench:1.2.1', 'not_run', undefined],
      ['docker-bench:1.2.2', 'pass', undefined],
      ['docker-bench:4.1', 'fail', 'running as root:  web'],
    ])
    expect(of(all, 'control')[4]).toMatchObject({ category: 'Container Images and Build File', product: 'Docker' })
    expect(of(all, 'skipped')).toMatchObject([{ at: 'tests[0].results[4]' }])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(dockerBench, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"tests":[]}', '[{"dockerbenchsecurity":"1","tests":[]}]', ''])('does not take %s', (text) =>
    expect(dockerBench.detect({ name: 'x.json', text })).toBe(false),
  )
})
