import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { metricColumns } from '../../src/insights/condition-fields.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { DAY_US } from '../../src/model/time.ts'
import type { Store } from '../../src/store/store.ts'
import { touchAll } from '../../src/store/derive/touched.ts'
import { touchOne } from '../../src/store/notices/until.ts'
import { derivedTables } from '../../src/store/tables.ts'
import { engines } from '../contract/engines.ts'
import { smallCatalog } from '../contract/small-catalog.ts'
import { assertLaw } from './cases.ts'
import { dump } from './dump.ts'
import { clear, openStage, play, type Stage } from './play.ts'
import { anyOrder, BASE, NOW, worldArbitrary } from './world.ts'

/** With a metric that any finding with a fix moves: those that are shipped ask for more, which few of these worlds have. */
function withFixable(catalog: Catalog): Catalog {
  const shipped = catalog.metrics.get('assets-with-fixable-critical-vulnerabilities')!
  const fixable = { ...shipped, id: 'fixable', exposed_when: parseCondition({ 'finding.fixable': true }, metricColumns) }
  return { ...catalog, metrics: new Map([...catalog.metrics, [fixable.id, fixable]]) }
}

describe.each(engines)('law 2 on $name: what was worked out step by step is what a rebuild works out', ({ name, open }) => {
  const catalog = withFixable(smallCatalog())
  let stage: Stage
  let store: Store
  let clock = NOW
  beforeAll(async () => {
    stage = await openStage(open)
    store = { ...stage.store, now: () => clock }
  })
  afterAll(() => stage.engine.close())
  const derived = () => dump({ engine: stage.engine, tables: derivedTables })

  const shapes = [
    [
      'with late reports, undone ones and feeds, whatever day it is in between',
      { ...anyOrder, undos: true, changing: true, assets: 6, steps: 7 },
      14,
    ],
    // Nothing but looks and findings differs: what is derived goes on from the first change instead of being made anew.
    ['when one report follows another, and feeds', { ...anyOrder, late: false, changing: false, assets: 4, steps: 14 }, 14],
    ['when attributes change from one report to the next', { ...anyOrder, late: false, changing: true, assets: 4, steps: 10 }, 10],
    ['when reports come late, and nothing but what they looked for changes', { ...anyOrder, changing: false, assets: 4, steps: 10 }, 10],
  ] as const
  it.each(shapes)('%s', async (title, shape, short) => {
    const days = fc.infiniteStream(fc.nat(40))
    await assertLaw(
      { law: 2, title: `a rebuild works out the same ${title}`, engine: name, short, each: shape.steps },
      fc.tuple(worldArbitrary(shape), days),
      async ([steps, passing]) => {
        await clear(stage)
        clock = BASE
        await play(stage, steps, async () => {
          clock = Math.min(NOW, clock + (passing.next().value as number) * DAY_US)
          await compute(store, catalog)
        })
        for (const org_id of stage.orgs) await touchOne(stage.engine, org_id)
        await compute(store, catalog)
        const stepwise = await derived()
        await stage.engine.transaction(touchAll)
        await compute(store, catalog)
        expect(stepwise).toEqual(await derived())
        return steps.length
      },
    )
  })
})
