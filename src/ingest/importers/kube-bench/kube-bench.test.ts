import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kubeBench } from './kube-bench.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (text: string) => openBytes('x', Buffer.from(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kubeBench.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const results = (all: FileRecord[]) => of(all, 'control_result').map(({ control_id, status }) => [control_id, status])

describe('kube-bench', () => {
  it.each(['controls-0.6.json', 'list-0.4.json', 'text.txt'])('knows %s by its content', async (name) =>
    expect(kubeBench.detect((await sample(name)).head)).toBe(true),
  )

  it.each(['[]', '{"Controls": []}', '[INFO] started\nall is well', '[INFO] 1 Docker\n[PASS] 1.1 x', '{"controls": {}}'])(
    'leaves %j alone',
    (text) => expect(kubeBench.detect({ name: 'x', text })).toBe(false),
  )

  it('asks for node and time, and gives each check one result', async () => {
    const all = await records(await sample('controls-0.6.json'))
    expect(all[0]).toEqual({ kind: 'report', source: 'kube-bench', tool: 'kube-bench', tool_version: null, observed_at: null })
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'device', names: [] })
    expect(results(all)).toEqual([
      ['kube-bench:cis-1.23/1.1.1', 'fail'],
      ['kube-bench:cis-1.23/1.1.2', 'pass'],
      ['kube-bench:cis-1.23/1.1.9', 'not_run'],
    ])
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'kube-bench:cis-1.23/1.1.1',
      title: 'Ensure that the API server file permissions are set to 644',
      category: 'Control Plane Node Configuration Files',
      remediation: 'chmod 644 FILE',
      product: 'Kubernetes',
      frameworks: [{ framework: 'CIS Kubernetes 1.23', requirement: '1.1.1' }],
    })
    expect(of(all, 'control_result')[0]!.evidence).toBe('Expected: permissions has permissions 777, expected 644\nFound: permissions=777')
    expect(of(all, 'skipped')).toEqual([
      { kind: 'skipped', at: 'Controls[0].tests[0].results[3]', reason: 'Expected a status PASS, FAIL, WARN or INFO' },
    ])
  })

  it('covers the parts that ran: a run of the node closes nothing of the master', async () => {
    const checks = async (name: string) => of(await records(await sample(name)), 'coverage').map((one) => one.checks)
    expect(await checks('controls-0.6.json')).toEqual(['cis-1.23 master 1'])
    expect(await checks('list-0.4.json')).toEqual(['1.5 node 4'])
  })

  it('reads a single group, as before 0.5', async () => {
    const group = {
      id: '1',
      version: '1.6',
      node_type: 'master',
      text: 'x',
      tests: [{ results: [{ test_number: '1.1.1', status: 'FAIL' }] }],
    }
    expect(kubeBench.detect({ name: 'x', text: JSON.stringify(group) })).toBe(true)
    expect(of(await records(await made(JSON.stringify(group))), 'control_result')).toMatchObject([
      { control_id: 'kube-bench:1.6/1.1.1', status: 'fail' },
    ])
  })

  it('reads what it prints, headings apart', async () => {
    const all = await records(await sample('text.txt'))
    expect(results(all)).toEqual([
      ['stig:SV-242390', 'fail'],
      ['stig:SV-242400', 'pass'],
      ['kube-bench:3.1.1', 'not_run'],
      ['stig:SV-242402', 'not_run'],
    ])
    expect(of(all, 'control').map(({ category }) => category)).toEqual([
      'DISA Category Code I',
      'DISA Category Code I',
      'Authentication',
      'Authentication',
    ])
    expect(of(all, 'control_result').at(-1)).toMatchObject({ evidence: 'Component of EKS Control Plane' })
  })

  it('refuses what is no report', async () => {
    await expect(records(await made('{}'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
