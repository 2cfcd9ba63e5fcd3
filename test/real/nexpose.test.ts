import { describe, expect, it } from 'vitest'
import { nexpose } from '../../src/ingest/importers/nexpose/nexpose.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`nexpose on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) => {
    const records = await recordsOf(nexpose, data!.files('reports/nexpose').find(({ path }) => path.endsWith(`/${name}`))!.file)
    const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
    return { records, of }
  }

  it('tells from inside and outside apart', async () => {
    const inside = await read('report_auth.xml')
    expect(inside.of('asset').map(({ name }) => name)).toEqual(['host0', 'host1', 'host3', 'host4'])
    expect(inside.of('asset')[0]).toMatchObject({
      attributes: { os_family: 'linux', os: 'Ubuntu Linux 20.04', asset_group: 'Site1' },
      observed_at: parseInstant('2021-02-11T16:47:05.486Z'),
    })
    expect(inside.of('coverage')).toHaveLength(4)
    expect(inside.of('coverage').every((one) => one.access === 'full' && one.checks === 'template Discovery Scan,Full audit')).toBe(true)
    expect(inside.of('finding').every((one) => one.access === 'full')).toBe(true)
    const outside = await read('dns.xml')
    expect(outside.of('coverage')).toMatchObject([{ access: 'remote' }])
    expect(outside.of('finding').map((one) => [one.place, one.access])).toEqual([
      ['53/tcp', 'remote'],
      ['53/tcp', 'remote'],
      ['53/udp', 'remote'],
      ['53/udp', 'remote'],
      ['53/udp', 'remote'],
    ])
  })

  it('takes only vulnerable tests of a scan that was stopped, and covers nothing', async () => {
    const { of } = await read('many_vulns.xml.gz')
    expect(of('asset')).toHaveLength(8)
    // 621 tests: 158 vulnerable-exploited, 4 vulnerable-version; on 192.168.1.18 139 of these.
    const busiest = of('asset').find(({ name }) => name === '192.168.1.18')!.asset
    expect(of('finding').filter((one) => one.asset === busiest)).toHaveLength(139)
    expect(of('coverage')).toEqual([])
    expect(of('finding').every((one) => one.title)).toBe(true)
  })
})
