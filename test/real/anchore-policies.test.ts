import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorePolicies } from '../../src/ingest/importers/anchore-policies/anchore-policies.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(anchorePolicies, join(data!.root, 'reports', name))

describe.skipIf(!data)(`anchore-policies on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads 56 vulnerable packages and a missing HEALTHCHECK in 57 rows', async () => {
    const all = await records('anchore/anchore_enterprise__many_checks.json')
    expect(of(all, 'finding').filter(({ vulnerability_ids }) => vulnerability_ids !== undefined)).toHaveLength(56)
    expect(of(all, 'finding').filter(({ control_id }) => control_id !== undefined)).toMatchObject([
      { control_id: 'anchore:dockerfile/instruction', title: expect.stringContaining('HEALTHCHECK') },
    ])
    const headers = of(all, 'finding').filter(({ component }) => component!.name === 'kernel-headers')
    expect(headers.find(({ vulnerability_ids }) => vulnerability_ids?.[0] === 'RHSA-2017:0372')).toMatchObject({ severity: 'high' })
  })
})
