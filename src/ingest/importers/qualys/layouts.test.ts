import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { qualys } from './qualys.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of qualys.parse(source, {})) all.push(record)
  return all
}
const all = async (name: string) => records(await openFile(path(name)))
/** The sample with a part of it written otherwise. */
const altered = async (name: string, from: string, to: string) => {
  const text = readFileSync(path(name), 'utf8')
  expect(text).toContain(from)
  return records(await openBytes(name, new TextEncoder().encode(text.replace(from, to))))
}
const of = <K extends FileRecord['kind']>(read: FileRecord[], kind: K) =>
  read.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('qualys lists of detections as CSV', () => {
  it('reads VMDR by CVE below its title', async () => {
    const read = await all('detections-by-cve.csv')
    expect(read[0]).toMatchObject({ kind: 'report', source: 'qualys', observed_at: null })
    expect(of(read, 'asset')[1]).toEqual({
      kind: 'asset',
      asset: 'h1',
      type: 'device',
      name: 'app-1',
      names: [
        { type: 'agent_id', name: 'qualys-asset:700001' },
        { type: 'hostname', name: 'app-1' },
        { type: 'ip', name: '10.0.0.20' },
        { type: 'ip', name: '10.0.0.21' },
        { type: 'ip', name: '2001:db8::20' },
      ],
      attributes: { os_family: 'linux', os: 'Ubuntu 22.04' },
      observed_at: parseInstant('2026-03-02T08:00:00Z'),
    })
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-5001'],
        severity: 'critical',
        cvss: 9.8,
        title: 'Sample Update',
        component: { name: 'libsample', version: '1.0-1', type: 'package' },
        fixed_version: '1.0-2',
        place: '8443/tcp',
      },
      { kind: 'finding', asset: 'h1', vulnerability_ids: ['CVE-2026-5002'], severity: 'medium', cvss: 5, title: 'Sample Weakness' },
    ])
    // Title and rating are those of the check, not of the one CVE.
    expect(of(read, 'vulnerability')[0]).toEqual({
      kind: 'vulnerability',
      vulnerability_id: 'CVE-2026-5001',
      description: 'A sample.',
      cvss: 9.8,
    })
    expect(of(read, 'skipped')).toEqual([{ kind: 'skipped', at: 'line 9', reason: 'expected 21 cells as in the header, found 1' }])
    expect(of(read, 'closed')).toEqual([
      { kind: 'closed', asset: 'h1', vulnerability_ids: ['CVE-2026-5003'], place: '22/tcp', reason: 'FIXED', at: 'line 8' },
    ])
  })

  it('reads VMDR by check, a host report and a PCI scan', async () => {
    expect(of(await all('detections-by-check.csv'), 'finding')).toMatchObject([
      { vulnerability_ids: ['qualys:900110'], severity: 'informational', place: '22/tcp' },
    ])
    const host = await all('host-report.csv')
    expect(of(host, 'asset')).toMatchObject([
      {
        observed_at: parseInstant('2026-03-01T22:00:00Z'),
        names: [
          { type: 'agent_id', name: 'aaaaaaaa-2222-4333-8444-555555555555' },
          { type: 'fqdn', name: 'db-1.example.org' },
          { type: 'hostname', name: 'db-1' },
          { type: 'ip', name: '10.0.0.40' },
        ],
      },
    ])
    expect(of(host, 'finding')).toMatchObject([
      { vulnerability_ids: ['CVE-2026-5010'], severity: 'high', cvss: 8.1, exploit_stage: 'kit', fixed_version: '2.0-3' },
    ])
    expect(of(await all('pci-scan.csv'), 'finding')).toMatchObject([
      { vulnerability_ids: ['CVE-2026-5020'], severity: 'high', cvss: 7.5, place: '443/tcp' },
    ])
  })

  it.each(['detections-by-cve.csv', 'detections-by-check.csv', 'host-report.csv', 'pci-scan.csv'])('covers nothing by %s', async (name) => {
    expect(of(await all(name), 'coverage')).toEqual([])
  })

  it('is no other CSV', () => {
    expect(qualys.detect({ name: 'x.csv', text: 'IP,QID,Title,Severity\n' })).toBe(false)
    expect(qualys.detect({ name: 'x.csv', text: 'CVE,Title\n' })).toBe(false)
    expect(qualys.detect({ name: 'x.xml', text: '<SCAN value="1"/>' })).toBe(false)
  })
})

describe('qualys scan as JSON', () => {
  it('reads title, scan and detections of one list', async () => {
    const read = await all('scan.json')
    expect(read[0]).toMatchObject({ kind: 'report', observed_at: parseInstant('2026-03-01T21:30:00Z') })
    expect(of(read, 'asset').map(({ name }) => name)).toEqual(['web-9.example.org', '10.0.0.51'])
    expect(of(read, 'finding')).toEqual([
      { kind: 'finding', asset: 'h1', vulnerability_ids: ['qualys:38307'], severity: 'informational', title: 'Sample Login Method' },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-5030', 'CVE-2026-5031'],
        severity: 'medium',
        title: 'Sample Weakness',
        place: '443/tcp',
      },
    ])
  })

  it('covers the scanned hosts by their access and the profile, and nothing when it did not finish', async () => {
    const coverage = (asset: string, access: string) => ({
      kind: 'coverage',
      asset,
      subject: 'vulnerability',
      access,
      checks: 'profile Initial Options',
    })
    expect(of(await all('scan.json'), 'coverage')).toEqual([coverage('h1', 'full'), coverage('h2', 'remote')])
    expect(of(await altered('scan.json', '"Finished"', '"Canceled"'), 'coverage')).toEqual([])
  })
})

describe('qualys web application scan', () => {
  it('reads the application and each finding with its place', async () => {
    const read = await all('web-application.xml')
    expect(read[0]).toMatchObject({ source: 'qualys-was', observed_at: parseInstant('2026-03-01T17:42:00Z') })
    expect(of(read, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'w1',
        type: 'application',
        name: 'Shop',
        names: [
          { type: 'agent_id', name: 'qualys-was:12345' },
          { type: 'label', name: 'https://shop.example.org/' },
        ],
      },
    ])
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'w1',
        vulnerability_ids: ['qualys:900150'],
        severity: 'critical',
        cvss: 7.5,
        title: 'Sample Injection',
        place: 'https://shop.example.org/search parameter q',
      },
      expect.objectContaining({ place: 'https://shop.example.org/search parameter page' }),
      { kind: 'finding', asset: 'w1', vulnerability_ids: ['qualys:900151'], severity: 'informational', title: 'Sample Information' },
    ])
    expect(of(read, 'skipped')).toHaveLength(1)
    expect(of(read, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: 'w1',
        vulnerability_ids: ['qualys:900150'],
        place: 'https://shop.example.org/old',
        reason: 'FIXED',
        at: 'line 10',
      },
    ])
  })

  it.each([
    ['Successful', 'Failed', { access: 'remote' }],
    ['<MODE>Vulnerability', '<MODE>Discovery', null],
    ['<STATUS>Finished', '<STATUS>Canceled', null],
    ['<NAME>REMEDIATION', '<NAME>SEVERITY', null],
    ['<DETECTION_SCOPE>CORE', '<DETECTION_SCOPE>CUSTOM', { checks: 'scope CUSTOM' }],
    ['<INFORMATION_GATHERED><QID>900151', '<INFORMATION_GATHERED><QID>', { min_severity: 'low' }],
  ])('covers only what it looked for: %s → %s', async (from, to, covered) => {
    expect(of(await all('web-application.xml'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'w1', subject: 'vulnerability', access: 'full', checks: 'scope CORE' },
    ])
    expect(of(await altered('web-application.xml', from, to), 'coverage')).toMatchObject(covered === null ? [] : [covered])
  })

  it('parts the findings by their address when scans of several applications are in one report, and covers none', async () => {
    const other =
      '<SCAN><NAME>b</NAME><WEB_APPLICATION>Blog</WEB_APPLICATION><MODE>Vulnerability</MODE><STATUS>Finished</STATUS></SCAN></SCAN_LIST>'
    const read = await altered('web-application.xml', '</SCAN_LIST>', other)
    expect(of(read, 'coverage')).toEqual([])
    expect(of(read, 'asset').map(({ names }) => names)).toEqual([
      [{ type: 'label', name: 'https://shop.example.org' }],
      [{ type: 'label', name: 'web application' }],
    ])
  })
})
