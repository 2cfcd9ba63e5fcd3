import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/insights/catalog.ts'
import {
  listRecommendations,
  recommendationAssets,
  recommendationMetrics,
  recommendationSubjects,
} from '../../src/insights/recommendations.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'
import { measure } from './measure.ts'
import { DAY0, openWorlds } from './world.ts'

const catalog = loadCatalog()
const day = DAY0 + 1

describe.each(engines)('recommendations on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('name their assets, vulnerabilities and metrics, within the groups that one may see', async () => {
    await measure(
      engine,
      org_id,
      {
        asset: [
          { asset_id: 1, asset_group: 'red', value: 1000, os_family: 'linux' },
          { asset_id: 2, asset_group: 'blue', value: 1000 },
        ],
        fresh: [
          { asset_id: 1, subject: 'vulnerability' },
          { asset_id: 2, subject: 'vulnerability' },
        ],
        vulnerability: [
          { vulnerability_id: 'CVE-1', stage: 4, cvss_tenths: 98 },
          { vulnerability_id: 'CVE-2', cvss_tenths: 50, epss: 100 },
        ],
        finding: [
          { asset_id: 1, finding_id: 1, subject: 'CVE-1', component: 'OpenSSL' },
          { asset_id: 2, finding_id: 2, subject: 'CVE-1', component: 'openssl' },
          { asset_id: 2, finding_id: 3, subject: 'CVE-2', component: 'openssl' },
        ],
        fix: [
          { finding_id: 1, fixed_version: '3.0.2' },
          { finding_id: 2, fixed_version: '3.0.14' },
          { finding_id: 3, fixed_version: '3.0.9' },
        ],
      },
      day,
    )
    const all = { org_id, groups: null }
    const [first, second] = await listRecommendations(engine, all, catalog, day)
    expect([first!.id, second!.id].toSorted()).toEqual(['campaign:fix-known-exploited-vulnerabilities', 'update:openssl'])
    const update = [first!, second!].find((each) => each.kind === 'update')!
    expect(update).toMatchObject({
      title: 'Update openssl to 3.0.14',
      fixed_version: '3.0.14',
      assets: 2,
      findings: 3,
      vulnerabilities: 2,
      stage: 'known_exploited',
      severity: 'critical',
    })
    expect((await recommendationAssets(engine, all, catalog, update.id, day)).map((asset) => [asset.asset_id, asset.reason])).toEqual([
      [1, 'has CVE-1'],
      [2, 'has CVE-1 and 1 more'],
    ])
    expect(await recommendationSubjects(engine, all, catalog, update.id, day)).toEqual([
      { subject: 'CVE-1', kind: 'vulnerability', severity: 4, stage: 4, assets: 2 },
      { subject: 'CVE-2', kind: 'vulnerability', severity: 2, stage: 0, assets: 1 },
    ])
    expect((await recommendationMetrics(engine, all, catalog, update.id, day)).map((metric) => metric.id)).toEqual([
      'assets-with-fixable-critical-vulnerabilities',
      'assets-with-known-exploited-vulnerabilities',
      'assets-with-verified-exploits',
      'servers-with-critical-vulnerabilities',
    ])
    const red = { org_id, groups: ['red'] }
    expect((await listRecommendations(engine, red, catalog, day)).find((each) => each.kind === 'update')).toMatchObject({
      assets: 1,
      findings: 1,
      fixed_version: '3.0.2',
    })
    expect(
      (await recommendationAssets(engine, red, catalog, 'campaign:fix-known-exploited-vulnerabilities', day)).map(
        (asset) => asset.asset_id,
      ),
    ).toEqual([1])
    await expect(recommendationAssets(engine, all, catalog, 'nothing', day)).rejects.toMatchObject({ code: 'unknown_recommendation' })
  })
})
