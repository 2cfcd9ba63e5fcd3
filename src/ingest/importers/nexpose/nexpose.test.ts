import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { nexpose, readComponent } from './nexpose.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of nexpose.parse(source, {})) all.push(record)
  return all
}
const all = async (name: string) => records(await openFile(path(name)))
const altered = async (from: string, to: string) => {
  const text = readFileSync(path('v2-credentialed.xml'), 'utf8')
  expect(text).toContain(from)
  return records(await openBytes('x.xml', new TextEncoder().encode(text.replace(from, to))))
}
const of = <K extends FileRecord['kind']>(read: FileRecord[], kind: K) =>
  read.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('nexpose', () => {
  it('is known by its root', () => {
    expect(nexpose.detect({ name: 'x.xml', text: '<NexposeReport version="2.0">' })).toBe(true)
    expect(nexpose.detect({ name: 'x.xml', text: '<NessusClientData_v2/>' })).toBe(false)
  })

  it('reads nodes with their names, system, site and the end of their scan', async () => {
    const read = await all('v2-credentialed.xml')
    const end = parseInstant('2026-03-02T10:00:00.500Z')
    expect(read[0]).toEqual({ kind: 'report', source: 'nexpose', tool: 'Nexpose', tool_version: null, observed_at: end })
    expect(of(read, 'asset')[0]).toEqual({
      kind: 'asset',
      asset: 'n1',
      type: 'device',
      name: 'web-1.example.org',
      names: [
        { type: 'hostname', name: 'web-1' },
        { type: 'fqdn', name: 'web-1.example.org' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: { os_family: 'linux', os: 'Ubuntu Linux 22.04', asset_group: 'Web' },
      observed_at: end,
    })
    expect(of(read, 'software')).toEqual([{ kind: 'software', asset: 'n1', name: 'libsample', vendor: 'Sample', version: '1.0-1' }])
  })

  it('makes a finding of each vulnerable test, and of no other', async () => {
    const read = await all('v2-credentialed.xml')
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'n1',
        vulnerability_ids: ['CVE-2026-7001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'kit',
        title: 'Sample: libsample update',
        component: { name: 'Sample libsample', version: '1.0-1' },
        access: 'full',
      },
      {
        kind: 'finding',
        asset: 'n1',
        vulnerability_ids: ['nexpose:sample-home-mode'],
        severity: 'low',
        cvss: 2.1,
        title: 'Home directory mode unsafe',
        place: '/home/a',
        access: 'full',
      },
      {
        kind: 'finding',
        asset: 'n1',
        vulnerability_ids: ['CVE-2026-7002', 'CVE-2026-7003'],
        severity: 'medium',
        cvss: 4.3,
        title: 'Sample TLS',
        place: '443/tcp',
        access: 'remote',
      },
      { kind: 'finding', asset: 'n2', vulnerability_ids: ['nexpose:unlisted'], place: '53/udp', access: 'remote' },
    ])
    expect(of(read, 'vulnerability').map((one) => [one.vulnerability_id, one.title])).toEqual([
      ['CVE-2026-7001', 'Sample: libsample update'],
      ['nexpose:sample-home-mode', 'Home directory mode unsafe'],
      ['CVE-2026-7002', undefined],
      ['CVE-2026-7003', undefined],
    ])
    expect(of(read, 'skipped')).toHaveLength(1)
  })

  it('covers a node by the certainty of its system, for the same scan template', async () => {
    expect(of(await all('v2-credentialed.xml'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'n1', subject: 'vulnerability', access: 'full', checks: 'template Full audit' },
      { kind: 'coverage', asset: 'n2', subject: 'vulnerability', access: 'remote', checks: 'template Full audit' },
    ])
    expect(of(await altered('certainty="1.00" vendor="Ubuntu"', 'certainty="0.90" vendor="Ubuntu"'), 'coverage')[0]).toMatchObject({
      access: 'remote',
    })
  })

  it.each([
    ['status="finished"', 'status="running"'],
    ['endTime="20260302T100000500"', ''],
    ['<scan id="7"', '<scan id="8"'],
  ])('covers nothing when a scan is not known to be finished: %s → %s', async (from, to) => {
    expect(of(await altered(from, to), 'coverage')).toEqual([])
  })

  it('reads the first version, whose scan was stopped', async () => {
    const read = await all('v1-stopped.xml')
    expect(of(read, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'n1',
        vulnerability_ids: ['nexpose:sample-ping'],
        severity: 'informational',
        title: 'Sample Ping',
        access: 'full',
      },
    ])
    expect(of(read, 'coverage')).toEqual([])
  })

  it('refuses a cut report', async () => {
    const cut = readFileSync(path('v2-credentialed.xml')).subarray(0, 1500)
    await expect(openBytes('x.xml', cut).then(records)).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    ['Vulnerable software installed: Ubuntu libssl1.1 1.1.1f-1ubuntu2', { name: 'Ubuntu libssl1.1', version: '1.1.1f-1ubuntu2' }],
    ['Running vulnerable NTP service: NTP 4.2.0a', undefined],
  ])('finds the component of "%s"', (text, component) => {
    expect(readComponent(text)).toEqual(component)
  })
})
