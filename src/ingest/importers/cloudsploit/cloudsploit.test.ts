import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { cloudsploit } from './cloudsploit.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of cloudsploit.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

describe('cloudsploit', () => {
  it('gives each result one, a warning fails; what has no name of its own is a place in the account', async () => {
    const file = await sample('scan.json')
    expect(cloudsploit.detect(file.head)).toBe(true)
    const all = await records(file)
    const disk = '/subscriptions/0a000000-0000-4000-8000-000000000002/resourcegroups/shop/providers/microsoft.compute/disks/d1'
    expect(of(all, 'control_result').map(({ asset, control_id, status, place }) => [asset, control_id, status, place])).toEqual([
      ['arn:aws:s3:::shop-logs', 'cloudsploit:bucketLogging', 'fail', undefined],
      ['arn:aws:s3:::shop-logs', 'cloudsploit:bucketMfa', 'fail', undefined],
      ['arn:aws:s3:::shop-site', 'cloudsploit:bucketLogging', 'pass', undefined],
      ['account', 'cloudsploit:flowLogs', 'fail', 'eu-west-1 vpc-0123abcd'],
      ['account', 'cloudsploit:acm', 'pass', 'global'],
      ['account', 'cloudsploit:acm', 'not_run', 'eu-west-1'],
      [disk, 'cloudsploit:disk', 'fail', undefined],
    ])
    expect(of(all, 'asset').find(({ asset }) => asset === 'account')).toEqual({
      kind: 'asset',
      asset: 'account',
      type: 'account',
      name: '',
      names: [],
    })
    expect(of(all, 'asset').map(({ attributes }) => attributes?.cloud_provider)).toEqual(['aws', 'aws', undefined, 'azure'])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['[7]'])
  })

  it('covers what it answered, and nothing of an asset that it does not name', async () => {
    expect(of(await records(await sample('scan.json')), 'coverage').map(({ asset }) => asset)).toHaveLength(4)
    const one = await records(
      await openBytes(
        'x.json',
        Buffer.from(
          '[{"plugin":"a","category":"S3","title":"t","resource":"arn:aws:s3:::one","region":"x","status":"UNKNOWN","message":""}]',
        ),
      ),
    )
    expect(of(one, 'coverage')).toEqual([])
  })

  it('reads CSV, which tells the title only', async () => {
    const file = await sample('scan.csv')
    expect(cloudsploit.detect(file.head)).toBe(true)
    expect(of(await records(file), 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['cloudsploit:Bucket Logging', 'fail'],
      ['cloudsploit:Bucket Logging', 'pass'],
    ])
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
