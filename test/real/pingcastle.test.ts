import { describe, expect, it } from 'vitest'
import { pingcastle } from '../../src/ingest/importers/pingcastle/pingcastle.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`pingcastle on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads 28 rules, of which 11 are for information', async () => {
    const records = await recordsOf(pingcastle, data!.files('reports/pingcastle').find(({ path }) => path.endsWith('/many.xml'))!.file)
    expect(records[0]).toMatchObject({ tool_version: '3.2.0.1', observed_at: parseInstant('2024-06-06T11:01:09.264386Z') })
    const results = records.filter((one) => one.kind === 'control_result')
    const count = (severity: string) => results.filter((one) => one.severity === severity).length
    // grep of <Points>: two of 20, ten of 10 and 15, five of 1 and 5, eleven of 0.
    expect(['critical', 'high', 'medium', 'low', 'informational'].map(count)).toEqual([0, 2, 10, 5, 11])
    expect(records.filter((one) => one.kind === 'asset').map((one) => one.names[0])).toEqual([
      { type: 'tenant_id', name: 'S-1-5-21-1111111111-2222222222-3333333333' },
      { type: 'fqdn', name: 'dc-nq7m31.example.local' },
    ])
  })
})
