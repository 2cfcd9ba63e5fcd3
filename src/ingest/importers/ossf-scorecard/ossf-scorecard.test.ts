import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { inspectFile } from '../../ingest.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { ossfScorecard } from './ossf-scorecard.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of ossfScorecard.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('ossf-scorecard', () => {
  it.each(['result-v5.json', 'monitor-database.json'])('knows %s by its content', async (name) => {
    expect(ossfScorecard.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each check of a result its points; -1 is no answer', async () => {
    const all = await records(await sample('result-v5.json'))
    expect(of(all, 'report')[0]).toMatchObject({
      source: 'ossf-scorecard',
      tool_version: 'v5.0.0',
      observed_at: parseInstant('2026-01-01T08:00:00Z'),
    })
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'repository', name: 'https://github.com/example-org/shop' }])
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status, one.points, one.evidence])).toEqual([
      ['ossf-scorecard:Binary-Artifacts', 'pass', 10, 'no binaries found in the repo'],
      [
        'ossf-scorecard:Branch-Protection',
        'fail',
        3,
        "branch protection is not maximal\nWarn: branch protection not enabled for branch 'main'",
      ],
      ['ossf-scorecard:CI-Tests', 'not_run', undefined, 'no pull request found'],
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
    expect(of(all, 'control')[1]!.url).toBeUndefined()
  })

  it('tells the history of a monitor database look by look, the oldest first, from a source of its own', async () => {
    const all = await records(await sample('monitor-database.json'))
    const moments = ['2025-11-28', '2025-11-28', '2025-12-05', '2026-01-01T09:51:48Z'].map((text) => parseInstant(text))
    expect(of(all, 'report').map((one) => [one.source, one.observed_at])).toEqual([['ossf-scorecard-monitor', moments[0]]])
    const looks = of(all, 'asset')
    expect(looks.map((one) => one.observed_at)).toEqual(moments)
    expect(new Set(looks.map((one) => one.asset)).size).toBe(4)
    const repositoryOf = (asset: string) =>
      looks
        .find((one) => one.asset === asset)!
        .names[0]!.name.split('/')
        .at(-1)
    expect(of(all, 'control_result').map((one) => [repositoryOf(one.asset), one.points, one.status])).toEqual([
      ['shop', 5.5, 'fail'],
      ['site', 4.2, 'fail'],
      ['shop', 6, 'fail'],
      ['shop', 10, 'pass'],
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['github.com/example-org/odd.current'])
  })

  it('covers at each moment only the repositories that it has a score of', async () => {
    const all = await records(await sample('monitor-database.json'))
    expect(of(all, 'coverage').map((one) => one.asset)).toEqual(of(all, 'control_result').map((one) => one.asset))
    const { assets } = await inspectFile(join(import.meta.dirname, 'samples/monitor-database.json'))
    expect(assets).toBe(2)
  })

  it('names no repository of a local folder, reads several results, and refuses another JSON', async () => {
    const result = (name: string) =>
      `{"date":"2026-01-01","repo":{"name":"${name}"},"scorecard":{},"score":1,"checks":[{"name":"A","score":1}]}`
    const all = await records(await openBytes('s', Buffer.from(`${result('file:///home/me/shop')}\n${result('gitlab.com/a/b')}`)))
    expect(of(all, 'asset').map((one) => one.names)).toEqual([[], [{ type: 'repository', name: 'https://gitlab.com/a/b' }]])
    await expect(records(await openBytes('s', Buffer.from('{"a":{"b":1}}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
