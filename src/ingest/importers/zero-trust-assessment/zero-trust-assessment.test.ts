import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { zeroTrustAssessment } from './zero-trust-assessment.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of zeroTrustAssessment.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const sample = () => openFile(join(import.meta.dirname, 'samples/contoso.json'))

describe('zero-trust-assessment', () => {
  it('is known by its content and tells the tenant and the time with its zone', async () => {
    const file = await sample()
    expect(zeroTrustAssessment.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(all.slice(0, 3)).toEqual([
      {
        kind: 'report',
        source: 'zero-trust-assessment',
        tool: 'Zero Trust Assessment',
        tool_version: '2.1.8',
        observed_at: parseInstant('2026-01-01T00:00:00.5Z'),
        tenant_id: '0a000000-0000-4000-8000-000000000001',
      },
      {
        kind: 'asset',
        asset: '0a000000-0000-4000-8000-000000000001',
        type: 'tenant',
        name: 'Contoso',
        names: [{ type: 'tenant_id', name: '0a000000-0000-4000-8000-000000000001' }],
        attributes: { cloud_provider: 'm365' },
      },
      { kind: 'coverage', asset: '0a000000-0000-4000-8000-000000000001', subject: 'control' },
    ])
  })

  it('counts rows, not the summary, and takes only Passed and Failed for answers', async () => {
    const all = await records(await sample())
    expect(of(all, 'control_result').map((one) => [one.control_id.split(':')[1], one.status, one.severity])).toEqual([
      ['21888', 'fail', 'high'],
      ['24541', 'pass', 'medium'],
      ['1', 'not_run', 'low'],
      ['2', 'not_run', 'low'],
      ['3', 'not_run', 'low'],
      ['4', 'not_run', 'low'],
      ['5', 'not_applicable', 'low'],
    ])
    expect(of(all, 'skipped')).toEqual([{ kind: 'skipped', at: 'Tests[7]', reason: expect.stringContaining('"Perhaps"') }])
    expect(of(all, 'control').slice(0, 2)).toEqual([
      {
        kind: 'control',
        control_id: 'zero-trust-assessment:21888',
        title: 'No dangling redirect URIs',
        severity: 'high',
        category: 'Identity',
        description: 'They can be taken over.',
        remediation: '- [How](https://learn.microsoft.com/x)',
        frameworks: [{ framework: 'Microsoft Secure Future Initiative', requirement: 'Protect engineering systems' }],
      },
      { kind: 'control', control_id: 'zero-trust-assessment:24541', title: 'Compliance policies', severity: 'medium', category: 'Tenant' },
    ])
    expect(of(all, 'control_result')[5]!.evidence).toBe('This test requires P2.')
  })

  it('refuses what has no tests, or is cut off', async () => {
    await expect(records(await openBytes('z', Buffer.from('{"TenantId":"x","Tests":[]}')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    await expect(records(await openBytes('z', Buffer.from('{"TenantId":"x","Tests":[{"TestId":"1"')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })
})
