import { describe, expect, it } from 'vitest'
import { wazuh } from '../../src/ingest/importers/wazuh/wazuh.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = (name: string) => recordsOf(wazuh, data!.files('reports/wazuh').find(({ path }) => path.endsWith(`/${name}`))!.file)

describe.skipIf(!data)(`wazuh on real reports (${data ? data.root : withoutRealData})`, () => {
  it('covers nothing of a search of which ten of 125 hits are there', async () => {
    const records = await read('v4-8_many_findings.json')
    expect(records.filter((one) => one.kind === 'coverage')).toEqual([])
    // Eight numbers of agents stand in the file, on two hosts.
    const assets = records.filter((one) => one.kind === 'asset')
    expect(new Set(assets.map((one) => one.names[0]!.name)).size).toBe(8)
    expect(new Set(assets.map((one) => one.name))).toEqual(new Set(['myhost0', 'myhost1']))
    expect(records.find((one) => one.kind === 'finding')).toMatchObject({
      vulnerability_ids: ['CVE-2025-27558'],
      severity: 'critical',
      cvss: 9.1,
      component: { name: 'linux-image-6.8.0-60-generic', version: '6.8.0-60.63', type: 'deb' },
    })
  })

  it('reads the version that fixes, and a whole answer covers its agent', async () => {
    const records = await read('v4-7_one_finding.json')
    expect(records.find((one) => one.kind === 'finding')).toMatchObject({ severity: 'medium', cvss: 5.5, fixed_version: '4.3.2' })
    expect(records.filter((one) => one.kind === 'coverage')).toHaveLength(1)
    expect((await read('v4-7_no_findings.json')).filter((one) => one.kind === 'coverage')).toHaveLength(1)
  })
})
