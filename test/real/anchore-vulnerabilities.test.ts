import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchoreVulnerabilities } from '../../src/ingest/importers/anchore-vulnerabilities/anchore-vulnerabilities.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(anchoreVulnerabilities, join(data!.root, 'reports', name))

describe.skipIf(!data)(`anchore-vulnerabilities on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads an image by its tag, with scores of NVD', async () => {
    const all = await records('anchore/anchore_engine__many_vulns_2.4.1.json')
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'registry1.dsop.io/ironbank-staging/cloudbees/core/agent:152299' }])
    expect(of(all, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2020-8927'],
      severity: 'medium',
      cvss: 6.5,
      component: { name: 'brotli', version: '1.0.6-2.el8', type: 'rpm' },
    })
  })

  it('splits names from versions in a security evaluation', async () => {
    const all = await records('anchore/anchore_engine__new_format_issue_11552.json')
    const findings = of(all, 'finding')
    expect(findings.every(({ component }) => component!.version !== undefined && !component!.name.includes(component!.version))).toBe(true)
    expect(findings.find(({ vulnerability_ids }) => vulnerability_ids![0] === 'CVE-2024-47175')).toMatchObject({
      component: { name: 'cups-libs', version: '1:2.2.6-61.el8_10' },
      fixed_version: '1:2.2.6-62.el8_10',
    })
    expect(of(all, 'vulnerability').find(({ vulnerability_id }) => vulnerability_id === 'CVE-2023-5384')!.aliases).toEqual([
      'GHSA-gg57-587f-h5v6',
    ])
  })
})
