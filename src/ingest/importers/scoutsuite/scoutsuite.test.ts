import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { expand, walk } from './paths.ts'
import { scoutsuite } from './scoutsuite.ts'
import { narrowedTo } from './service.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of scoutsuite.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

const ACCOUNT = 'arn:aws:iam::111122223333:root'
const OPEN = 'arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123abcd'
const CLOSED = 'arn:aws:ec2:eu-west-1:111122223333:security-group/sg-4567abcd'

describe('scoutsuite', () => {
  it('gives each flagged item a failed result, and a passed one to whatever was checked and not flagged', async () => {
    const file = await sample('aws.results')
    expect(scoutsuite.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'scoutsuite',
        tool: 'ScoutSuite',
        tool_version: '5.14.0',
        observed_at: parseInstant('2026-01-05T08:00:00Z'),
      },
    ])
    expect(of(all, 'control_result').map(({ asset, control_id, status, place }) => [asset, control_id, status, place])).toEqual([
      [ACCOUNT, 'scoutsuite:cloudtrail-not-configured', 'fail', 'eu-west-1'],
      [OPEN, 'scoutsuite:sg-open', 'fail', 'rules.ingress'],
      [OPEN, 'scoutsuite:sg-open', 'fail', 'rules.egress'],
      [CLOSED, 'scoutsuite:sg-open', 'pass', undefined],
      [ACCOUNT, 'scoutsuite:password-length', 'fail', 'password_policy.MinimumPasswordLength'],
      [ACCOUNT, 'scoutsuite:root-mfa', 'fail', 'mfa_active'],
      ['arn:aws:s3:::shop-logs', 'scoutsuite:s3-bucket-no-logging', 'fail', 'logging'],
      ['arn:aws:s3:::shop-site', 'scoutsuite:s3-bucket-no-logging', 'pass', undefined],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['services.iam.findings.broken'])
    expect(of(all, 'control').at(-1)).toEqual({
      kind: 'control',
      control_id: 'scoutsuite:s3-bucket-no-logging',
      title: 'Bucket without logging',
      severity: 'medium',
      category: 'S3',
      description: 'Because.',
      url: 'https://example.com/r',
      product: 'aws',
      frameworks: [{ framework: 'CIS Amazon Web Services Foundations 1.2.0', requirement: '2.6' }],
    })
  })

  it('says nothing about what a rule did not flag when the data does not show what it checked, and nothing for a rule without objects', async () => {
    const said = of(await records(await sample('aws.results')), 'control_result').map(({ control_id }) => control_id)
    expect(said).not.toContain('scoutsuite:unsure')
    expect(said).not.toContain('scoutsuite:never-ran')
  })

  it("names Google's resources by project, and covers no more than the narrowed run", async () => {
    const all = await records(await sample('gcp-narrowed.results'))
    expect(of(all, 'asset').map(({ type, names, attributes }) => [type, names[0]!.name, attributes!.cloud_account])).toEqual([
      ['cloud_resource', '//storage.googleapis.com/shop-files', 'shop-2'],
      ['device', '//compute.googleapis.com/projects/shop-2/zones/europe-west1-b/instances/web', 'shop-2'],
    ])
    expect(of(all, 'coverage').map(({ checks }) => checks)).toEqual(['services cloudstorage', 'services cloudstorage'])
    expect(of(await records(await sample('aws.results')), 'coverage').every(({ checks }) => checks === undefined)).toBe(true)
    expect(narrowedTo({ ruleset_name: 'mine', run_parameters: { regions: ['eu-west-2', 'eu-west-1'] } })).toBe(
      'ruleset mine; regions eu-west-1 eu-west-2',
    )
  })

  it('finds keys that hold dots, and never a member that an object only inherits', () => {
    expect(walk({ buckets: { 'a.b': { x: 1 } } }, 's3.buckets.a.b.x')).toEqual(['buckets', 'a.b', 'x'])
    expect(walk({}, 's3.__proto__.toString')).toEqual(['__proto__', 'toString'])
    expect(expand({ a: { x: { n: 1 }, y: {} } }, 's.a.id.n')).toEqual([['a', 'x', 'n']])
    expect(expand({}, 's.constructor')).toEqual([])
  })

  it('refuses what it does not know', async () => {
    expect(scoutsuite.detect({ name: 'x', text: '{"account_id": "1", "services": {}}' })).toBe(false)
    await expect(records(await openBytes('x.js', Buffer.from('{"services": {"s3": {}}}')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    await expect(records(await openBytes('x.js', Buffer.from('scoutsuite_results = {"account_id": "1", ')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })
})
