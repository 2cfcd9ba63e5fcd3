import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { assetCsv } from './asset-csv.ts'
import { isAssetHeader } from './columns.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const csv = (text: string) => openBytes('x.csv', new TextEncoder().encode(text))
async function records({ source }: OpenFile, columns?: Record<string, string>): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of assetCsv.parse(source, columns ? { columns } : {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('asset-csv', () => {
  it.each(['cmdb-export.csv', 'semicolons.csv', 'cloud-resources.csv'])('knows %s by its header', async (name) => {
    expect(assetCsv.detect((await sample(name)).head)).toBe(true)
  })

  it.each([
    ['hostname,ip'],
    ['owner,criticality'],
    ['Hostname,OS,CVE ID,Severity'],
    ['Plugin,Plugin Name,IP Address,Owner'],
    ['Host,Owner,cvssScore'],
    ['host_name,owner,vulnerability_count'],
    ['Control ID,Name,Criticality'],
    ['{"hostname":"a","owner":"b"}'],
    [''],
  ])('is not "%s"', async (header) => {
    expect(assetCsv.detect({ name: 'x.csv', text: `${header}\na,b\n` })).toBe(false)
  })

  it.each([
    ['Device Name', 'Owner'],
    ['FQDN', 'internet_facing'],
    ['serial-number', 'Env'],
    ['AgentID', 'EDR'],
  ])('knows the spellings %s and %s', (name, attribute) => {
    expect(isAssetHeader([name, attribute])).toBe(true)
  })

  it('reads names and attributes, keeps a row with a bad value and says which words are allowed', async () => {
    const all = await records(await sample('cmdb-export.csv'))
    expect(all[0]).toEqual({ kind: 'report', source: 'asset-csv', tool: null, tool_version: null, observed_at: null })
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'line 2',
        type: 'device',
        name: 'web-1.example.org',
        names: [
          { type: 'serial', name: 'SN-0001' },
          { type: 'fqdn', name: 'web-1.example.org' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: {
          os_family: 'windows_server',
          os: 'Windows Server 2022',
          owner: 'web-team@example.org',
          asset_group: 'Web',
          criticality: 'very_high',
          internet_facing: true,
          environment: 'production',
          endpoint_agent: 'Sample Agent',
        },
      },
      {
        kind: 'asset',
        asset: 'line 3',
        type: 'device',
        name: 'PC 7',
        names: [
          { type: 'label', name: 'PC 7' },
          { type: 'ip', name: '10.0.0.7' },
          { type: 'ip', name: '10.0.1.7' },
        ],
        attributes: { os_family: 'macos', os: 'macOS 14.4', asset_group: 'Sales' },
      },
    ])
    expect(of(all, 'skipped')).toEqual([
      { kind: 'skipped', at: 'line 3, Business Criticality', reason: 'expected one of low, medium, high, very_high; found "banana"' },
      { kind: 'skipped', at: 'line 4', reason: 'nothing names the asset' },
    ])
    expect(of(all, 'coverage')).toEqual([])
  })

  it('leaves what is not said unknown', async () => {
    const all = await records(await sample('semicolons.csv'))
    expect(of(all, 'asset').map((one) => one.attributes)).toEqual([
      { criticality: 'high', internet_facing: false, environment: 'test' },
      undefined,
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 3, internet_facing', 'line 4'])
  })

  it('reads cloud resources by their id', async () => {
    expect(of(await records(await sample('cloud-resources.csv')), 'asset')).toMatchObject([
      {
        type: 'cloud_resource',
        name: 'shop',
        attributes: { cloud_provider: 'azure', cloud_account: 's1', region: 'westeurope' },
        names: [{ type: 'cloud_id', name: '/subscriptions/s1/resourcegroups/r/providers/microsoft.storage/storageaccounts/shop' }],
      },
    ])
  })

  it('takes a mapping that a person gave over the header', async () => {
    const text = 'Kennung,Wichtigkeit,Team,Owner\ndb-1.example.org,medium,Data,Cost centre 7\n'
    const columns = { fqdn: 'Kennung', criticality: 'wichtigkeit', owner: 'Team' }
    expect(of(await records(await csv(text), columns), 'asset')).toMatchObject([
      { name: 'db-1.example.org', attributes: { criticality: 'medium', owner: 'Data' } },
    ])
  })

  it.each([
    [{ colour: 'Team' }, 'colour'],
    [{ owner: 'Nobody' }, 'Nobody'],
    [undefined, 'names the assets'],
    [JSON.parse('{"__proto__":"Team"}') as Record<string, string>, '__proto__'],
  ])('refuses a mapping that does not fit (%#)', async (columns, text) => {
    await expect(csv('Kennung,Team\na,b\n').then((file) => records(file, columns))).rejects.toMatchObject({
      code: 'bad_columns',
      message: expect.stringContaining(text) as string,
    })
  })

  it('reads each row once whatever stands in it', async () => {
    const all = await records(await csv('hostname,owner,ip\n"a b",x,300.1.1\nok,unknown,::1\nshort\n'))
    expect(of(all, 'asset').map((one) => one.name)).toEqual(['ok'])
    expect(of(all, 'asset')[0]).not.toHaveProperty('attributes')
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 2', 'line 4'])
  })
})
