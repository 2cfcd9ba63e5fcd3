import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { testssl } from './testssl.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of testssl.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const HEADER = '"id","fqdn/ip","port","severity","finding","cve","cwe"\n'
const csv = (...rows: [id: string, severity: string, cve?: string][]) =>
  openBytes(
    't.csv',
    Buffer.from(
      HEADER +
        rows.map(([id, severity, cve = '']) => `"${id}","web-1.example.com/10.0.0.1","443","${severity}","x","${cve}",""\n`).join(''),
    ),
  )

describe('testssl', () => {
  it.each(['v3.csv', 'flat.json', 'pretty.json'])('knows %s by its content', async (name) => {
    expect(testssl.detect((await sample(name)).head)).toBe(true)
  })

  it('gives checks a result and vulnerabilities a finding; what only describes is neither', async () => {
    const all = await records(await sample('v3.csv'))
    expect(of(all, 'control_result').map((one) => [one.asset, one.control_id, one.status, one.severity])).toEqual([
      ['web-1.example.com/10.0.0.1:443', 'testssl:SSLv3', 'pass', undefined],
      ['web-1.example.com/10.0.0.1:443', 'testssl:TLS1', 'fail', 'low'],
      ['web-1.example.com/10.0.0.1:443', 'testssl:TLS1_3', 'pass', undefined],
      ['web-1.example.com/10.0.0.1:443', 'testssl:cipher-tls1_xc019', 'fail', 'critical'],
      ['web-1.example.com/10.0.0.1:8443', 'testssl:TLS1', 'pass', undefined],
    ])
    expect(of(all, 'finding').map((one) => [one.vulnerability_ids, one.severity, one.place])).toEqual([
      [['CVE-2016-2183', 'CVE-2016-6329'], 'low', 'SWEET32'],
      [['CVE-2011-3389'], 'medium', 'BEAST_CBC_TLS1'],
      [['CVE-2011-3389'], 'low', 'BEAST'],
    ])
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual(['engine_problem: No engine', "scanProblem: Can't connect"])
  })

  it('keeps the ports of a host apart, and covers no target that it could not reach', async () => {
    const all = await records(await sample('v3.csv'))
    expect(of(all, 'asset').map((one) => [one.type, one.names[0]!.name])).toEqual([
      ['application', 'web-1.example.com:443'],
      ['application', 'web-1.example.com:8443'],
      ['application', 'db-1.example.com:443'],
    ])
    expect(of(all, 'coverage').map((one) => [one.asset.split('/')[1], one.subject, one.checks])).toEqual([
      ['10.0.0.1:443', 'control', undefined],
      ['10.0.0.1:443', 'vulnerability', 'BEAST BEAST_CBC_TLS1 SWEET32 heartbleed'],
      ['10.0.0.1:8443', 'control', undefined],
    ])
  })

  it('covers all vulnerabilities only when all were looked for', async () => {
    const checks = [
      'heartbleed',
      'CCS',
      'ticketbleed',
      'ROBOT',
      'CRIME_TLS',
      'BREACH',
      'POODLE_SSL',
      'SWEET32',
      'FREAK',
      'DROWN',
      'LOGJAM',
      'BEAST',
      'LUCKY13',
      'RC4',
    ]
    const covered = async (ids: string[]) =>
      of(await records(await csv(...ids.map((id): [string, string, string] => [id, 'OK', 'CVE-2014-0160']))), 'coverage').map((one) => [
        one.subject,
        one.checks,
      ])
    expect(await covered(checks)).toEqual([['vulnerability', undefined]])
    expect(await covered(['heartbleed'])).toEqual([['vulnerability', 'heartbleed']])
  })

  it('covers nothing of a target whose scan broke off, whatever was told before', async () => {
    const all = await records(await csv(['TLS1', 'LOW'], ['heartbleed', 'OK', 'CVE-2014-0160'], ['scanProblem', 'FATAL']))
    expect(of(all, 'control_result')).toHaveLength(1)
    expect(of(all, 'coverage')).toEqual([])
  })

  it('reads both JSON layouts as the CSV', async () => {
    const flat = await records(await sample('flat.json'))
    expect(of(flat, 'control_result')[0]).toMatchObject({ control_id: 'testssl:TLS1', status: 'fail', severity: 'low' })
    expect(of(flat, 'finding')[0]).toMatchObject({ vulnerability_ids: ['CVE-2014-0160'], severity: 'critical' })
    const pretty = await records(await sample('pretty.json'))
    expect(of(pretty, 'report')[0]).toMatchObject({ tool_version: '3.2', observed_at: parseInstant('2026-01-01T00:00:00Z') })
    expect(of(pretty, 'asset').map((one) => one.name)).toEqual(['web-1.example.com:443', 'db-1.example.com:443'])
    expect(of(pretty, 'control_result')[0]).toMatchObject({ control_id: 'testssl:TLS1', status: 'fail' })
    expect(of(pretty, 'coverage').map((one) => one.subject)).toEqual(['control', 'vulnerability'])
  })

  it('says what it cannot read', async () => {
    const all = await records(
      await openBytes('t', Buffer.from(`${HEADER}"a","","","LOW","x","",""\n"b","web-1/10.0.0.1","443","ODD","x","",""\n"c"\n`)),
    )
    expect(of(all, 'skipped').map((one) => one.at)).toEqual(['line 2', 'line 3', 'line 4'])
    await expect(records(await openBytes('t', Buffer.from('a,b\n1,2\n')))).rejects.toThrow('testssl.sh')
  })
})
