import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { sshAudit } from './ssh-audit.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of sshAudit.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('ssh-audit', () => {
  it.each(['v3.json', 'v2-several.json'])('knows %s by its content', async (name) => {
    expect(sshAudit.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each algorithm that the server offers a result', async () => {
    const all = await records(await sample('v3.json'))
    expect(of(all, 'asset')[0]).toMatchObject({ type: 'application', name: 'ssh-1.example.com:2222' })
    expect(of(all, 'control_result').map((one) => [one.control_id, one.status, one.severity, one.evidence])).toEqual([
      ['ssh-audit:kex/ecdh-sha2-nistp256', 'fail', 'high', 'using elliptic curves that are suspected as being backdoored'],
      ['ssh-audit:key/rsa-sha2-512', 'fail', 'medium', '2048-bit modulus only provides 112-bits of symmetric strength; 2048 bits'],
      ['ssh-audit:enc/aes256-gcm@openssh.com', 'pass', undefined, undefined],
    ])
    expect(of(all, 'software')).toEqual([
      { kind: 'software', asset: 'ssh-1.example.com:2222', name: 'OpenSSH', version: '8.9p1', place: '2222/tcp' },
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['document 1.kex[1]'])
  })

  it('covers the controls of a server, and vulnerabilities only where it looked any up', async () => {
    expect(of(await records(await sample('v3.json')), 'coverage').map((one) => one.subject)).toEqual(['control'])
    expect(of(await records(await sample('v2-several.json')), 'coverage').map((one) => [one.asset, one.subject])).toEqual([
      ['[2001:db8::1]:22', 'control'],
      ['[2001:db8::1]:22', 'vulnerability'],
    ])
  })

  it('reads several servers and the CVEs of old versions', async () => {
    const all = await records(await sample('v2-several.json'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: '[2001:db8::1]:22',
        vulnerability_ids: ['CVE-2016-7406'],
        title: 'format string vulnerability',
        cvss: 10,
        access: 'remote',
      },
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['[0].cves[1]', '[1]'])
  })

  it('refuses another JSON', async () => {
    await expect(records(await openBytes('s', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
