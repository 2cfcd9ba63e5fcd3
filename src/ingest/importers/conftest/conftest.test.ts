import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { conftest } from './conftest.ts'

const sample = () => openFile(join(import.meta.dirname, 'samples/two-files.json'))
const made = (text: string) => openBytes('x.json', Buffer.from(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of conftest.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('conftest', () => {
  it('knows its report by its content', async () => {
    expect(conftest.detect((await sample()).head)).toBe(true)
    for (const text of ['[]', '[{"filename": "x", "file_results": {}}]', '{"filename": "x", "namespace": "main", "successes": 1}'])
      expect(conftest.detect({ name: 'x.json', text })).toBe(false)
  })

  it('makes a finding of each failure and warning', async () => {
    const all = await records(await sample())
    expect(of(all, 'finding').map(({ control_id, severity, component }) => [control_id, severity, component?.name])).toEqual([
      ['conftest:main.deny', 'high', 'deploy/web.yaml: web must set a memory limit'],
      ['conftest:main.deny_root', 'critical', 'deploy/web.yaml: web must not run as root'],
      ['conftest:main.warn', 'medium', 'deploy/web.yaml: web should carry a label'],
    ])
    expect(of(all, 'control').map(({ title }) => title)).toEqual([
      'Policy main.deny',
      'No root',
      'Policy main.warn',
      'Policy main.deny_host',
    ])
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'conftest:main.deny_host', status: 'not_run' }])
  })

  it('covers the files and namespaces that it lists: others close nothing of them', async () => {
    const checks = async (file: OpenFile) => of(await records(file), 'coverage').map((one) => one.checks)
    expect(await checks(await sample())).toEqual(['deploy/api.yaml main, deploy/web.yaml main'])
    expect(await checks(await made('[{"filename": "deploy/web.yaml", "namespace": "other", "successes": 1}]'))).toEqual([
      'deploy/web.yaml other',
    ])
    expect(await checks(await made('[]'))).toEqual([])
  })

  it('refuses what is no report', async () => {
    await expect(records(await made('{}'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
