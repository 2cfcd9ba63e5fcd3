import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { prowler } from './prowler.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of prowler.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('prowler', () => {
  it.each([
    'ocsf-5.json',
    'ocsf-4.2-event-time.json',
    'ocsf-5-azure-two-tenants.json',
    'ocsf-5-kubernetes.json',
    'ocsf-5-m365.json',
    'csv-5-azure.csv',
    'csv-2.csv',
    'json-2.json',
    'json-3.json',
    'app-findings.json',
    'app-accounts.json',
  ])('knows %s by its content', async (name) => {
    expect(prowler.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each OCSF item one result, and keeps apart what was not run', async () => {
    const all = await records(await sample('ocsf-5.json'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'prowler',
      tool: 'Prowler',
      tool_version: '5.4.0',
      observed_at: parseInstant('2026-01-01T00:00:00Z'),
    })
    expect(of(all, 'control_result').map(({ asset, control_id, status }) => [asset, control_id, status])).toEqual([
      ['arn:aws:s3:::plimsoll-logs', 'prowler:s3_bucket_level_public_access_block', 'fail'],
      ['arn:aws:s3:::plimsoll-site', 'prowler:s3_bucket_level_public_access_block', 'pass'],
      ['arn:aws:iam::111122223333:root', 'prowler:account_maintain_contacts', 'not_run'],
      ['arn:aws:iam::111122223333:user/root', 'prowler:iam_root_mfa', 'not_run'],
    ])
    expect(of(all, 'coverage').map((one) => one.asset)).toEqual(['arn:aws:s3:::plimsoll-logs', 'arn:aws:s3:::plimsoll-site'])
    expect(of(all, 'skipped')).toHaveLength(1)
    expect(of(all, 'control')[0]).toMatchObject({
      title: 'Check bucket public access block',
      severity: 'medium',
      category: 's3',
      remediation: 'Block public access.',
      url: 'https://example.com/fix',
      frameworks: [
        { framework: 'CIS-3.0', requirement: '2.1.4' },
        { framework: 'PCI-4.0', requirement: '1.2.8' },
        { framework: 'PCI-4.0', requirement: '1.3.1' },
      ],
    })
    expect(of(all, 'control')).toHaveLength(3)
    expect(of(all, 'asset').map((one) => [one.type, one.name])).toEqual([
      ['cloud_resource', 'plimsoll-logs'],
      ['cloud_resource', 'plimsoll-site'],
      ['account', '111122223333'],
      ['cloud_resource', 'root'],
    ])
    expect(of(all, 'asset')[0]!.attributes).toEqual({ cloud_provider: 'aws', cloud_account: '111122223333', region: 'eu-west-1' })
  })

  it('reads the time of versions before 4.5 and does not take their status_id for muted', async () => {
    const all = await records(await sample('ocsf-4.2-event-time.json'))
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2024-06-03T14:15:19.382075Z'))
    expect(of(all, 'control_result')[0]!.status).toBe('fail')
  })

  it('begins a report per tenant, and the same resource name in two subscriptions is two assets', async () => {
    const all = await records(await sample('ocsf-5-azure-two-tenants.json'))
    expect(of(all, 'report').map((one) => one.tenant_id)).toEqual([
      '0a000000-0000-4000-8000-000000000001',
      '0a000000-0000-4000-8000-000000000002',
    ])
    expect(new Set(of(all, 'asset').map((one) => one.names[0]!.name)).size).toBe(2)
  })

  it('takes the scanned account of Microsoft 365 for the tenant, and an AWS account for none', async () => {
    const tenant = async (name: string) => of(await records(await sample(name)), 'report')[0]!.tenant_id
    expect(await tenant('ocsf-5-m365.json')).toBe('0a000000-0000-4000-8000-000000000001')
    expect(await tenant('ocsf-5.json')).toBeUndefined()
  })

  it('reads a Kubernetes object', async () => {
    const all = await records(await sample('ocsf-5-kubernetes.json'))
    expect(of(all, 'asset')[0]).toMatchObject({
      name: 'shop/web-1',
      names: [{ type: 'cloud_id', name: '0c000000-0000-4000-8000-000000000001' }],
      attributes: { cloud_provider: 'kubernetes' },
    })
  })

  it('reads CSV of version 5: one asset for one Azure path in two spellings, muted is not run', async () => {
    const all = await records(await sample('csv-5-azure.csv'))
    expect(of(all, 'report')[0]).toMatchObject({
      tenant_id: '0a000000-0000-4000-8000-000000000001',
      tool_version: '5.4.0',
      observed_at: parseInstant('2026-01-02T03:04:05Z'),
    })
    expect(of(all, 'asset')).toHaveLength(1)
    expect(of(all, 'control_result').map((one) => one.status)).toEqual(['fail', 'not_run'])
    expect(of(all, 'control')[0]!.frameworks).toEqual([
      { framework: 'ENS-RD2022', requirement: 'op.acc.2' },
      { framework: 'ENS-RD2022', requirement: 'op.acc.3' },
      { framework: 'CIS-3.0', requirement: '1.12' },
    ])
  })

  it('reads CSV of version 2 as results about the account', async () => {
    const all = await records(await sample('csv-2.csv'))
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'arn:aws:iam::111122223333:root',
        control_id: 'prowler:check11',
        status: 'fail',
        severity: 'high',
        evidence: 'Root was used, today',
        place: 'us-east-1',
      },
      expect.objectContaining({ control_id: 'prowler:extra72', status: 'not_run' }),
    ])
  })

  it('reads plain JSON of versions 2 and 3', async () => {
    const two = await records(await sample('json-2.json'))
    expect(of(two, 'control_result').map((one) => [one.control_id, one.status])).toEqual([
      ['prowler:check114', 'fail'],
      ['prowler:extra796', 'pass'],
    ])
    const three = await records(await sample('json-3.json'))
    expect(of(three, 'asset')[0]!.names).toEqual([{ type: 'cloud_id', name: 'arn:aws:acm:us-east-1:111122223333:certificate/1' }])
    expect(of(three, 'control')[0]!.frameworks).toEqual([{ framework: 'SOC2', requirement: 'cc_6_7' }])
  })

  it('a run without results is a report without results; a cut file is refused', async () => {
    expect((await records(await openBytes('none.json', Buffer.from('[]')))).map((one) => one.kind)).toEqual(['report'])
    const whole = Buffer.from('[{"metadata":{"event_code":"a","product":{"name":"Prowler"}},"status_code":"FAIL"},{"metadata"')
    await expect(records(await openBytes('cut.json', whole))).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(records(await openBytes('other.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it('reads a dump of Prowler App: a report per scan, resources that come behind their findings', async () => {
    const all = await records(await sample('app-findings.json'))
    expect(of(all, 'report').map(({ source, observed_at, tenant_id }) => [source, observed_at, tenant_id])).toEqual([
      ['prowler', parseInstant('2026-01-01T03:04:07Z'), undefined],
      ['prowler', parseInstant('2026-01-02T03:05:00Z'), undefined],
    ])
    const account = 'arn:aws:iam::111122223333:root'
    expect(of(all, 'control_result').map(({ asset, control_id, status, place }) => [asset, control_id, status, place])).toEqual([
      [account, 'prowler:accessanalyzer_enabled', 'not_run', 'eu-south-2'],
      ['arn:aws:s3:::shop-logs', 'prowler:s3_bucket_public_access', 'fail', undefined],
      ['arn:aws:s3:::shop-site', 'prowler:s3_bucket_public_access', 'pass', undefined],
      [account, 'prowler:accessanalyzer_enabled', 'fail', 'eu-south-2'],
    ])
    expect(of(all, 'coverage').map(({ asset }) => asset)).toEqual(['arn:aws:s3:::shop-logs', 'arn:aws:s3:::shop-site', account])
  })

  it('reads accounts and resources of Prowler App as an inventory that looked at nothing, and never a secret', async () => {
    const all = await records(await sample('app-accounts.json'))
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-01-03T00:00:00Z'))
    expect(of(all, 'asset').map(({ type, name, names }) => [type, name, names[0]!.name])).toEqual([
      ['account', 'production', 'arn:aws:iam::111122223333:root'],
      ['account', '0A000000-0000-4000-8000-000000000002', '/subscriptions/0a000000-0000-4000-8000-000000000002'],
      ['device', 'web-1', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123abcd'],
    ])
    expect(of(all, 'coverage')).toEqual([])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['api.resource r2'])
    expect(JSON.stringify(all)).not.toContain('never read')
  })

  it('covers only what it answered: a narrower run after a full one leaves the other bucket alone', async () => {
    const all = await records(
      await openBytes(
        'x.json',
        Buffer.from(
          JSON.stringify([
            { metadata: { event_code: 'a', product: { name: 'Prowler' } }, status_code: 'FAIL', resources: [{ uid: 'arn:aws:s3:::one' }] },
          ]),
        ),
      ),
    )
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'arn:aws:s3:::one', subject: 'control' }])
  })
})
