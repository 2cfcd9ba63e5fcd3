import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { defenderVulnerabilities } from './defender-vulnerabilities.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const json = (value: unknown) => openBytes('x.json', new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of defenderVulnerabilities.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

/** A zip archive of a few members, written by hand: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function zip(members: [name: string, content: string | Buffer][]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of members) {
    const plain = Buffer.from(content)
    const packed = deflateRawSync(plain)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(plain), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(plain.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name), packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, rest, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const table = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(table.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, table, Buffer.from('PK\u0005\u0006'), end])
}
const row = { cveId: 'CVE-2026-1', machineId: 'm1', productName: 'tool', productVendor: 'sample', productVersion: '1', severity: 'High' }

describe('defender-vulnerabilities', () => {
  it.each([
    'software-vulnerabilities-last-page.json',
    'machine-vulnerabilities-with-next-page.json',
    'export-file.ndjson',
    'changes.json',
    'machines.json',
    'recommendations.json',
    'secure-configuration.json',
    'software-inventory.json',
    'vulnerabilities.json',
    'machines-and-vulnerabilities.zip',
    'hunting-vulnerabilities.csv',
    'hunting-configuration.csv',
    'hunting-software.csv',
    'portal-devices.csv',
    'portal-exposed-paths.csv',
    'portal-weaknesses.csv',
    'portal-device-vulnerabilities.csv',
    'portal-device-software.csv',
  ])('knows %s by its content', async (name) => {
    expect(defenderVulnerabilities.detect((await sample(name)).head)).toBe(true)
  })

  it('leaves other lists of the same API alone', () => {
    expect(defenderVulnerabilities.detect({ name: 'x', text: '{"value":[{"time":"2026-01-01","score":41.3,"rbacGroupName":"A"}]}' })).toBe(
      false,
    )
    expect(defenderVulnerabilities.detect({ name: 'x', text: 'deviceId,softwareName,softwareVersion' })).toBe(false)
  })

  it('reads vulnerabilities by software, the exploitability and the update', async () => {
    const all = await records(await sample('software-vulnerabilities-last-page.json'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'aaaa1111',
        vulnerability_ids: ['CVE-2026-4001'],
        title: 'CVE-2026-4001',
        severity: 'high',
        cvss: 8.8,
        exploit_stage: 'kit',
        component: { name: 'browser', vendor: 'sample', version: '119.0.1' },
        fixed_version: 'Browser 120',
      },
      {
        kind: 'finding',
        asset: 'aaaa1111',
        vulnerability_ids: ['defender:TVM-2026-002'],
        title: 'defender:TVM-2026-002',
        exploit_stage: 'none',
        component: { name: 'browser', vendor: 'sample', version: '119.0.1' },
        fixed_version: 'KB5051989',
      },
    ])
    expect(of(all, 'software').map((one) => [one.asset, one.name, one.place])).toEqual([
      ['aaaa1111', 'browser', 'C:\\Sample\\browser.exe'],
      ['bbbb2222', 'tool', undefined],
    ])
    expect(of(all, 'coverage').map((one) => [one.asset, one.subject, one.access])).toEqual([
      ['aaaa1111', 'vulnerability', 'full'],
      ['bbbb2222', 'vulnerability', 'full'],
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'value[3]' }])
  })

  it('reads the rows of a hunting query as CSV, which cover nothing: nobody knows what the query left out', async () => {
    const all = await records(await sample('hunting-vulnerabilities.csv'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'aaaa1111',
        vulnerability_ids: ['CVE-2026-4001'],
        title: 'CVE-2026-4001',
        severity: 'high',
        component: { name: 'browser', vendor: 'sample', version: '119.0.1' },
        fixed_version: 'KB5051989',
      },
    ])
    expect(of(all, 'asset')[0]).toMatchObject({ name: 'pc-1.example.org', attributes: { os_family: 'windows' } })
    expect(of(all, 'software').map((one) => one.name)).toEqual(['browser', 'tool'])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 4'])
    expect(of(all, 'coverage')).toEqual([])
    const software = await records(await sample('hunting-software.csv'))
    expect(of(software, 'software')[0]).toMatchObject({ name: 'browser', end_of_support_at: parseInstant('2025-01-01T00:00:00Z') })
    const checks = await records(await sample('hunting-configuration.csv'))
    expect(of(checks, 'control_result').map((one) => [one.control_id, one.status, one.points, one.max_points])).toEqual([
      ['defender:scid-91', 'fail', 0, 9],
      ['defender:scid-92', 'pass', 8, 8],
      ['defender:scid-93', 'not_applicable', undefined, undefined],
    ])
    expect(of(checks, 'control_result').map((one) => one.user_impact)).toEqual([true, false, undefined])
    expect(of(checks, 'skipped').map((one) => one.at)).toEqual(['line 5'])
    expect(of(checks, 'coverage')).toEqual([])
  })

  it('reads the devices of the portal, which cover nothing', async () => {
    const all = await records(await sample('portal-devices.csv'))
    expect(all[0]).toMatchObject({ source: 'defender', observed_at: null })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'aaaa1111',
        type: 'device',
        name: 'pc-1',
        names: [
          { type: 'agent_id', name: 'aaaa1111' },
          { type: 'hostname', name: 'pc-1' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: {
          os_family: 'windows',
          os: 'Windows11 23H2',
          asset_group: 'Laptops',
          endpoint_agent: 'Microsoft Defender for Endpoint',
          internet_facing: false,
        },
        observed_at: parseInstant('2026-03-01T12:00:00Z'),
      },
      {
        kind: 'asset',
        asset: 'bbbb2222',
        type: 'device',
        name: 'srv-2',
        // Of two addresses nobody knows which is the last.
        names: [
          { type: 'agent_id', name: 'bbbb2222' },
          { type: 'agent_id', name: '11111111-2222-4333-8444-555555555555' },
          { type: 'hostname', name: 'srv-2' },
        ],
        attributes: {
          os_family: 'windows_server',
          os: 'WindowsServer2022 21H2',
          endpoint_agent: 'Microsoft Defender for Endpoint',
          internet_facing: true,
        },
        observed_at: parseInstant('2026-02-01T12:00:00Z'),
        inactive: true,
      },
      expect.objectContaining({ asset: 'cccc3333', name: 'printer-3' }),
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 4.lastSeen'])
    expect(of(all, 'coverage')).toEqual([])
  })

  it('reads exposed paths as the API tells the same: the device, the software, each of its CVEs', async () => {
    const all = await records(await sample('portal-exposed-paths.csv'))
    expect(all[0]).toMatchObject({ source: 'defender', observed_at: parseInstant('2026-03-05T19:10:00Z') })
    const component = { name: 'library', vendor: 'sample', version: '3.3.0.0' }
    const found = (id: string) => ({ kind: 'finding', asset: 'aaaa1111', vulnerability_ids: [id], title: id, component })
    const both = [found('CVE-2026-4003'), found('CVE-2026-4004')]
    expect(of(all, 'finding')).toEqual([...both, ...both])
    expect(of(all, 'software').map((one) => [one.asset, one.version, one.place])).toEqual([
      ['aaaa1111', '3.3.0.0', 'C:\\Sample\\one.dll'],
      ['bbbb2222', '3.9.0.0', 'C:\\Sample\\one.dll'],
    ])
    expect(of(all, 'coverage')).toEqual([])
  })

  it('reads weaknesses as descriptions: they name no device', async () => {
    const all = await records(await sample('portal-weaknesses.csv'))
    expect(all.slice(1)).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2026-4001',
        severity: 'high',
        description: 'A flaw in a browser',
        cvss: 8.8,
        published_at: parseInstant('2026-03-02'),
      },
      {
        kind: 'vulnerability',
        vulnerability_id: 'defender:TVM-2026-002',
        severity: 'medium',
        cvss: 5.3,
        published_at: parseInstant('2026-03-02'),
      },
    ])
  })

  it('reads the page of one device: a source of its own, which covers that device', async () => {
    const all = await records(await sample('portal-device-vulnerabilities.csv'))
    expect(all[0]).toMatchObject({ source: 'defender-portal', observed_at: parseInstant('2026-03-05T19:10:00Z') })
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'device',
        vulnerability_ids: ['CVE-2026-4001'],
        title: 'CVE-2026-4001',
        severity: 'high',
        cvss: 8.8,
        exploit_stage: 'public',
      },
      {
        kind: 'finding',
        asset: 'device',
        vulnerability_ids: ['CVE-2026-4003'],
        title: 'CVE-2026-4003',
        severity: 'low',
        cvss: 3.1,
        exploit_stage: 'none',
      },
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'device', subject: 'vulnerability', access: 'full' }])
    const software = await records(await sample('portal-device-software.csv'))
    expect(of(software, 'software').map((one) => [one.name, one.vendor, one.version])).toEqual([
      ['Browser', 'Sample', '119.0.1'],
      ['Library', 'Sample', '3.3.0.0'],
    ])
    expect(of(software, 'skipped').map((one) => one.at)).toEqual(['line 5'])
    expect(of(software, 'coverage')).toEqual([{ kind: 'coverage', asset: 'device', subject: 'software', access: 'full' }])
  })

  it('a page of one device with as many rows as the portal exports at most covers nothing: the rest may be missing', async () => {
    const head = 'Machine Vulnerabilities Export,05 Mar 2026 07:10 PM +00:00\nName,Severity,CVSS v3,Has Exploit\n'
    const rows = (count: number) => head + 'CVE-2026-4001,High,8.8,True\n'.repeat(count)
    const coverage = async (count: number) => of(await records(await json(rows(count))), 'coverage').length
    expect([await coverage(0), await coverage(9999), await coverage(10_000)]).toEqual([1, 1, 0])
  })

  it('takes the latest time that the rows of a device tell', async () => {
    const devices = of(await records(await sample('software-vulnerabilities-last-page.json')), 'asset')
    const times = devices.filter((one) => one.asset === 'aaaa1111').map((one) => one.observed_at!)
    expect(Math.max(...times)).toBe(parseInstant('2026-03-01T12:00:00Z'))
    expect(devices.find((one) => one.asset === 'aaaa1111')).toMatchObject({
      name: 'pc-1.example.org',
      attributes: { os_family: 'windows', asset_group: 'Laptops' },
    })
    expect(devices.find((one) => one.asset === 'bbbb2222')!.attributes).toEqual({ os_family: 'linux', os: 'Linux' })
  })

  it('reads export files with one row a line and capital field names', async () => {
    const all = await records(await sample('export-file.ndjson'))
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids![0], one.exploit_stage])).toEqual([
      ['CVE-2026-4003', 'verified'],
      ['CVE-2026-4004', 'public'],
    ])
    expect(of(all, 'asset')).toMatchObject([{ name: 'mac-1.example.org', attributes: { os_family: 'macos', os: 'macOS 14.4' } }])
    expect(of(all, 'software')).toHaveLength(1)
  })

  it('covers nothing when a page is missing, and all when the last page is there', async () => {
    const cut = await records(await sample('machine-vulnerabilities-with-next-page.json'))
    expect(of(cut, 'finding')).toMatchObject([{ severity: 'critical', fixed_version: 'KB5051989' }])
    expect(of(cut, 'coverage')).toEqual([])
    const page = { '@odata.nextLink': 'https://x', value: [row] }
    expect(of(await records(await json(page)), 'coverage')).toEqual([])
    const both = await records(
      await json(
        `${JSON.stringify({ value: [row], '@odata.nextLink': 'https://x' })}\n${JSON.stringify({ value: [{ ...row, machineId: 'm2' }] })}`,
      ),
    )
    expect(of(both, 'coverage').map((one) => one.asset)).toEqual(['m1', 'm2'])
  })

  it('lets a list of changes open and close what it names, each at its own moment, and nothing else', async () => {
    const all = await records(await sample('changes.json'))
    expect(of(all, 'finding')).toMatchObject([{ vulnerability_ids: ['CVE-2026-4005'] }])
    expect(of(all, 'asset')).toMatchObject([
      { observed_at: parseInstant('2026-03-02T10:00:00.5Z'), attributes: { endpoint_agent: 'Microsoft Defender for Endpoint' } },
    ])
    expect(of(all, 'coverage')).toEqual([])
    expect(of(all, 'skipped')).toEqual([])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: of(all, 'asset')[0]!.asset,
        vulnerability_ids: ['CVE-2026-4006'],
        component: { name: 'browser' },
        reason: 'Fixed',
        at: 'value[1]',
      },
    ])
    const change = (status: string, eventTimestamp: string) => ({
      deviceId: 'm1',
      softwareName: 'tool',
      softwareVersion: '1',
      cveId: 'CVE-2026-1',
      status,
      eventTimestamp,
    })
    const twice = await records(await json([change('New', '2026-03-01T10:00:00Z'), change('Fixed', '2026-03-02T10:00:00Z')]))
    const at = (record: FileRecord | undefined) =>
      record && 'asset' in record ? of(twice, 'asset').find((each) => each.asset === record.asset)!.observed_at : null
    expect(at(of(twice, 'finding')[0])).toBe(parseInstant('2026-03-01T10:00:00Z'))
    expect(at(of(twice, 'closed')[0])).toBe(parseInstant('2026-03-02T10:00:00Z'))
    expect(new Set(of(twice, 'asset').flatMap(({ names }) => names.map(({ name }) => name)))).toEqual(new Set(['m1']))
  })

  it('reads machines: names, value, group, agent, time', async () => {
    const [first, second] = of(await records(await sample('machines.json')), 'asset')
    expect(first).toEqual({
      kind: 'asset',
      asset: 'aaaa1111',
      type: 'device',
      name: 'pc-1.example.org',
      observed_at: parseInstant('2026-03-01T10:00:00.123456Z'),
      names: [
        { type: 'cloud_id', name: '/subscriptions/s1/resourcegroups/r/providers/microsoft.compute/virtualmachines/pc-1' },
        { type: 'agent_id', name: 'aaaa1111' },
        { type: 'agent_id', name: 'c18539cd-e869-48ce-a26f-e45f8f2d88e5' },
        { type: 'fqdn', name: 'pc-1.example.org' },
        { type: 'ip', name: '10.0.0.21' },
      ],
      attributes: {
        os_family: 'windows',
        os: 'Windows11 23H2',
        asset_group: 'Laptops',
        endpoint_agent: 'Microsoft Defender for Endpoint',
        stated_criticality: 'defender: high',
        cloud_provider: 'azure',
        cloud_account: 's1',
      },
    })
    expect(second).toEqual({
      kind: 'asset',
      asset: 'dddd4444',
      type: 'device',
      name: 'dddd4444',
      names: [{ type: 'agent_id', name: 'dddd4444' }],
      attributes: { stated_criticality: 'defender: normal' },
      inactive: true,
    })
  })

  it('reads recommendations as controls only', async () => {
    const all = await records(await sample('recommendations.json'))
    expect(all.slice(1)).toEqual([
      {
        kind: 'control',
        control_id: 'defender:va-_-sample-_-browser',
        title: 'Update Browser',
        category: 'Application',
        product: 'Browser',
        details: { active_alert: true, software_name: 'browser', software_vendor: 'sample' },
      },
      {
        kind: 'control',
        control_id: 'defender:scid-39',
        title: 'Sign secure channel data',
        category: 'OS',
        product: 'OS',
        max_points: 5,
        details: { active_alert: false },
      },
    ])
  })

  it('reads configuration results with their points', async () => {
    const all = await records(await sample('secure-configuration.json'))
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status, one.points, one.max_points])).toEqual([
      ['defender:scid-39', 'pass', 5, 5],
      ['defender:scid-2000', 'fail', 0, 8],
      ['defender:scid-6093', 'not_applicable', undefined, undefined],
    ])
    // One is not stated, one is no yes or no.
    expect(of(all, 'control_result').map((one) => one.user_impact)).toEqual([undefined, false, undefined])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'aaaa1111', subject: 'control', access: 'full' }])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('reads the software inventory with its end of support', async () => {
    const all = await records(await sample('software-inventory.json'))
    expect(of(all, 'software').map((one) => [one.name, one.end_of_support_at])).toEqual([
      ['browser', parseInstant('2026-02-01')],
      ['tool', undefined],
    ])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'aaaa1111', subject: 'software', access: 'full' }])
  })

  it('reads the list of vulnerabilities', async () => {
    expect((await records(await sample('vulnerabilities.json'))).slice(1)).toMatchObject([
      { kind: 'vulnerability', vulnerability_id: 'CVE-2026-4001', cvss: 8.8, severity: 'high' },
    ])
  })

  it('reads machines before vulnerabilities from a zip, in whatever order they lie in it', async () => {
    const all = await records(await sample('machines-and-vulnerabilities.zip'))
    expect(all.map((one) => one.kind).indexOf('asset')).toBeLessThan(all.map((one) => one.kind).indexOf('finding'))
    expect(of(all, 'asset').filter((one) => one.asset === 'aaaa1111')).toHaveLength(1)
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'aaaa1111', subject: 'vulnerability', access: 'full' }])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(
      expect.arrayContaining(['notes.txt', 'machines/machines.json: value[1].lastSeen']),
    )
  })

  it('refuses archives that are cut, lead outside or unpack to far more than they are', async () => {
    const whole = await readFile(join(import.meta.dirname, 'samples', 'machines-and-vulnerabilities.zip'))
    const read = (bytes: Uint8Array) => openBytes('x.zip', bytes).then(records)
    await expect(read(whole.subarray(0, whole.length - 30))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(read(zip([['machines/../../etc/x.json', '{}']]))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(read(zip([['machines/bomb.json', Buffer.alloc(20_000_000, ' ')]]))).rejects.toMatchObject({ code: 'file_too_large' })
    expect(of(await read(zip([['vulnerabilities/a.json', JSON.stringify({ value: [row] })]])), 'finding')).toHaveLength(1)
  })

  it('skips rows that are none, and refuses broken JSON', async () => {
    const all = await records(await json({ value: [row, 7, { strange: true }, { ...row, cveId: null }] }))
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['value[1]', 'value[2]', 'value[3]'])
    await expect(json('{"value":[{"machineId":"m1","cveId":').then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
