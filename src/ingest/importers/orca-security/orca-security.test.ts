import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { orcaSecurity, severityOfScore } from './orca-security.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of orcaSecurity.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
/** A list may have been filtered: what it names was looked at, what it omits stays. */
const closesNothing = (all: FileRecord[]) =>
  of(all, 'coverage').length > 0 && of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')

describe('orca-security', () => {
  it('gives each alert a result; the same name in two accounts is two resources', async () => {
    const file = await sample('alerts.json')
    expect(orcaSecurity.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'control_result').map(({ asset, control_id, status, severity }) => [asset, control_id, status, severity])).toEqual([
      ['orca-security/production/shop-logs', 'orca-security:Public bucket', 'fail', 'high'],
      ['orca-security/staging/shop-logs', 'orca-security:Public bucket', 'pass', 'high'],
      ['orca-security/staging/shop-logs', 'orca-security:Note', 'not_run', 'informational'],
    ])
    expect(of(all, 'asset')[0]).toMatchObject({ names: [{ type: 'label' }], observed_at: parseInstant('2026-01-05T08:00:00Z') })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['[3]'])
    expect(closesNothing(all)).toBe(true)
  })

  it('reads the CSV alike', async () => {
    const file = await sample('alerts.csv')
    expect(orcaSecurity.detect(file.head)).toBe(true)
    expect(of(await records(file), 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'orca-security/production/root',
        control_id: 'orca-security:Root key',
        status: 'fail',
        severity: 'critical',
      },
    ])
  })

  it.each([
    [0, 'informational'],
    [1, 'low'],
    [3.9, 'low'],
    [4, 'medium'],
    [7, 'high'],
    [9, 'critical'],
    [11, undefined],
    [null, undefined],
  ])('grades a score of %s as %s', (score, severity) => {
    expect(severityOfScore(score)).toBe(severity)
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
