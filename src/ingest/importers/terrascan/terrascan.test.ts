import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { terrascan } from './terrascan.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of terrascan.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('terrascan', () => {
  it.each(['violations.json', 'unreadable-file.json'])('knows %s by its content', async (name) =>
    expect(terrascan.detect((await sample(name)).head)).toBe(true),
  )

  it.each(['{"results": {"violations": []}}', '{"results": []}', '[]'])('leaves %s alone', (text) =>
    expect(terrascan.detect({ name: 'x', text })).toBe(false),
  )

  it('reads violations, what was skipped and what passed', async () => {
    const all = await records(await sample('violations.json'))
    expect(of(all, 'report')[0]).toMatchObject({ observed_at: parseInstant('2026-03-02T09:00:00.5Z') })
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'code',
        control_id: 'terrascan:AC_AWS_0001',
        severity: 'high',
        title: 'Ensure buckets are private',
        component: { name: 'main.tf aws_s3_bucket.logs', type: 'resource' },
        place: 'main.tf:5',
      },
    ])
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['terrascan:AC_AWS_0002', 'not_run', 'Skipped: Test'],
      ['terrascan:AC_AWS_0003', 'pass', undefined],
    ])
  })

  it('covers one kind of code only, and nothing where a file could not be read', async () => {
    expect(of(await records(await sample('violations.json')), 'coverage').map(({ checks }) => checks)).toEqual(['terraform infra'])
    const broken = await records(await sample('unreadable-file.json'))
    expect(of(broken, 'coverage')).toEqual([])
    expect(of(broken, 'skipped')).toHaveLength(1)
  })

  it('refuses what is no report', async () => {
    await expect(records(await openBytes('x', Buffer.from('{"results": {}}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
