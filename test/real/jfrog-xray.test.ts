import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jfrogXray } from '../../src/ingest/importers/jfrog-xray/jfrog-xray.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(jfrogXray, join(data!.root, 'reports', name))

describe.skipIf(!data)(`jfrog-xray on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads a report about 162 artifacts', async () => {
    const all = await records('jfrog-xray/jfrog_xray_unified__many_vulns_1373_constructed.json.gz')
    // Counted over the raw rows: High 905, Medium 468; 162 distinct paths.
    expect(of(all, 'finding').filter(({ severity }) => severity === 'high')).toHaveLength(905)
    expect(of(all, 'finding').filter(({ severity }) => severity === 'medium')).toHaveLength(468)
    expect(new Set(of(all, 'asset').map(({ names }) => names[0]!.name)).size).toBe(162)
    expect(of(all, 'skipped')).toEqual([])
  })

  it('keeps the scores of fifteen CVEs in one row apart', async () => {
    const all = await records('jfrog-xray/jfrog_xray_unified__Vulnerabilities-Report-XRAY_Unified.json')
    const [java] = of(all, 'finding')
    // cvss3_max_score of the row
    expect(java).toMatchObject({
      cvss: 6.8,
      component: { name: 'java-11-openjdk-headless', version: '11.0.6.10-1.el7_7' },
      fixed_version: '1:11.0.5.10-0.el7_7',
    })
    expect(java!.vulnerability_ids).toHaveLength(15)
    expect(of(all, 'vulnerability').find(({ vulnerability_id }) => vulnerability_id === 'CVE-2019-2988')!.cvss).toBe(3.7)
  })

  it('covers nothing with a page of a larger list', async () => {
    expect(of(await records('jfrog-xray/jfrog_xray_unified__issue_13628.json'), 'coverage')).toEqual([])
    expect(of(await records('jfrog-xray/heimdall__jfrog_xray_sample.json'), 'coverage')).toEqual([])
    expect(of(await records('jfrog-xray/jfrogxray__many_vulns.json'), 'coverage')).toHaveLength(1)
  })
})
