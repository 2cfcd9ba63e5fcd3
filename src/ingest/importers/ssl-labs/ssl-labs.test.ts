import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { sslLabs } from './ssl-labs.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of sslLabs.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const sample = () => openFile(join(import.meta.dirname, 'samples/two-hosts.json'))
const FIRST = 'web-1.example.com:443/192.0.2.1'

describe('ssl-labs', () => {
  it('tells endpoints that the internet reaches, at the time of their test', async () => {
    const file = await sample()
    expect(sslLabs.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '2.2.0', observed_at: parseInstant('2026-01-01T00:01:00.123Z') })
    expect(of(all, 'asset').map((one) => [one.name, one.names, one.attributes, one.observed_at])).toEqual([
      [
        'web-1.example.com:443',
        [{ type: 'label', name: 'web-1.example.com:443' }],
        { internet_facing: true },
        parseInstant('2026-01-01T00:01:00.123Z'),
      ],
      [
        'web-3.example.com:8443',
        [{ type: 'label', name: 'web-3.example.com:8443' }],
        { internet_facing: true },
        parseInstant('2026-01-01T00:01:40Z'),
      ],
    ])
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual([
      'web-1.example.com:443 at 192.0.2.2: Unable to connect to the server',
      'web-2.example.com:443: the test is not complete (ERROR: Unable to resolve domain name)',
    ])
  })

  it('gives the grade and each rule a result, and each vulnerability that is there a finding', async () => {
    const all = await records(await sample())
    const failed = of(all, 'control_result').filter((one) => one.status === 'fail')
    expect(failed.map((one) => [one.asset, one.control_id, one.severity, one.evidence])).toEqual([
      [FIRST, 'ssl-labs:grade', 'medium', 'Grade C'],
      [FIRST, 'ssl-labs:tls-1-0', 'medium', undefined],
      [FIRST, 'ssl-labs:certificate', 'high', 'expired'],
    ])
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids, one.severity])).toEqual([
      [['ssl-labs:robot'], 'high'],
      [['CVE-2011-3389'], 'low'],
    ])
    const chain = of(all, 'control_result').find((one) => one.control_id === 'ssl-labs:certificate-chain')
    expect(chain).toMatchObject({ status: 'pass', evidence: 'it holds a self-signed root' })
  })

  it('covers all vulnerabilities where all have an answer, else only those that have', async () => {
    const all = await records(await sample())
    expect(of(all, 'coverage').map((one) => [one.asset.split('/')[0], one.subject, one.checks])).toEqual([
      ['web-1.example.com:443', 'control', undefined],
      ['web-1.example.com:443', 'vulnerability', undefined],
      ['web-3.example.com:8443', 'control', undefined],
      ['web-3.example.com:8443', 'vulnerability', 'heartbleed'],
    ])
  })

  it('takes an empty list, and refuses another JSON', async () => {
    expect(of(await records(await openBytes('s', Buffer.from('[]'))), 'report')).toHaveLength(1)
    await expect(records(await openBytes('s', Buffer.from('[{"a":1}]')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
