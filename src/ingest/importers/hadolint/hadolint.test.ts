import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { hadolint } from './hadolint.ts'

const sample = () => openFile(join(import.meta.dirname, 'samples/two-files.json'))
const made = (text: string) => openBytes('x.json', Buffer.from(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of hadolint.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('hadolint', () => {
  it('knows its report by its content', async () => {
    expect(hadolint.detect((await sample()).head)).toBe(true)
    for (const text of [
      '[]',
      '[{"line": 1, "code": "E1", "file": "a", "level": "error"}]',
      '{"code": "DL3008", "line": 1, "file": "", "level": ""}',
    ])
      expect(hadolint.detect({ name: 'hadolint.json', text })).toBe(false)
  })

  it('makes a finding of each remark, several in one file told apart by their number', async () => {
    const all = await records(await sample())
    expect(of(all, 'finding').map(({ control_id, component, place, severity }) => [control_id, component?.name, place, severity])).toEqual([
      ['hadolint:DL3008', 'web/Dockerfile', 'web/Dockerfile:9', 'medium'],
      ['hadolint:DL3008', 'web/Dockerfile (2)', 'web/Dockerfile:19', 'medium'],
      ['hadolint:SC2046', 'api/Dockerfile', 'api/Dockerfile:3', 'high'],
      ['hadolint:DL1000', 'api/Dockerfile', 'api/Dockerfile:4', 'informational'],
    ])
    expect(of(all, 'control').map(({ url }) => url)).toEqual([
      'https://github.com/hadolint/hadolint/wiki/DL3008',
      'https://www.shellcheck.net/wiki/SC2046',
      'https://github.com/hadolint/hadolint/wiki/DL1000',
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('covers the files that it lists: another file closes nothing of them', async () => {
    const checks = async (file: OpenFile) => of(await records(file), 'coverage').map((one) => one.checks)
    expect(await checks(await sample())).toEqual(['api/Dockerfile, web/Dockerfile'])
    expect(await checks(await made('[]'))).toEqual([])
  })

  it('refuses what is no report', async () => {
    await expect(records(await made('{}'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
