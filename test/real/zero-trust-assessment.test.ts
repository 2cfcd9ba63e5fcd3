import { describe, expect, it } from 'vitest'
import { zeroTrustAssessment } from '../../src/ingest/importers/zero-trust-assessment/zero-trust-assessment.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`zero-trust-assessment on the real report (${data ? data.root : withoutRealData})`, () => {
  it("counts the tests, with which the report's own summary does not agree", async () => {
    const [entry] = data!.files('reports/ms-zero-trust-assessment')
    const records = await recordsOf(zeroTrustAssessment, entry!.file)
    const statuses = records.flatMap((one) => (one.kind === 'control_result' ? [one.status] : []))
    const count = (status: string) => statuses.filter((one) => one === status).length
    // grep: TestStatus Failed 96, Passed 87, Planned 37, Skipped 73 (30 of them NotApplicable), Error 1, Investigate 1.
    expect([count('fail'), count('pass'), count('not_applicable'), count('not_run')]).toEqual([96, 87, 30, 37 + 43 + 1 + 1])
    expect(records.filter((one) => one.kind === 'skipped')).toEqual([])
    expect(records[0]).toMatchObject({
      observed_at: parseInstant('2026-05-18T22:21:38.163451Z'),
      tenant_id: 'aaaabbbb-0000-cccc-1111-dddd2222eeee',
    })
  })
})
