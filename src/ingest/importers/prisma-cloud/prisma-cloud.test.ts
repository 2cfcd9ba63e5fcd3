import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { prismaCloud } from './prisma-cloud.ts'

const records = (name: string) => sampleRecords(prismaCloud, import.meta.dirname, name)

describe('prisma-cloud', () => {
  it('reads the JSON of twistcli: image, software, vulnerabilities, compliance issues', async () => {
    const all = await records('twistcli.json')
    expect(of(all, 'asset')).toMatchObject([
      {
        names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
        attributes: { os: 'Debian GNU/Linux 12 (bookworm)', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` },
      },
    ])
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T02:12:23.309542Z')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image 1',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'public',
        title: undefined,
        component: { name: 'org.example_core', version: '3.5' },
        fixed_version: '4.1.3, 4.0.9',
        place: '/opt/core.jar',
      },
      expect.objectContaining({ vulnerability_ids: ['PRISMA-2099-0041'], exploit_stage: 'known_exploited', severity: 'low' }),
    ])
    expect(of(all, 'control_result').map(({ control_id, status, severity, evidence }) => [control_id, status, severity, evidence])).toEqual(
      [
        ['prisma-cloud:404', 'fail', 'medium', undefined],
        ['prisma-cloud:Sensitive information provided in environment variables', 'fail', 'high', 'The environment variables A,B'],
      ],
    )
    expect(of(all, 'control')[0]).toMatchObject({
      title: 'Add HEALTHCHECK instruction to the container image',
      frameworks: [{ framework: 'CIS_Docker_v1.5.0', requirement: '4.6' }],
    })
    expect(of(all, 'software').map(({ name, version, place }) => [name, version, place])).toEqual([
      ['bash', '5.2.15-2', 'os'],
      ['python', '3.9.21', '/usr/bin/python3.9'],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['results[0].vulnerabilities[2]', 'results[0].compliances[2]'])
  })

  it('reads exports of images', async () => {
    const all = await records('images.csv')
    expect(of(all, 'asset')).toMatchObject([{ names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }] }])
    expect(of(all, 'asset')[0]).not.toHaveProperty('observed_at')
    expect(of(all, 'finding')).toMatchObject([
      { component: { name: 'openssl', version: '1.1.1g-r0', type: 'OS' }, fixed_version: '1.1.1i-r0', cvss: 5.9, exploit_stage: 'public' },
      { component: { name: 'curl' } },
    ])
    expect(of(all, 'finding')[1]).not.toHaveProperty('cvss')
    expect(of(all, 'skipped')).toMatchObject([{ at: 'line 4' }])
  })

  it('reads exports of hosts, where no two have localhost in common', async () => {
    const all = await records('hosts.csv')
    expect(of(all, 'asset').map(({ type, names }) => [type, names])).toEqual([
      ['device', [{ type: 'fqdn', name: 'web-1.example.com' }]],
      ['device', [{ type: 'label', name: 'prisma-cloud/localhost' }]],
    ])
    expect(of(all, 'control')[0]).toMatchObject({ frameworks: [{ framework: 'CIS_Linux_2.0.0', requirement: '4.1.3' }] })
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['CVE-2099-0003'], severity: 'medium', component: { name: 'kernel' } }])
  })

  it('reads exports of CI scans, whose two columns Type differ', async () => {
    const all = await records('ci-images.csv')
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T14:24:03Z')
    expect(of(all, 'finding')).toMatchObject([{ component: { type: 'java' } }])
    expect(of(all, 'vulnerability')[0]!.published_at).toBeUndefined()
  })

  it('covers of an export only what it shows for an asset', async () => {
    const covers = async (name: string) => of(await records(name), 'coverage').map(({ asset, subject }) => [asset.split(' ')[0], subject])
    expect(await covers('twistcli.json')).toEqual([
      ['image', 'vulnerability'],
      ['image', 'control'],
      ['image', 'software'],
    ])
    expect(await covers('images.csv')).toEqual([['registry.example.org', 'vulnerability']])
    expect(await covers('hosts.csv')).toEqual([
      ['host', 'control'],
      ['host', 'vulnerability'],
      ['host', 'control'],
    ])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(prismaCloud, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(recordsOf(prismaCloud, 'a,b\n1,2\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"results":[{"id":1}]}', '{"results":[]}', 'CVE ID,Severity\n', 'CVE ID,CVE Severity,Package Name\n', '[]', ''])(
    'does not take %s',
    (text) => expect(prismaCloud.detect({ name: 'x', text })).toBe(false),
  )
})
