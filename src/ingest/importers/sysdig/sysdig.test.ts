import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { sysdig } from './sysdig.ts'

const records = (name: string) => sampleRecords(sysdig, import.meta.dirname, name)

describe('sysdig', () => {
  it('reads a report: a row per workload, one image', async () => {
    const all = await records('report.csv')
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'mongo',
        type: 'image',
        name: 'mongo',
        names: [{ type: 'image', name: 'docker.io/library/mongo:latest' }],
        attributes: { os: 'ubuntu 22.04', os_family: 'linux' },
      },
    ])
    const finding = {
      kind: 'finding',
      asset: 'mongo',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'high',
      cvss: 7.5,
      exploit_stage: 'public',
      title: undefined,
      component: { name: 'runc', version: 'v1.1.0', type: 'golang' },
      fixed_version: 'v1.1.2',
      place: '/usr/local/bin/gosu',
    }
    expect(of(all, 'finding')).toEqual([finding, finding])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['line 4', 'line 5'])
  })

  it('reads the newer columns, with CISA’s list', async () => {
    const all = await records('report-2025.csv')
    expect(of(all, 'finding')).toMatchObject([{ severity: 'informational', cvss: 10, exploit_stage: 'ransomware' }])
    expect(of(all, 'finding')[0]).not.toHaveProperty('fixed_version')
  })

  it('reads JSON of both kinds; the time is the end of what it is about', async () => {
    const old = await records('report.json')
    expect(of(old, 'report')[0]!.observed_at).toBeNull()
    expect(of(old, 'finding')).toMatchObject([{ cvss: 7.5, component: { name: 'libssl' } }])
    const all = await records('report-2025.json')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T00:00:00Z')
    expect(all[0]!.kind).toBe('report')
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['CVE-2099-0005'], exploit_stage: 'known_exploited', cvss: 10 }])
  })

  it('reads a scan of the command line, which names no image', async () => {
    const all = await records('cli.csv')
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', names: [] }])
    expect(of(all, 'finding').map(({ severity, cvss }) => [severity, cvss])).toEqual([
      ['critical', 9.8],
      [undefined, undefined],
    ])
    const none = await recordsOf(sysdig, 'CVE ID,CVE Severity,CVSS Score Version,Package Path,Fix Version\n')
    expect(none.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
  })

  it('covers with a report only down to its lowest severity, for reports alike', async () => {
    const covers = async (name: string) => of(await records(name), 'coverage').map(({ checks, min_severity }) => [checks, min_severity])
    expect(await covers('report.csv')).toEqual([['report', 'high']])
    expect(await covers('report-2025.csv')).toEqual([['report', undefined]])
    expect(await covers('cli.csv')).toEqual([[undefined, undefined]])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(sysdig, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"data":[{"vulnName":"x"}]}', '{"panels":[{}]}', 'CVE ID,Severity,Packages\n', '[]', ''])('does not take %s', (text) =>
    expect(sysdig.detect({ name: 'x', text })).toBe(false),
  )
})
