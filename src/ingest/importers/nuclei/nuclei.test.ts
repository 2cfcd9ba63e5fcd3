import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { nuclei } from './nuclei.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of nuclei.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('nuclei', () => {
  it.each(['v3.jsonl', 'v2-old-names.json', 'export.json'])('knows %s by its content', async (name) => {
    expect(nuclei.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each match one finding: CVE, or template and matcher; what did not match is none', async () => {
    const all = await records(await sample('v3.jsonl'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'web-1.example.com 10.0.0.1',
        vulnerability_ids: ['CVE-2021-41773'],
        title: 'Apache 2.4.49 - Path Traversal',
        severity: 'high',
        cvss: 7.5,
        place: 'https://web-1.example.com:8443/icons/.%2e/etc/passwd',
        access: 'remote',
      },
      expect.objectContaining({ vulnerability_ids: ['nuclei:http-missing-security-headers:x-frame-options'], severity: 'informational' }),
      expect.objectContaining({
        vulnerability_ids: ['nuclei:http-missing-security-headers:permissions-policy'],
        title: 'HTTP Missing Security Headers: permissions-policy',
      }),
    ])
    expect(of(all, 'vulnerability')[0]).toEqual({
      kind: 'vulnerability',
      vulnerability_id: 'CVE-2021-41773',
      title: 'Apache 2.4.49 - Path Traversal',
      description: 'Path traversal.',
      severity: 'high',
      cvss: 7.5,
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
      url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-41773',
    })
    expect(of(all, 'skipped')).toEqual([])
  })

  it('tells a host once by name and address, at the time of its last match, with the zone', async () => {
    const all = await records(await sample('v3.jsonl'))
    expect(of(all, 'report')[0]!.observed_at).toBe(parseInstant('2026-01-01T00:00:00.5Z'))
    expect(of(all, 'asset').map((one) => one.observed_at)).toEqual([
      parseInstant('2026-01-01T00:00:00.5Z'),
      parseInstant('2026-01-01T00:00:10Z'),
    ])
    expect(of(all, 'asset')[0]!.names).toEqual([
      { type: 'fqdn', name: 'web-1.example.com' },
      { type: 'ip', name: '10.0.0.1' },
    ])
  })

  it('covers nothing: it does not say which templates ran, so fewer of them close nothing', async () => {
    expect(of(await records(await sample('v3.jsonl')), 'coverage')).toEqual([])
  })

  it('reads the names of old versions and several CVEs in one finding', async () => {
    const old = await records(await sample('v2-old-names.json'))
    expect(of(old, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['nuclei:openssh-detect'],
      place: 'ssh-1.example.com:22',
      severity: 'low',
    })
    expect(of(old, 'vulnerability')[0]!.url).toBe('https://example.org/b')
    const two = await records(await sample('export.json'))
    expect(of(two, 'finding')[0]!.vulnerability_ids).toEqual(['CVE-2021-0001', 'CVE-2021-0002'])
    expect(of(two, 'vulnerability').map((one) => one.title)).toEqual([undefined, undefined])
    expect(of(two, 'asset')[0]!.names).toEqual([{ type: 'ip', name: '2001:db8::1' }])
  })

  it('says which line it cannot read, and takes an empty file for no match', async () => {
    const all = await records(
      await openBytes('n', Buffer.from('{"info":{}}\n{"template-id":"a","info":{}}\n{"template-id":"b","info":{},"host":"web-1"}')),
    )
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 1', 'line 2'])
    expect(of(all, 'finding')).toHaveLength(1)
    expect(of(await records(await openBytes('n', Buffer.from(''))), 'finding')).toEqual([])
  })
})
