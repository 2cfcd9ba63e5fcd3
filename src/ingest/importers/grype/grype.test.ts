import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { formatInstant } from '../../../model/time.ts'
import { openBytes, openFile } from '../../readers/file.ts'
import { grype } from './grype.ts'

async function collect(all: AsyncIterable<FileRecord>): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of all) list.push(record)
  return list
}

async function records(name: string): Promise<FileRecord[]> {
  const { head, source } = await openFile(join(import.meta.dirname, 'samples', name))
  expect(grype.detect(head)).toBe(true)
  return collect(grype.parse(source, {}))
}

const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((record): record is Extract<FileRecord, { kind: K }> => record.kind === kind)

describe('grype', () => {
  it('reads an image, though what it is about stands behind the matches', async () => {
    const all = await records('image.json')
    expect(all.slice(0, 3)).toEqual([
      { kind: 'report', source: 'grype', tool: 'Grype', tool_version: '0.94.0', observed_at: Date.UTC(2026, 2, 1, 14, 0, 0, 500) * 1000 },
      {
        kind: 'asset',
        asset: 'target',
        type: 'image',
        name: 'registry.example.org/shop/web:1.4',
        names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
        attributes: { os: 'debian 12', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` },
      },
      { kind: 'coverage', asset: 'target', subject: 'vulnerability', checks: 'only fixed' },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'ransomware',
        component: { name: 'left-pad', version: '1.0.0', purl: 'pkg:npm/left-pad@1.0.0', type: 'npm' },
        fixed_version: '2.0.1, 1.9.9',
        place: '/app/node_modules/left-pad/package.json',
      },
      {
        kind: 'finding',
        asset: 'target',
        vulnerability_ids: ['CVE-2099-0002'],
        severity: undefined,
        cvss: undefined,
        exploit_stage: undefined,
        component: { name: 'bash', version: '5.2', purl: undefined, type: 'deb' },
        fixed_version: undefined,
        place: undefined,
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      vulnerability_id: 'CVE-2099-0001',
      aliases: ['GHSA-2222-3333-4444'],
      severity: 'high',
      url: 'https://example.org/GHSA-2222-3333-4444',
    })
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason.split('\n')[0]])).toEqual([
      ['matches[2]', expect.stringContaining('Invalid input')],
      ['ignoredMatches[0]', 'CVE-2099-0003 in linux-libc-dev: ignored by a rule of the scan (headers only)'],
    ])
  })

  it('reads the layout of 0.7 and asks which asset a folder is', async () => {
    const all = await records('folder-0.7.json')
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'target', type: 'repository', name: '', names: [], attributes: {} }])
    expect(of(all, 'finding')[0]).toMatchObject({ cvss: 4.3, fixed_version: '2.0', severity: 'medium', place: 'package-lock.json' })
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'target', subject: 'vulnerability' }])
  })

  it('reads an image without matches as looked at, by digest when it has no tag', async () => {
    const all = await records('image-no-matches.json')
    expect(all.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: `docker.io/library/busybox@sha256:${'3'.repeat(64)}` }])
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T10:00:00Z')
  })

  it('says what was expected of a file that is none', async () => {
    const { source } = await openBytes('x.json', Buffer.from('{"hello":1}'))
    await expect(collect(grype.parse(source, {}))).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    '{"matches":[{"Cycle":{},"artifact":{}}],"source":{}}',
    '{"matches":[],"descriptor":{"name":"xeol"}}',
    '{"matches":3}',
    '{"a":{"matches":[{"vulnerability":{}}]}}',
    '[{"matches":[]}]',
    '',
  ])('does not take %s', (text) => expect(grype.detect({ name: 'grype.json', text })).toBe(false))
})
