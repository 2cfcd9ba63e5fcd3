import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { cutTo, factsOf, rowsOf } from './model.ts'
import { clear, factsAt, openStage, play, type Stage } from './play.ts'
import { inOrder, worldArbitrary } from './world.ts'

describe.each(engines)('law 7 on $name: a report closes only what it looked for', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('every fact holds from the report that states it to the next of its source that looked, with the access and down to the severity, and did not see it', async () => {
    const shape = { ...inOrder, assets: assetsOf(name), steps: 7 }
    await assertLaw(
      { law: 7, title: 'closes only what it looked for', engine: name, short: 80, each: 12 },
      worldArbitrary(shape),
      async (world) => {
        await clear(stage)
        await play(stage, world)
        const facts = factsOf(world)
        const expected = rowsOf(facts, stage.orgs)
        expect(cutTo(expected, await factsAt(stage.engine))).toEqual(expected)
        return new Set(facts.looks.map(({ org, asset }) => `${org} ${asset}`)).size
      },
    )
  })
})
