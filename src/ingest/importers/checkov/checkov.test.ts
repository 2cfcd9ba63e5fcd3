import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { checkov } from './checkov.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (value: unknown) => openBytes('x.json', new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of checkov.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('checkov', () => {
  it.each(['terraform-3.json', 'several-frameworks.json', 'nothing-to-check.json'])('knows %s by its content', async (name) =>
    expect(checkov.detect((await sample(name)).head)).toBe(true),
  )

  it.each(['[]', '{}', '{"results": {"failed_checks": []}}', '{"check_type": "x"}', '{"failed": 1}'])('leaves %s alone', (text) =>
    expect(checkov.detect({ name: 'checkov.json', text })).toBe(false),
  )

  it('makes a finding of each failed check, by file and resource', async () => {
    const all = await records(await sample('terraform-3.json'))
    expect(of(all, 'report')).toEqual([{ kind: 'report', source: 'checkov', tool: 'Checkov', tool_version: '3.2.506', observed_at: null }])
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'code', type: 'repository', name: '', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'code',
        control_id: 'checkov:CKV_AWS_2',
        severity: 'high',
        title: 'Ensure encryption',
        component: { name: 'infra/main.tf aws_db_instance.shop', type: 'resource' },
        place: 'infra/main.tf:11',
      },
    ])
    expect(JSON.stringify(all)).not.toContain('/home/somebody')
  })

  it('describes a check with the frameworks that it names', async () => {
    const all = await records(await sample('terraform-3.json'))
    // First seen among the passed ones, where Checkov gives the same facts; here they lack them.
    expect(of(all, 'control').map(({ control_id }) => control_id)).toEqual(['checkov:CKV_AWS_1', 'checkov:CKV_AWS_2', 'checkov:CKV_AWS_3'])
    const alone = await records(
      await made({
        check_type: 'terraform',
        results: {
          failed_checks: [
            {
              check_id: 'A',
              check_name: 'a',
              severity: 'LOW',
              benchmarks: { 'CIS AWS V1.3': [{ name: '2.1.1' }, {}] },
              guideline: 'javascript:alert(1)',
            },
          ],
        },
      }),
    )
    expect(of(alone, 'control')).toEqual([
      {
        kind: 'control',
        control_id: 'checkov:A',
        title: 'a',
        severity: 'low',
        frameworks: [{ framework: 'CIS AWS V1.3', requirement: '2.1.1' }],
      },
    ])
  })

  it('passes an asset only where nothing fails, and tells what was suppressed', async () => {
    const all = await records(await sample('terraform-3.json'))
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['checkov:CKV_AWS_1', 'pass', undefined],
      ['checkov:CKV_AWS_3', 'not_run', 'Suppressed: Test bucket'],
    ])
  })

  it('begins a report with each framework, so that a run of one closes nothing of another', async () => {
    const all = await records(await sample('several-frameworks.json'))
    expect(of(all, 'report')).toHaveLength(2)
    expect(of(all, 'coverage').map(({ subject, checks }) => [subject, checks])).toEqual([['control', 'dockerfile']])
    expect(of(all, 'finding').map(({ component }) => component?.name)).toEqual(['Dockerfile', 'Dockerfile (2)', 'left-pad'])
  })

  it('covers nothing where a file could not be parsed, and says so', async () => {
    const all = await records(await sample('several-frameworks.json'))
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual([expect.stringContaining('could not parse')])
    const whole = { check_type: 'terraform', results: { failed_checks: [], parsing_errors: [] } }
    expect(of(await records(await made(whole)), 'coverage')).toHaveLength(1)
    expect(of(await records(await made({ ...whole, results: { parsing_errors: ['a.tf'] } })), 'coverage')).toEqual([])
    expect(of(await records(await sample('nothing-to-check.json')), 'coverage')).toEqual([])
  })

  it('reads vulnerable packages as vulnerabilities', async () => {
    const all = await records(await sample('several-frameworks.json'))
    expect(of(all, 'finding')[2]).toEqual({
      kind: 'finding',
      asset: 'code',
      vulnerability_ids: ['CVE-2026-1001'],
      severity: 'critical',
      cvss: 9.8,
      component: { name: 'left-pad', version: '1.0.0' },
      fixed_version: '1.3.0',
      place: 'package-lock.json',
    })
  })

  it('leaves out what has no id, and refuses what is no report', async () => {
    const all = await records(await made({ check_type: 'terraform', results: { failed_checks: [{}, 1, { check_id: 'A' }] } }))
    expect(of(all, 'skipped')).toHaveLength(2)
    expect(of(all, 'finding')).toHaveLength(1)
    await expect(records(await made('x'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
