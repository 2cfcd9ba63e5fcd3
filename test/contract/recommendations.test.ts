import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogueRecommendations } from '../../src/insights/recommendation-catalog.ts'
import { listRecommendations, readGains, recommendationAssets, recommendationSubjects } from '../../src/insights/recommendations.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'
import { measure } from './measure.ts'
import { DAY0, openWorlds, startOf } from './world.ts'
import { sampleCatalog } from './sample-catalog.ts'
import { recommendationWorld } from '../laws/recommendation-world.ts'

const catalog = sampleCatalog()
const day = DAY0 + 1

/** No metrics: what they would say is not asked here. */
const campaignsAlone = { ...catalog, metrics: new Map(), initiatives: new Map() }

describe.each(engines)('recommendations on $name', ({ name, open }) => {
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
    const moment = { at: startOf(day + 1) - 1, day }
    const rows = await catalogueRecommendations(engine, all, catalog, moment, await readGains(engine, all, catalog, day))
    expect(rows.find((row) => row.id === update.id)!.metrics).toEqual(
      expect.arrayContaining([
        'assets-with-fixable-critical-vulnerabilities',
        'assets-with-known-exploited-vulnerabilities',
        'assets-with-verified-exploits',
        'servers-with-critical-vulnerabilities',
      ]),
    )
    expect(rows.find((row) => row.id === update.id)!.metrics).not.toContain('assets-with-failed-critical-controls')
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

  it('stand as compliant, not compliant, mitigated or not available, with their course over the days', async () => {
    await measure(
      engine,
      org_id,
      {
        asset: [1, 2, 3].map((asset_id) => ({
          asset_id,
          value: 1000,
          type: asset_id === 3 ? 'image' : 'device',
          internet_facing: asset_id === 1,
        })),
        fresh: [
          { asset_id: 1, subject: 'vulnerability' },
          { asset_id: 2, subject: 'vulnerability' },
          { asset_id: 1, subject: 'control' },
        ],
        vulnerability: [
          { vulnerability_id: 'CVE-1', stage: 5, cvss_tenths: 98 },
          { vulnerability_id: 'CVE-2', stage: 1, cvss_tenths: 50 },
        ],
        finding: [
          // open on one asset, gone from the other since today
          { asset_id: 1, finding_id: 1, subject: 'CVE-2', component: 'curl' },
          { asset_id: 2, finding_id: 2, subject: 'CVE-2', component: 'curl', to: day },
          // a second finding of one asset, a day later: the asset counts once
          { asset_id: 1, finding_id: 3, subject: 'CVE-1', component: 'curl', from: day },
          // done since today
          { asset_id: 1, finding_id: 4, subject: 'CVE-2', component: 'zlib', to: day },
          // all of it excepted
          { asset_id: 2, finding_id: 5, subject: 'CVE-2', component: 'bash', excepted: true },
          // on an asset that nobody looked at lately
          { asset_id: 3, finding_id: 6, subject: 'CVE-2', component: 'perl' },
          // exploited, and nobody names a fix
          { asset_id: 2, finding_id: 7, subject: 'CVE-1', component: 'nginx' },
          { asset_id: 1, finding_id: 8, kind: 'control', subject: 'tool:a', severity: 3 },
        ],
        fix: [1, 2, 3, 4, 5, 6].map((finding_id) => ({ finding_id, fixed_version: '9.0', source: 'scanner' })),
        control: [
          { control_id: 'tool:a', title: 'Do a' },
          { control_id: 'tool:b', title: 'Do b' },
          { control_id: 'tool:c', title: 'Do c' },
        ],
        result: [
          { asset_id: 1, control_id: 'tool:a', status: 'fail', finding_id: 8 },
          { asset_id: 2, control_id: 'tool:a', status: 'pass' },
          { asset_id: 1, control_id: 'tool:b', status: 'pass' },
          { asset_id: 1, control_id: 'tool:c', status: 'not_run' },
        ],
      },
      day,
    )
    const all = { org_id, groups: null }
    const moment = { at: startOf(day + 1) - 1, day }
    const rows = await catalogueRecommendations(engine, all, catalog, moment, await readGains(engine, all, catalog, day))
    const of = new Map(rows.map((row) => [row.id, row]))
    expect(Object.fromEntries(rows.filter((row) => row.kind !== 'campaign').map((row) => [row.id, row.state]))).toEqual({
      'update:curl': 'not_compliant',
      'update:zlib': 'compliant',
      'update:bash': 'mitigated',
      'update:perl': 'not_available',
      'attention:nginx': 'not_compliant',
      'setting:tool:a': 'not_compliant',
      'setting:tool:b': 'compliant',
      'setting:tool:c': 'not_available',
    })
    const curl = of.get('update:curl')!
    expect(curl).toMatchObject({
      assets: 1,
      findings: 2,
      internet_assets: 1,
      surfaces: ['devices'],
      threats: ['public', 'ransomware'],
      risk: 'critical',
      counts: true,
    })
    expect(curl.rank).toBeLessThan(of.get('attention:nginx')!.rank!)
    expect(curl.trend.slice(-3)).toEqual([0, 2, 1])
    expect(curl.sources).toEqual(['scanner'])
    expect([curl.changed_on_day, of.get('update:zlib')!.changed_on_day]).toEqual([DAY0, day])
    expect(of.get('attention:nginx')).toMatchObject({ remediation_type: 'attention_required', tags: ['zero_day', 'no_fix'] })
    expect(of.get('update:bash')).toMatchObject({ assets: 1, assets_after: 0, gain: 0, impact: null, counts: false })
    expect(of.get('setting:tool:a')).toMatchObject({ applicable_assets: 2, done_assets: 1, remediation_type: 'configuration_change' })
    const blind = await catalogueRecommendations(
      engine,
      { org_id, groups: ['nobody'] },
      catalog,
      moment,
      await readGains(engine, { org_id, groups: ['nobody'] }, catalog, day),
    )
    expect(blind.filter((row) => row.state !== 'not_available')).toEqual([])
  })

  it('gain, had nobody excepted anything, what they gain in a world in which nobody has', async () => {
    let heard = 0
    await fc.assert(
      fc.asyncProperty(recommendationWorld, fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), async (tiny, marks) => {
        const scope = { org_id, groups: null }
        const moment = { at: startOf(day + 1) - 1, day }
        const listed = async (marked: boolean) => {
          const finding = tiny.finding!.map((row, index) => ({ ...row, excepted: marked && marks[index % marks.length]! }))
          await measure(engine, org_id, { ...tiny, finding }, day)
          return catalogueRecommendations(engine, scope, campaignsAlone, moment, await readGains(engine, scope, campaignsAlone, day))
        }
        const [without, within] = [await listed(false), await listed(true)]
        for (const row of without) {
          const now = within.find(({ id }) => id === row.id)
          expect(now?.gain_before ?? 0, row.id).toBeCloseTo(row.gain, 12)
          expect(row.gain_before).toBe(row.gain)
          if (now && now.gain < now.gain_before) heard++
        }
      }),
      { numRuns: name === 'duckdb' ? 8 : 5 },
    )
    expect(heard).toBeGreaterThan(0)
  })
})
