import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { cloudflareInsights } from './cloudflare-insights.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of cloudflareInsights.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
/** A list may have been filtered: what it names was looked at, what it omits stays. */
const closesNothing = (all: FileRecord[]) =>
  of(all, 'coverage').length > 0 && of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')

describe('cloudflare-insights', () => {
  it('reads the CSV: active insights fail, others are not run', async () => {
    const file = await sample('insights.csv')
    expect(cloudflareInsights.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'example.com',
        control_id: "cloudflare-insights:Unproxied 'A' Records",
        status: 'fail',
        severity: 'medium',
        evidence: 'Seen in DNS',
      },
      { kind: 'control_result', asset: 'example.com', control_id: 'cloudflare-insights:Old', status: 'not_run', severity: 'low' },
    ])
    expect(of(all, 'asset')).toMatchObject([
      { type: 'application', names: [{ type: 'fqdn', name: 'example.com' }], observed_at: parseInstant('2026-01-05T08:00:00.5Z') },
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      description: 'It is open.',
      remediation: 'Proxy it.',
      category: 'Exposed infrastructure',
    })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['line 4'])
    expect(closesNothing(all)).toBe(true)
  })

  it('reads the JSON: dismissed is not run', async () => {
    const file = await sample('insights.json')
    expect(cloudflareInsights.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'control_result').map(({ asset, status }) => [asset, status])).toEqual([
      ['example.com', 'fail'],
      ['example.org', 'not_run'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({ title: 'security txt not enabled', url: 'https://example.com/fix' })
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
