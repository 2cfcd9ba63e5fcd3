import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { stigChecklist } from './stig-checklist.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (text: string) => openBytes('x', new TextEncoder().encode(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of stigChecklist.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('stig-checklist', () => {
  it.each(['ckl-two-stigs.ckl', 'cklb-1.0.cklb'])('knows %s by its content', async (name) =>
    expect(stigChecklist.detect((await sample(name)).head)).toBe(true),
  )

  it('leaves others alone', () => {
    expect(stigChecklist.detect({ name: 'x.ckl', text: '<CHECKLIST><other/></CHECKLIST>' })).toBe(false)
    expect(stigChecklist.detect({ name: 'x.cklb', text: '{"stigs": []}' })).toBe(false)
    expect(stigChecklist.detect({ name: 'x', text: '[]' })).toBe(false)
  })

  it('names the host, and asks for the time', async () => {
    const all = await records(await sample('ckl-two-stigs.ckl'))
    expect(of(all, 'report')).toEqual([
      { kind: 'report', source: 'stig-checklist', tool: 'STIG Viewer', tool_version: null, observed_at: null },
    ])
    expect(of(all, 'asset')[0]).toMatchObject({
      type: 'device',
      name: 'web-1.example.com',
      names: [
        { type: 'fqdn', name: 'web-1.example.com' },
        { type: 'hostname', name: 'web-1' },
        { type: 'ip', name: '10.0.0.5' },
      ],
    })
  })

  it('reads the state of each rule, what the reviewer wrote, and an override of its severity', async () => {
    const all = await records(await sample('ckl-two-stigs.ckl'))
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['stig:SV-900001', 'fail'],
      ['stig:SV-900002', 'not_run'],
      ['stig:SV-900003', 'pass'],
      ['stig:SV-900004', 'not_applicable'],
    ])
    expect(of(all, 'control_result')[0]).toMatchObject({ severity: 'low', evidence: 'No limit is set.\nPlanned.', place: 'shop main' })
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'stig:SV-900001',
      title: 'Sessions must be limited.',
      severity: 'high',
      description: 'Many sessions wear a server out.',
      remediation: 'Set a limit.',
      product: 'EXAMPLE_WEB_STIG',
      frameworks: [
        { framework: 'DISA STIG', requirement: 'EXMP-WB-000001' },
        { framework: 'DISA SRG', requirement: 'SRG-APP-000001' },
        { framework: 'CCI', requirement: 'CCI-000054' },
        { framework: 'CCI', requirement: 'CCI-000366' },
      ],
    })
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual([expect.stringContaining('Maybe')])
  })

  it('reads the JSON of STIG Viewer 3 the same', async () => {
    const all = await records(await sample('cklb-1.0.cklb'))
    expect(of(all, 'asset')[0]!.names).toEqual([
      { type: 'hostname', name: 'web-1' },
      { type: 'ip', name: '10.0.0.5' },
    ])
    expect(of(all, 'control_result').map(({ control_id, status, severity }) => [control_id, status, severity])).toEqual([
      ['stig:SV-900001', 'fail', 'high'],
      ['stig:SV-900002', 'pass', 'low'],
      ['stig:SV-900003', 'not_run', 'low'],
      ['stig:SV-900004', 'not_applicable', 'low'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      severity: 'medium',
      title: 'The system must show a banner.',
      remediation: 'Write a banner.',
    })
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'host', subject: 'control', checks: 'EXAMPLE_OS_STIG' }])
  })

  it('covers the STIGs in it only: a checklist of one of two closes nothing of the other', async () => {
    const both = of(await records(await sample('ckl-two-stigs.ckl')), 'coverage')
    expect(both.map((one) => one.checks)).toEqual(['EXAMPLE_OS_STIG, EXAMPLE_WEB_STIG'])
    expect(of(await records(await sample('cklb-1.0.cklb')), 'coverage')[0]!.checks).not.toBe(both[0]!.checks)
  })

  it('does not take a word for an address or a domain', async () => {
    const asset = '<HOST_NAME>web-1</HOST_NAME><HOST_IP>unknown</HOST_IP><HOST_FQDN>unset</HOST_FQDN>'
    const all = await records(await made(`<CHECKLIST><ASSET>${asset}</ASSET><STIGS/></CHECKLIST>`))
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'hostname', name: 'web-1' }])
    expect(of(all, 'coverage')).toEqual([])
  })

  it('refuses what is no checklist', async () => {
    await expect(records(await made('<CHECKLIST/>'))).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(records(await made('<CHECKLIST><ASSET>'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
