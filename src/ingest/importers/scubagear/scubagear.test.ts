import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { parseReportDate, scubagear } from './scubagear.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of scubagear.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const statuses = (all: FileRecord[]) => of(all, 'control_result').map((one) => [one.control_id, one.status, one.severity])
const tenant = '0a000000-0000-4000-8000-000000000001'

describe('scubagear', () => {
  it.each([
    'merged-1.8.json',
    'test-results.json',
    'results-5-columns.csv',
    'results-13-columns.csv',
    'action-plan.csv',
    'product-report-utf16.json',
  ])('knows %s by its content', async (name) => {
    expect(scubagear.detect((await sample(name)).head)).toBe(true)
  })

  it('reads the merged report of a tenant', async () => {
    const all = await records(await sample('merged-1.8.json'))
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'scubagear',
        tool: 'ScubaGear',
        tool_version: '1.8.0',
        observed_at: parseInstant('2026-05-04T17:15:48.307Z'),
        tenant_id: tenant,
      },
    ])
    expect(of(all, 'asset')).toMatchObject([
      { type: 'tenant', name: 'Harbour', names: [{ type: 'tenant_id', name: tenant }] },
      // Who has a privileged role, with all of them, each once.
      {
        type: 'identity',
        name: 'First Admin',
        names: [{ type: 'agent_id', name: 'entra-object:aaaaaaaa-1111-2222-3333-444444444444' }],
        attributes: { roles: 'exchange administrator; global administrator' },
      },
      { type: 'identity', name: 'cccccccc-1111-2222-3333-444444444444', attributes: { roles: 'exchange administrator' } },
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: tenant, subject: 'control' }])
    expect(statuses(all)).toEqual([
      ['scubagear:MS.AAD.1.1v1', 'fail', 'high'],
      ['scubagear:MS.AAD.2.1v1', 'pass', 'high'],
      ['scubagear:MS.AAD.2.2v1', 'not_run', 'medium'],
      ['scubagear:MS.AAD.2.3v1', 'fail', 'medium'],
      ['scubagear:MS.AAD.2.4v1', 'not_run', 'high'],
      ['scubagear:MS.TEAMS.1.1v1', 'not_run', 'medium'],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'Results.AAD[0].Controls[5]' }])
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'scubagear:MS.AAD.1.1v1',
      title: 'Old sign-in SHALL be blocked.',
      severity: 'high',
      category: 'Legacy Authentication',
      url: 'https://example.com/aad#1',
      product: 'Microsoft Entra ID',
      frameworks: [{ framework: 'CISA BOD 25-01', requirement: 'MS.AAD.1.1v1' }],
    })
    expect(of(all, 'control_result')[0]!.evidence).toBe('0 policies found. See all .')
  })

  it('reads the raw test results, whose controls are described in part only', async () => {
    const all = await records(await sample('test-results.json'))
    expect(of(all, 'report')[0]).toMatchObject({ observed_at: null })
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(statuses(all)).toEqual([
      ['scubagear:MS.AAD.7.3v1', 'pass', 'high'],
      ['scubagear:MS.AAD.3.5v2', 'fail', 'medium'],
      ['scubagear:MS.EXO.8.1v2', 'not_run', 'high'],
    ])
    expect(of(all, 'control').every((one) => one.partial)).toBe(true)
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('reads CSV of every width', async () => {
    expect(statuses(await records(await sample('results-5-columns.csv')))).toEqual([
      ['scubagear:MS.AAD.1.1v1', 'pass', 'high'],
      ['scubagear:MS.AAD.2.2v1', 'not_run', 'medium'],
    ])
    const wide = await records(await sample('results-13-columns.csv'))
    expect(statuses(wide)).toEqual([['scubagear:MS.AAD.1.1v1', 'fail', 'high']])
    expect(of(wide, 'control')[0]!.title).toBe('Old sign-in SHALL be blocked.')
  })

  it('takes an action plan for a list of failures that covers nothing', async () => {
    const all = await records(await sample('action-plan.csv'))
    expect(statuses(all)).toEqual([['scubagear:MS.AAD.3.1v1', 'fail', 'high']])
    expect(of(all, 'coverage')).toEqual([])
  })

  it("reads a product's own report, which covers that product's checks", async () => {
    const all = await records(await sample('product-report-utf16.json'))
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-05-04T17:15:48Z'))
    expect(of(all, 'coverage')).toMatchObject([{ checks: 'SHAREPOINT' }])
    expect(statuses(all)).toEqual([['scubagear:MS.SHAREPOINT.1.1v1', 'fail', 'high']])
  })

  it('takes no time from a zone that is only named', () => {
    expect(parseReportDate('05/04/2026 17:15:48 Eastern Daylight Time')).toBeNull()
    expect(parseReportDate('13/40/2026 17:15:48 UTC')).toBeNull()
  })

  it('refuses what is cut off or something else', async () => {
    const refused = async (name: string, text: string) => records(await openBytes(name, Buffer.from(text)))
    await expect(refused('a.json', '{"MetaData":{"Tool":"ScubaGear"},"Results":{"AAD":[')).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    await expect(refused('a.csv', 'a,b\n1,2\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
