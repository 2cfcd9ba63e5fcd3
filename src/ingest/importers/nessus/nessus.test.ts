import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { splitPackage, titleProduct } from './component.ts'
import { nessus } from './nessus.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (xml: string) => openBytes('x.nessus', new TextEncoder().encode(xml))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of nessus.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const host = (properties: string, items = '') =>
  made(
    `<NessusClientData_v2><Report name="r"><ReportHost name="h"><HostProperties>${properties}</HostProperties>${items}</ReportHost></Report></NessusClientData_v2>`,
  )
const tag = (name: string, value: string) => `<tag name="${name}">${value}</tag>`

describe('nessus', () => {
  it.each([
    'v10-credentialed-and-remote.nessus',
    'cloud-state-export-without-times.nessus',
    'web-application-scan.xml',
    'configuration-audit.nessus',
  ])('knows %s by its content', async (name) => {
    expect(nessus.detect((await sample(name)).head)).toBe(true)
  })

  it('leaves other XML alone', () => {
    expect(nessus.detect({ name: 'x.nessus', text: '<?xml version="1.0"?><nmaprun scanner="nmap"/>' })).toBe(false)
    expect(nessus.detect({ name: 'x', text: '<a><NessusClientData_v2/></a>' })).toBe(false)
  })

  it('begins with the report, its version and the time of the first host', async () => {
    const all = await records(await sample('v10-credentialed-and-remote.nessus'))
    const end = parseInstant('2026-03-02T09:10:00Z')
    expect(all[0]).toEqual({ kind: 'report', source: 'nessus', tool: 'Nessus', tool_version: '10.8.3', observed_at: end })
    expect(of(all, 'report')).toHaveLength(1)
  })

  it('names a host by all that it says', async () => {
    const [asset] = of(await records(await sample('v10-credentialed-and-remote.nessus')), 'asset')
    expect(asset).toMatchObject({ type: 'device', name: 'web-1.example.org' })
    expect(asset!.names).toEqual([
      { type: 'cloud_id', name: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0' },
      { type: 'cloud_id', name: 'i-0123456789abcdef0' },
      { type: 'agent_id', name: '1b4e28ba-2fa1-41d2-883f-0016d3cca427' },
      { type: 'fqdn', name: 'web-1.example.org' },
      { type: 'hostname', name: 'web-1' },
      { type: 'ip', name: '10.0.0.5' },
    ])
    expect(asset!.attributes).toEqual({
      os_family: 'windows_server',
      os: 'Microsoft Windows Server 2022 Standard',
      cloud_provider: 'aws',
      cloud_account: '123456789012',
      region: 'eu-west-1',
    })
  })

  it('covers a finished host by the access it had, and an unfinished one not at all', async () => {
    const all = await records(await sample('v10-credentialed-and-remote.nessus'))
    expect(of(all, 'asset')).toHaveLength(2)
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'full' }])
  })

  it('makes one finding of an item with several vulnerabilities', async () => {
    const all = await records(await sample('v10-credentialed-and-remote.nessus'))
    expect(of(all, 'finding')).toEqual([
      expect.objectContaining({ vulnerability_ids: ['nessus:19506'], severity: 'informational' }),
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-1001', 'CVE-2026-1002'],
        severity: 'critical',
        cvss: 9.3,
        title: 'Sample Browser < 120.0.2 Multiple Vulnerabilities',
        component: { name: 'Sample Browser', version: '119.0.1', vendor: 'sample' },
        fixed_version: '120.0.2',
        place: '445/tcp',
        access: 'full',
      },
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2020-1003'],
        severity: 'medium',
        cvss: 5,
        exploit_stage: 'kit',
        title: 'Sample TLS Weakness',
        place: '443/tcp',
        access: 'remote',
      },
    ])
    expect(of(all, 'skipped')).toMatchObject([{ reason: expect.stringContaining('not-a-number') as string }])
  })

  it("gives a plugin's score to the one vulnerability that it says it is of", async () => {
    const all = of(await records(await sample('v10-credentialed-and-remote.nessus')), 'vulnerability')
    expect(all.find((one) => one.vulnerability_id === 'CVE-2026-1001')).toEqual({
      kind: 'vulnerability',
      vulnerability_id: 'CVE-2026-1001',
    })
    expect(all.find((one) => one.vulnerability_id === 'CVE-2026-1002')).toMatchObject({
      cvss: 9.3,
      cvss_vector: expect.stringMatching(/^CVSS:4\.0\/AV:N/) as string,
    })
    expect(all.find((one) => one.vulnerability_id === 'CVE-2020-1003')).toMatchObject({
      cvss: 5,
      cvss_vector: 'AV:N/AC:L/Au:N/C:P/I:N/A:N',
      title: 'Sample TLS Weakness',
      published_at: parseInstant('2020-05-06'),
    })
  })

  it('reads a state export: no time, no informational items looked for, fixed items as closed', async () => {
    const all = await records(await sample('cloud-state-export-without-times.nessus'))
    expect(all[0]).toMatchObject({ observed_at: null })
    expect(of(all, 'asset')[0]).not.toHaveProperty('observed_at')
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'full', min_severity: 'low' }])
    expect(of(all, 'finding')).toEqual([
      expect.objectContaining({
        vulnerability_ids: ['CVE-2026-2001'],
        exploit_stage: 'known_exploited',
        fixed_version: '7.76.1-29.el9_4',
        component: { name: 'curl', version: '7.76.1-26.el9_3.1', type: 'package' },
      }),
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      cvss_vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
      url: 'https://example.org/advisory/1',
    })
    expect(of(all, 'closed')).toMatchObject([{ asset: 'h1', vulnerability_ids: ['nessus:900011'], place: '22/tcp', reason: 'Fixed' }])
  })

  it('reads a web application as an application', async () => {
    const all = await records(await sample('web-application-scan.xml'))
    expect(of(all, 'asset')).toMatchObject([
      {
        type: 'application',
        names: [{ type: 'label', name: 'https://shop.example.org/' }],
        observed_at: parseInstant('2026-03-02T08:30:00.5Z'),
      },
    ])
    expect(of(all, 'coverage')).toMatchObject([{ access: 'remote' }])
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['nessus:98001'], severity: 'high', cvss: 7.1 }])
  })

  it('reads a configuration audit as controls and names a policy that leaves families out', async () => {
    const all = await records(await sample('configuration-audit.nessus'))
    expect(of(all, 'finding')).toEqual([])
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status])).toEqual([
      ['nessus:a1b2c3', 'fail'],
      ['nessus:d4e5f6', 'not_run'],
    ])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'full', checks: 'policy Server Audit' },
      { kind: 'coverage', asset: 'h1', subject: 'control', access: 'full', checks: 'policy Server Audit' },
    ])
  })

  it.each([
    ['an exact end', tag('HOST_END', 'Mon Mar  2 11:00:00 2026') + tag('HOST_END_TIMESTAMP', '1772442000'), '2026-03-02T09:00:00Z'],
    [
      'a wall clock with its zone told by the start',
      tag('HOST_START', 'Mon Mar  2 10:00:05 2026') +
        tag('HOST_START_TIMESTAMP', '1772442003') +
        tag('HOST_END', 'Mon Mar  2 10:30:00 2026'),
      '2026-03-02T09:30:00Z',
    ],
    ['a wall clock alone, as UTC', tag('HOST_END', 'Mon Mar  2 09:30:00 2026'), '2026-03-02T09:30:00Z'],
    ['a start only', tag('HOST_START', 'Mon Mar  2 09:30:00 2026'), '2026-03-02T09:30:00Z'],
  ])('reads %s', async (_, properties, instant) => {
    expect(of(await records(await host(properties)), 'asset')[0]!.observed_at).toBe(parseInstant(instant))
  })

  it.each([['Mon Foo  2 09:30:00 2026'], ['Mon Feb 31 09:30:00 2026'], ['yesterday']])('does not guess a time from %s', async (text) => {
    expect(of(await records(await host(tag('HOST_END', text))), 'asset')[0]).not.toHaveProperty('observed_at')
  })

  it.each([
    [tag('HOST_END_TIMESTAMP', '1772442000'), '', 'remote'],
    [tag('HOST_END_TIMESTAMP', '1772442000') + tag('local-checks-proto', 'ssh'), '', 'full'],
    [tag('HOST_END_TIMESTAMP', '1772442000') + tag('local-checks-proto', 'ssh') + tag('Credentialed_Scan', 'false'), '', 'remote'],
    [
      tag('HOST_END_TIMESTAMP', '1772442000'),
      '<ReportItem pluginID="19506" severity="0" port="0"><plugin_output>Nessus version : 8.1\nCredentialed checks : yes</plugin_output></ReportItem>',
      'full',
    ],
  ])('decides the access by what the file says (%#)', async (properties, items, access) => {
    expect(of(await records(await host(properties, items)), 'coverage')).toMatchObject([{ access }])
  })

  it('does not take names that every network has', async () => {
    const [asset] = of(
      await records(await host(tag('host-fqdn', '_gateway') + tag('netbios-name', 'localhost') + tag('host-ip', '10.0.0.1'))),
      'asset',
    )
    expect(asset!.names).toEqual([
      { type: 'hostname', name: 'h' },
      { type: 'ip', name: '10.0.0.1' },
    ])
  })

  it('refuses a policy without a report, a cut file and an empty one', async () => {
    for (const xml of [
      '<NessusClientData_v2><Policy/></NessusClientData_v2>',
      '<NessusClientData_v2><Report name="r"><ReportHost name="h"><ReportItem',
      '',
    ]) {
      await expect(made(xml).then(records)).rejects.toMatchObject({ code: expect.stringMatching(/unreadable_report|empty_file/) as string })
    }
  })
})

describe('component', () => {
  it.each([
    ['curl-7.76.1-26.el9_3.1', 'curl', '7.76.1-26.el9_3.1'],
    ['java-1.8.0-openjdk-1.8.0.151-5.b12.el7_4', 'java-1.8.0-openjdk', '1.8.0.151-5.b12.el7_4'],
    ['libpng12-0_1.2.54-1ubuntu1', 'libpng12-0', '1.2.54-1ubuntu1'],
    ['dns-root-data_2018013001~16.04.1', 'dns-root-data', '2018013001~16.04.1'],
    ['php56-5.6.26', 'php56', '5.6.26'],
    ['bash', 'bash', null],
  ])('splits %s', (text, name, version) => {
    expect(splitPackage(text)).toEqual({ name, installed: version })
  })

  it.each([
    ['Sample Browser ESR < 52.9 Multiple Vulnerabilities', 'Sample Browser ESR'],
    ['Sample Server 2.4.x < 2.4.35 DoS', 'Sample Server'],
    ['Sample Player <= 30.0.0.113 (S18-24)', 'Sample Player'],
    ['SSL Certificate Expiry', null],
    ['< 3 days', null],
  ])('finds the product of "%s"', (title, product) => {
    expect(titleProduct(title)).toBe(product)
  })
})
