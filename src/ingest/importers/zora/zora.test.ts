import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { zora } from './zora.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of zora.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
/** A list may have been filtered: what it names was looked at, what it omits stays. */
const closesNothing = (all: FileRecord[]) =>
  of(all, 'coverage').length > 0 && of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')

describe('zora', () => {
  it('reads vulnerabilities of images', async () => {
    const file = await sample('vulnerabilities.csv')
    expect(zora.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'registry.example.com/shop/web:1.4',
        vulnerability_ids: ['CVE-2099-0001'],
        access: 'full',
        severity: 'high',
        title: 'Made-up flaw',
        fixed_version: '1.2',
      },
      {
        kind: 'finding',
        asset: 'registry.example.com/shop/web:1.4',
        vulnerability_ids: ['GHSA-2222-3333-4444'],
        access: 'full',
        title: 'Another',
      },
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
    expect(of(all, 'report')[0]!.observed_at).toBe(null)
    expect(closesNothing(all)).toBe(true)
  })

  it('reads issues, whose cluster the person names', async () => {
    const file = await sample('issues.csv')
    expect(zora.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'zora:M-101', severity: 'high' }])
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
