import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { readComponent, readVersions } from './component.ts'
import { jfrogXray } from './jfrog-xray.ts'

const records = (name: string) => sampleRecords(jfrogXray, import.meta.dirname, name)

describe('readComponent', () => {
  it.each([
    ['npm://acorn:5.7.3', 'acorn', '5.7.3', 'npm'],
    ['npm://@scope/name:1.0', '@scope/name', '1.0', 'npm'],
    ['gav://org.yaml:snakeyaml:1.16', 'org.yaml:snakeyaml', '1.16', 'gav'],
    ['gav://test', 'test', undefined, 'gav'],
    ['rpm://7:java-11-openjdk-headless:0:11.0.6.10-1.el7_7', 'java-11-openjdk-headless', '11.0.6.10-1.el7_7', 'rpm'],
    ['rpm://7:expat:17:2.1.0-10.el7_3', 'expat', '17:2.1.0-10.el7_3', 'rpm'],
    ['deb://debian:stretch:libx11:2:1.6.4-3', 'libx11', '2:1.6.4-3', 'deb'],
    ['deb://ubuntu:bionic:linux:4.15.0-88.88', 'linux', '4.15.0-88.88', 'deb'],
    ['alpine://3.12:busybox:1.31.1-r20', 'busybox', '1.31.1-r20', 'alpine'],
    ['3.12:busybox:1.31.1-r20', 'busybox', '1.31.1-r20', undefined],
    ['go://github.com/x/y:1.2.3', 'github.com/x/y', '1.2.3', 'go'],
    ['lib/commons-beanutils-1.9.2.jar', 'commons-beanutils', '1.9.2', undefined],
  ])('%s', (text, name, version, type) => expect(readComponent(text)).toEqual({ name, ...(version && { version }), ...(type && { type }) }))

  it('reads where a range of fixed versions begins', () => {
    expect(readVersions(['≥ 2:1.6.4-3', '[1.26]', '2.11.3', ' '])).toBe('2:1.6.4-3, 1.26, 2.11.3')
    expect(readVersions([])).toBeUndefined()
  })
})

describe('jfrog-xray', () => {
  it('reads a vulnerabilities report: artifacts, each at its own time', async () => {
    const all = await records('report.json')
    expect(of(all, 'asset').map(({ type, name, names, observed_at }) => [type, name, names[0], formatInstant(observed_at!)])).toEqual([
      ['image', 'web:1.4', { type: 'label', name: 'jfrog-xray/docker-local/web/1.4' }, '2026-03-01T09:00:00Z'],
      ['application', 'Jinja2:2.11.2', { type: 'label', name: 'jfrog-xray/pypi-remote/30/Jinja2-2.11.2.whl' }, '2026-02-01T10:00:00Z'],
    ])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'docker://web:1.4 docker-local/web/1.4',
      vulnerability_ids: ['CVE-2099-0001', 'CVE-2099-0002'],
      severity: 'high',
      cvss: 9.1,
      title: 'RHSA-2099:1: java update',
      component: { name: 'java-11-openjdk-headless', version: '1:11.0.6.10-1.el7_7', type: 'rpm' },
      fixed_version: '1:11.0.7',
    })
    expect(of(all, 'finding')[1]!.vulnerability_ids).toEqual(['jfrog-xray:XRAY-1'])
    expect(of(all, 'vulnerability').slice(0, 2)).toMatchObject([{ url: 'https://b.example/x', cvss: 7.5 }, { cvss: 9.1 }])
    expect(of(all, 'vulnerability')[0]).not.toHaveProperty('aliases')
    expect(of(all, 'skipped')).toMatchObject([{ at: 'rows[3]' }])
  })

  it('covers with a report only what reports alike look for, down to its lowest severity; with a page nothing', async () => {
    expect(of(await records('report.json'), 'coverage').map(({ checks, min_severity }) => [checks, min_severity])).toEqual([
      ['report', 'medium'],
      ['report', 'medium'],
    ])
    expect(of(await records('report-page.json'), 'coverage')).toEqual([])
    expect(of(await records('artifact-summary.json'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'artifact 1', subject: 'vulnerability' },
    ])
    // The second scan failed.
    expect(of(await records('on-demand-scan.json'), 'coverage').map(({ asset }) => asset)).toEqual(['scan 1'])
    expect(of(await recordsOf(jfrogXray, { total_count: 3, data: [{ source_comp_id: 'npm://a:1', summary: 'x' }] }), 'coverage')).toEqual(
      [],
    )
  })

  it('reads the summary of an artifact: each component of an issue', async () => {
    const all = await records('artifact-summary.json')
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', name: 'web:1.4', attributes: { image_digest: `sha256:${'2'.repeat(64)}` } }])
    expect(
      of(all, 'finding').map(({ vulnerability_ids, control_id, component, cvss }) => [
        vulnerability_ids ?? control_id,
        component!.name,
        cvss,
      ]),
    ).toEqual([
      [['CVE-2099-0004'], 'busybox', 7.5],
      [['CVE-2099-0004'], 'ssl_client', 7.5],
      ['jfrog-xray:license', 'tool', undefined],
    ])
    expect(of(all, 'vulnerability')).toHaveLength(1)
  })

  it('reads on-demand scans: a package by its coordinates, a file without a name', async () => {
    const all = await records('on-demand-scan.json')
    expect(of(all, 'asset').map(({ names }) => names)).toEqual([[{ type: 'label', name: 'jfrog-xray/gav://com.example:core' }], []])
    expect(of(all, 'finding')).toMatchObject([
      { fixed_version: '1.26', place: 'lib/snakeyaml-1.16.jar', component: { name: 'org.yaml:snakeyaml' } },
    ])
  })

  it('reads the older export, whose issues may lack every id', async () => {
    const all = await records('export.json')
    expect(of(all, 'asset')).toMatchObject([{ names: [] }])
    expect(of(all, 'finding').map(({ vulnerability_ids, cvss, fixed_version }) => [vulnerability_ids, cvss, fixed_version])).toEqual([
      [['jfrog-xray:A denial of service without an id'], 7.5, '5.7.4, 6.4.1'],
      [['CVE-2099-0006'], undefined, undefined],
    ])
    expect(of(all, 'coverage')).toHaveLength(1)
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(jfrogXray, { total: 1 })).rejects.toMatchObject({
      code: 'unreadable_report',
      message: expect.stringContaining('Xray'),
    })
  })

  it.each([
    '{"total_rows":1,"rows":[{"a":1}]}',
    '{"artifacts":[{"general":{}}]}',
    '{"total_count":1,"data":[]}',
    '[{"scan_id":1}]',
    '[]',
    '',
  ])('does not take %s', (text) => expect(jfrogXray.detect({ name: 'x.json', text })).toBe(false))
})
