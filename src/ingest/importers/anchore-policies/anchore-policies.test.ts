import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { anchorePolicies } from './anchore-policies.ts'

const records = (name: string) => sampleRecords(anchorePolicies, import.meta.dirname, name)

describe('anchore-policies', () => {
  it('reads the table of the engine: rules, vulnerabilities, and what an allow list lets pass', async () => {
    const all = await records('engine.json')
    expect(of(all, 'asset')).toMatchObject([
      { name: 'registry.example.org/shop/web:1.4', attributes: { image_digest: `sha256:${'2'.repeat(64)}` } },
    ])
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T13:40:10Z')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image 1',
        control_id: 'anchore:dockerfile/instruction',
        severity: undefined,
        title: "Dockerfile directive 'HEALTHCHECK' not found",
        component: { name: "Dockerfile directive 'HEALTHCHECK' not found", type: 'policy rule' },
      },
      expect.objectContaining({ component: { name: "Dockerfile directive 'USER' not found", type: 'policy rule' } }),
      {
        kind: 'finding',
        asset: 'image 1',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'medium',
        cvss: undefined,
        title: undefined,
        component: { name: 'struts-core', version: '1.3.8' },
        place: '/app/struts-core-1.3.8.jar',
      },
    ])
    expect(of(all, 'skipped')).toMatchObject([{ reason: expect.stringContaining('allow list') }])
  })

  it('reads the list of anchorectl; the severity that the words begin with', async () => {
    const all = await records('anchorectl-list.json')
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'anchore:dockerfile/effective_user', severity: 'critical' }])
    expect(of(all, 'skipped')).toMatchObject([{ at: '[0].detail[1]' }])
  })

  it('covers only what its policy looks for', async () => {
    for (const [name, policy] of [
      ['engine.json', 'policy p-1'],
      ['anchorectl-list.json', 'policy p-2'],
      ['anchorectl-passed.json', 'policy p-2'],
    ] as const) {
      expect(of(await records(name), 'coverage').map(({ subject, checks }) => [subject, checks])).toEqual([
        ['control', policy],
        ['vulnerability', policy],
      ])
    }
    expect(of(await records('anchorectl-passed.json'), 'finding')).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(anchorePolicies, [{ a: 1 }])).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['[{"sha256:aa":{"x":[]}}]', '{"policyId":"x"}', '[{"vuln":"x","feedGroup":"y"}]', '[]', ''])('does not take %s', (text) =>
    expect(anchorePolicies.detect({ name: 'x.json', text })).toBe(false),
  )
})
