import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { secureScoreCsv } from './secure-score-csv.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of secureScoreCsv.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const text = (content: string) => openBytes('s.csv', Buffer.from(content))

describe('secure-score-csv', () => {
  it("reads the portal's recommended actions", async () => {
    const file = await openFile(join(import.meta.dirname, 'samples/recommended-actions.csv'))
    expect(secureScoreCsv.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'control_result').map((one) => [one.status, one.points, one.max_points, one.evidence])).toEqual([
      ['fail', 5, 10, 'To address'],
      ['pass', 8, 8, 'Completed'],
      ['pass', 1, 1, 'Resolved through third party. by another product'],
      ['not_run', undefined, undefined, 'Planned'],
    ])
    expect(of(all, 'control')[1]).toEqual({
      kind: 'control',
      control_id: 'microsoft-secure-score-portal:block legacy authentication',
      title: 'Block legacy authentication',
      category: 'Identity',
      product: 'Microsoft Entra ID',
      max_points: 8,
    })
    expect(of(all, 'asset')[0]!.names).toEqual([])
  })

  it('has a source of its own, so that it never answers for what Graph said', async () => {
    const all = await records(await text('Recommended action,Score impact,Points achieved,Status\nA,+1%,0/1,To address\n'))
    expect(of(all, 'report')[0]).toMatchObject({ source: 'microsoft-secure-score-portal', observed_at: null })
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'tenant', subject: 'control' }])
  })

  it('takes points in a decimal comma and no word for points, and refuses another table', async () => {
    const all = await records(
      await text('Recommended action,Score impact,Points achieved,Status\nA,+1%,"0,5/1",x\nB,+1%,all,x\n,+1%,1/1,x\nD\n'),
    )
    expect(of(all, 'control_result').map((one) => [one.status, one.points])).toEqual([
      ['fail', 0.5],
      ['not_run', undefined],
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 4', 'line 5'])
    await expect(records(await text('a,b\n1,2\n'))).rejects.toThrow('Recommended action')
  })
})
