import { describe, expect, it } from 'vitest'
import { openvas } from '../../src/ingest/importers/openvas/openvas.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`openvas on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) => {
    const records = await recordsOf(openvas, data!.files('reports/openvas').find(({ path }) => path.endsWith(`/${name}`))!.file)
    const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
    return { records, of }
  }

  it('reads the same result from XML and CSV as the same', async () => {
    const [xml, csv] = await Promise.all([read('report_detail_v2.xml'), read('report_detail_v2.csv')])
    const [one] = xml.of('finding')
    const [other] = csv.of('finding')
    // 93 <ref type="cve"> elements.
    expect(one!.vulnerability_ids).toHaveLength(93)
    expect(new Set(other!.vulnerability_ids)).toEqual(new Set(one!.vulnerability_ids))
    expect(one).toMatchObject({
      severity: 'high',
      cvss: 9.8,
      component: { name: 'Microsoft Windows' },
      fixed_version: 'KB5062557',
      access: 'full',
    })
    expect(other!.component).toEqual(one!.component)
    expect(xml.records[0]).toMatchObject({ observed_at: parseInstant('2025-08-22T17:09:57+02:00') })
    expect(csv.of('asset')[0]!.observed_at).toBe(parseInstant('2025-08-22T16:27:22+02:00'))
    // The XML has no filter in it: nobody knows what was left out.
    expect(xml.of('coverage')).toEqual([])
  })

  it('finds the product, version and port of what the CVE scanner saw', async () => {
    const { of } = await read('report_using_CVE.csv')
    expect(of('skipped')).toEqual([])
    expect(
      of('finding').every((one) => one.component?.name === 'http_server' && one.component.version === '2.4.7' && one.place === '80/tcp'),
    ).toBe(true)
    expect(of('finding').every((one) => one.vulnerability_ids!.every((id) => id.startsWith('CVE-')))).toBe(true)
  })
})
