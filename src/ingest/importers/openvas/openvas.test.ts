import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { readFilter } from './filter.ts'
import { openvas } from './openvas.ts'
import { accessOf } from './result.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of openvas.parse(source, {})) all.push(record)
  return all
}
const all = async (name: string) => records(await openFile(path(name)))
const altered = async (from: string, to: string) => {
  const text = readFileSync(path('v22-report.xml'), 'utf8')
  expect(text).toContain(from)
  return records(await openBytes('x.xml', new TextEncoder().encode(text.replace(from, to))))
}
const of = <K extends FileRecord['kind']>(read: FileRecord[], kind: K) =>
  read.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('openvas as XML', () => {
  it('says when the scan ended, although that stands at the end', async () => {
    expect((await all('v22-report.xml'))[0]).toEqual({
      kind: 'report',
      source: 'openvas',
      tool: 'OpenVAS',
      tool_version: '22.6',
      observed_at: parseInstant('2026-03-02T08:05:00Z'),
    })
  })

  it('reads results: package and server, versions, access by the quality of detection', async () => {
    expect(of(await all('v22-report.xml'), 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-6001'],
        severity: 'high',
        cvss: 9.8,
        title: 'Sample: Security Advisory (SAMPLE-2026-1)',
        component: { name: 'libsample1', version: '1.0-1', type: 'package' },
        fixed_version: '1.0-2',
        access: 'full',
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-6002', 'CVE-2026-6003'],
        severity: 'medium',
        cvss: 5,
        title: 'Sample Server < 2.4.10 Multiple Vulnerabilities',
        component: { name: 'server', vendor: 'sample', version: '2.4.7' },
        fixed_version: '2.4.10',
        place: '443/tcp',
        access: 'remote',
      },
      {
        kind: 'finding',
        asset: 'h2',
        vulnerability_ids: ['openvas:1.3.6.1.4.1.25623.1.0.900003'],
        severity: 'informational',
        title: 'Sample Timestamps',
      },
    ])
  })

  it("tells a test's words of its one CVE, and of none when it has several", async () => {
    const told = of(await all('v22-report.xml'), 'vulnerability')
    expect(told.slice(0, 2)).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2026-6001',
        title: 'Sample: Security Advisory (SAMPLE-2026-1)',
        description: 'A sample.',
        severity: 'high',
        cvss: 9.8,
        cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
        published_at: parseInstant('2026-01-05T10:00:00Z'),
      },
      { kind: 'vulnerability', vulnerability_id: 'CVE-2026-6002' },
    ])
  })

  it('names hosts and their end of scan', async () => {
    const assets = of(await all('v22-report.xml'), 'asset')
    expect(assets.find((one) => one.asset === 'h1' && one.observed_at !== undefined)).toEqual({
      kind: 'asset',
      asset: 'h1',
      type: 'device',
      name: 'web-1.example.org',
      names: [
        { type: 'fqdn', name: 'web-1.example.org' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: { os_family: 'linux', os: 'Debian GNU/Linux 12' },
      observed_at: parseInstant('2026-03-02T08:00:00Z'),
    })
  })

  it('skips what a person marked as false, and results without a host', async () => {
    expect(of(await all('v22-report.xml'), 'skipped').map((one) => one.reason)).toEqual([
      'the result is marked as a false positive',
      'the result names no host',
    ])
  })

  it('covers the hosts scanned to their end, for the same task and quality, from the least level that the filter shows', async () => {
    const words = { kind: 'coverage', subject: 'vulnerability', min_severity: 'low', checks: 'task t-1 from 70 % quality' }
    expect(of(await all('v22-report.xml'), 'coverage')).toEqual([
      { ...words, asset: 'h1', access: 'full' },
      { ...words, asset: 'h2', access: 'remote' },
    ])
    expect(of(await altered('levels=hml ', 'levels=h '), 'coverage')).toMatchObject([{ min_severity: 'high' }, { min_severity: 'high' }])
    expect(of(await altered('Auth-SSH-Success', 'Auth-SSH-Failure'), 'coverage')[0]).toMatchObject({ access: 'full' })
  })

  it.each([
    ['<scan_run_status>Done', '<scan_run_status>Stopped'],
    ['<report id="r-1">', '<report id="r-1" type="delta">'],
    ['min_qod=70', 'min_qod=70 host=10.0.0.5'],
    ['levels=hml', 'levels=hl'],
    ['<results max="-1"', '<results max="5"'],
    ['<results max="-1" start="1"', '<results max="-1" start="11"'],
    ['<filtered>5', '<filtered>7'],
    ['<full>9</full>', ''],
    [
      '<filters id=""><term>apply_overrides=0 levels=hml rows=-1 min_qod=70 first=1 sort-reverse=severity</term><filter>High</filter></filters>',
      '',
    ],
  ])('covers nothing when a part may be missing: %s → %s', async (from, to) => {
    const read = await altered(from, to)
    expect(of(read, 'coverage')).toEqual([])
    expect(of(read, 'finding')).toHaveLength(3)
  })

  it('refuses a cut report', async () => {
    const cut = readFileSync(path('v22-report.xml')).subarray(0, 3000)
    await expect(openBytes('x.xml', cut).then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})

describe('openvas as CSV', () => {
  it('reads rows, also those of the CVE scanner, and covers nothing', async () => {
    const read = await all('results.csv')
    expect(of(read, 'asset').map((one) => [one.name, one.observed_at])).toEqual([
      ['web-1.example.org', parseInstant('2026-03-02T08:00:00Z')],
      ['10.0.0.6', parseInstant('2026-03-02T09:00:00Z')],
    ])
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['openvas:1.3.6.1.4.1.25623.1.0.900010'],
        severity: 'medium',
        cvss: 4.3,
        title: 'Sample Weak Algorithms',
        component: { name: 'ssh', vendor: 'sample', version: '8.4p1' },
        place: '22/tcp',
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-6010'],
        severity: 'high',
        cvss: 7.5,
        title: 'CVE-2026-6010',
        component: { name: 'server', vendor: 'sample', version: '2.4.7' },
        place: '80/tcp',
      },
      {
        kind: 'finding',
        asset: 'h2',
        vulnerability_ids: ['CVE-2026-6011', 'CVE-2026-6012'],
        severity: 'high',
        cvss: 9.8,
        title: 'Microsoft Windows Multiple Vulnerabilities (KB4000002)',
        component: { name: 'Microsoft Windows', vendor: 'microsoft', type: 'operating_system' },
        fixed_version: 'KB4000002',
      },
    ])
    expect(of(read, 'skipped')).toHaveLength(1)
    expect(of(read, 'coverage')).toEqual([])
    expect((await all('v21-no-results.csv')).map(({ kind }) => kind)).toEqual(['report'])
  })

  it('is no other report', () => {
    expect(openvas.detect({ name: 'x.xml', text: '<report><results/></report>' })).toBe(false)
    expect(openvas.detect({ name: 'x.csv', text: 'IP,Hostname,Port,Severity\n' })).toBe(false)
  })
})

describe('filters', () => {
  it.each([
    ['levels=hmlg rows=100 min_qod=0', { min_severity: null, min_qod: 0 }],
    ['apply_overrides=1 levels=chml min_qod=70', { min_severity: 'low', min_qod: 70 }],
    ['', { min_severity: null, min_qod: 0 }],
    ['severity>6.9', null],
    ['Windows levels=hml', null],
    ['levels=c', null],
    ['levels=l', null],
  ])('reads "%s"', (term, narrowing) => {
    expect(readFilter(term)).toEqual(narrowing)
  })

  it.each([
    ['package', null, 'full'],
    ['remote_vul', 'Windows : Microsoft Bulletins', 'remote'],
    [null, 'Debian Local Security Checks', 'full'],
    [null, 'General', null],
  ] as const)('looked from %s, %s', (qod, family, access) => {
    expect(accessOf(qod, family)).toBe(access)
  })
})
