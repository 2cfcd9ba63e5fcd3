import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../contract/engines.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { factsOf, instantsOf } from './model.ts'
import { clear, daysAround, derive, openStage, play, type Stage } from './play.ts'
import { assetsAt, exposureScore, secureScore, type Sums } from './scores.ts'
import { sumsOn } from './stored.ts'
import { inOrder, worldArbitrary } from './world.ts'
import { worldRules } from './rules.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), classifications: worldRules }
const less = (a: Sums, b: Sums): Sums => ({ numerator: a.numerator - b.numerator, denominator: a.denominator - b.denominator })

describe.each(engines)('law 4 on $name: parts sum to the whole', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('between any two days the changes of a score that are kept, and those of its assets or controls, sum to the change of the score', async () => {
    const trial = { law: 4, title: 'parts sum to the whole', engine: name, short: 24, each: 12 }
    await assertLaw(trial, worldArbitrary({ ...inOrder, assets: assetsOf(name), steps: 6 }), async (world) => {
      await clear(stage)
      await play(stage, world)
      await derive(stage, catalog)
      const facts = factsOf(world)
      for (const org of [0, 1] as const) {
        const org_id = stage.orgs[org]!
        const kept = { exposure: await sumsOn(stage.engine, org_id, 'exposure'), secure: await sumsOn(stage.engine, org_id, 'secure') }
        const parts = { exposure: await assetParts(stage, org_id), secure: await controlParts(stage, org_id) }
        const days = daysAround(stage, org, instantsOf(facts))
        for (const [index, to] of days.entries()) {
          // Days of a world are few: from each to the next, and from the first to the last.
          const from = days[index === days.length - 1 ? 0 : Math.max(0, index - 1)]!
          const change = (score: (assets: ReturnType<typeof assetsAt>) => Sums) =>
            less(score(assetsAt(facts, org, to.at)), score(assetsAt(facts, org, from.at)))
          for (const [score, changed] of [
            ['exposure', change(exposureScore)],
            ['secure', change(secureScore)],
          ] as const) {
            expect(less(kept[score](to.day), kept[score](from.day)), `${score} from ${from.day} to ${to.day}`).toEqual(changed)
            expect(less(parts[score](to.day), parts[score](from.day)), `parts of ${score} from ${from.day} to ${to.day}`).toEqual(changed)
          }
        }
      }
      return new Set(facts.looks.map(({ org, asset }) => `${org} ${asset}`)).size
    })
  })
})

const running = (rows: readonly (Sums & { day: number })[]) => (day: number) =>
  rows
    .filter((row) => row.day <= day)
    .reduce((sum, row) => ({ numerator: sum.numerator + row.numerator, denominator: sum.denominator + row.denominator }), {
      numerator: 0,
      denominator: 0,
    })

/** Changes of the exposure score by asset. */
const assetParts = async ({ engine }: Stage, org_id: number) =>
  running(
    await engine.query<Sums & { day: number }>(
      'select day, weighted_delta as numerator, weight_delta as denominator from asset_day where org_id = $org_id',
      { org_id },
    ),
  )

/** Changes of the secure score by control. */
const controlParts = async ({ engine }: Stage, org_id: number) =>
  running(
    await engine.query<Sums & { day: number }>(
      `select day, numerator_delta as numerator, denominator_delta as denominator from score_delta where org_id = $org_id and score = 'control'`,
      { org_id },
    ),
  )
