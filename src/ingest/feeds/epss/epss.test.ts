import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { epss } from './epss.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: Pick<OpenFile, 'source'>): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of epss.parse(file.source, {})) all.push(record)
  return all
}

describe('epss', () => {
  it('reads the daily file with its date and model', async () => {
    const file = await sample('epss_scores-2026-08-01.csv')
    expect(epss.detect(file.head)).toBe(true)
    expect(await records(file)).toEqual([
      {
        kind: 'report',
        source: 'epss',
        tool: 'FIRST EPSS',
        tool_version: 'v2025.03.14',
        observed_at: parseInstant('2026-08-01T00:00:00Z'),
        complete: true,
      },
      { kind: 'epss', vulnerability_id: 'CVE-1999-0001', epss: 0.03351, percentile: 0.87478 },
      { kind: 'skipped', at: 'line 4', reason: expect.stringContaining('CVE-2026-1,') },
      { kind: 'skipped', at: 'line 5', reason: expect.stringContaining('1.5') },
      { kind: 'epss', vulnerability_id: 'CVE-2026-10002', epss: 0.94, percentile: 1 },
    ])
  })

  it('reads the files of the first year, without comment and percentile', async () => {
    const file = await sample('epss_scores-2021-04-14-no-comment.csv')
    expect(epss.detect(file.head)).toBe(true)
    expect(await records(file)).toEqual([
      expect.objectContaining({ observed_at: parseInstant('2021-04-14T12:00:00Z'), tool_version: null }),
      { kind: 'epss', vulnerability_id: 'CVE-2020-5902', epss: 0.65117, percentile: null },
      { kind: 'epss', vulnerability_id: 'CVE-2020-5903', epss: 0.00004, percentile: null },
    ])
  })

  it('reads a joined list as a part of the scores', async () => {
    const file = await sample('joined-2024-10-10.csv')
    expect(epss.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(all[0]).not.toHaveProperty('complete')
    expect(all.slice(1).map((one) => one.kind)).toEqual(['epss', 'skipped'])
  })

  it('refuses a cut or empty list', async () => {
    const refused = async (text: string) => records(await openBytes('x.csv', Buffer.from(text)))
    await expect(refused('cve,epss,percentile\nCVE-2020-5902,0.6,0.5\nCVE-2020-59')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('cve,epss,percentile\n')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('a,b\n1,2\n')).rejects.toMatchObject({ code: 'unreadable_report' })
    const cut = gzipSync('cve,epss,percentile\nCVE-2020-5902,0.6,0.5\n').subarray(0, 40)
    await expect(openBytes('x.csv.gz', cut).then(records)).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it('gives the same rows however the bytes are cut into chunks', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => `CVE-2024-${1000 + n},0.${10000 + n},0.5`)
    const bytes = Buffer.from(`#model_version:v1,score_date:2026-01-01T00:00:00+0000\r\ncve,epss,percentile\r\n${rows.join('\r\n')}\r\n`)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
        }
        const all = await records({ source: { name: 'x', bytes: chunks } })
        expect(all.slice(1).map((one) => (one.kind === 'epss' ? `${one.vulnerability_id},${one.epss}` : one.kind))).toEqual(
          rows.map((row) => row.replace(/,0\.5$/, '').replace(/0+$/, '')),
        )
      }),
      { numRuns: 30 },
    )
  })
})
