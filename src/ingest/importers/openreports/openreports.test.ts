import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { openreports } from './openreports.ts'

const records = (name: string) => sampleRecords(openreports, import.meta.dirname, name)

describe('openreports', () => {
  it('reads vulnerabilities of a workload', async () => {
    const all = await records('scope.json')
    expect(of(all, 'report')).toMatchObject([{ source: 'image-scanner' }])
    expect(of(all, 'asset')).toMatchObject([
      { name: 'web/Deployment/front', names: [{ type: 'cloud_id', name: '11111111-2222-3333-4444-555555555555' }] },
    ])
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T08:28:32Z')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'look 1',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'low',
        cvss: undefined,
        title: 'openssl: out of bounds',
        component: { name: 'libcrypto3', version: '3.5.2-r1' },
        fixed_version: '3.5.4-r0',
      },
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['results[1]', 'results[2]'])
  })

  it('reads policies about resources; each engine is a source of its own', async () => {
    const all = await records('list-of-two-engines.json')
    expect(of(all, 'report').map(({ source }) => source)).toEqual(['kyverno', 'image-scanner'])
    expect(of(all, 'asset').map(({ type, names }) => [type, names.length])).toEqual([
      ['cloud_resource', 1],
      ['cloud_resource', 1],
      ['cluster', 0],
      ['cloud_resource', 1],
    ])
    expect(of(all, 'control_result').map(({ asset, control_id, status, place }) => [asset, control_id, status, place])).toEqual([
      ['look 1', 'kyverno:require-labels/check-team', 'fail', 'web/Pod/a'],
      ['look 2', 'kyverno:require-labels/check-team', 'fail', 'web/Pod/b'],
      ['look 3', 'kyverno:require-labels/check-team', 'pass', 'web/Pod/c'],
    ])
    expect(of(all, 'skipped')[0]).toMatchObject({ at: 'items[0].results[2]' })
  })

  it('covers each resource by itself; of an unnamed cluster only that resource', async () => {
    const coverage = of(await records('list-of-two-engines.json'), 'coverage')
    expect(coverage.filter(({ subject }) => subject === 'control').map(({ asset, checks }) => [asset, checks])).toEqual([
      ['look 1', undefined],
      ['look 2', undefined],
      ['look 3', 'web/Pod/c'],
      ['look 4', undefined],
    ])
    const none = await records('no-results.json')
    expect(none.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage', 'coverage'])
    expect(formatInstant(of(none, 'asset')[0]!.observed_at!)).toBe('2026-03-01T08:26:27Z')
  })

  it('does not take the time of making for a report that was changed', async () => {
    const object = {
      apiVersion: 'openreports.io/v1alpha1',
      kind: 'Report',
      metadata: { creationTimestamp: '2026-03-01T08:26:27Z', generation: 2 },
      scope: { kind: 'Pod', name: 'a' },
    }
    expect(of(await recordsOf(openreports, object), 'asset')[0]).not.toHaveProperty('observed_at')
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(openreports, { kind: 'Report' })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    '{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"VulnerabilityReport"}',
    '{"apiVersion":"v1","kind":"List","items":[]}',
    '[]',
    '',
  ])('does not take %s', (text) => expect(openreports.detect({ name: 'x.json', text })).toBe(false))
})
