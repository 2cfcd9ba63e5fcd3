import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { nvd } from './nvd.ts'

async function records({ head, source }: OpenFile): Promise<FileRecord[]> {
  expect(nvd.detect(head)).toBe(true)
  const all: FileRecord[] = []
  for await (const record of nvd.parse(source, {})) all.push(record)
  return all
}
const sample = async (name: string) => records(await openFile(join(import.meta.dirname, 'samples', name)))

describe('nvd', () => {
  it('reads an answer of the API 2.0', async () => {
    expect(await sample('api-2.0.json')).toEqual([
      { kind: 'report', source: 'nvd', tool: 'NVD', tool_version: null, observed_at: parseInstant('2026-05-02T10:00:00.123Z') },
      {
        kind: 'description',
        vulnerability_id: 'CVE-2026-10001',
        description: 'Overflow in Example Gateway',
        published_at: parseInstant('2026-04-30T08:15:00Z'),
        state: 'published',
        affected: [{ vendor: 'example', product: 'edge:gateway' }],
      },
      {
        kind: 'cvss',
        vulnerability_id: 'CVE-2026-10001',
        cvss: 9.8,
        vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
        version: '3.1',
      },
      { kind: 'cvss', vulnerability_id: 'CVE-2026-10001', cvss: 7.5, vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P', version: '2.0' },
      { kind: 'exploit', vulnerability_id: 'CVE-2026-10001', stage: 'public', reference: 'reference tagged Exploit' },
      {
        kind: 'exploit',
        vulnerability_id: 'CVE-2026-10001',
        stage: 'known_exploited',
        since: parseInstant('2026-05-01T12:00:00Z'),
        reference: 'CISA KEV',
      },
      {
        kind: 'description',
        vulnerability_id: 'CVE-2026-10002',
        description: 'Rejected reason: not a weakness',
        published_at: parseInstant('2026-04-30T08:15:00Z'),
        state: 'rejected',
      },
      { kind: 'skipped', at: 'vulnerabilities[2].cve', reason: expect.stringContaining('id') as string },
    ])
  })

  it('reads one record of a mirror as of its last change', async () => {
    const [report, description, cvss] = await sample('one-record.json')
    expect(report).toMatchObject({ observed_at: parseInstant('2026-05-03T07:00:00Z') })
    expect(description).toMatchObject({ vulnerability_id: 'CVE-2026-10001', state: 'published' })
    expect(cvss).toMatchObject({ cvss: 9.3, version: '4.0' })
  })

  it('reads a feed 1.1 with its nested products', async () => {
    const all = await sample('feed-1.1.json')
    expect(all[0]).toMatchObject({ observed_at: parseInstant('2023-03-01T01:00:00Z') })
    expect(all.slice(1)).toEqual([
      {
        kind: 'description',
        vulnerability_id: 'CVE-2023-10001',
        description: 'Injection in Example Shop',
        published_at: parseInstant('2023-02-27T00:15:00Z'),
        state: 'published',
        affected: [{ vendor: 'example', product: 'shop' }],
      },
      {
        kind: 'cvss',
        vulnerability_id: 'CVE-2023-10001',
        cvss: 7.5,
        vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
        version: '3.0',
      },
      { kind: 'cvss', vulnerability_id: 'CVE-2023-10001', cvss: 5, vector: 'AV:N/AC:L/Au:N/C:P/I:N/A:N', version: '2.0' },
      { kind: 'exploit', vulnerability_id: 'CVE-2023-10001', stage: 'public', reference: 'reference tagged Exploit' },
      {
        kind: 'description',
        vulnerability_id: 'CVE-2023-10002',
        description: '** REJECT ** This id is not used',
        published_at: parseInstant('2023-02-27T00:15:00Z'),
        state: 'rejected',
      },
    ])
  })

  it('takes the day of a list of items from its name', async () => {
    const all = await sample('items-1.1-2023-03-01.jsonl')
    expect(all[0]).toMatchObject({ observed_at: parseInstant('2023-03-01') })
    expect(all.flatMap((one) => (one.kind === 'description' ? [one.vulnerability_id] : []))).toEqual(['CVE-2023-10001', 'CVE-2023-10003'])
  })

  it('is silent about what a page leaves out, and takes an empty page', async () => {
    const empty =
      '{"resultsPerPage":0,"startIndex":0,"totalResults":0,"format":"NVD_CVE","version":"2.0","timestamp":"2026-05-02T10:00:00","vulnerabilities":[]}'
    const all = await records(await openBytes('page.json', Buffer.from(empty)))
    expect(all).toEqual([
      { kind: 'report', source: 'nvd', tool: 'NVD', tool_version: null, observed_at: parseInstant('2026-05-02T10:00:00Z') },
    ])
  })
})
