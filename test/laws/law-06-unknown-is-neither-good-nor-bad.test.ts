import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countCoverage } from '../../src/store/queries/scores/coverage.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { factsOf, instantsOf } from './model.ts'
import { clear, daysAround, derive, openStage, play, type Stage } from './play.ts'
import { assetsAt, exposureScore, secureScore } from './scores.ts'
import { sumsOn } from './stored.ts'
import { anyOrder, inOrder, worldArbitrary } from './world.ts'
import { worldRules } from './rules.ts'

const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), classifications: worldRules }

describe.each(engines)('law 6 on $name: unknown is neither good nor bad', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it.each([
    ['on time', { ...inOrder, deltas: true }],
    ['late', anyOrder],
  ])('every day only what was looked at within its staleness is in a score; coverage shows the rest (%s)', async (order, shape) => {
    const trial = { law: 6, title: `unknown is neither good nor bad, ${order}`, engine: name, short: 24, each: 12 }
    await assertLaw(trial, worldArbitrary({ ...shape, assets: assetsOf(name), steps: 6 }), async (world) => {
      await clear(stage)
      // What is derived half-way is taken up where something changes it, and only there.
      await play(stage, world, async (place) => {
        if (place === Math.floor(world.length / 2)) await derive(stage, catalog)
      })
      await derive(stage, catalog)
      const facts = factsOf(world)
      for (const org of [0, 1] as const) {
        const scope = { org_id: stage.orgs[org]!, groups: null }
        const [exposure, secure] = [
          await sumsOn(stage.engine, scope.org_id, 'exposure'),
          await sumsOn(stage.engine, scope.org_id, 'secure'),
        ]
        for (const { day, at } of daysAround(stage, org, instantsOf(facts))) {
          const assets = assetsAt(facts, org, at)
          expect(exposure(day), `exposure on ${day}`).toEqual(exposureScore(assets))
          expect(secure(day), `secure on ${day}`).toEqual(secureScore(assets))
          const looked = facts.looks.filter(
            (look) => look.org === org && look.subject === 'vulnerability' && look.access > 0 && look.at <= at,
          )
          const once = assets.filter(({ asset }) => looked.some((look) => look.asset === asset)).length
          const scanned = assets.filter(({ fresh }) => fresh.has('vulnerability')).length
          expect(await countCoverage(stage.engine, scope, day), `coverage on ${day}`).toEqual({
            assets: assets.length,
            scanned,
            stale: once - scanned,
            never_scanned: assets.length - once,
          })
        }
      }
      return new Set(facts.looks.map(({ org, asset }) => `${org} ${asset}`)).size
    })
  })
})
