import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { zipOf } from '../../../../test/archives.ts'
import { osv } from './osv.ts'

async function records({ head, source }: OpenFile): Promise<FileRecord[]> {
  expect(osv.detect(head)).toBe(true)
  const all: FileRecord[] = []
  for await (const record of osv.parse(source, {})) all.push(record)
  return all
}
const sample = async (name: string) => records(await openFile(join(import.meta.dirname, 'samples', name)))

describe('osv', () => {
  it('reads records, each for the CVE that it is another name of', async () => {
    const [report, ...told] = await sample('records-2026-05-02.jsonl')
    expect(report).toMatchObject({ kind: 'report', source: 'osv', observed_at: parseInstant('2026-05-02') })
    expect(told).toEqual([
      {
        kind: 'description',
        vulnerability_id: 'CVE-2026-10001',
        title: 'Injection in example-parser',
        description: 'Long text',
        published_at: parseInstant('2026-04-30T08:00:00Z'),
        affected: [{ vendor: 'npm', product: 'example-parser' }],
      },
      {
        kind: 'cvss',
        vulnerability_id: 'CVE-2026-10001',
        cvss: 9.8,
        vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
        version: '3.1',
      },
      {
        kind: 'cvss',
        vulnerability_id: 'CVE-2026-10001',
        cvss: 9.3,
        vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
        version: '4.0',
      },
      {
        kind: 'description',
        vulnerability_id: 'GO-2026-0001',
        title: 'Panic in example.com/module',
        state: 'published',
        affected: [{ vendor: 'Go', product: 'example.com/module' }],
      },
      {
        kind: 'skipped',
        at: 'document 3',
        reason: expect.stringMatching(/GO-2026-0002 was withdrawn.*CVE-2026-10002, CVE-2026-10003/) as string,
      },
      { kind: 'description', vulnerability_id: 'RUSTSEC-2026-0003', state: 'rejected' },
      { kind: 'skipped', at: 'document 5', reason: expect.stringContaining('id') as string },
    ])
  })

  it('reads one record as of its last change, for each of its CVEs', async () => {
    const [report, ...told] = await sample('one-record.json')
    expect(report).toMatchObject({ observed_at: parseInstant('2026-05-03T07:00:00Z') })
    expect(told.map((one) => one.kind === 'description' && one.vulnerability_id)).toEqual(['CVE-2026-10004', 'CVE-2026-10005'])
  })

  it('reads an array of records', async () => {
    const all = await records(
      await openBytes('osv-2026-05-02.json', Buffer.from('[{"id":"GO-1","modified":"2026-01-01T00:00:00Z","affected":[]},{"id":"GO-2"}]')),
    )
    expect(all.map((one) => (one.kind === 'description' ? one.vulnerability_id : one.kind))).toEqual(['report', 'GO-1', 'GO-2'])
  })

  it('reads an archive of JSON and YAML files', async () => {
    const all = await records(
      await openBytes(
        'osv-2026-05-02.zip',
        zipOf([
          { name: 'GHSA-aaaa-bbbb-cccc.json', content: '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-01T00:00:00Z","affected":[]}' },
          { name: 'PYSEC-2026-1.yaml', content: 'id: PYSEC-2026-1\nmodified: "2026-01-01T00:00:00Z"\naliases:\n- CVE-2026-10007\n' },
          { name: 'PYSEC-2026-2.yaml', content: 'id: [' },
        ]),
      ),
    )
    expect(all.map((one) => (one.kind === 'description' ? one.vulnerability_id : one.kind))).toEqual([
      'report',
      'GHSA-aaaa-bbbb-cccc',
      'CVE-2026-10007',
      'skipped',
    ])
  })
})
