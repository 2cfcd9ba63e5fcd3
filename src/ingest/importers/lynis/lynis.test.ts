import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { lynis } from './lynis.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (text: string) => openBytes('x.dat', new TextEncoder().encode(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of lynis.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const results = (all: FileRecord[]) => of(all, 'control_result').map(({ control_id, status }) => `${control_id} ${status}`)

describe('lynis', () => {
  it.each(['v3-full.dat', 'v3-one-test-unfinished.dat'])('knows %s by its content', async (name) =>
    expect(lynis.detect((await sample(name)).head)).toBe(true),
  )

  it('leaves others alone', () => {
    expect(lynis.detect({ name: 'lynis-report.dat', text: 'lynis_version=3\n' })).toBe(false)
    expect(lynis.detect({ name: 'x', text: 'a,b\n# Lynis Report\nreport_version_major=1\nlynis_version=3' })).toBe(false)
  })

  it('names the host, the tool and the time', async () => {
    const all = await records(await sample('v3-full.dat'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'lynis',
      tool: 'Lynis',
      tool_version: '3.1.4',
      observed_at: parseInstant('2026-03-02T10:01:30Z'),
    })
    expect(of(all, 'asset')[0]).toEqual({
      kind: 'asset',
      asset: 'host',
      type: 'device',
      name: 'web-1.example.com',
      names: [
        { type: 'agent_id', name: 'lynis:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210' },
        { type: 'fqdn', name: 'web-1.example.com' },
        { type: 'hostname', name: 'web-1' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: { os: 'Debian GNU/Linux 12 (bookworm)', os_family: 'linux' },
    })
  })

  it('gives each warning and suggestion a result, and each test that was silent a pass', async () => {
    const all = await records(await sample('v3-full.dat'))
    expect(results(all)).toEqual([
      'lynis:LYNIS fail',
      'lynis:FILE-6310 fail',
      'lynis:FILE-6310 fail',
      'lynis:HRDN-7230 fail',
      'lynis:KRNL-6000 fail',
      'lynis:PKGS-7392 fail',
      'lynis:SSH-7408 pass',
    ])
    const evidence = new Map(of(all, 'control_result').map((one) => [one.control_id, one.evidence]))
    expect(evidence.get('lynis:FILE-6310')).toMatch(/\/home.*\n.*\/tmp/)
    expect(evidence.get('lynis:KRNL-6000')).toContain('kernel.dmesg_restrict')
    expect(evidence.get('lynis:PKGS-7392')).toContain('openssl, zip')
    const controls = new Map(of(all, 'control').map((one) => [one.control_id, one]))
    expect(controls.get('lynis:PKGS-7392')).toMatchObject({
      severity: 'medium',
      category: 'PKGS',
      url: 'https://cisofy.com/lynis/controls/PKGS-7392/',
    })
    expect(controls.get('lynis:HRDN-7230')).toMatchObject({ severity: 'low', remediation: 'Install a tool like rkhunter' })
    expect(controls.get('lynis:SSH-7408')).toMatchObject({ partial: true })
    expect(of(all, 'skipped')).toEqual([{ kind: 'skipped', at: 'line 25', reason: expect.stringContaining('broken') as string }])
  })

  it('lists the packages', async () => {
    const all = await records(await sample('v3-full.dat'))
    expect(of(all, 'software').map(({ name, version }) => [name, version])).toEqual([
      ['bash', '5.2.15-2+b7'],
      ['openssl', '3.0.11-1~deb12u2'],
      ['odd', undefined],
    ])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['control', 'software'])
  })

  it('says nothing of tests that did not run: a narrower audit closes nothing of a full one', async () => {
    const narrow = await records(await sample('v3-one-test-unfinished.dat'))
    expect(results(narrow)).toEqual(['lynis:SSH-7408 fail'])
    expect(of(narrow, 'coverage')).toEqual([{ kind: 'coverage', asset: 'host', subject: 'control', checks: 'security' }])
    expect(of(narrow, 'asset')[0]!.names).toEqual([])
    const full = of(await records(await sample('v3-full.dat')), 'control_result').map(({ control_id }) => control_id)
    expect(full).not.toContain('lynis:USB-1000')
  })

  it('takes no test for passed when the audit was broken off', async () => {
    const text = '# Lynis Report\nreport_version_major=1\nlynis_version=3.0.0\ntests_executed=SSH-7408|\n'
    expect(results(await records(await made(text)))).toEqual([])
    expect(results(await records(await made(`${text}finish=true\n`)))).toEqual(['lynis:LYNIS pass', 'lynis:SSH-7408 pass'])
  })

  it('refuses what is no report', async () => {
    await expect(records(await made('hello'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
