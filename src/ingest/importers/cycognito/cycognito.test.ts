import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { cycognito } from './cycognito.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of cycognito.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
/** A list may have been filtered: what it names was looked at, what it omits stays. */
const closesNothing = (all: FileRecord[]) =>
  of(all, 'coverage').length > 0 && of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')

describe('cycognito', () => {
  it('reads issues with and without CVEs, several CVEs in one finding', async () => {
    const file = await sample('issues.json')
    expect(cycognito.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(
      of(all, 'finding').map(({ asset, vulnerability_ids, control_id, severity, place }) => [
        asset,
        vulnerability_ids ?? control_id,
        severity,
        place,
      ]),
    ).toEqual([
      ['ip/192.0.2.1', ['CVE-2099-0001', 'CVE-2099-0002'], 'medium', 'port 22'],
      ['domain/Example.com', 'cycognito:Exposed panel', 'medium', 'port 22'],
      ['cert/abc', ['CVE-2099-0003'], 'medium', 'port 22'],
    ])
    expect(of(all, 'asset').map(({ type, names }) => [type, names.map(({ name }) => name)])).toEqual([
      ['device', ['cycognito:ip/192.0.2.1', '192.0.2.1']],
      ['application', ['cycognito:domain/Example.com', 'example.com']],
      ['other', ['cycognito:cert/abc']],
    ])
    expect(of(all, 'asset')[0]).toMatchObject({ attributes: { internet_facing: true }, observed_at: parseInstant('2026-01-05T08:00:00Z') })
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason.split(' ')[0]])).toEqual([
      ['[4]', 'Snoozed'],
      ['[5]', 'Expected'],
    ])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: 'ip/192.0.2.1',
        vulnerability_ids: ['CVE-2099-0001', 'CVE-2099-0002'],
        place: 'port 22',
        closed_at: parseInstant('2026-01-01'),
        reason: 'Resolved',
        at: '[3]',
      },
    ])
    expect(closesNothing(all)).toBe(true)
    expect(of(all, 'finding').every(({ access }) => access === 'full')).toBe(true)
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
