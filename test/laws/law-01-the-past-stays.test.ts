import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { cutTo, factsOf, rowsOf } from './model.ts'
import { clear, factsAt, openStage, play, type Stage } from './play.ts'
import { anyOrder, worldArbitrary } from './world.ts'

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
})
