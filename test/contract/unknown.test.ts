import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/insights/catalog.ts'
import { computeMetrics } from '../../src/insights/metrics.ts'
import { readHistory, readMetricHistories, type ScoreName } from '../../src/insights/scores.ts'
import { type Bounds, exposureBounds, initiativeBounds, metricBounds, readUnknown, secureBounds } from '../../src/insights/unknown.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import type { Scope } from '../../src/store/scope.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { putScored } from './measure.ts'
import { DAY0, openWorlds, type World } from './world.ts'

/** Three metrics: one that findings make, one that attributes make, one whose needs are often not met; and an initiative of them. */
const asked = [
  'servers-with-critical-vulnerabilities',
  'macos-endpoints-without-endpoint-agent',
  'assets-with-failed-critical-controls',
] as const
const catalog: Catalog = {
  ...shippedCatalog,
  metrics: new Map(asked.map((id) => [id, shippedCatalog.metrics.get(id)!])),
  initiatives: new Map([
    [
      'all',
      {
        ...shippedCatalog.initiatives.get('cloud-security')!,
        id: 'all',
        metrics: [
          { id: asked[0], weight: 'high' },
          { id: asked[1], weight: 'medium' },
          { id: asked[2], weight: 'low' },
        ],
      },
    ],
  ]),
}

/** The day that is asked about; worlds play from the day before to the day after. */
const DAY = DAY0 + 1
const ASSETS = [1, 2, 3, 4]

type Look = 'never' | 'stale' | 'fresh'
const look = fc.constantFrom<Look>('never', 'stale', 'fresh', 'fresh')
/** Days of a look that is fresh, or no longer, on the day. */
const days = (state: Look) => (state === 'never' ? [] : [state === 'fresh' ? { from: DAY0, to: DAY0 + 5 } : { from: DAY0, to: DAY }])

const worlds: fc.Arbitrary<Drawn> = fc.record({
  assets: fc.tuple(
    ...ASSETS.map(() =>
      fc.record({
        value: fc.constantFrom(750, 1000, 3000, 5000),
        os_family: fc.constantFrom('macos', 'linux', 'windows-server', null),
        type: fc.constantFrom('device', 'cloud_resource'),
        endpoint_agent: fc.constantFrom('agent', null, null, null),
        vulnerability: look,
        control: look,
        asset: look,
      }),
    ),
  ),
  findings: fc.array(
    fc.record({ asset_id: fc.constantFrom(...ASSETS), subject: fc.constantFrom('CVE-1', 'CVE-2'), severity: fc.constantFrom(2, 4) }),
    { maxLength: 6 },
  ),
  results: fc.uniqueArray(
    fc.record({
      asset_id: fc.constantFrom(...ASSETS),
      control_id: fc.constantFrom('tool:a', 'tool:b'),
      status: fc.constantFrom('pass', 'fail', 'fail', 'not_run', 'not_applicable'),
      points: fc.option(fc.integer({ min: 0, max: 12_000 })),
      max_points: fc.option(fc.constantFrom(5000, 9001)),
    }),
    { maxLength: 7, selector: (row) => `${row.asset_id} ${row.control_id}` },
  ),
  total: fc.option(fc.record({ points: fc.integer({ min: 0, max: 50_000 }), max_points: fc.integer({ min: 0, max: 80_000 }) }), {
    freq: 4,
  }),
})

interface Drawn {
  assets: readonly {
    value: number
    os_family: string | null
    type: string
    endpoint_agent: string | null
    vulnerability: Look
    control: Look
    asset: Look
  }[]
  findings: { asset_id: number; subject: string; severity: number }[]
  results: { asset_id: number; control_id: string; status: string; points: number | null; max_points: number | null }[]
  total: { points: number; max_points: number } | null
}

/** The findings of a world; each has a number of its own, so that some can be closed or excepted. */
function rowsOf({ assets, findings, results, total }: Drawn, excepted: (finding_id: number) => boolean = () => false): Partial<World> {
  return {
    asset: assets.map(({ vulnerability: _, control: __, asset: ___, ...row }, index) => ({ ...row, asset_id: index + 1 })),
    fresh: assets.flatMap((row, index) =>
      (['vulnerability', 'control', 'asset'] as const).flatMap((subject) =>
        days(row[subject]).map((span) => ({ asset_id: index + 1, subject, ...span })),
      ),
    ),
    finding: [
      ...findings.map((row, index) => ({ ...row, component: String(index), finding_id: index + 1, excepted: excepted(index + 1) })),
      ...results.flatMap(({ asset_id, control_id, status }, index) =>
        status === 'fail'
          ? [{ asset_id, kind: 'control', subject: control_id, finding_id: 100 + index, severity: 4, excepted: excepted(100 + index) }]
          : [],
      ),
    ],
    control: [
      { control_id: 'tool:a', severity: 4 },
      { control_id: 'tool:b', max_points: 7777, severity: 4 },
    ],
    result: results.map((row, index) => ({ ...row, finding_id: 100 + index })),
    total: total ? [{ asset_id: 1, source: 'tool', ...total }] : [],
  }
}

/** What a result can earn at most. */
const possible = ({ control_id, points, max_points }: Drawn['results'][number]): number =>
  max_points ?? (control_id === 'tool:b' ? 7777 : Math.max(10_000, points ?? 0))

interface Measured extends Bounds {
  value: number | null
}

/** Every score on the day, by the product's own code. */
async function measure(engine: Engine, org_id: number, world: Partial<World>): Promise<Map<string, Measured>> {
  const scope: Scope = { org_id, groups: null }
  await putScored(engine, org_id, world)
  await engine.transaction((transaction) => computeMetrics(transaction, org_id, catalog))
  const unknown = await readUnknown(engine, scope, catalog, DAY)
  const read = async (score: ScoreName, id = '') => (await readHistory(engine, scope, catalog, score, id, DAY, DAY))[0]!
  const metrics = new Map([...(await readMetricHistories(engine, scope, catalog, DAY, DAY))].map(([id, points]) => [id, points[0]]))
  const [exposure, secure, initiative] = [await read('exposure'), await read('secure'), await read('initiative', 'all')]
  return new Map<string, Measured>([
    ['exposure', { value: exposure.value, ...exposureBounds(unknown, exposure) }],
    ['secure', { value: secure.value, ...secureBounds(unknown, secure) }],
    ['initiative', { value: initiative.value, ...initiativeBounds(unknown, catalog.initiatives.get('all')!, metrics, undefined) }],
    ...asked.map((id): [string, Measured] => [id, { value: metrics.get(id)!.value, ...metricBounds(unknown, id, metrics.get(id)) }]),
  ])
}

/** Whether less is worse. */
const higherIsBetter = (score: string) => score === 'secure' || score === 'initiative'
/** How much better one value is than another, noise of binary fractions aside; 0 where either is missing. */
const better = (score: string, one: number | null, other: number | null): number => {
  if (one === null || other === null) return 0
  const gain = higherIsBetter(score) ? one - other : other - one
  return Math.abs(gain) < 1e-9 ? 0 : gain
}

describe.each(engines)('the unknown on $name', ({ name, open }) => {
  let engine: Engine
  let org_id: number
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 12 : 8))
  const options = { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) }
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('bounds every score: never better than the best, never worse than the worst (law 6)', async () => {
    let apart = 0
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        for (const [score, { value, best, worst }] of await measure(engine, org_id, rowsOf(drawn))) {
          expect(better(score, best, worst), score).toBeGreaterThanOrEqual(0)
          expect(best === null).toBe(worst === null)
          if (value !== null) {
            expect(best, score).not.toBeNull()
            expect(better(score, best, value), score).toBeGreaterThanOrEqual(0)
            expect(better(score, value, worst), score).toBeGreaterThanOrEqual(0)
            if (better(score, best, value) > 0 && better(score, value, worst) > 0) apart++
          }
          for (const bound of [best, worst]) if (bound !== null) expect(bound >= 0 && bound <= 100, `${score} ${bound}`).toBe(true)
        }
      }),
      options,
    )
    expect(apart).toBeGreaterThan(0)
  })

  it('bounds are what scoring the unknown as good, and as bad, by hand gives', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        const scores = await measure(engine, org_id, rowsOf(drawn))
        // Exposure: assets that are not fresh weigh in at 0 and at 1; the known part is what the score itself says.
        const values = (fresh: boolean) =>
          drawn.assets.filter((row) => (row.vulnerability === 'fresh') === fresh).reduce((sum, row) => sum + row.value, 0)
        const exposure = scores.get('exposure')!
        const known = (exposure.value ?? 0) * values(true)
        expect(exposure.best).toBeCloseTo(known / (values(true) + values(false)), 9)
        expect(exposure.worst).toBeCloseTo((known + 100 * values(false)) / (values(true) + values(false)), 9)
        const counts = (state: Look) => drawn.assets.filter((row) => row.vulnerability === state).length
        expect(exposure.coverage).toEqual({ scanned: counts('fresh'), stale: counts('stale'), never_scanned: counts('never'), not_run: 0 })
        // A metric over attributes: who is asked is known, only whether anybody looked is not.
        const macs = drawn.assets.filter((row) => row.type === 'device' && row.os_family === 'macos')
        const fresh = macs.filter((row) => row.asset === 'fresh')
        const metric = scores.get(asked[1])!
        const fed = drawn.assets.some((row) => row.asset !== 'never') && drawn.assets.some((row) => row.endpoint_agent !== null)
        const exposed = fresh.filter((row) => row.endpoint_agent === null).length
        expect([metric.best, metric.worst]).toEqual(
          !fed
            ? [0, 100]
            : macs.length
              ? [(100 * exposed) / macs.length, (100 * (exposed + macs.length - fresh.length)) / macs.length]
              : [null, null],
        )
        // Secure score: where nothing states points, all assets of a control that are unknown pass, or all fail.
        if (drawn.total || drawn.results.some((row) => row.points !== null || row.max_points !== null)) return
        const secure = scores.get('secure')!
        for (const good of [true, false]) {
          let points = 0
          let of = 0
          let unknown = 0
          for (const [control_id, max] of [
            ['tool:a', 10_000],
            ['tool:b', 7777],
          ] as const) {
            const rows = drawn.results.filter((row) => row.control_id === control_id && row.status !== 'not_applicable')
            if (!rows.length) continue
            const isKnown = (row: (typeof rows)[number]) => row.status !== 'not_run' && drawn.assets[row.asset_id - 1]!.control === 'fresh'
            const got = rows.reduce((sum, row) => sum + (isKnown(row) ? (row.status === 'pass' ? max : 0) : good ? max : 0), 0)
            points += Math.floor(got / rows.length)
            of += max
            if (!rows.every(isKnown)) unknown++
          }
          expect(secure.coverage.not_run).toBe(unknown)
          if (of === 0) expect(secure[good ? 'best' : 'worst']).toBeNull()
          else expect(secure[good ? 'best' : 'worst']).toBeCloseTo((100 * points) / of, 9)
        }
      }),
      options,
    )
  })

  it('an asset that nobody looked at moves no score, only its bounds, and those apart (law 6)', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom<Look>('never', 'stale'), async (drawn, state) => {
        const more = {
          value: 3000,
          os_family: 'macos',
          type: 'device',
          endpoint_agent: null,
          vulnerability: state,
          control: state,
          asset: state,
        }
        const before = await measure(engine, org_id, rowsOf(drawn))
        const after = await measure(engine, org_id, rowsOf({ ...drawn, assets: [...drawn.assets, more] }))
        for (const [score, now] of after) {
          const then = before.get(score)!
          expect(now.value, score).toBe(then.value)
          // A stale look still shows that something feeds a metric, which was not known before.
          if (then.best === null || (state === 'stale' && score !== 'exposure' && score !== 'secure')) continue
          expect(better(score, now.best, then.best), score).toBeGreaterThanOrEqual(0)
          expect(better(score, then.worst, now.worst), score).toBeGreaterThanOrEqual(0)
        }
        const apart = ({ best, worst }: Measured) => (best === null || worst === null ? 0 : Math.abs(best - worst))
        expect(apart(after.get('exposure')!)).toBeGreaterThan(0)
        expect(apart(after.get('secure')!)).toBeCloseTo(apart(before.get('secure')!), 9)
      }),
      options,
    )
  })

  it('closing a finding, or excepting it, makes no score worse; opening one makes none better (law 5)', async () => {
    let moved = 0
    await fc.assert(
      fc.asyncProperty(worlds, fc.nat(20), fc.boolean(), async (drawn, which, except) => {
        const fails = drawn.results.flatMap((row, index) => (row.status === 'fail' ? [index] : []))
        const of = drawn.findings.length + fails.length
        if (of === 0) return
        const place = which % of
        const with_it = await measure(engine, org_id, rowsOf(drawn))
        const control = fails[place - drawn.findings.length]
        const finding_id = control === undefined ? place + 1 : 100 + control
        const without = except
          ? rowsOf(drawn, (each) => each === finding_id)
          : rowsOf(
              control === undefined
                ? { ...drawn, findings: drawn.findings.filter((_, index) => index !== place) }
                : {
                    ...drawn,
                    results: drawn.results.map((row, index) =>
                      index === control ? { ...row, status: 'pass', points: row.points === null ? null : possible(row) } : row,
                    ),
                  },
            )
        for (const [score, now] of await measure(engine, org_id, without)) {
          const before = with_it.get(score)!
          expect(now.value === null, score).toBe(before.value === null)
          for (const each of ['value', 'best', 'worst'] as const)
            expect(better(score, now[each], before[each]), `${score} ${each}`).toBeGreaterThanOrEqual(0)
          if (better(score, now.value, before.value) > 0) moved++
        }
      }),
      options,
    )
    expect(moved).toBeGreaterThan(0)
  })
})
