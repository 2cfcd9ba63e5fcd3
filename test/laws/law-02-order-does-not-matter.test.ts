import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { cutTo, factsOf, rowsOf } from './model.ts'
import { regrouped } from './order.ts'
import { clear, factsAt, openStage, play, type Stage } from './play.ts'
import { anyOrder, worldArbitrary } from './world.ts'

describe.each(engines)('law 2 on $name: order does not matter', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('the same reports in another order and grouping give the same history, and it is what the reports say', async () => {
    const world = worldArbitrary({ ...anyOrder, assets: assetsOf(name), steps: 7 })
    const arbitrary = fc.tuple(world, fc.infiniteStream(fc.nat(1000)))
    await assertLaw({ law: 2, title: 'order does not matter', engine: name, short: 30, each: 8 }, arbitrary, async ([world, random]) => {
      await clear(stage)
      await play(stage, world)
      const one = await factsAt(stage.engine)
      await clear(stage)
      await play(
        stage,
        regrouped(world, () => random.next().value as number),
      )
      const other = await factsAt(stage.engine)
      const facts = factsOf(world)
      const expected = rowsOf(facts, stage.orgs)
      expect(cutTo(expected, one), 'as it was imported').toEqual(expected)
      expect(cutTo(expected, other), 'in another order').toEqual(expected)
      expect(withoutRepeats(other)).toEqual(withoutRepeats(one))
      return new Set(facts.looks.map(({ org, asset }) => `${org} ${asset}`)).size
    })
  })
})

const withoutRepeats = (facts: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(facts).map(([table, rows]) => [table, [...new Set(rows)]]))
