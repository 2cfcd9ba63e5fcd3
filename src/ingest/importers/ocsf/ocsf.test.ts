import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { ocsf } from './ocsf.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of ocsf.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

const BUCKET = 'arn:aws:s3:::shop-logs'

describe('ocsf', () => {
  it.each(['security-lake.json', 'inventory.jsonl'])('knows %s by its content, and leaves Prowler its own', async (name) => {
    expect(ocsf.detect((await sample(name)).head)).toBe(true)
    expect(
      ocsf.detect({ name: 'x', text: '[{"class_uid":2004,"type_uid":200401,"metadata":{"event_code":"a","product":{"name":"Prowler"}}}]' }),
    ).toBe(false)
    expect(ocsf.detect({ name: 'x', text: '{"class_uid":6003,"type_uid":600301,"metadata":{}}' })).toBe(false)
  })

  it('reads vulnerabilities, controls and detections each as what it is', async () => {
    const all = await records(await sample('security-lake.json'))
    expect(of(all, 'report')[0]).toMatchObject({ source: 'aws-security-hub', tool: 'Inspector', observed_at: null })
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4',
        vulnerability_ids: ['CVE-2099-0001'],
        access: 'full',
        severity: 'high',
        cvss: 5.9,
        title: 'CVE-2099-0001 - zlib',
        fixed_version: '1.3',
        component: { name: 'zlib', version: '1.2-r1' },
        exploit_stage: 'public',
      },
      expect.objectContaining({
        asset: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
        control_id: 'aws-security-hub:Recon:EC2-Portscan',
      }),
    ])
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: BUCKET,
        control_id: 'aws-security-hub:S3.2',
        status: 'fail',
        severity: 'high',
        evidence: 'It is public.',
      },
      { kind: 'control_result', asset: BUCKET, control_id: 'aws-security-hub:S3.8', status: 'pass' },
      { kind: 'control_result', asset: BUCKET, control_id: 'aws-security-hub:S3.9', status: 'not_run' },
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      severity: 'high',
      remediation: 'Block it.',
      frameworks: [{ framework: 'PCI DSS v3.2.1', requirement: '1.2.1' }],
    })
    expect(of(all, 'control')[1]).not.toHaveProperty('severity')
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason])).toEqual([
      ['[6]', 'Expected the id of a vulnerability'],
      ['[7]', 'Expected a resource or device with a name'],
      ['[8]', 'Class 6003 is not read'],
    ])
  })

  it('states a resolved event as closed, and neither a suppressed nor an archived one', async () => {
    expect(of(await records(await sample('security-lake.json')), 'closed')).toEqual([
      { kind: 'closed', asset: BUCKET, vulnerability_ids: ['CVE-2099-0002'], reason: 'Resolved', at: '[5]' },
    ])
    const event = (status: object) =>
      JSON.stringify({
        class_uid: 2004,
        category_uid: 2,
        time: 1_767_600_000_000,
        metadata: { version: '1.1.0', product: { name: 'Watcher' } },
        finding_info: { title: 'Odd sign-in', types: ['Odd'], uid: '1', analytic: { uid: 'odd' } },
        resources: [{ uid: 'arn:aws:s3:::shop-logs' }],
        ...status,
      })
    const lines = [{ status_id: 1 }, { status_id: 4 }, { status: 'Archived' }, { status_id: 5 }, { status_id: 3 }, { activity_id: 3 }]
    const all = await records(await openBytes('x.jsonl', Buffer.from(lines.map(event).join('\n'))))
    const [open, ...more] = of(all, 'finding')
    expect(more).toEqual([])
    expect(of(all, 'closed').map(({ asset, control_id }) => [asset, control_id])).toEqual([
      [open!.asset, open!.control_id],
      [open!.asset, open!.control_id],
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual(['Archived', 'Archived', 'Suppressed'])
  })

  it('takes the time with its zone before the bare number', async () => {
    const [image, bucket] = of(await records(await sample('security-lake.json')), 'asset')
    expect(image!.observed_at).toBe(parseInstant('2026-01-05T08:00:00Z'))
    expect(bucket!.observed_at).toBe(1_767_600_000_000_000)
  })

  it('reads devices, and findings on them, line by line', async () => {
    const all = await records(await sample('inventory.jsonl'))
    expect(of(all, 'report')[0]!.source).toBe('ocsf-example-edr')
    expect(of(all, 'asset')[0]).toMatchObject({
      type: 'device',
      names: [
        { type: 'agent_id', name: 'ocsf-example-edr:d-1' },
        { type: 'fqdn', name: 'web-1.example.com' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: { os: 'Windows Server 2022', os_family: 'windows_server' },
    })
    expect(of(all, 'finding')).toMatchObject([
      { asset: 'ocsf-example-edr:d-1', vulnerability_ids: ['ocsf-example-edr:77'], severity: 'critical', cvss: 9.8 },
    ])
  })

  it('closes nothing: events are a part of what there is', async () => {
    const coverage = of(await records(await sample('security-lake.json')), 'coverage')
    expect(coverage.length).toBe(2)
    expect(coverage.every(({ access, checks }) => access === 'remote' && checks === 'listed')).toBe(true)
    expect((await records(await openBytes('x.json', Buffer.from('[]')))).map(({ kind }) => kind)).toEqual(['report'])
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
