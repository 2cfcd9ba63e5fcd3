import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prismaCloud } from '../../src/ingest/importers/prisma-cloud/prisma-cloud.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(prismaCloud, join(data!.root, 'reports', name))

describe.skipIf(!data)(`prisma-cloud on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads a CSV of 16 hosts, one of them a localhost', async () => {
    const all = await records('prisma-cloud/heimdall__prismacloud_sample.csv')
    expect(of(all, 'finding')).toHaveLength(65)
    expect(of(all, 'control_result')).toHaveLength(29)
    expect(of(all, 'asset').filter(({ names }) => names[0]!.type === 'fqdn')).toHaveLength(15)
    expect(of(all, 'asset').filter(({ names }) => names[0]!.type === 'label')).toMatchObject([{ name: 'localhost' }])
    expect(of(all, 'control').find(({ control_id }) => control_id === 'prisma-cloud:6412')).toMatchObject({
      title: 'Ensure auditd service is enabled',
      frameworks: [{ framework: 'CIS_Linux_2.0.0', requirement: '4.1.3' }],
    })
    expect(of(all, 'skipped')).toEqual([])
  })

  it('reads twistcli’s JSON of two generations', async () => {
    const [java] = of(await records('twistlock/packagename.json'), 'finding')
    expect(java).toMatchObject({
      cvss: 9.8,
      fixed_version: '4.1.3, 4.0.9, 3.6.8',
      place: '/opt/vendor/component-kit/libs/cxf-core-3.5.11.jar',
    })
    const old = await records('twistlock/many_vulns.json')
    expect(of(old, 'asset')[0]!.names).toEqual([
      { type: 'image', name: 'sha256:f4c0503d26c8da0a04e6190c9d4f2a30f38958852b9fb80bcd2b819a7571e7f7' },
    ])
    expect(of(old, 'control_result')).toMatchObject([{ status: 'fail', severity: 'high' }])
  })
})
