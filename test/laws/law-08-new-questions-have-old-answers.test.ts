import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/insights/catalog.ts'
import { assetColumns, metricColumns } from '../../src/insights/condition-fields.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { compileMetric, lintMetric } from '../../src/insights/metric-condition.ts'
import { metricDeltas } from '../../src/store/queries/metrics/deltas.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw } from './cases.ts'
import { definition } from './definitions.ts'
import { ask } from './metric.ts'
import { factsOf, instantsOf } from './model.ts'
import { clear, daysAround, derive, openStage, play, type Stage } from './play.ts'
import { assetsAt } from './scores.ts'
import { inOrder, worldArbitrary } from './world.ts'

const catalog = { ...loadCatalog(), metrics: new Map(), initiatives: new Map() }

describe.each(engines)('law 8 on $name: new questions have old answers', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('a metric written after everything was imported answers every day since the first import as counting by hand does', async () => {
    const arbitrary = fc.tuple(worldArbitrary({ ...inOrder, assets: 10, steps: 6 }), fc.array(definition, { minLength: 12, maxLength: 12 }))
    await assertLaw({ law: 8, title: 'new questions have old answers', engine: name, short: 36, each: 8 }, arbitrary, async ([world, definitions]) => {
      await clear(stage)
      await play(stage, world)
      await derive(stage, catalog)
      const facts = factsOf(world)
      let asked = 0
      for (const org of [0, 1] as const) {
        if (!facts.looks.some((look) => look.org === org)) continue
        const days = daysAround(stage, org, instantsOf(facts)).map(({ day, at }) => ({ day, assets: assetsAt(facts, org, at) }))
        for (const { subject, ...written } of definitions) {
          const question = {
            population: parseCondition(written.population, assetColumns),
            exposed_when: parseCondition(written.exposed_when, metricColumns),
            subject,
          }
          if (lintMetric(question.population, question.exposed_when).length) continue
          asked += org === 0 ? 1 : 0
          const sql = compileMetric(question.population, question.exposed_when, subject)
          const deltas = await metricDeltas(stage.engine, { org_id: stage.orgs[org]!, groups: null }, sql)
          for (const { day, assets } of days) {
            const until = deltas.filter((delta) => delta.day <= day)
            const answer = ask(question, assets)
            expect(
              [until.reduce((sum, each) => sum + each.numerator_delta, 0), until.reduce((sum, each) => sum + each.denominator_delta, 0)],
              `${JSON.stringify(written)} of org ${org} on day ${day}`,
            ).toEqual([answer.exposed.length, answer.asked.length])
          }
        }
      }
      return asked
    })
  })
})
