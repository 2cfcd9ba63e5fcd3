import { describe, expect, it } from 'vitest'
import { defenderForCloud } from '../../src/ingest/importers/defender-for-cloud/defender-for-cloud.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) =>
  recordsOf(defenderForCloud, data!.files('reports/azure-defender-for-cloud').find(({ path }) => path.endsWith(`/${name}`))!.file)

describe.skipIf(!data)(`defender-for-cloud on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads the CSV: three unhealthy of four, one of them of the subscription itself', async () => {
    const records = await read('many_vulns.csv')
    expect(records[0]).toMatchObject({ observed_at: parseInstant('2021-09-28T16:01:10.373Z') })
    expect(records.filter((one) => one.kind === 'asset').map((one) => [one.type, one.name])).toEqual([
      ['cloud_resource', 'my_virtual_network'],
      ['account', 'My first subscription'],
      ['cloud_resource', 'swe10032201245e263h'],
    ])
    expect(records.flatMap((one) => (one.kind === 'control_result' ? [[one.status, one.severity]] : []))).toEqual([
      ['fail', 'low'],
      ['pass', 'low'],
      ['fail', 'high'],
      ['fail', 'medium'],
    ])
  })

  it('reads assessments of the API: what policy switched off was not run', async () => {
    const records = await read('api__security__assessments.json')
    expect(records.flatMap((one) => (one.kind === 'control_result' ? [[one.asset.split('/').at(-1), one.status]] : []))).toEqual([
      ['vmss1', 'pass'],
      ['vmss2', 'not_run'],
    ])
    expect(records.filter((one) => one.kind === 'coverage')).toHaveLength(1)
  })
})
