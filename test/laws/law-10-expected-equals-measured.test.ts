import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listRecommendations } from '../../src/insights/recommendations.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { measure } from '../contract/measure.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw } from './cases.ts'
import { DAY0, openWorlds, type World } from '../contract/world.ts'
import { recommendationWorld } from './recommendation-world.ts'
import { sampleCatalog } from '../contract/sample-catalog.ts'
import { worldRules } from './rules.ts'

const catalog = { ...sampleCatalog(), classifications: worldRules }
const day = DAY0 + 1
describe.each(engines)('law 10 on $name: expected equals measured', ({ name, open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('a recommendation gains exactly what follows when its findings close at the same instant, and what gains nothing is left out', async () => {
    await assertLaw({ law: 10, title: 'expected equals measured', engine: name, short: 60, each: 5 }, recommendationWorld, async (tiny) => {
      let measured = 0
      const before = await measure(engine, org_id, tiny, day)
      const scope = { org_id, groups: null }
      const list = await listRecommendations(engine, scope, catalog, day)
      const byComponent = new Map<string, World['finding']>()
      for (const row of tiny.finding!.filter((each) => each.kind !== 'control' && !each.excepted)) {
        const component = (row.component || row.subject).toLowerCase()
        byComponent.set(component, [...(byComponent.get(component) ?? []), row])
      }
      const fixable = new Set(tiny.fix!.map((row) => row.finding_id))
      const stageOf = (row: World['finding'][number]) =>
        Math.max(row.stage ?? 0, tiny.vulnerability!.find((each) => each.vulnerability_id === row.subject)?.stage ?? 0)
      const counts = (row: World['finding'][number]) => row.severity === null || row.severity! > 0 || (row.cvss_tenths ?? 0) > 0
      const expected = new Map<string, Set<number>>()
      const put = (id: string, rows: World['finding']) => rows.length && expected.set(id, new Set(rows.map((row) => row.finding_id)))
      for (const [component, rows] of byComponent) {
        put(
          `update:${component}`,
          rows.filter((row) => counts(row) && fixable.has(row.finding_id)),
        )
        put(
          `attention:${component}`,
          rows.filter((row) => counts(row) && !fixable.has(row.finding_id) && stageOf(row) >= 1),
        )
      }
      const vulnerabilities = tiny.finding!.filter((row) => row.kind !== 'control' && !row.excepted && counts(row))
      put(
        'campaign:fix-known-exploited-vulnerabilities',
        vulnerabilities.filter((row) => stageOf(row) >= 4),
      )
      put(
        'campaign:fix-vulnerabilities-used-by-ransomware',
        vulnerabilities.filter((row) => stageOf(row) === 5),
      )
      put(
        'campaign:fix-vulnerabilities-with-exploits-in-kits',
        vulnerabilities.filter((row) => stageOf(row) === 3),
      )
      for (const [id, finding_ids] of expected) {
        const after = await measure(
          engine,
          org_id,
          { ...tiny, finding: tiny.finding!.filter((row) => !finding_ids.has(row.finding_id)) },
          day,
        )
        const gain =
          before.exposure.denominator === 0
            ? 0
            : (100 * (before.exposure.numerator - after.exposure.numerator)) / 1e9 / before.exposure.denominator
        const found = list.find((each) => each.id === id)
        expect(found?.gain ?? 0, id).toBeCloseTo(gain, 12)
        expect(found === undefined, id).toBe(before.exposure.numerator === after.exposure.numerator)
        const assets = new Set(tiny.finding!.filter((row) => finding_ids.has(row.finding_id)).map((row) => row.asset_id))
        expect(found ? [found.findings, found.assets] : null, id).toEqual(found ? [finding_ids.size, assets.size] : null)
        measured++
      }
      for (const setting of list.filter((each) => each.kind === 'setting')) {
        const after = await measure(
          engine,
          org_id,
          {
            ...tiny,
            result: tiny.result!.map((row) => (`setting:${row.control_id}` === setting.id ? { ...row, status: 'pass' } : row)),
          },
          day,
        )
        expect(setting.gain).toBeCloseTo((100 * (after.secure.numerator - before.secure.numerator)) / before.secure.denominator, 12)
        expect(setting.score).toBe('secure')
      }
      const failing = new Set(tiny.finding!.filter((row) => row.kind === 'control').map((row) => `setting:${row.subject}`))
      expect(new Set(list.filter((each) => each.kind === 'setting').map((each) => each.id))).toEqual(failing)
      for (const { id } of list.filter((each) => each.kind !== 'setting')) expect([...expected.keys()]).toContain(id)
      expect(list.map((each) => each.gain)).toEqual(list.map((each) => each.gain).toSorted((a, b) => b - a))
      return measured
    })
  })
})
