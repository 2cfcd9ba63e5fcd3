import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { cfnNag } from './cfn-nag.ts'

const sample = () => openFile(join(import.meta.dirname, 'samples/two-files.json'))
const made = (text: string) => openBytes('x.json', Buffer.from(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of cfnNag.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('cfn-nag', () => {
  it('knows its report by its content', async () => {
    expect(cfnNag.detect((await sample()).head)).toBe(true)
    for (const text of ['[]', '[{"filename": "x", "namespace": "main"}]', '{"filename": "x", "file_results": {}}'])
      expect(cfnNag.detect({ name: 'x.json', text })).toBe(false)
  })

  it('makes a finding of each violation, by file and resources', async () => {
    const all = await records(await sample())
    expect(of(all, 'finding').map(({ control_id, component, place, severity }) => [control_id, component?.name, place, severity])).toEqual([
      ['cfn-nag:F38', 'queue.yaml Role', 'queue.yaml:18', 'high'],
      ['cfn-nag:W48', 'queue.yaml FirstQueue, SecondQueue', 'queue.yaml:36,40', 'medium'],
    ])
    expect(of(all, 'skipped')).toEqual([
      { kind: 'skipped', at: '[0].file_results.violations[2]', reason: 'Expected a violation with an id' },
    ])
  })

  it('covers the files that it lists: another file closes nothing of them', async () => {
    const checks = async (file: OpenFile) => of(await records(file), 'coverage').map((one) => one.checks)
    expect(await checks(await sample())).toEqual(['clean.yaml, queue.yaml'])
    expect(await checks(await made('[{"filename": "clean.yaml", "file_results": {"violations": []}}]'))).toEqual(['clean.yaml'])
    expect(await checks(await made('[]'))).toEqual([])
  })

  it('refuses what is no report', async () => {
    await expect(records(await made('{}'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
