import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { deepfenceThreatmapper } from './deepfence-threatmapper.ts'

const records = (name: string) => sampleRecords(deepfenceThreatmapper, import.meta.dirname, name)

describe('deepfence-threatmapper', () => {
  it('reads compliance of a host, at the time of its first row', async () => {
    const all = await records('compliance.csv')
    expect(of(all, 'asset')).toMatchObject([
      { type: 'device', names: [{ type: 'fqdn', name: 'web-1.example.com' }], attributes: { cloud_account: '123456789012' } },
    ])
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T11:17:30.272000Z')
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['deepfence-threatmapper:gdpr_3.6', 'pass', undefined],
      ['deepfence-threatmapper:gdpr_1.1.12', 'fail', undefined],
      ['deepfence-threatmapper:gdpr_3.12', 'not_run', undefined],
    ])
    expect(of(all, 'control')[0]).toMatchObject({ category: 'Docker Files', frameworks: [{ framework: 'gdpr', requirement: '3.6' }] })
    expect(of(all, 'skipped')).toMatchObject([{ at: 'line 5' }])
  })

  it('reads the newer columns of compliance', async () => {
    const all = await records('compliance-new.csv')
    expect(of(all, 'control_result').map(({ status, evidence }) => [status, evidence])).toEqual([
      ['fail', undefined],
      ['fail', 'bucket is public'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({ remediation: 'Run chmod', frameworks: [{ framework: 'pci', requirement: '3.4' }] })
  })

  it('reads malware: containers with their host, files without the scanner’s folder', async () => {
    const all = await records('malware.csv')
    expect(of(all, 'asset').map(({ type, names }) => [type, names[0]!.name])).toEqual([
      ['cloud_resource', 'deepfence-threatmapper/portal / web-1.example.com'],
      ['cloud_resource', 'deepfence-threatmapper/portal / web-2.example.com'],
    ])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'portal / web-1.example.com',
      control_id: 'deepfence-threatmapper:malware-MD5_Constants',
      severity: 'low',
      title: 'Malware rule MD5_Constants',
      component: { name: '/usr/sbin/mkfs.cramfs', type: 'file' },
      place: '/usr/sbin/mkfs.cramfs',
    })
    expect(of(all, 'control')).toHaveLength(1)
  })

  it('reads secrets without them', async () => {
    const all = await records('secrets.csv')
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'deepfence-threatmapper:secret-110', place: 'usr/share/doc/curl/x.md' }])
    expect(JSON.stringify(all)).not.toContain('hunter2')
  })

  it('reads vulnerabilities; a score that a spreadsheet spoiled is none', async () => {
    const all = await records('vulnerabilities.csv')
    expect(of(all, 'asset').map(({ type, names }) => [type, names[0]!.name])).toEqual([
      ['image', 'registry.example.org/shop/web:1.4'],
      ['device', 'web-1.example.com'],
    ])
    expect(of(all, 'finding').map(({ component, cvss, severity, fixed_version }) => [component, cvss, severity, fixed_version])).toEqual([
      [{ name: 'libcurl3-gnutls', version: '7.74.0-1.3+deb11u7', type: 'base' }, 7.5, 'medium', '7.75'],
      [{ name: 'org.yaml:snakeyaml', version: '1.16', type: 'java' }, 5.5, 'low', undefined],
    ])
  })

  it('covers by kind of export, and down to its lowest severity', async () => {
    const covers = async (name: string) =>
      of(await records(name), 'coverage').map(({ subject, checks, min_severity }) => [subject, checks, min_severity])
    expect(await covers('compliance-new.csv')).toEqual([
      ['control', 'compliance pci', undefined],
      ['control', 'compliance hipaa', undefined],
    ])
    expect((await covers('malware.csv'))[0]).toEqual(['control', 'malware report', 'low'])
    expect(await covers('secrets.csv')).toEqual([['control', 'secret report', 'high']])
    expect((await covers('vulnerabilities.csv'))[0]).toEqual(['vulnerability', 'report', 'low'])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(deepfenceThreatmapper, 'a,b\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['Rule Name,Class\n', 'status,node_name\n', '{"cve_id":1}', ''])('does not take %s', (text) =>
    expect(deepfenceThreatmapper.detect({ name: 'x', text })).toBe(false),
  )
})
