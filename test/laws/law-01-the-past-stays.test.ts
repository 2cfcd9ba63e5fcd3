import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everAfter, storeAsKnown } from '../../src/insights/knowledge.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { cutTo, factsOf, instantsOf, rowsOf } from './model.ts'
import { clear, daysAround, derive, factsAt, openStage, play, type Stage } from './play.ts'
import type { Sums } from './scores.ts'
import { sumsOn } from './stored.ts'
import { anyOrder, type OrgIndex, worldArbitrary } from './world.ts'
import { worldRules } from './rules.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), classifications: worldRules }
const withoutLooks = ['attribute_history', 'presence_history']

describe.each(engines)('law 1 on $name: the past stays', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('what was known at each import comes out the same after everything that was learned later, and is what the reports until then say', async () => {
    const shape = { ...anyOrder, undos: true, assets: assetsOf(name), steps: 7 }
    await assertLaw({ law: 1, title: 'the past stays', engine: name, short: 30, each: 8 }, worldArbitrary(shape), async (world) => {
      await clear(stage)
      const then: Awaited<ReturnType<typeof factsAt>>[] = []
      await play(stage, world, async () => {
        then.push(await factsAt(stage.engine))
      })
      for (const [place, facts] of then.entries()) {
        const now = await factsAt(stage.engine, place + 1)
        expect(now, `as known at import ${place + 1}`).toEqual(facts)
        const expected = rowsOf(factsOf(world, place + 1), stage.orgs)
        // Where absence says nothing, no look tells that another report said the same as the undone one (docs/decisions/0001).
        if (world.slice(0, place + 1).some((step) => step.kind === 'undo')) for (const table of withoutLooks) delete expected[table]
        expect(cutTo(expected, now), `by the model at import ${place + 1}`).toEqual(expected)
      }
      return new Set(factsOf(world).looks.map(({ org, asset }) => `${org} ${asset}`)).size
    })
  })

  it('the scores of every day, as known at each import, are asked for later as they were told then', async () => {
    const shape = { ...anyOrder, undos: true, assets: assetsOf(name, 12), steps: 4 }
    const trial = { law: 1, title: 'the past stays, in every score', engine: name, short: 8, each: 6 }
    await assertLaw(trial, worldArbitrary(shape), async (world) => {
      await clear(stage)
      const days = [0, 1].map((org) => daysAround(stage, org as OrgIndex, instantsOf(factsOf(world))).map(({ day }) => day))
      const told: Sums[][][] = []
      await play(stage, world, async () => {
        await derive(stage, catalog)
        told.push(await Promise.all(stage.orgs.map((org_id, org) => scoresOn(stage.engine, org_id, days[org]!))))
      })
      // Another store object on the same database: nothing is remembered of the worlds before.
      const store = { ...stage.store }
      for (const [place, then] of told.entries())
        for (const [org, org_id] of stage.orgs.entries()) {
          const { engine } = storeAsKnown(store, catalog, everAfter(org_id, place + 1))
          expect(await scoresOn(engine, org_id, days[org]!), `as known at import ${place + 1}`).toEqual(then[org])
        }
      return new Set(factsOf(world).looks.map(({ org, asset }) => `${org} ${asset}`)).size
    })
  })
})

/** The sums of the exposure and the secure score on each of some days. */
async function scoresOn(engine: Engine, org_id: number, days: readonly number[]): Promise<Sums[]> {
  const scores = [await sumsOn(engine, org_id, 'exposure'), await sumsOn(engine, org_id, 'secure')]
  return days.flatMap((day) => scores.map((score) => score(day)))
}
