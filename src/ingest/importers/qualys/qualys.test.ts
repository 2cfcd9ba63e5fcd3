import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { qualys } from './qualys.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of qualys.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('qualys', () => {
  it.each(['host-report.xml', 'scan.xml', 'scan-cancelled.xml'])('knows %s by its content', async (name) => {
    expect(qualys.detect((await sample(name)).head)).toBe(true)
  })

  it('leaves a SCAN of another tool alone', () => {
    expect(qualys.detect({ name: 'scan.xml', text: '<?xml version="1.0"?><SCAN><HOST/></SCAN>' })).toBe(false)
  })

  it('reads a host report, whose checks are described at its end', async () => {
    const all = await records(await sample('host-report.xml'))
    expect(all[0]).toMatchObject({ kind: 'report', source: 'qualys', observed_at: parseInstant('2026-03-02T09:00:00Z') })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'h1',
        type: 'device',
        name: 'web-1.example.org',
        observed_at: parseInstant('2026-03-01T22:00:00Z'),
        names: [
          { type: 'fqdn', name: 'web-1.example.org' },
          { type: 'hostname', name: 'web-1' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: { os_family: 'windows_server', os: 'Windows Server 2022 Standard', asset_group: 'Web' },
      },
    ])
    expect(of(all, 'finding')).toEqual([
      { kind: 'finding', asset: 'h1', vulnerability_ids: ['qualys:70028'], severity: 'informational', title: 'Sample Login Method' },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-3001'],
        severity: 'critical',
        cvss: 9.8,
        exploit_stage: 'kit',
        title: 'Sample Server Weakness',
        place: '443/tcp',
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-3002', 'CVE-2026-3003'],
        severity: 'medium',
        title: 'Sample Package',
        component: { name: 'libsample', version: '1.0-1', type: 'package' },
        fixed_version: '1.0-2',
      },
    ])
    expect(of(all, 'vulnerability').find((one) => one.vulnerability_id === 'CVE-2026-3001')).toMatchObject({
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    })
    expect(of(all, 'vulnerability').find((one) => one.vulnerability_id === 'CVE-2026-3002')).toEqual({
      kind: 'vulnerability',
      vulnerability_id: 'CVE-2026-3002',
    })
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual([expect.stringContaining('QID')])
    expect(of(all, 'closed')).toMatchObject([{ asset: 'h1', vulnerability_ids: ['qualys:900003'], reason: 'Fixed' }])
  })

  it('covers a host in full when its login checks answered', async () => {
    expect(of(await records(await sample('host-report.xml')), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'full', checks: 'template Everything' },
    ])
    expect(of(await records(await sample('scan.xml')), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'remote', checks: 'profile Full scan' },
    ])
  })

  it('names the list of checks that a report was narrowed to', async () => {
    const xml =
      '<ASSET_DATA_REPORT><HOST_LIST><HOST><IP>10.0.0.1</IP></HOST></HOST_LIST><APPENDICES><TEMPLATE_DETAILS><VULN_LISTS>Monthly</VULN_LISTS><SELECTIVE_VULNS>1, 2</SELECTIVE_VULNS></TEMPLATE_DETAILS></APPENDICES></ASSET_DATA_REPORT>'
    const all = await records(await openBytes('x.xml', new TextEncoder().encode(xml)))
    expect(of(all, 'coverage')).toMatchObject([{ checks: 'list Monthly' }])
  })

  it('reads a scan: kinds of items, place by category, time of its end', async () => {
    const all = await records(await sample('scan.xml'))
    expect(all[0]).toMatchObject({ observed_at: parseInstant('2026-03-01T21:30:00Z') })
    expect(of(all, 'asset')).toMatchObject([{ name: '10.0.0.7', names: [{ type: 'ip', name: '10.0.0.7' }] }])
    expect(of(all, 'finding')).toEqual([
      { kind: 'finding', asset: 'h1', vulnerability_ids: ['qualys:82040'], severity: 'informational', title: 'Sample Information' },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-3004'],
        severity: 'high',
        cvss: 5,
        title: 'Sample Weakness',
        place: '8443/tcp',
      },
      { kind: 'finding', asset: 'h1', vulnerability_ids: ['qualys:900005'], severity: 'low', title: 'Sample Potential Weakness' },
    ])
  })

  it('covers nothing when the scan was cancelled', async () => {
    const all = await records(await sample('scan-cancelled.xml'))
    expect(of(all, 'finding')).toHaveLength(3)
    expect(of(all, 'coverage')).toEqual([])
  })

  it('tells no family when the guesses of a fingerprint disagree', async () => {
    const xml =
      '<ASSET_DATA_REPORT><HOST_LIST><HOST><IP>10.0.0.1</IP><OPERATING_SYSTEM>Windows 2008 R2/7</OPERATING_SYSTEM></HOST></HOST_LIST></ASSET_DATA_REPORT>'
    const [asset] = of(await records(await openBytes('x.xml', new TextEncoder().encode(xml))), 'asset')
    expect(asset!.attributes).toEqual({ os: 'Windows 2008 R2/7' })
  })

  it('refuses a cut report', async () => {
    const xml = '<ASSET_DATA_REPORT><HOST_LIST><HOST><IP>10.0.0.1</IP>'
    await expect(openBytes('x.xml', new TextEncoder().encode(xml)).then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
