import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { nessus } from './nessus.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (text: string) => openBytes('x', new TextEncoder().encode(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of nessus.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const all = async (name: string) => records(await sample(name))

describe('nessus as CSV', () => {
  it('makes one finding of the rows that a plugin has for each of its CVEs', async () => {
    const found = of(await all('scan.csv'), 'finding')
    expect(found.map((one) => one.vulnerability_ids)).toEqual([
      ['CVE-2026-1001', 'CVE-2026-1002'],
      ['CVE-2020-1003'],
      ['nessus:19506'],
      ['CVE-2020-1003'],
    ])
    expect(found[0]).toEqual({
      kind: 'finding',
      asset: 'h1',
      vulnerability_ids: ['CVE-2026-1001', 'CVE-2026-1002'],
      severity: 'critical',
      cvss: 9.8,
      title: 'Sample Browser < 120.0.2 Multiple Vulnerabilities',
      component: { name: 'Sample Browser', version: '119.0.1' },
      fixed_version: '120.0.2',
      place: '445/tcp',
    })
    expect(found[1]).toMatchObject({ severity: 'medium', cvss: 5, exploit_stage: 'kit' })
  })

  it("tells a plugin's words of no CVE when it has several", async () => {
    expect(of(await all('scan.csv'), 'vulnerability').find((one) => one.vulnerability_id === 'CVE-2026-1001')).toEqual({
      kind: 'vulnerability',
      vulnerability_id: 'CVE-2026-1001',
    })
  })

  it('takes version and time from the scan information, wherever it stands among the rows', async () => {
    const read = await all('scan.csv')
    expect(read[0]).toMatchObject({ kind: 'report', source: 'nessus', tool: 'Nessus', tool_version: '10.8.3', observed_at: null })
    expect(of(read, 'asset').map((one) => [one.name, one.observed_at])).toEqual([
      ['web-1.example.org', parseInstant('2026-03-02T09:10:00Z')],
      ['10.0.0.9', undefined],
    ])
  })

  it('leaves empty rows alone and skips one without a plugin', async () => {
    expect(of(await all('scan.csv'), 'skipped')).toEqual([{ kind: 'skipped', at: 'line 23', reason: 'expected a number as plugin id' }])
  })

  it('covers only hosts whose scan information was exported, and only their policy', async () => {
    expect(of(await all('scan.csv'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'h1', subject: 'vulnerability', access: 'full', checks: 'policy Basic Network Scan' },
    ])
    expect(of(await all('center.csv'), 'coverage')).toEqual([])
    expect(of(await all('cloud.csv'), 'coverage')).toEqual([])
    expect(of(await all('web-application.csv'), 'coverage')).toEqual([])
  })

  it('covers remotely when the same scan had no credentials', async () => {
    const header = 'Plugin ID,CVE,Risk,Host,Protocol,Port,Name,Plugin Output\n'
    const row = '19506,,None,10.0.0.1,tcp,0,Nessus Scan Information,"Scan policy used : Basic\nCredentialed checks : no"\n'
    expect(of(await records(await made(header + row)), 'coverage')).toMatchObject([{ access: 'remote', checks: 'policy Basic' }])
  })

  it('reads the cloud: names, time of the host, package, fixed rows as closed', async () => {
    const read = await all('cloud.csv')
    expect(of(read, 'asset')).toMatchObject([
      {
        observed_at: parseInstant('2026-03-02T09:00:00Z'),
        names: [
          { type: 'agent_id', name: '11111111-2222-4333-8444-555555555555' },
          { type: 'fqdn', name: 'app-1.example.org' },
          { type: 'ip', name: '10.0.0.7' },
        ],
      },
    ])
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-2001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'public',
        title: 'Sample Linux 9 : curl (SAMPLE-2026:10)',
        component: { name: 'curl', version: '7.76.1-26.el9_3.1', type: 'package' },
        fixed_version: '7.76.1-29.el9_4',
        access: 'full',
      },
    ])
    expect(of(read, 'closed')).toEqual([
      { kind: 'closed', asset: 'h1', vulnerability_ids: ['CVE-2026-2002'], place: '443/tcp', reason: 'Fixed', at: 'line 6' },
    ])
  })

  it('reads Security Center: its dates, the CVEs in one row, the update, the framework', async () => {
    const read = await all('center.csv')
    expect(of(read, 'asset')).toMatchObject([
      {
        observed_at: parseInstant('2026-03-02T09:00:00Z'),
        names: [
          { type: 'agent_id', name: '22222222-3333-4444-8555-666666666666' },
          { type: 'fqdn', name: 'desk-1.example.org' },
          { type: 'hostname', name: 'desk-1' },
          { type: 'ip', name: '10.0.0.8' },
        ],
      },
    ])
    expect(of(read, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'h1',
      vulnerability_ids: ['CVE-2026-3001', 'CVE-2026-3002'],
      severity: 'high',
      cvss: 7.8,
      title: 'MS26-001: Security Update for Sample Office (4000001)',
      component: { name: 'Sample Office', vendor: 'sample' },
      fixed_version: 'KB4000001',
      place: '445/tcp',
      access: 'full',
    })
  })

  it('reads a web application as an application, without a time', async () => {
    const read = await all('web-application.csv')
    expect(of(read, 'asset')).toEqual([
      { kind: 'asset', asset: 'h1', type: 'application', name: 'shop.example.org', names: [{ type: 'label', name: 'shop.example.org' }] },
    ])
    expect(of(read, 'finding')).toMatchObject([{ vulnerability_ids: ['nessus:98001'], severity: 'high', cvss: 7.1 }])
  })

  it('is no other CSV', () => {
    expect(nessus.detect({ name: 'x.csv', text: 'Host,Name,Severity\n' })).toBe(false)
    expect(nessus.detect({ name: 'x.csv', text: 'Plugin,Severity,IP Address\n' })).toBe(false)
  })
})

describe("nessus as JSON of Tenable's interfaces", () => {
  it('reads a chunk of vulnerabilities and covers nothing', async () => {
    const read = await all('cloud-vulnerabilities.json')
    expect(of(read, 'coverage')).toEqual([])
    expect(of(read, 'asset').map((one) => one.observed_at)).toEqual(
      ['2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z'].map(parseInstant),
    )
    expect(of(read, 'asset')[0]!.names).toEqual([
      { type: 'agent_id', name: '11111111-2222-4333-8444-555555555555' },
      { type: 'agent_id', name: '33333333-4444-5555-8666-777777777777' },
      { type: 'fqdn', name: 'app-1.example.org' },
      { type: 'hostname', name: 'app-1' },
      { type: 'ip', name: '10.0.0.7' },
    ])
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'a1',
        vulnerability_ids: ['CVE-2026-4001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'verified',
        title: 'Sample Linux 9 : curl (USN-1)',
        component: { name: 'curl', version: '7.76.1-1', type: 'package' },
        fixed_version: '7.76.1-2',
        access: 'full',
      },
      expect.objectContaining({ vulnerability_ids: ['nessus:900031'], severity: 'informational', place: '8443/tcp', access: 'remote' }),
    ])
    expect(of(read, 'vulnerability')[0]).toMatchObject({ url: 'https://example.org/e', published_at: parseInstant('2026-01-02T00:00:00Z') })
    expect(of(read, 'skipped').map((one) => one.at)).toEqual(['[3]'])
    // The host was heard of when the item was found mended, not only when it was last found.
    expect(of(read, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: 'a1',
        vulnerability_ids: ['nessus:900032'],
        closed_at: parseInstant('2026-03-03T10:00:00Z'),
        reason: 'FIXED',
        at: '[2]',
      },
    ])
    expect(of(read, 'asset').at(-1)).toMatchObject({ observed_at: parseInstant('2026-03-03T10:00:00Z') })
  })

  it('reads lists of assets as assets, and those that are gone as inactive', async () => {
    const read = await all('cloud-assets.json')
    expect(read[0]).not.toHaveProperty('complete')
    expect(of(read, 'asset')).toMatchObject([
      {
        name: 'app-1.example.org',
        observed_at: parseInstant('2026-03-02T09:00:00Z'),
        names: [
          { type: 'cloud_id', name: 'i-0123456789abcdef0' },
          { type: 'agent_id', name: '11111111-2222-4333-8444-555555555555' },
          { type: 'fqdn', name: 'app-1.example.org' },
          { type: 'fqdn', name: 'app.example.org' },
          { type: 'hostname', name: 'app-1' },
          { type: 'ip', name: '10.0.0.7' },
        ],
      },
      { inactive: true },
    ])
    expect(of(await all('cloud-assets-export.json'), 'asset')).toMatchObject([
      { name: 'app-1', attributes: { os_family: 'windows_server' } },
    ])
  })

  it('reads the answers of Security Center, whose time stands at their end', async () => {
    const details = await all('center-details.json')
    expect(details[0]).toMatchObject({ observed_at: 1_772_449_200_000_000 })
    expect(of(details, 'asset')).toMatchObject([{ name: 'desk-1.example.org', observed_at: 1_772_442_000_000_000 }])
    expect(of(details, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'h1',
        vulnerability_ids: ['CVE-2026-3001'],
        severity: 'high',
        cvss: 9.3,
        exploit_stage: 'verified',
        title: 'MS26-001: Security Update for Sample Office (4000001)',
        component: { name: 'Sample Office' },
        fixed_version: 'KB4000001',
        place: '445/tcp',
        access: 'full',
      },
    ])
    expect(of(details, 'skipped')).toHaveLength(1)
    const plugins = await all('center-plugin-hosts.json')
    expect(of(plugins, 'finding').map((one) => [one.asset, one.vulnerability_ids, one.severity])).toEqual([
      ['h1', ['nessus:900021'], 'low'],
      ['h2', ['nessus:900021'], 'low'],
    ])
    const hosts = await all('center-hosts.json')
    expect(of(hosts, 'asset')).toMatchObject([{ name: 'desk-1.example.org', observed_at: 1_772_442_000_000_000 }])
    expect([...of(details, 'coverage'), ...of(plugins, 'coverage'), ...of(hosts, 'coverage'), ...of(hosts, 'finding')]).toEqual([])
  })

  it('leaves summaries that name no host, and other JSON, alone', () => {
    for (const text of [
      '{"vulnerabilities":[{"count":1,"plugin_id":1,"counts_by_severity":[]}]}',
      '{"response":{"matchingDataElementCount":"1","results":[{"pluginID":"1","solution":"x","remediationList":"1"}]}}',
      '{"assets":[{"id":"1","name":"x"}]}',
      '[{"asset":{"name":"x"},"plugin":{"id":1}}]',
    ])
      expect(nessus.detect({ name: 'x.json', text })).toBe(false)
  })

  it('takes an empty chunk when told its format', async () => {
    expect((await records(await made('[]'))).map((one) => one.kind)).toEqual(['report'])
  })
})
