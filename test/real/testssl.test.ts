import { describe, expect, it } from 'vitest'
import { testssl } from '../../src/ingest/importers/testssl/testssl.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(testssl, data!.files('reports/testssl').find(({ path }) => path.endsWith(`/${name}`))!.file)

describe.skipIf(!data)(`testssl on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads a whole run: five findings with CVEs, 53 failed checks, 12 of all 58 critical', async () => {
    const records = await read('overall_critical.csv')
    const findings = records.filter((one) => one.kind === 'finding')
    const failed = records.filter((one) => one.kind === 'control_result' && one.status === 'fail')
    expect(findings.map((one) => one.place)).toEqual(['BREACH', 'SWEET32', 'BEAST_CBC_TLS1', 'BEAST', 'LUCKY13'])
    expect(failed).toHaveLength(53)
    expect([...findings, ...failed].filter((one) => 'severity' in one && one.severity === 'critical')).toHaveLength(12)
    expect(records.filter((one) => one.kind === 'coverage').map((one) => [one.subject, one.checks])).toEqual([
      ['control', undefined],
      ['vulnerability', undefined],
    ])
  })

  it('covers nothing of a target that it could not reach', async () => {
    const records = await read('failed_target.csv')
    expect(records.map((one) => one.kind)).toEqual(['report', 'asset', 'skipped'])
  })
})
