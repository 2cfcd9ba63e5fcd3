import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initiativeScore } from '../../src/insights/initiatives.ts'
import { readCoverage, readHistory, readScore } from '../../src/insights/scores.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { allStoredDeltas } from '../../src/store/queries/scores/deltas.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { append, DAY0, openWorlds, putWorld, type World } from './world.ts'

const catalog = shippedCatalog
const LENGTH = 8

/** An interval that begins in the span and may have no end. */
const span = fc.tuple(fc.integer({ min: 0, max: LENGTH }), fc.integer({ min: 0, max: LENGTH + 2 })).map(([start, length]) => ({
  from: DAY0 + start,
  to: length > LENGTH ? NEVER_DAY : DAY0 + start + length,
}))

const world: fc.Arbitrary<Partial<World>> = fc.record({
  asset: fc
    .tuple(span, span)
    .map((spans) => spans.map((days, index) => ({ asset_id: index + 1, asset_group: index ? 'blue' : 'red', ...days }))),
  fresh: fc.tuple(span, span, span).map(([one, two, three]) => [
    { asset_id: 1, subject: 'control', ...one },
    { asset_id: 2, subject: 'control', ...two },
    { asset_id: 1, subject: 'asset', ...three },
  ]),
  control: fc.constant([{ control_id: 'tool:a' }, { control_id: 'tool:b', max_points: 7777 }]),
  result: fc.array(
    fc
      .tuple(
        span,
        fc.record({
          asset_id: fc.integer({ min: 1, max: 2 }),
          control_id: fc.constantFrom('tool:a', 'tool:b', 'tool:unknown'),
          finding_id: fc.integer({ min: 1, max: 2 }),
          status: fc.constantFrom('pass', 'fail', 'not_run', 'not_applicable'),
          points: fc.option(fc.integer({ min: 0, max: 12_000 })),
          max_points: fc.option(fc.constantFrom(5000, 9001)),
        }),
      )
      .map(([days, rest]) => ({ ...rest, ...days })),
    { maxLength: 8 },
  ),
  total: fc.array(
    fc
      .tuple(span, fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 80_000 }))
      .map(([days, points, max_points]) => ({ asset_id: 1, source: 'tool', points, max_points, ...days })),
    { maxLength: 2 },
  ),
})

type Points = { points: number; max: number }

/** Points of every control at a day's end, in the plainest way. */
function controlsOn(tiny: Partial<World>, day: number, groups: string[] | null): Map<string, Points> {
  const holds = (row: { from?: number; to?: number }) => row.from! <= day && day < row.to!
  const counts = (asset_id: number, subject: string) =>
    tiny.asset!.some((row) => row.asset_id === asset_id && holds(row) && (!groups || groups.includes(String(row['asset_group'])))) &&
    tiny.fresh!.some((row) => row.asset_id === asset_id && row.subject === subject && holds(row))
  const points = new Map<string, Points>()
  for (const control_id of new Set(tiny.result!.map((row) => row.control_id))) {
    const each: Points[] = []
    for (const asset_id of [1, 2]) {
      const stated = tiny.control!.find((control) => control.control_id === control_id)?.max_points
      // what only a total knows is not guessed
      const guessed = !tiny.total!.some((row) => row.asset_id === asset_id)
      const rows = tiny.result!.filter(
        (row) =>
          row.control_id === control_id &&
          row.asset_id === asset_id &&
          holds(row) &&
          ['pass', 'fail'].includes(row.status) &&
          (guessed || (row.max_points ?? stated) != null),
      )
      if (!rows.length || !counts(asset_id, 'control')) continue
      const max = (row: (typeof rows)[number]) => row.max_points ?? stated ?? Math.max(10_000, row.points ?? 0)
      const mean = (list: number[]) => Math.floor(list.reduce((sum, number) => sum + number, 0) / list.length)
      const own = rows.filter((row) => row.points !== null)
      if (own.length) each.push({ points: mean(own.map((row) => Math.min(row.points!, max(row)))), max: mean(own.map(max)) })
      else each.push({ points: rows.some((row) => row.status === 'fail') ? 0 : mean(rows.map(max)), max: mean(rows.map(max)) })
    }
    if (!each.length) continue
    const sum = (key: keyof Points) => Math.floor(each.reduce((total, row) => total + row[key], 0) / each.length)
    points.set(control_id, { points: sum('points'), max: sum('max') })
  }
  const totals = tiny.total!.filter((row) => holds(row) && counts(row.asset_id, 'asset'))
  if (totals.length) {
    const known = [...points.values()]
    const rest = Math.max(
      0,
      Math.floor(totals.reduce((sum, row) => sum + row.max_points, 0) / totals.length) - known.reduce((sum, row) => sum + row.max, 0),
    )
    const got = Math.max(
      0,
      Math.floor(totals.reduce((sum, row) => sum + row.points, 0) / totals.length) - known.reduce((sum, row) => sum + row.points, 0),
    )
    // A source whose controls are all unknown still has its total.
    points.set('tool:total-only', { points: Math.min(rest, got), max: rest })
  }
  return points
}

describe.each(engines)('scores on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('the secure score and each control are what adding by hand gives, every day', async () => {
    let scored = 0
    await fc.assert(
      fc.asyncProperty(world, async (tiny) => {
        await putWorld(engine, org_id, tiny)
        await engine.transaction((transaction) => computeSecureScore(transaction, org_id))
        const deltas = await allStoredDeltas(engine, org_id, 'control')
        for (const groups of [null, ['red']]) {
          const history = await readHistory(engine, { org_id, groups }, catalog, 'secure', '', DAY0 - 1, DAY0 + LENGTH + 3)
          for (const { day, numerator, denominator, value } of history) {
            const controls = controlsOn(tiny, day, groups)
            const sum = (key: keyof Points) => [...controls.values()].reduce((total, row) => total + row[key], 0)
            expect([numerator, denominator], `day ${day - DAY0}`).toEqual([sum('points') / 1000, sum('max') / 1000])
            expect(value === null).toBe(denominator === 0)
            scored += denominator === 0 ? 0 : 1
            if (groups) continue
            for (const [id, row] of controls) {
              const until = deltas.filter((delta) => delta.id === id && delta.day <= day)
              expect(
                until.reduce((total, delta) => total + delta.numerator_delta, 0),
                `${id} day ${day - DAY0}`,
              ).toBe(row.points)
              expect(until.reduce((total, delta) => total + delta.denominator_delta, 0)).toBe(row.max)
            }
          }
        }
      }),
      { numRuns: 30 },
    )
    expect(scored).toBeGreaterThan(20)
  })

  it('the exposure score is the weighted mean of its assets, also of those of a group, beyond 2^53', async () => {
    await putWorld(engine, org_id, {
      asset: [
        { asset_id: 1, asset_group: 'red', from: DAY0, to: DAY0 + 5 },
        { asset_id: 1, asset_group: 'blue', from: DAY0 + 5 },
        { asset_id: 2, asset_group: 'red' },
      ],
    })
    const steps = [
      { asset_id: 1, day: DAY0, exposure: 800_000_000, weight: 9_000_000, weighted_delta: 7_200_000_000_000_000, weight_delta: 9_000_000 },
      {
        asset_id: 2,
        day: DAY0 + 1,
        exposure: 200_000_000,
        weight: 9_000_000,
        weighted_delta: 1_800_000_000_000_000,
        weight_delta: 9_000_000,
      },
      { asset_id: 2, day: DAY0 + 2, exposure: 1_000_000_000, weight: 9_000_000, weighted_delta: 7_200_000_000_000_000, weight_delta: 0 },
    ]
    await append(
      engine,
      'asset_day',
      steps.map((step) => ({ org_id, cause: 8, hazard: 0, hazard_delta: 0, ...step })),
    )
    await append(
      engine,
      'score_delta',
      steps.map((step) => ({
        org_id,
        score: 'exposure',
        id: '',
        day: step.day,
        cause: 8,
        numerator_delta: step.weighted_delta,
        denominator_delta: step.weight_delta,
      })),
    )
    const values = async (groups: string[] | null) =>
      (await readHistory(engine, { org_id, groups }, catalog, 'exposure', '', DAY0 - 1, DAY0 + 3)).map((point) => point.value)
    expect(await values(null)).toEqual([null, 80, 50, 90, 90])
    expect(await values(['red'])).toEqual([null, null, 20, 100, 100])
    expect(await values(['blue'])).toEqual([null, 80, 80, 80, 80])
    expect(await values([])).toEqual([null, null, null, null, null])
    expect(await readScore(engine, { org_id, groups: null }, catalog, 'exposure', '', DAY0 + 2)).toMatchObject({
      value: 90,
      level: 'high',
      change_1d: 40,
      change_14d: null,
      direction: 'lower_is_better',
    })
    expect(await readScore(engine, { org_id, groups: null }, catalog, 'exposure', '', DAY0 - 2)).toMatchObject({
      value: null,
      level: null,
      reason: expect.stringContaining('no asset') as string,
    })
  })

  it('an initiative is what its metrics with data say, each by its weight', async () => {
    await putWorld(engine, org_id, {})
    const delta = (id: string, day: number, numerator_delta: number, denominator_delta: number) => ({
      org_id,
      score: 'metric',
      id,
      day,
      cause: 8,
      numerator_delta,
      denominator_delta,
    })
    await append(engine, 'score_delta', [
      delta('cloud-resources-with-critical-vulnerabilities', DAY0, 1, 4),
      delta('images-with-critical-vulnerabilities', DAY0, 1, 1),
      delta('cloud-resources-with-critical-vulnerabilities', DAY0 + 1, 3, 0),
      delta('images-with-critical-vulnerabilities', DAY0 + 1, -1, -1),
    ])
    const history = await readHistory(engine, { org_id, groups: null }, catalog, 'initiative', 'cloud-security', DAY0 - 1, DAY0 + 1)
    expect(history.map((point) => point.value)).toEqual([null, (100 * 10 * 0.75) / 15, 0])
    expect(await readScore(engine, { org_id, groups: null }, catalog, 'initiative', 'cloud-security', DAY0 + 1)).toMatchObject({
      change_1d: -50,
      target: 90,
      direction: 'higher_is_better',
    })
    await expect(readScore(engine, { org_id, groups: null }, catalog, 'initiative', 'nothing', DAY0)).rejects.toMatchObject({
      code: 'unknown_score',
    })
    expect(
      await readScore(engine, { org_id, groups: null }, catalog, 'metric', 'macos-endpoints-without-endpoint-agent', DAY0),
    ).toMatchObject({ value: null, reason: 'needs Asset inventory, Endpoint agents' })
    expect(initiativeScore([{ exposure: null, weight: 10 }])).toBeNull()
  })

  it('coverage tells scanned, stale and never scanned apart', async () => {
    await putWorld(engine, org_id, {
      asset: [{ asset_id: 1 }, { asset_id: 2 }, { asset_id: 3, asset_group: 'red' }, { asset_id: 4, to: DAY0 + 1 }],
      fresh: [
        { asset_id: 1, subject: 'vulnerability' },
        { asset_id: 2, subject: 'vulnerability', to: DAY0 + 1 },
        { asset_id: 2, subject: 'control' },
        { asset_id: 4, subject: 'vulnerability' },
      ],
    })
    expect(await readCoverage(engine, { org_id, groups: null }, DAY0 + 2)).toEqual({ assets: 3, scanned: 1, stale: 1, never_scanned: 1 })
    expect(await readCoverage(engine, { org_id, groups: null }, DAY0)).toEqual({ assets: 4, scanned: 3, stale: 0, never_scanned: 1 })
    expect(await readCoverage(engine, { org_id, groups: ['red'] }, DAY0)).toEqual({ assets: 1, scanned: 0, stale: 0, never_scanned: 1 })
  })
})
