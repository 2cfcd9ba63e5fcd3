import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { riskRecon } from './risk-recon.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of riskRecon.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
/** A list may have been filtered: what it names was looked at, what it omits stays. */
const closesNothing = (all: FileRecord[]) =>
  of(all, 'coverage').length > 0 && of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')

describe('risk-recon', () => {
  it('gives each finding one of its type, on the host', async () => {
    const file = await sample('findings.json')
    expect(riskRecon.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'web-1.example.com 192.0.2.1',
        control_id: 'risk-recon:shared_hosting',
        access: 'full',
        severity: 'medium',
        title: 'Shared hosting of web-1',
        place: 'example',
      },
    ])
    expect(of(all, 'asset')[0]).toMatchObject({
      names: [
        { type: 'fqdn', name: 'web-1.example.com' },
        { type: 'ip', name: '192.0.2.1' },
      ],
      attributes: { internet_facing: true, stated_criticality: 'riskrecon: low' },
      observed_at: parseInstant('2026-01-05T08:00:00Z'),
    })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['findings[1]', 'findings[2]'])
    expect(closesNothing(all)).toBe(true)
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
