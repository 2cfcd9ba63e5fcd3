import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activitiesOf, scoreUnits } from '../../src/insights/secure/ledger.ts'
import { deriveActionChecks } from '../../src/insights/secure/derive-actions.ts'
import { explain } from '../../src/insights/explain.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { actionStates } from '../../src/model/secure-action.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { type ActionMove, readActionMoves } from '../../src/store/queries/secure/moves.ts'
import { engines } from './engines.ts'
import { append, DAY0, openWorlds, putWorld, startOf } from './world.ts'
import { sampleCatalog } from './sample-catalog.ts'

const DAYS = 5
const ASSETS = [1, 2]
const CONTROLS = ['tool:a', 'tool:b', 'tool:c']
const day = fc.integer({ min: 0, max: DAYS })
const spans = fc.uniqueArray(day, { maxLength: 4 }).map((points) => points.toSorted((a, b) => a - b))

const worlds = fc.record({
  /** Per asset and control: when its result changes, and to what. */
  results: fc.tuple(
    ...ASSETS.flatMap(() =>
      CONTROLS.map(() =>
        spans.chain((from) =>
          fc.tuple(
            ...from.map((start) =>
              fc.record({
                start: fc.constant(start),
                status: fc.constantFrom('pass', 'fail', 'fail', 'not_run'),
                points: fc.option(fc.integer({ min: 0, max: 9000 })),
                max_points: fc.option(fc.constantFrom(5000, 9001)),
              }),
            ),
          ),
        ),
      ),
    ),
  ),
  /** Which controls are brought together, under one id, and whether each asset counts alone. */
  action: fc.record({
    checks: fc.constantFrom(['tool:a'], ['tool:a', 'tool:b'], CONTROLS),
    max_points: fc.option(fc.constantFrom(7, 3.333)),
    instances: fc.constantFrom('together' as const, 'separate' as const),
  }),
  states: fc.array(
    fc.record({
      id: fc.constantFrom('own', 'own@1', 'own@2', 'tool:b', 'tool:c'),
      state: fc.constantFrom(...actionStates),
      from: day,
      to: fc.option(day),
    }),
    { maxLength: 4 },
  ),
})
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never

/** Several checks that take turns, and a state that resolves in the middle. */
const turns: World = {
  results: [
    [
      { start: 0, status: 'fail', points: null, max_points: null },
      { start: 3, status: 'pass', points: null, max_points: null },
    ],
    [
      { start: 1, status: 'pass', points: null, max_points: null },
      { start: 2, status: 'fail', points: 4000, max_points: 5000 },
    ],
    [],
    [{ start: 0, status: 'fail', points: 1000, max_points: null }],
    [],
    [{ start: 0, status: 'fail', points: null, max_points: null }],
  ] as unknown as World['results'],
  action: { checks: ['tool:a', 'tool:b'], max_points: null, instances: 'together' },
  states: [
    { id: 'own', state: 'third_party', from: 2, to: 3 },
    { id: 'tool:c', state: 'alternate_mitigation', from: 1, to: null },
    { id: 'tool:c', state: 'planned', from: 0, to: 1 },
  ],
}

const floor = Math.floor

/** Points and possible points of every action at the end of a day, as plainly as possible. */
function pointsOn(world: World, on: number): Map<string, { measured: number; points: number; max_points: number }> {
  const { checks, max_points, instances } = world.action
  const given = max_points === null ? (checks.length > 1 ? 10_000 : null) : max_points * 1000
  const shares = new Map<string, { got: number; of: number }[]>()
  for (const asset_id of ASSETS) {
    const best = new Map<string, { got: number; of: number }>()
    for (const control of CONTROLS) {
      const place = (asset_id - 1) * CONTROLS.length + CONTROLS.indexOf(control)
      const result = world.results[place]!.findLast(({ start }) => start <= on)
      if (!result || result.status === 'not_run') continue
      const own = checks.includes(control)
      const stated = result.max_points ?? Math.max(10_000, result.points ?? 0)
      const reached = result.points === null ? (result.status === 'pass' ? stated : 0) : Math.min(result.points, stated)
      const of = own && given !== null ? given : stated
      const got = own && given !== null ? floor((reached * given) / stated) : reached
      const id = own ? (instances === 'separate' ? `own@${asset_id}` : 'own') : control
      const before = best.get(id)
      if (!before || got > before.got) best.set(id, { got, of })
    }
    for (const [id, share] of best) shares.set(id, [...(shares.get(id) ?? []), share])
  }
  return new Map(
    [...shares].map(([id, list]) => {
      const measured = floor(list.reduce((sum, { got }) => sum + got, 0) / list.length)
      const max = floor(list.reduce((sum, { of }) => sum + of, 0) / list.length)
      const set = world.states.some(
        (each) => each.id === id && ['third_party', 'alternate_mitigation'].includes(each.state) && each.from <= on && on < (each.to ?? 99),
      )
      return [id, { measured, points: set ? max : measured, max_points: max }]
    }),
  )
}

async function put(engine: Engine, org_id: number, world: World): Promise<void> {
  await putWorld(engine, org_id, {
    asset: ASSETS.map((asset_id) => ({ asset_id })),
    fresh: ASSETS.flatMap((asset_id) => ['control', 'asset'].map((subject) => ({ asset_id, subject }))),
    control: CONTROLS.map((control_id) => ({ control_id })),
    result: world.results.flatMap((list, place) =>
      list.map(({ start, status, points, max_points }, index) => ({
        asset_id: 1 + floor(place / CONTROLS.length),
        finding_id: place,
        control_id: CONTROLS[place % CONTROLS.length]!,
        status,
        points,
        max_points,
        from: DAY0 + start,
        ...(list[index + 1] ? { to: DAY0 + list[index + 1]!.start } : {}),
      })),
    ),
  })
  const facts = { org_id, opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
  await engine.transaction(async (transaction) => {
    await transaction.query('delete from definition_history where org_id = $org_id', { org_id })
    await append(transaction, 'definition_history', [
      {
        ...facts,
        kind: 'action',
        id: 'own',
        body: JSON.stringify({ ...world.action, max_points: world.action.max_points ?? undefined }),
        valid_from: 0,
        valid_to: NEVER,
      },
      ...world.states.map(({ id, state, from, to }) => ({
        ...facts,
        kind: 'action_state',
        id,
        body: JSON.stringify({ state }),
        valid_from: startOf(DAY0 + from),
        valid_to: to === null ? NEVER : startOf(DAY0 + Math.max(from, to)),
      })),
    ])
    await deriveActionChecks(transaction, org_id)
    await computeSecureScore(transaction, org_id)
  })
}

describe.each(engines)('recommended actions on $name', ({ name, open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('have the best of their checks on each asset, all points while resolved, and activities that sum to the change', async () => {
    const catalog = sampleCatalog()
    await fc.assert(
      fc.asyncProperty(worlds, day, async (world, from) => {
        await put(engine, org_id, world)
        const scope = { org_id, groups: null }
        const moves = await readActionMoves(engine, scope, DAY0 + DAYS)
        for (let on = 0; on <= DAYS; on++) {
          const held = new Map<string, { measured: number; points: number; max_points: number }>()
          for (const move of moves.filter((each) => each.day <= DAY0 + on)) {
            const sum = held.get(move.action_id) ?? { measured: 0, points: 0, max_points: 0 }
            held.set(move.action_id, {
              measured: sum.measured + move.points - move.granted,
              points: sum.points + move.points,
              max_points: sum.max_points + move.max_points,
            })
          }
          expect(new Map([...held].filter(([, { max_points }]) => max_points > 0).toSorted())).toEqual(
            new Map([...pointsOn(world, on)].toSorted()),
          )
        }
        const total = (on: number) => {
          const all = [...pointsOn(world, on).values()]
          return scoreUnits(
            all.reduce((sum, { points }) => sum + points, 0),
            all.reduce((sum, { max_points }) => sum + max_points, 0),
          )
        }
        const activities = activitiesOf(moves, DAY0 + from, DAY0 + DAYS)
        const change = total(DAYS) - total(from)
        expect(activities.reduce((sum, { units }) => sum + units, 0)).toBe(change)
        const told = await explain({ engine, day: DAY0 + from }, { engine, day: DAY0 + DAYS }, scope, catalog, {
          score: 'secure',
          id: '',
          asset_id: null,
        })
        expect(told.change).toBe(change)
        // within a group the same is worked out on the fly
        const grouped: ActionMove[] = await readActionMoves(engine, { org_id, groups: ['nobody'] }, DAY0 + DAYS)
        expect(grouped).toEqual([])
      }),
      { numRuns: name === 'duckdb' ? 6 : 5, examples: [[turns, 0]] },
    )
  })
})
