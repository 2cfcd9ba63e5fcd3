import { describe, expect, it } from 'vitest'
import { dependencyCheck } from '../../src/ingest/importers/dependency-check/dependency-check.ts'
import { of } from '../reading.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(dependencyCheck, `${data!.root}/reports/dependency-check/${name}`)

describe.skipIf(data === null)(`dependency-check on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('names the project, all packages with a package URL, and what was suppressed', async () => {
    const all = await read('PR6439.xml.gz')
    expect(of(all, 'asset').map(({ name }) => name)).toEqual(['de.virtimo.bpc:karaf'])
    // 191 dependencies, 186 of them with an identifiers/package.
    expect(of(all, 'software')).toHaveLength(186)
    expect(of(all, 'skipped').filter(({ reason }) => reason.includes('suppressed in the scan'))).toHaveLength(8)
    const sshd = of(all, 'finding').find(({ component }) => component?.name === 'org.apache.sshd:sshd-osgi')
    expect(sshd).toMatchObject({
      vulnerability_ids: ['CVE-2022-45047'],
      severity: 'critical',
      cvss: 9.8,
      component: { version: '2.9.1', type: 'maven' },
    })
    // The vector is made of the metrics; of these two of OSS Index the metric for authentication is empty.
    const without = of(all, 'vulnerability').filter(({ cvss, cvss_vector }) => cvss !== undefined && cvss_vector === undefined)
    expect(without.map(({ vulnerability_id }) => vulnerability_id)).toEqual(['CVE-2020-0187', 'CVE-2022-40152'])
  })

  it('keeps the zone of its time', async () => {
    // 2016-11-05T14:52:15.748-0400
    expect(of(await read('single_vuln.xml'), 'report')[0]!.observed_at).toBe(Date.UTC(2016, 10, 5, 18, 52, 15, 748) * 1000)
  })
})
