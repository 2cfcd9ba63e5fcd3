import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { metasploit, moduleName } from './metasploit.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of metasploit.parse(file.source, {})) all.push(record)
  return all
}
const statements = (all: FileRecord[]) =>
  all.flatMap((one) => (one.kind === 'exploit' ? [[one.vulnerability_id, one.stage, one.reference, one.since]] : []))

describe('metasploit', () => {
  it.each([
    'modules_metadata_base-2026-08-01.json',
    'msfdb-list-2026-07-20.jsonl',
    'cve-to-module-by-year-2026-05-21.json',
    'first-seen.csv',
  ])('knows %s by its content', async (name) => {
    expect(metasploit.detect((await sample(name)).head)).toBe(true)
  })

  it("reads the framework's own metadata", async () => {
    const all = await records(await sample('modules_metadata_base-2026-08-01.json'))
    expect(all[0]).toEqual({
      kind: 'report',
      source: 'metasploit',
      tool: 'Metasploit Framework',
      tool_version: null,
      observed_at: parseInstant('2026-08-01T12:00:00Z'),
      complete: true,
    })
    expect(statements(all)).toEqual([
      ['CVE-2026-10001', 'kit', 'auxiliary/admin/acme/gate', parseInstant('2026-07-15T12:00:00Z')],
      ['CVE-2021-20002', 'kit', 'exploit/windows/acme/files', undefined],
      ['CVE-2021-20003', 'kit', 'exploit/windows/acme/files', undefined],
    ])
    expect(all.filter((one) => one.kind === 'skipped')).toMatchObject([{ at: 'broken' }])
  })

  it('names a module alike in every layout', async () => {
    expect(statements(await records(await sample('msfdb-list-2026-07-20.jsonl')))).toEqual([
      ['CVE-2026-10001', 'kit', 'exploit/linux/gate', undefined],
      ['CVE-2026-10001', 'kit', 'loose.rb', undefined],
    ])
    expect(statements(await records(await sample('cve-to-module-by-year-2026-05-21.json')))).toEqual([
      ['CVE-2026-10001', 'kit', 'exploit/linux/gate', undefined],
      ['CVE-2021-20002', 'kit', 'exploit_windows/files', undefined],
    ])
    expect(moduleName('/modules/post/linux/x.rb')).toBe('post/linux/x')
    expect(moduleName('https://example.com/modules/exploits/x.html')).toBe('')
  })

  it('reads since when a module is known; such a list withdraws nothing', async () => {
    const all = await records(await sample('first-seen.csv'))
    expect(all[0]).not.toHaveProperty('complete')
    expect(statements(all)).toEqual([['CVE-2026-10001', 'kit', 'first seen', parseInstant('2026-07-18T12:00:00Z')]])
    expect(all.filter((one) => one.kind === 'skipped')).toMatchObject([{ at: 'line 3' }])
  })

  it('refuses a list without CVEs and other files', async () => {
    const refused = async (text: string) => records(await openBytes('x', Buffer.from(text)))
    await expect(refused('cve,first_seen\n')).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(refused('{"a":1}')).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
