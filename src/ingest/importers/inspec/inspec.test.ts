import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { severityOfImpact, statusOf } from './control.ts'
import { inspec } from './inspec.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (value: unknown) => openBytes('x.json', new TextEncoder().encode(JSON.stringify(value)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of inspec.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const results = (all: FileRecord[]) => of(all, 'control_result').map(({ control_id, status }) => [control_id, status])

describe('inspec', () => {
  it.each(['json-5.json', 'json-min-5.json', 'log-two-hosts.log'])('knows %s by its content', async (name) =>
    expect(inspec.detect((await sample(name)).head)).toBe(true),
  )

  it.each(['[]', '{}', '{"profiles": [], "version": "1"}', '{"controls": {"C-1": {}}, "frameworks": []}', '{"Controls": [{"id": "1"}]}'])(
    'leaves %s alone',
    (text) => expect(inspec.detect({ name: 'x.json', text })).toBe(false),
  )

  it('names the host by what it was told, and takes the last start as the time', async () => {
    const all = await records(await sample('json-5.json'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'inspec',
      tool: 'InSpec',
      tool_version: '5.22.3',
      observed_at: parseInstant('2026-03-02T09:00:02Z'),
    })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'target',
        type: 'device',
        name: 'web-1.example.com',
        names: [
          { type: 'agent_id', name: 'inspec:web-1.example.com' },
          { type: 'fqdn', name: 'web-1.example.com' },
        ],
        attributes: { os: 'ubuntu 22.04', os_family: 'linux' },
      },
    ])
  })

  it('gives each control one result; skipped, waived and broken ones were not run', async () => {
    const all = await records(await sample('json-5.json'))
    expect(results(all)).toEqual([
      ['inspec:linux-baseline/os-01', 'fail'],
      ['inspec:linux-baseline/os-02', 'pass'],
      ['inspec:linux-baseline/os-03', 'not_run'],
      ['stig:SV-900001', 'not_run'],
      ['inspec:linux-baseline/os-05', 'not_run'],
    ])
    expect(of(all, 'control_result')[0]).toMatchObject({
      severity: 'critical',
      evidence: 'File /etc/hosts.equiv is expected not to exist: expected File /etc/hosts.equiv not to exist',
    })
    expect(of(all, 'control_result')[3]!.evidence).toContain('Accepted until the move')
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'inspec:linux-baseline/os-01',
      title: 'Trusted hosts login',
      severity: 'critical',
      description: 'hosts.equiv weakens authentication.',
      remediation: 'Remove /etc/hosts.equiv.',
      product: 'linux-baseline',
      frameworks: [
        { framework: 'NIST 800-53', requirement: 'AC-17' },
        { framework: 'CIS', requirement: '5.2.1' },
        { framework: 'pci_dss', requirement: 'Req-8.3' },
      ],
    })
  })

  it('covers its profiles only: another profile closes nothing of it', async () => {
    const coverage = of(await records(await sample('json-5.json')), 'coverage')
    expect(coverage).toEqual([{ kind: 'coverage', asset: 'target', subject: 'control', checks: 'linux-baseline' }])
    const other = {
      platform: { target_id: 'web-1.example.com' },
      profiles: [{ name: 'ssh-baseline', sha256: '1', controls: [{ id: 'a', results: [{ status: 'passed' }] }] }],
      version: '5',
    }
    expect(of(await records(await made(other)), 'coverage').map(({ checks }) => checks)).toEqual(['ssh-baseline'])
  })

  it('reads json-min by control, without names or time', async () => {
    const all = await records(await sample('json-min-5.json'))
    expect(results(all)).toEqual([
      ['inspec:linux-baseline/os-01', 'fail'],
      ['inspec:linux-baseline/os-02', 'pass'],
    ])
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'control').every(({ partial }) => partial)).toBe(true)
  })

  it('reads a log of several hosts as one report each', async () => {
    const all = await records(await sample('log-two-hosts.log'))
    expect(of(all, 'report').map(({ observed_at }) => observed_at)).toEqual([
      parseInstant('2026-03-02T11:02:15Z'),
      parseInstant('2026-03-02T12:02:14Z'),
    ])
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['web-1.example.com', 'web-2.example.com'])
    expect(results(all)).toEqual([
      ['inspec:cis-baseline/os-01', 'fail'],
      ['inspec:cis-baseline/os-02', 'pass'],
      ['inspec:cis-baseline/os-01', 'pass'],
    ])
    expect(of(all, 'control')[0]!.frameworks).toEqual([{ framework: 'ISO27001_2013', requirement: 'A.12.4.4' }])
  })

  it('takes an empty log as one without controls', async () => {
    expect((await records(await openBytes('x.log', new Uint8Array()))).map(({ kind }) => kind)).toEqual(['report', 'asset'])
  })

  it('leaves out what has no id, and says so', async () => {
    const all = await records(
      await made({
        platform: { name: 'x' },
        profiles: [
          {
            name: 'p',
            supports: [],
            controls: [{ title: 'no id' }, { id: 'a', results: [{ status: 'odd' }] }, { id: '__proto__', results: [{ status: 'failed' }] }],
          },
        ],
      }),
    )
    expect(of(all, 'skipped')).toHaveLength(2)
    expect(results(all)).toEqual([['inspec:p/__proto__', 'fail']])
  })
})

describe('statusOf', () => {
  const result = fc.record({
    status: fc.constantFrom('passed', 'failed', 'skipped'),
    description: fc.constant(''),
    message: fc.constant(''),
    skipped: fc.constant(''),
    started: fc.constant(''),
    broken: fc.boolean(),
  })
  it('fails only where a test failed, and passes only where all that ran did', () =>
    fc.assert(
      fc.property(fc.array(result, { maxLength: 6 }), (some) => {
        const status = statusOf(some)
        const failed = some.some((one) => one.status === 'failed' && !one.broken)
        expect(status === 'fail').toBe(failed)
        if (status === 'pass') expect(some.some((one) => one.broken)).toBe(false)
        if (some.length === 0) expect(status).toBe('not_run')
      }),
    ))

  it.each([
    [1, 'critical'],
    [0.9, 'critical'],
    [0.7, 'high'],
    [0.5, 'medium'],
    [0.1, 'low'],
    [0, 'informational'],
    [2, null],
    ['0.5', null],
    [Number.NaN, null],
  ])('impact %s is %s', (impact, severity) => expect(severityOfImpact(impact)).toBe(severity))
})
