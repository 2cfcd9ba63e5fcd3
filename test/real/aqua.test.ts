import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aqua } from '../../src/ingest/importers/aqua/aqua.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(aqua, join(data!.root, 'reports', name))

describe.skipIf(!data)(`aqua on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads severities as its own summary counts them', async () => {
    const all = await records('aqua/many_vulns.json')
    const severities = of(all, 'finding').map(({ severity }) => severity)
    expect(['high', 'medium', 'low'].map((one) => severities.filter((severity) => severity === one).length)).toEqual([5, 18, 1])
    expect(of(all, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2019-14697'],
      cvss: 9.8,
      severity: 'high',
      component: { name: 'musl', version: '1.1.20-r4' },
    })
  })

  it('reads the rows where the summary says otherwise', async () => {
    const all = await records('aqua/vulns_with_aqua_severity.json')
    // aqua_severity of the rows: critical 1, high 1, medium 2, low 2, negligible 7; the summary claims no critical one.
    const severities = of(all, 'finding').map(({ severity }) => severity)
    expect(
      ['critical', 'high', 'medium', 'low', 'informational'].map((one) => severities.filter((severity) => severity === one).length),
    ).toEqual([1, 1, 2, 2, 7])
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'myexamplerepoeuwinfra.azurecr.io/mycontainer:1.0.15' }])
  })

  it('reads three private keys', async () => {
    const all = await records('aqua/aqua_devops_issue_10611.json.gz')
    expect(
      of(all, 'finding')
        .filter(({ control_id }) => control_id === 'aqua:sensitive-data')
        .map(({ place }) => place),
    ).toEqual([
      '/juice-shop/node_modules/express-jwt/node_modules/jsonwebtoken/test/priv.pem',
      '/juice-shop/node_modules/jsonwebtoken/test/priv.pem',
      '/juice-shop/node_modules/node-gyp/test/fixtures/server.key',
    ])
  })
})
