import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sysdig } from '../../src/ingest/importers/sysdig/sysdig.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(sysdig, join(data!.root, 'reports', name))

describe.skipIf(!data)(`sysdig on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads a JSON report: severities and exploits as the raw rows have them', async () => {
    const all = await records('sysdig/sysdig_reports__sysdig.json.gz')
    expect(of(all, 'finding').filter(({ severity }) => severity === 'high')).toHaveLength(148)
    expect(of(all, 'finding').filter(({ severity }) => severity === 'critical')).toHaveLength(59)
    expect(of(all, 'finding').filter(({ exploit_stage }) => exploit_stage === 'public')).toHaveLength(12)
    expect(of(all, 'asset')).toHaveLength(6)
    expect(of(all, 'coverage').every(({ min_severity, checks }) => min_severity === 'high' && checks === 'report')).toBe(true)
  })

  it('skips the row whose cells are shifted', async () => {
    const all = await records('sysdig/sysdig_reports__sysdig_reports_not_starting_with_cve.csv')
    expect(of(all, 'finding')).toEqual([])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'line 2', reason: expect.stringContaining('21 cells') }])
  })
})
