import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { mozillaObservatory, parseWebDate } from './mozilla-observatory.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of mozillaObservatory.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const results = (all: FileRecord[]) =>
  of(all, 'control_result').map((one) => [one.control_id.split(':')[1], one.status, one.severity, one.evidence])

describe('mozilla-observatory', () => {
  it.each(['scan-and-tests.json', 'mdn.json', 'only-tests.json'])('knows %s by its content', async (name) => {
    expect(mozillaObservatory.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each test a result and counts tests, not the summary', async () => {
    const all = await records(await sample('scan-and-tests.json'))
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: 'algorithm 2', observed_at: parseInstant('2026-01-01T09:07:02Z') })
    expect(results(all)).toEqual([
      ['content-security-policy', 'fail', 'medium', 'Content Security Policy (CSP) header not implemented'],
      ['x-frame-options', 'pass', undefined, 'Set'],
      ['redirection', 'not_applicable', undefined, 'redirection-not-needed-no-http'],
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'site', subject: 'control', access: 'remote' }])
  })

  it('reads the names of the later tool, and tests alone', async () => {
    expect(results(await records(await sample('mdn.json')))).toEqual([
      ['subresource-integrity', 'fail', 'high', 'sri-not-implemented-and-external-scripts-not-loaded-securely'],
    ])
    const alone = await records(await sample('only-tests.json'))
    expect(of(alone, 'report')[0]!.observed_at).toBeNull()
    expect(results(alone)).toEqual([['x-content-type-options', 'fail', 'low', 'Not implemented']])
  })

  it('reads the date of the web and no other words', () => {
    expect(parseWebDate('Tue, 04 May 2021 09:07:02 GMT')).toBe(parseInstant('2021-05-04T09:07:02Z'))
    expect(['Tue, 04 Foo 2021 09:07:02 GMT', 'yesterday', 'Tue, 31 Feb 2021 09:07:02 GMT'].map(parseWebDate)).toEqual([null, null, null])
  })

  it('refuses another JSON', async () => {
    await expect(records(await openBytes('o', Buffer.from('{"tests":{"a":{"pass":true}}}')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })
})
