import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { maester } from './maester.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of maester.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const tenant = '0a000000-0000-4000-8000-000000000001'

describe('maester', () => {
  it.each(['m365-tenant.json', 'active-directory-without-graph.json'])('knows %s by its content', async (name) => {
    expect(maester.detect((await sample(name)).head)).toBe(true)
  })

  it('reads the tests of a tenant; what gave no answer was not run', async () => {
    const all = await records(await sample('m365-tenant.json'))
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'maester',
        tool: 'Maester',
        tool_version: '1.1.0',
        observed_at: parseInstant('2026-04-29T22:29:07.071475Z'),
        tenant_id: tenant,
      },
    ])
    expect(of(all, 'asset')).toMatchObject([{ type: 'tenant', name: 'Harbour', names: [{ type: 'tenant_id', name: tenant }] }])
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status, one.evidence])).toEqual([
      ['maester:CIS.M365.1.1.1', 'fail', '2 of 5 are not.'],
      ['maester:MT.1001', 'pass', 'Well done.'],
      ['maester:CISA.MS.EXO.4.3', 'not_run', 'Only for agencies'],
      ['maester:MT.1002', 'not_run', 'No connection'],
      ['maester:EIDSCA.AM01', 'not_run', undefined],
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      title: '(L1) Administrators are cloud-only',
      severity: 'high',
      category: 'CIS',
      remediation: '1. Make new accounts.\n2. Use them.',
      url: 'https://maester.example/cis',
      frameworks: [{ framework: 'CIS M365 v4.0.0', requirement: '1.1.1' }],
    })
    expect(of(all, 'control')[2]!.frameworks).toEqual([{ framework: 'CISA SCuBA', requirement: 'MS.EXO.4.3' }])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'Tests[5]' }])
  })

  it('names a domain that was tested without a tenant by a label', async () => {
    const all = await records(await sample('active-directory-without-graph.json'))
    expect(of(all, 'report')[0]).toEqual({
      kind: 'report',
      source: 'maester',
      tool: 'Maester',
      tool_version: null,
      observed_at: parseInstant('2026-04-25T23:05:30.106209Z'),
    })
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'label', name: 'maester/HARBOUR' }])
    expect(of(all, 'control_result')[0]).toMatchObject({ status: 'fail', severity: 'medium' })
  })

  it('refuses what is cut off or has no tests', async () => {
    const refused = async (text: string) => records(await openBytes('x.json', Buffer.from(text)))
    await expect(refused('{"ExecutedAt":"2026-01-01T00:00:00Z","Tests":[{"Id":"a"')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('{"ExecutedAt":"2026-01-01T00:00:00Z","Tests":[]}')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('{"Tests":[{"Id":"a","Result":"Passed"}]}')).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
