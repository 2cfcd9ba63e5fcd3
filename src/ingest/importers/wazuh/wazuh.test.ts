import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { wazuh } from './wazuh.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
const sample = (name: string) => openFile(path(name))
/** A sample with one part of its text replaced. */
const changed = (name: string, from: string, to: string) => {
  const text = readFileSync(path(name), 'utf8')
  expect(text).toContain(from)
  return openBytes('w.json', Buffer.from(text.replace(from, to)))
}
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of wazuh.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('wazuh', () => {
  it.each(['api-4.7.json', 'indexer-4.8.json'])('knows %s by its content', async (name) => {
    expect(wazuh.detect((await sample(name)).head)).toBe(true)
  })

  it('reads the answer of the API about one agent, which it does not name', async () => {
    const all = await records(await sample('api-4.7.json'))
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'agent', type: 'device', name: 'agent', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'agent',
        vulnerability_ids: ['CVE-2024-1001'],
        title: 'CVE-2024-1001 affects curl',
        severity: 'medium',
        cvss: 5.5,
        component: { name: 'curl', version: '4.3.1', type: 'package' },
        fixed_version: '4.3.2',
      },
      {
        kind: 'finding',
        asset: 'agent',
        vulnerability_ids: ['CVE-2024-1002'],
        title: 'CVE-2024-1002 affects windows',
        cvss: 7.5,
        component: { name: 'windows', version: '10', type: 'operating_system' },
      },
    ])
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['data.affected_items[2]'])
    expect(of(all, 'coverage')).toHaveLength(1)
  })

  it('reads a search: each agent by its cluster and number, name and address', async () => {
    const all = await records(await sample('indexer-4.8.json'))
    expect(of(all, 'asset').map((one) => [one.name, one.names, one.attributes])).toEqual([
      [
        'web-1',
        [
          { type: 'agent_id', name: 'wazuh:main:001' },
          { type: 'hostname', name: 'web-1' },
          { type: 'ip', name: '10.0.0.1' },
        ],
        { os: 'Ubuntu 24.04.2 LTS (Noble Numbat)', os_family: 'linux' },
      ],
      [
        'db-1.example.com',
        [
          { type: 'agent_id', name: 'wazuh:main:002' },
          { type: 'fqdn', name: 'db-1.example.com' },
        ],
        { os: 'Microsoft Windows Server 2022', os_family: 'windows_server' },
      ],
    ])
    expect(of(all, 'finding').map((one) => [one.severity, one.cvss, one.fixed_version, one.component])).toEqual([
      ['critical', 9.1, '3.0.2', { name: 'openssl', version: '3.0.1', type: 'deb' }],
      [undefined, undefined, undefined, { name: 'Microsoft Windows Server 2022', version: '10.0.1', type: 'operating_system' }],
    ])
    expect(of(all, 'vulnerability')).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2025-1001',
        description: 'Bad.',
        severity: 'critical',
        cvss: 9.1,
        published_at: parseInstant('2025-05-21T19:16:08Z'),
        url: 'https://ubuntu.com/security/CVE-2025-1001',
      },
    ])
  })

  it('covers the agents it lists, and nothing when only a page is there', async () => {
    expect(of(await records(await sample('indexer-4.8.json')), 'coverage').map((one) => one.asset)).toEqual(['main:001', 'main:002'])
    for (const [from, to] of [
      ['"value": 2', '"value": 125'],
      ['"relation": "eq"', '"relation": "gte"'],
      ['"timed_out": false', '"timed_out": true'],
    ])
      expect(of(await records(await changed('indexer-4.8.json', from!, to!)), 'coverage')).toEqual([])
    for (const [from, to] of [
      ['"total_affected_items": 3', '"total_affected_items": 500'],
      ['"total_failed_items": 0', '"total_failed_items": 1'],
    ])
      expect(of(await records(await changed('api-4.7.json', from!, to!)), 'coverage')).toEqual([])
  })

  it('refuses another answer of the API', async () => {
    const file = await openBytes(
      'w',
      Buffer.from('{"data":{"affected_items":[{"id":"001"}]},"message":"All selected agents were returned","error":0}'),
    )
    expect(wazuh.detect(file.head)).toBe(false)
    await expect(records(file)).rejects.toThrow('Expected the answer of Wazuh')
  })
})
