import { describe, expect, it } from 'vitest'
import { alertlogic } from '../../src/ingest/importers/alertlogic/alertlogic.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`alertlogic on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads seven rows of seven hosts, three of them known to be exploited', async () => {
    const records = await recordsOf(
      alertlogic,
      data!.files('reports/alertlogic').find(({ path }) => path.endsWith('/many_vulns.csv'))!.file,
    )
    const findings = records.filter((one) => one.kind === 'finding')
    expect(findings).toHaveLength(7)
    expect(findings.filter((one) => one.exploit_stage === 'known_exploited').map((one) => one.vulnerability_ids)).toEqual([
      ['CVE-2021-44228'],
      ['CVE-2014-0160'],
      ['CVE-2023-23397'],
    ])
    const assets = records.filter((one) => one.kind === 'asset')
    expect(assets).toHaveLength(7)
    // Two addresses in one cell, of which fe80:: is the same on every network.
    expect(assets[1]!.names.filter(({ type }) => type === 'ip')).toEqual([{ type: 'ip', name: '198.51.100.30' }])
    expect(assets[2]).toMatchObject({ name: 'edge-router.example.com', observed_at: parseInstant('2026-05-27T01:18:00Z') })
    expect(records.filter((one) => one.kind === 'skipped' || one.kind === 'coverage')).toEqual([])
  })
})
