import { describe, expect, it } from 'vitest'
import { recommendationsOfAsset } from '../../src/insights/asset-recommendations.ts'
import { hazardOf, INTERNAL_REACH } from '../../src/insights/hazard.ts'
import { DAY_US } from '../../src/model/time.ts'
import { deriveAssetDays } from '../../src/store/derive/asset-days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { readPage } from '../../src/api/asked.ts'
import { assetListColumns, listAssets } from '../../src/store/queries/assets/list.ts'
import { countExposures } from '../../src/store/queries/assets/levels.ts'
import { sumUnfixable } from '../../src/store/queries/assets/unfixable.ts'
import { engines } from './engines.ts'
import { makeSmallWorld } from './small-world.ts'

/** 11 July 2026, 06:00 UTC: assets 0–8 of the north were looked at lately. */
const AT = Date.UTC(2026, 6, 11, 6) * 1000
const moment = { at: AT, day: Math.floor(AT / DAY_US) }

const exposureOf = async (engine: Engine, asset_id: number): Promise<number> => {
  const [row] = await engine.query<{ exposure: number }>(
    'select exposure from asset_day where asset_id = $asset_id and day <= $day order by day desc, cause desc limit 1',
    { asset_id, day: moment.day },
  )
  return row!.exposure / 10_000_000
}

describe.each(engines)('the exposure of assets on $name', ({ open }) => {
  it('is spread over levels that count every asset once, and its part without a fix is that of the single hazards', async () => {
    const engine = await open()
    const { north } = await makeSmallWorld(engine)
    const scope = { org_id: north.org_id, groups: null }
    const counts = await countExposures(engine, scope, moment)
    // Twelve assets, of which 9 left on 10 July, 10 is stale and 11 was never looked at.
    expect(counts.none + counts.low + counts.medium + counts.high).toBe(9)
    expect(counts.stale + counts.never_scanned).toBe(2)
    const red = await countExposures(engine, { ...scope, groups: ['red'] }, moment)
    expect(red.none + red.low + red.medium + red.high).toBe(5)

    const findings = await engine.query<{
      asset_id: number
      subject: string
      kind: string
      severity: number | null
      stage: number
      epss: number | null
      cvss: number | null
      internet_facing: boolean
      fixes: number
    }>(
      `select f.asset_id, f.subject, f.kind, f.severity, greatest(f.stage, coalesce(v.stage, 0)) as stage, v.epss, v.cvss_tenths as cvss, a.internet_facing,
         (select count(*) from sighting_history s where s.finding_id = f.finding_id and s.fixed_version is not null and s.valid_from <= $at and $at < s.valid_to) as fixes
       from finding_history f join asset_history a on a.asset_id = f.asset_id and a.valid_from <= $at and $at < a.valid_to
       left join vulnerability_history v on v.vulnerability_id = f.subject and v.valid_from <= $at and $at < v.valid_to
       where f.org_id = $org_id and f.valid_from <= $at and $at < f.valid_to and f.kind = 'vulnerability'`,
      { org_id: north.org_id, at: AT },
    )
    const bySeverity = [0, 25, 55, 80, 95]
    let without = 0
    for (const one of findings) {
      const number = one.asset_id - north.org_id * 100
      if (number >= 9 || one.severity === 0) continue
      const cvss = one.cvss ?? (one.severity === null ? 55 : bySeverity[one.severity]!)
      if (one.fixes === 0)
        without += hazardOf(one.stage, one.epss === null ? null : one.epss / 100_000, cvss / 10, one.internet_facing ? 1 : INTERNAL_REACH)
    }
    const sum = await sumUnfixable(engine, scope, moment)
    expect(sum.without_fix).toBe(without)
    const [total] = await engine.query<{ hazard: number }>(
      `select cast(sum(hazard) as bigint) as hazard from (select distinct on (asset_id) asset_id, hazard, weight from asset_day
        where org_id = $org_id and day <= $day order by asset_id, day desc, cause desc) d where weight > 0`,
      { org_id: north.org_id, day: moment.day },
    )
    expect(sum.hazard).toBe(total!.hazard)
    await engine.close()
  })

  it('counts beside the score by looks for vulnerabilities, and the list shows exactly those', async () => {
    const engine = await open()
    const { north } = await makeSmallWorld(engine)
    const scope = { org_id: north.org_id, groups: null }
    // Nobody ever looked at 11, and now a posture tool does.
    await engine.query(
      `insert into fresh_history (org_id, asset_id, subject, valid_from, valid_to, from_day, to_day)
       values ($org_id, $asset_id, 'control', $from, $to, $from_day, $to_day)`,
      {
        org_id: north.org_id,
        asset_id: north.org_id * 100 + 11,
        from: AT - DAY_US,
        to: AT + DAY_US,
        from_day: moment.day - 1,
        to_day: moment.day + 1,
      },
    )
    const counts = await countExposures(engine, scope, moment)
    expect([counts.stale, counts.never_scanned]).toEqual([1, 1])
    const listed = async (filter: object) => {
      const { items } = await listAssets(engine, scope, moment, readPage({ limit: 100, filter: JSON.stringify(filter) }, assetListColumns))
      return items.map(({ asset_id, state }) => [asset_id - north.org_id * 100, state])
    }
    expect(await listed({ coverage: 'stale' })).toEqual([[10, 'stale']])
    expect(await listed({ coverage: 'never_scanned' })).toEqual([[11, 'active']])
    expect(await listed({ coverage: 'scanned' })).toHaveLength(9)
    await engine.close()
  })

  it('falls by the gain of a recommendation when exactly its findings close', async () => {
    const engine = await open()
    const { north } = await makeSmallWorld(engine)
    const asset_id = north.org_id * 100 + 5
    const todo = await recommendationsOfAsset(engine, { org_id: north.org_id, groups: null }, moment.day, asset_id)
    const update = todo.find(({ id }) => id === 'update:openssl')!
    expect(update).toMatchObject({ kind: 'update', component: 'openssl', fixed_version: '3.0.14', title: 'Update openssl to 3.0.14' })
    expect(todo.some(({ kind }) => kind === 'setting')).toBe(true)
    const before = await exposureOf(engine, asset_id)
    await engine.query(
      `update finding_history set excepted = true where asset_id = $asset_id and finding_id in (select finding_id from sighting_history where asset_id = $asset_id and fixed_version is not null)`,
      { asset_id },
    )
    await engine.transaction(async (transaction) => {
      await transaction.query('drop table if exists touched')
      await transaction.query(`create temporary table touched as select org_id, asset_id from asset_key where asset_id = ${asset_id}`)
      await deriveAssetDays(transaction)
    })
    expect(update.gain).toBeCloseTo(before - (await exposureOf(engine, asset_id)), 7)
    expect(update.gain).toBeGreaterThan(0)
    await engine.close()
  })
})
