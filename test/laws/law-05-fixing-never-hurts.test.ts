import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHistory } from '../../src/insights/scores.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { clear, daysAround, derive, openStage, play, type Stage } from './play.ts'
import { sumsOn } from './stored.ts'
import { LAST_LOOK, lastLooks, twins } from './twins.ts'
import { inOrder, worldArbitrary } from './world.ts'
import { sampleCatalog } from '../contract/sample-catalog.ts'
import { worldRules } from './rules.ts'

const catalog = { ...sampleCatalog(), classifications: worldRules }
const difference = (engine: string) =>
  fc.record({
    asset: fc.integer({ min: 0, max: assetsOf(engine) - 1 }).map((index) => `asset-${index}`),
    kind: fc.constantFrom('close' as const, 'open' as const),
    choice: fc.nat(),
  })

describe.each(engines)('law 5 on $name: fixing never hurts', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open, ['Pacific/Auckland', 'Pacific/Auckland'])
  })
  afterAll(() => stage.engine.close())

  it('of two organisations that lived through the same, the one with fewer findings is nowhere worse: no asset, metric, initiative or score', async () => {
    const arbitrary = fc.tuple(
      worldArbitrary({ ...inOrder, assets: assetsOf(name), steps: 6 }),
      fc.uniqueArray(difference(name), { minLength: 1, maxLength: assetsOf(name), size: 'max', selector: (each) => each.asset }),
    )
    await assertLaw({ law: 5, title: 'fixing never hurts', engine: name, short: 14, each: 10 }, arbitrary, async ([lived, differences]) => {
      const before = twins(lived)
      const world = [...before, ...lastLooks(before, differences)]
      await clear(stage)
      await play(stage, world)
      await derive(stage, catalog)
      const [more, less] = stage.orgs as [number, number]
      const { engine } = stage
      const day = daysAround(stage, 0, [LAST_LOOK])[1]!.day
      const assets = [await exposures(engine, more, day), await exposures(engine, less, day)] as const
      expect(Object.keys(assets[1]).toSorted()).toEqual(Object.keys(assets[0]).toSorted())
      for (const asset of Object.keys(assets[1])) expect(assets[1][asset], `exposure of ${asset}`).toBeLessThanOrEqual(assets[0][asset]!)
      const both = async (score: string, id = '') =>
        [(await sumsOn(engine, more, score, id))(day), (await sumsOn(engine, less, score, id))(day)] as const
      const exposure = await both('exposure')
      expect(exposure[1].denominator).toBe(exposure[0].denominator)
      expect(exposure[1].numerator).toBeLessThanOrEqual(exposure[0].numerator)
      const secure = await both('secure')
      expect(secure[1].denominator).toBe(secure[0].denominator)
      expect(secure[1].numerator).toBeGreaterThanOrEqual(secure[0].numerator)
      let data = true
      for (const id of catalog.metrics.keys()) {
        const metric = await both('metric', id)
        // Whether anything feeds a metric at all is asked of the whole history: one that only one of them can ask has no value to compare.
        if (metric[0].denominator === 0 || metric[1].denominator === 0) data &&= metric[0].denominator === metric[1].denominator
        else expect([metric[1].denominator, metric[1].numerator <= metric[0].numerator], id).toEqual([metric[0].denominator, true])
      }
      for (const id of data ? catalog.initiatives.keys() : []) {
        const value = async (org_id: number) =>
          (await readHistory(engine, { org_id, groups: null }, catalog, 'initiative', id, day, day))[0]!.value
        const [worse, better] = [await value(more), await value(less)]
        expect(better === null, id).toBe(worse === null)
        if (better !== null) expect(better, id).toBeGreaterThanOrEqual(worse! - 1e-9)
      }
      return differences.filter(({ asset }) => asset in assets[0]).length
    })
  })
})

/** Exposure at the end of a day of each asset that is in the score then, by name. */
async function exposures(engine: Engine, org_id: number, day: number): Promise<Record<string, number>> {
  const rows = await engine.query<{ name: string; exposure: number }>(
    `select a.name, d.exposure from (
       select distinct on (asset_id) asset_id, exposure, weight from asset_day where org_id = $org_id and day <= $day order by asset_id, day desc, cause desc) d
     join asset_history a on a.asset_id = d.asset_id and a.valid_to = $never where d.weight > 0`,
    { org_id, day, never: NEVER },
  )
  return Object.fromEntries(rows.map((row) => [row.name, row.exposure]))
}
