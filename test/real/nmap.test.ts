import { describe, expect, it } from 'vitest'
import { nmap } from '../../src/ingest/importers/nmap/nmap.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const file = (name: string) => data!.files('reports/nmap').find(({ path }) => path.endsWith(`/${name}`))!.file

describe.skipIf(!data)(`nmap on real reports (${data ? data.root : withoutRealData})`, () => {
  it('tells the eight vulnerabilities of OpenSSH 7.4 from the 34 exploits beside them', async () => {
    const records = await recordsOf(nmap, file('issue4406.xml'))
    const ids = records.flatMap((one) => (one.kind === 'finding' ? (one.vulnerability_ids ?? []) : []))
    expect(ids.sort()).toEqual([
      'CVE-2017-15906',
      'CVE-2018-15473',
      'CVE-2018-15919',
      'CVE-2018-20685',
      'CVE-2019-6109',
      'CVE-2019-6110',
      'CVE-2019-6111',
      'CVE-2020-14145',
    ])
    expect(records.find((one) => one.kind === 'asset')).toMatchObject({
      name: 'ip-10-250-195-71.eu-west-1.compute.internal',
      observed_at: parseInstant('2021-04-29T09:28:17Z'),
    })
    expect(records.filter((one) => one.kind === 'coverage').map((one) => one.checks)).toEqual(['tcp 1-65535', 'tcp 1-65535 with vulners'])
    // Seven ports with MySQL 5.7.32 and five with an HTTP server of Go are findings of their own.
    expect(records.filter((one) => one.kind === 'finding' && one.control_id === 'nmap:open-port')).toHaveLength(25)
  })

  it('lists the five hosts that answered of 256, and their 21 open ports', async () => {
    const records = await recordsOf(nmap, file('scb__local-network-verbose.xml'))
    expect(records.filter((one) => one.kind === 'asset')).toHaveLength(5)
    expect(records.filter((one) => one.kind === 'finding')).toHaveLength(21)
  })

  it('reads a scan that found no host', async () => {
    expect((await recordsOf(nmap, file('scb__no-host.xml'))).map((one) => one.kind)).toEqual(['report'])
  })
})
