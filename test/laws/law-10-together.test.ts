import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearedBy, jointGain } from '../../src/insights/joint-gain.ts'
import { compile } from '../../src/insights/metrics.ts'
import { readGains, recommendationsOf } from '../../src/insights/recommendations.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { metricDeltas } from '../../src/store/queries/metrics/deltas.ts'
import type { Metric } from '../../src/insights/catalog.ts'
import { engines } from '../contract/engines.ts'
import { measure } from '../contract/measure.ts'
import { DAY0, openWorlds, type World } from '../contract/world.ts'
import { assertLaw } from './cases.ts'
import { recommendationWorld } from './recommendation-world.ts'
import { sampleCatalog } from '../contract/sample-catalog.ts'
import { worldRules } from './rules.ts'

const catalog = { ...sampleCatalog(), classifications: worldRules }
const day = DAY0 + 1
/** Metrics of each kind of question: of a severity, of exploitation, of a fix, of the asset too, of checks. */
const asked = [
  'assets-with-known-exploited-vulnerabilities',
  'assets-with-fixable-critical-vulnerabilities',
  'critical-assets-with-exploitable-vulnerabilities',
  'assets-with-failed-critical-controls',
].flatMap((id) => catalog.metrics.get(id) ?? [])

/** Which of the world's findings these recommendations are about, read from the world alone. */
function closing(tiny: Partial<World>, ids: ReadonlySet<string>): Set<number> {
  const fixable = new Set(tiny.fix!.map((row) => row.finding_id))
  const closed = new Set<number>()
  for (const row of tiny.finding!) {
    const stage = Math.max(row.stage ?? 0, tiny.vulnerability!.find((each) => each.vulnerability_id === row.subject)?.stage ?? 0)
    const counts = row.severity === null || row.severity === undefined || row.severity > 0 || (row.cvss_tenths ?? 0) > 0
    if (!counts || row.excepted) continue
    const component = (row.component || row.subject).toLowerCase()
    const is =
      row.kind === 'control' ? ids.has(`setting:${row.subject}`) : ids.has(`update:${component}`) ? fixable.has(row.finding_id) : false
    const attention = row.kind !== 'control' && !fixable.has(row.finding_id) && stage >= 1 && ids.has(`attention:${component}`)
    const campaign =
      row.kind !== 'control' &&
      ((stage >= 4 && ids.has('campaign:fix-known-exploited-vulnerabilities')) ||
        (stage === 5 && ids.has('campaign:fix-vulnerabilities-used-by-ransomware')) ||
        (stage === 3 && ids.has('campaign:fix-vulnerabilities-with-exploits-in-kits')))
    if (is || attention || campaign) closed.add(row.finding_id)
  }
  return closed
}

describe.each(engines)('law 10 on $name, for several at once', ({ name, open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('recommendations together give back what follows when all of their findings close, in every score and metric', async () => {
    let moved = 0
    const chosen = fc.tuple(recommendationWorld, fc.array(fc.nat(9), { minLength: 2, maxLength: 4 }))
    await assertLaw(
      { law: 10, title: 'expected equals measured, together', engine: name, short: 4, each: 5 },
      chosen,
      async ([tiny, picks]) => {
        const before = await measure(engine, org_id, tiny, day)
        const scope = { org_id, groups: null }
        const exposedBy = async (metric: Metric) =>
          (await metricDeltas(engine, scope, compile(metric)))
            .filter((delta) => delta.day <= day)
            .reduce((sum, delta) => sum + delta.numerator_delta, 0)
        const list = recommendationsOf(catalog, await readGains(engine, scope, catalog, day))
        const ids = [...new Set(picks.map((pick) => list[pick % Math.max(list.length, 1)]?.id).filter((id) => id !== undefined))]
        if (ids.length === 0) return 0
        const gain = await jointGain(engine, scope, catalog, ids, [], day)
        const foretold = await clearedBy(engine, scope, catalog, ids, asked, day)
        const exposed: number[] = []
        for (const metric of asked) exposed.push(await exposedBy(metric))
        const closed = closing(tiny, new Set(ids))
        const after = await measure(
          engine,
          org_id,
          {
            ...tiny,
            finding: tiny.finding!.filter((row) => !closed.has(row.finding_id)),
            result: tiny.result!.map((row) => (closed.has(row.finding_id!) ? { ...row, status: 'pass' } : row)),
          },
          day,
        )
        const share = ({ numerator, denominator }: { numerator: number; denominator: number }) =>
          denominator === 0 ? 0 : numerator / denominator
        expect(gain.exposure.gain).toBeCloseTo((100 * (share(before.exposure) - share(after.exposure))) / 1e9, 12)
        expect(gain.secure.gain).toBeCloseTo(100 * (share(after.secure) - share(before.secure)), 12)
        expect(gain.findings).toBe(closed.size)
        for (const [index, metric] of asked.entries()) {
          expect(await exposedBy(metric), metric.id).toBe(exposed[index]! - foretold[index]!)
          moved += foretold[index]!
        }
        return 1
      },
    )
    if (process.env['PLIMSOLL_CASES']) expect(moved, 'assets cleared in some metric').toBeGreaterThan(0)
  })
})
