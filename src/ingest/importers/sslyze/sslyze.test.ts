import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { isWeak } from './checks.ts'
import { sslyze } from './sslyze.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of sslyze.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const failed = (all: FileRecord[]) =>
  of(all, 'control_result')
    .filter((one) => one.status === 'fail')
    .map((one) => [one.control_id.split(':')[1], one.severity, one.evidence])

describe('sslyze', () => {
  it.each(['v5-two-servers.json', 'v3-one-server.json', 'v2.xml'])('knows %s by its content', async (name) => {
    expect(sslyze.detect((await sample(name)).head)).toBe(true)
  })

  it('reads version 5 and 6', async () => {
    const all = await records(await sample('v5-two-servers.json'))
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '5.2.0', observed_at: parseInstant('2026-01-01T00:00:30.123456Z') })
    expect(failed(all)).toEqual([
      ['tls-1-0', 'medium', 'Accepted: TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
      ['weak-cipher-suites', 'high', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
      ['certificate-trust', 'medium', 'Java 8: unknown root'],
      ['certificate-hostname', 'high', undefined],
      ['hsts', 'low', undefined],
    ])
    expect(of(all, 'finding').map((one) => one.vulnerability_ids)).toEqual([['CVE-2014-0160'], ['sslyze:robot']])
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual([
      'web-2.example.com:443: could not be tested (ERROR)',
      'could not be tested: nowhere.example.com: Could not resolve',
    ])
  })

  it('covers a server only for what it answered', async () => {
    const all = await records(await sample('v5-two-servers.json'))
    // The CCS test failed, so only findings of the same tests could be closed.
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'web-1.example.com:443', subject: 'control', access: 'remote' },
      {
        kind: 'coverage',
        asset: 'web-1.example.com:443',
        subject: 'vulnerability',
        access: 'remote',
        checks: 'client-renegotiation crime heartbleed insecure-renegotiation robot',
      },
    ])
    const one = of(all, 'control_result').find((result) => result.control_id === 'sslyze:tls-1-1')
    expect(one!.status).toBe('not_run')
  })

  it('reads version 3, without a time', async () => {
    const all = await records(await sample('v3-one-server.json'))
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '3.0.7', observed_at: null })
    expect(of(all, 'asset')[0]!.name).toBe('web-1.example.com:8443')
    expect(failed(all)).toEqual([['certificate-trust', 'high', 'Android: certificate has expired']])
    expect(of(all, 'finding').map((one) => one.vulnerability_ids)).toEqual([['CVE-2011-1473'], ['CVE-2009-3555']])
  })

  it('reads the XML of version 1 and 2', async () => {
    const all = await records(await sample('v2.xml'))
    expect(failed(all).map(([id]) => id)).toEqual(['tls-1-0', 'weak-cipher-suites', 'certificate-sha1', 'certificate-order'])
    expect(of(all, 'finding').map((one) => one.vulnerability_ids)).toEqual([['CVE-2012-4929']])
    expect(of(all, 'coverage').at(-1)!.checks).toBe('crime')
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual(['could not be tested: nowhere.example.com no such host'])
  })

  it.each([
    ['TLS_RSA_WITH_NULL_SHA', 0, true],
    ['TLS_ECDH_anon_WITH_AES_256_CBC_SHA', 256, true],
    ['TLS_RSA_EXPORT_WITH_RC4_40_MD5', 40, true],
    ['TLS_ECDHE_RSA_WITH_RC4_128_SHA', 128, true],
    ['TLS_RSA_WITH_DES_CBC_SHA', 56, true],
    ['TLS_RSA_WITH_3DES_EDE_CBC_SHA', 168, true],
    ['TLS_RSA_WITH_AES_128_CBC_SHA', 128, false],
    ['TLS_AES_256_GCM_SHA384', 256, false],
    ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', null, false],
  ])('%s with %s bits is weak: %s', (name, key_size, weak) => {
    expect(isWeak({ name, key_size, anonymous: false })).toBe(weak)
  })

  it('takes an empty list for no servers, and refuses another file', async () => {
    expect(of(await records(await openBytes('s', Buffer.from('[]\n'))), 'report')).toHaveLength(1)
    await expect(records(await openBytes('s', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
