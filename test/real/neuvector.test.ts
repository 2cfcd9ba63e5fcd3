import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { neuvector } from '../../src/ingest/importers/neuvector/neuvector.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(neuvector, join(data!.root, 'reports', name))

describe.skipIf(!data)(`neuvector on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads two images of the lab', async () => {
    const all = await records('neuvector/heimdall__neuvector-mitre-heimdall.json.gz')
    const severities = of(all, 'finding').map(({ severity }) => severity)
    expect(['critical', 'high', 'medium', 'low'].map((one) => severities.filter((severity) => severity === one).length)).toEqual([
      33, 95, 63, 1,
    ])
    expect(of(all, 'software')).toHaveLength(353)
    expect(of(all, 'asset')[0]).toMatchObject({
      names: [{ type: 'image', name: 'docker.io/mitre/heimdall:latest' }],
      attributes: { os: 'alpine 3.12.1' },
    })
    expect(of(all, 'finding')[0]).toMatchObject({ vulnerability_ids: ['CVE-2021-36159'], cvss: 9.1, fixed_version: '2.10.7-r0' })
    const other = await records('neuvector/heimdall__neuvector-mitre-heimdall2.json.gz')
    expect(of(other, 'finding')).toHaveLength(105)
    expect(of(other, 'software')).toHaveLength(820)
  })
})
