import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openFile } from '../../readers/file.ts'
import { assetCsv } from './asset-csv.ts'

const records = async (name: string): Promise<FileRecord[]> => {
  const all: FileRecord[] = []
  const { head, source } = await openFile(join(import.meta.dirname, 'samples', name))
  expect(assetCsv.detect(head)).toBe(true)
  for await (const record of assetCsv.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const named = (all: FileRecord[]) => of(all, 'asset').map((one) => one.names.map(({ type, name }) => `${type} ${name}`))

describe('well-known exports', () => {
  it.each([
    ['servicenow.csv', 'servicenow', 3],
    ['intune.csv', 'intune', 2],
    ['entra.csv', 'entra', 2],
    ['active-directory.csv', 'active-directory', 2],
    ['aws-ec2.csv', 'aws-ec2', 2],
    ['aws-config.csv', 'aws-config', 1],
    ['azure-resources.csv', 'azure-resources', 2],
  ])('%s is a source of its own, so that no list ends what another says', async (name, id, assets) => {
    const all = await records(name)
    expect(all[0]).toMatchObject({ kind: 'report', source: `asset-csv:${id}`, observed_at: null })
    expect(of(all, 'asset')).toHaveLength(assets)
    expect(of(all, 'coverage')).toEqual([])
  })

  it('reads a configuration item of ServiceNow, by the names of its fields, with its class and criticality', async () => {
    const all = await records('servicenow.csv')
    expect(of(all, 'asset')[0]).toEqual({
      kind: 'asset',
      asset: 'line 2',
      type: 'device',
      name: 'web-1',
      names: [
        { type: 'agent_id', name: 'servicenow:00aa00aa00aa00aa00aa00aa00aa00aa' },
        { type: 'serial', name: 'SN-1' },
        { type: 'fqdn', name: 'web-1.example.com' },
        { type: 'hostname', name: 'web-1' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: {
        os_family: 'windows_server',
        os: 'Windows 2019 Standard 10.0.17763',
        owner: 'A. Owner',
        asset_group: 'Web team',
        stated_criticality: 'servicenow: 1 - most critical',
        environment: 'Production',
      },
    })
    expect(of(all, 'asset').map(({ type, inactive = false }) => [type, inactive])).toEqual([
      ['device', false],
      ['application', false],
      ['device', true],
    ])
    // A word that nobody foresaw is kept too: a classification can translate it.
    expect(of(all, 'asset')[2]).toMatchObject({ attributes: { stated_criticality: 'servicenow: urgent' } })
    expect(of(all, 'skipped')).toEqual([])
  })

  it("joins Intune's and Entra's device by the id that both give, and not those that have none", async () => {
    expect(named(await records('intune.csv'))).toEqual([
      [
        'agent_id intune:11111111-1111-1111-1111-111111111111',
        'agent_id entra:22222222-2222-2222-2222-222222222222',
        'serial SN-3',
        'hostname laptop-1',
      ],
      ['agent_id intune:33333333-3333-3333-3333-333333333333', 'serial SN-4', 'hostname phone-1'],
    ])
    const entra = await records('entra.csv')
    expect(named(entra)[0]).toEqual(['agent_id entra:22222222-2222-2222-2222-222222222222', 'hostname laptop-1'])
    expect(of(entra, 'asset').map(({ inactive = false }) => inactive)).toEqual([false, true])
    expect(of(entra, 'asset')[0]!.attributes).toEqual({ os_family: 'windows', os: 'Windows 10.0.22631.3155', owner: 'A. Person' })
  })

  it("reads computers of Active Directory behind PowerShell's line of types, and leaves other objects out", async () => {
    const all = await records('active-directory.csv')
    expect(named(all)[0]).toEqual([
      'agent_id active-directory:77777777-7777-7777-7777-777777777777',
      'fqdn web-1.example.com',
      'hostname web-1',
      'ip 10.0.0.5',
    ])
    expect(of(all, 'asset')[0]!.attributes).toMatchObject({ owner: 'A. Owner', asset_group: 'Web, old', os_family: 'windows_server' })
    expect(of(all, 'asset')[1]).toMatchObject({ asset: 'line 4', inactive: true })
    expect(of(all, 'skipped')).toMatchObject([{ at: 'line 5' }])
  })

  it('names cloud resources as their clouds do', async () => {
    const ec2 = await records('aws-ec2.csv')
    expect(named(ec2)[0]).toEqual(['cloud_id arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0', 'ip 10.0.0.5'])
    expect(of(ec2, 'asset')[0]).toMatchObject({
      name: 'web',
      attributes: { cloud_provider: 'aws', cloud_account: '123456789012', region: 'eu-west-1' },
    })
    expect(of(ec2, 'asset')[1]).toMatchObject({ inactive: true })
    expect(named(await records('aws-config.csv'))).toEqual([['cloud_id arn:aws:s3:::bucket-1']])
    const azure = await records('azure-resources.csv')
    // A type in words gives no id; then the name is unique only with subscription and group.
    expect(named(azure)).toEqual([
      ['cloud_id /subscriptions/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/resourcegroups/rg-1/providers/microsoft.compute/virtualmachines/vm-1'],
      ['label aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/rg-1/db-1'],
    ])
  })
})
