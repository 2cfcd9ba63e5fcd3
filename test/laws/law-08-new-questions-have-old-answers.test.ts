import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetColumns, metricColumns } from '../../src/insights/condition-fields.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { compileMetric, lintMetric } from '../../src/insights/metric-condition.ts'
import { type DayDelta, metricDeltas, type NamedMetric, writeMetricDeltas } from '../../src/store/queries/metrics/deltas.ts'
import { storedDeltas } from '../../src/store/queries/scores/deltas.ts'
import { exposedAssets, exposingFindings } from '../../src/store/queries/metrics/exposed-assets.ts'
import { engines } from '../contract/engines.ts'
import { DAY0, putWorld } from '../contract/world.ts'
import { assertLaw, assetsOf } from './cases.ts'
import { definition } from './definitions.ts'
import { assetsOn, denseWorld, lastGroup, LENGTH } from './dense.ts'
import { ask } from './metric.ts'
import { factsOf, instantsOf } from './model.ts'
import { clear, daysAround, derive, openStage, play, type Stage } from './play.ts'
import { assetsAt } from './scores.ts'
import { inOrder, worldArbitrary } from './world.ts'
import { worldRules } from './rules.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), classifications: worldRules }

describe.each(engines)('law 8 on $name: new questions have old answers', ({ name, open }) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(open)
  })
  afterAll(() => stage.engine.close())

  it('a metric written after everything was imported answers every day since the first import as counting by hand does', async () => {
    const arbitrary = fc.tuple(
      worldArbitrary({ ...inOrder, assets: assetsOf(name), steps: 6 }),
      fc.array(definition, { minLength: 12, maxLength: 12 }),
    )
    await assertLaw(
      { law: 8, title: 'new questions have old answers', engine: name, short: 20, each: 8 },
      arbitrary,
      async ([world, definitions]) => {
        await clear(stage)
        await play(stage, world)
        await derive(stage, catalog)
        const facts = factsOf(world)
        let asked = 0
        for (const org of [0, 1] as const) {
          if (!facts.looks.some((look) => look.org === org)) continue
          const days = daysAround(stage, org, instantsOf(facts)).map(({ day, at }) => ({ day, assets: assetsAt(facts, org, at) }))
          const together: (NamedMetric & { alone: DayDelta[] })[] = []
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
            const id = `metric${together.length}`
            together.push({ id, sql: compileMetric(question.population, question.exposed_when, subject, id), alone: deltas })
            for (const { day, assets } of days) {
              const until = deltas.filter((delta) => delta.day <= day)
              const answer = ask(question, assets)
              expect(
                [until.reduce((sum, each) => sum + each.numerator_delta, 0), until.reduce((sum, each) => sum + each.denominator_delta, 0)],
                `${JSON.stringify(written)} of org ${org} on day ${day}`,
              ).toEqual([answer.exposed.length, answer.asked.length])
            }
          }
          await stage.engine.transaction((transaction) => writeMetricDeltas(transaction, stage.orgs[org]!, together))
          for (const { id, alone } of together)
            expect(
              (await storedDeltas(stage.engine, stage.orgs[org]!, 'metric', id)).filter(
                (each) => each.numerator_delta || each.denominator_delta,
              ),
              `${id} asked together with others`,
            ).toEqual(alone)
        }
        return asked
      },
    )
  })

  it('also where much changes from day to day, for a group of assets, and the exposed assets of a day are listed with their reasons', async () => {
    const arbitrary = fc.tuple(denseWorld, fc.array(definition, { minLength: 4, maxLength: 4 }))
    const trial = { law: 8, title: 'new questions have old answers, dense worlds', engine: name, short: 80, each: 3 }
    await assertLaw(trial, arbitrary, async ([tiny, definitions]) => {
      await clear(stage)
      const org_id = stage.orgs[0]!
      await putWorld(stage.engine, org_id, tiny)
      let asked = 0
      for (const { subject, ...written } of definitions) {
        const question = {
          population: parseCondition(written.population, assetColumns),
          exposed_when: parseCondition(written.exposed_when, metricColumns),
          subject,
        }
        if (lintMetric(question.population, question.exposed_when).length) continue
        asked++
        const sql = compileMetric(question.population, question.exposed_when, subject)
        for (const groups of [null, ['red']]) {
          const deltas = await metricDeltas(stage.engine, { org_id, groups }, sql)
          for (let day = DAY0 - 1; day <= DAY0 + LENGTH + 1; day++) {
            const until = deltas.filter((delta) => delta.day <= day)
            const answer = ask(
              question,
              assetsOn(tiny, day).filter(({ asset }) => groups === null || groups.includes(lastGroup(tiny, asset))),
            )
            expect(
              [until.reduce((sum, each) => sum + each.numerator_delta, 0), until.reduce((sum, each) => sum + each.denominator_delta, 0)],
              `${JSON.stringify(written)} day ${day - DAY0} groups ${groups}`,
            ).toEqual([answer.exposed.length, answer.asked.length])
          }
        }
        const day = DAY0 + 4
        const exposedOn = (each: number) => ask(question, assetsOn(tiny, each)).exposed
        const assets = await exposedAssets(stage.engine, { org_id, groups: null }, sql, day, { limit: 100, offset: 0 })
        const ids = assets.map((asset) => asset.asset_id)
        expect(ids.map(String).toSorted()).toEqual(exposedOn(day).toSorted())
        for (const asset of assets) {
          for (let each = asset.since_day; each <= day; each++) expect(exposedOn(each)).toContain(String(asset.asset_id))
          expect(exposedOn(asset.since_day - 1)).not.toContain(String(asset.asset_id))
        }
        for (const reason of await exposingFindings(stage.engine, { org_id, groups: null }, sql, day, ids))
          expect(ids).toContain(reason.asset_id)
      }
      return asked
    })
  })
})
