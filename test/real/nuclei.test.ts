import { describe, expect, it } from 'vitest'
import { nuclei } from '../../src/ingest/importers/nuclei/nuclei.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(nuclei, data!.files('reports/nuclei').find(({ path }) => path.endsWith(`/${name}`))!.file)

describe.skipIf(!data)(`nuclei on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads Log4Shell by its template id, with nanoseconds cut to microseconds', async () => {
    const records = await read('scb__log4shell.jsonl')
    expect(records.find((one) => one.kind === 'finding')).toMatchObject({
      vulnerability_ids: ['CVE-2021-44228'],
      severity: 'critical',
      place: 'http://10.1.6.107:8080/',
    })
    expect(records.find((one) => one.kind === 'asset')).toMatchObject({
      names: [{ type: 'ip', name: '10.1.6.107' }],
      observed_at: parseInstant('2021-12-21T15:36:21.9627479Z'),
    })
  })

  it('reads the CVE of a classification in small letters, its vector and zone', async () => {
    const records = await read('many_findings_new.json')
    expect(records.find((one) => one.kind === 'vulnerability')).toMatchObject({
      vulnerability_id: 'CVE-2018-15473',
      cvss: 5.3,
      cvss_vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',
    })
    expect(records[0]).toMatchObject({ observed_at: parseInstant('2022-03-21T01:43:31.231312Z') })
  })

  it('reads an address with a dot at its end', async () => {
    const records = await read('issue_9201.json')
    expect(records.find((one) => one.kind === 'asset')).toMatchObject({
      name: 'example.com',
      names: [{ name: 'example.com' }, { name: '10.10.10.10' }],
    })
  })

  it.each(data?.files('reports/nuclei').filter(({ bytes }) => bytes > 0) ?? [])(
    '$path covers nothing and skips nothing',
    async ({ file }) => {
      const kinds = new Set((await recordsOf(nuclei, file)).map((one) => one.kind))
      expect([kinds.has('coverage'), kinds.has('skipped'), kinds.has('finding')]).toEqual([false, false, true])
    },
  )
})
