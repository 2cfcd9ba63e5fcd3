import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undoImport } from '../../src/ingest/undo.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { catalogAt, definitionChanges } from '../../src/insights/definitions.ts'
import { orgCatalog } from '../../src/insights/org-catalog.ts'
import { readHistory, readHistoryThen } from '../../src/insights/scores.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { changeDefinitions, type DefinitionChange } from '../../src/store/definitions/change.ts'
import { definitionLog, readDefinition, readDefinitions } from '../../src/store/definitions/read.ts'
import { digestTables } from '../../src/store/fact-digests.ts'
import { dayOf } from '../../src/store/days.ts'
import { verifyFacts } from '../../src/store/verify.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'

/** What comes with the program, but only one initiative with its metrics: each is worked out again and again here. */
function fewMetrics(): Catalog {
  const all = shippedCatalog
  const initiative = all.initiatives.get('vulnerability-assessment')!
  const metrics = new Map([...all.metrics].filter(([id]) => initiative.metrics.slice(0, 4).some((part) => part.id === id)))
  return {
    ...all,
    metrics,
    initiatives: new Map([[initiative.id, { ...initiative, metrics: initiative.metrics.filter(({ id }) => metrics.has(id)) }]]),
  }
}

const CASES = Number(process.env['PLIMSOLL_CASES'] ?? 6)

/** Something that a person does: sets or ends definitions, or takes back the n-th act that stands. */
type Act = { set: DefinitionChange[] } | { undo: number }

const change = fc.record({
  kind: fc.constantFrom('weight' as const, 'target' as const),
  id: fc.constantFrom('a', 'b'),
  body: fc.constantFrom('high', 'low', null),
})
const acts = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ set: fc.array(change, { minLength: 1, maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ undo: fc.nat(5) }) },
  ),
  { minLength: 1, maxLength: 8 },
)

describe.each(engines)('definitions of an organisation on $name', ({ open }) => {
  let world: SmallWorld
  let store: Store
  let clock = 0
  beforeAll(async () => {
    world = await makeSmallWorld(await open())
    clock = world.store.now()
    await world.store.engine.append('counter', ['name', 'last'], [['import_no', 100]]) // the world has imports of its own
    store = { ...world.store, now: () => (clock += 1_000_000) }
  })
  afterAll(() => store.engine.close())

  it('are at every instant what the acts that stand say, whatever was undone', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(acts, async (list: Act[]) => {
        run++
        const idOf = (id: string) => `run${run}-${id}`
        const { org_id } = world.north
        const done: { at: number; import_no: number; set: DefinitionChange[]; stands: boolean }[] = []
        for (const act of list) {
          if ('set' in act) {
            const set = act.set.map((each) => ({ ...each, id: idOf(each.id) }))
            const { import_no } = await changeDefinitions(store, org_id, set, { actor: 'test', reason: 'because' })
            if (import_no !== null) done.push({ at: clock, import_no, set, stands: true })
          } else {
            const standing = done.filter(({ stands }) => stands)
            const undone = standing[act.undo % Math.max(1, standing.length)]
            if (!undone) continue
            await undoImport(store, undone.import_no, 'test')
            undone.stands = false
          }
        }
        for (const at of [0, ...done.map((act) => act.at), clock + 1]) {
          const said = new Map<string, string | null>()
          for (const { set } of done.filter((act) => act.stands && act.at <= at))
            for (const each of set) said.set(`${each.kind} ${each.id}`, each.body)
          const wanted = [...said].filter(([, body]) => body !== null).toSorted(([a], [b]) => (a < b ? -1 : 1))
          const held = await readDefinitions(store.engine, org_id, ['weight', 'target'], at)
          expect(
            held
              .filter(({ id }) => id.startsWith(`run${run}-`))
              .map(({ kind, id, body }) => [`${kind} ${id}`, body])
              .toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
          ).toEqual(wanted)
        }
        expect(await readDefinitions(store.engine, world.south.org_id, ['weight', 'target'])).toEqual([])
      }),
      { numRuns: CASES },
    )
  })

  it('that say what holds already are no act', async () => {
    const { org_id } = world.south
    const set = [{ kind: 'target' as const, id: 'same', body: '{}' }]
    expect((await changeDefinitions(store, org_id, set, { actor: 'test' })).import_no).not.toBeNull()
    expect((await changeDefinitions(store, org_id, set, { actor: 'test' })).import_no).toBeNull()
    await changeDefinitions(store, org_id, [{ kind: 'target', id: 'same', body: null }], { actor: 'test' })
    expect((await changeDefinitions(store, org_id, [], { actor: 'test' })).import_no).toBeNull()
  })

  it('tell who set them and why, and who ended them', async () => {
    const { org_id } = world.south
    await changeDefinitions(store, org_id, [{ kind: 'target', id: 'told', body: 'one' }], { actor: 'ann', reason: 'first' })
    await changeDefinitions(store, org_id, [{ kind: 'target', id: 'told', body: null }], { actor: 'ben', reason: 'done' })
    expect(await definitionLog(store.engine, org_id, 'target', 'told')).toMatchObject([
      { body: 'one', actor: 'ann', reason: 'first', ended_by: 'ben', end_reason: 'done' },
    ])
    expect(await readDefinition(store.engine, org_id, 'target', 'told')).toBeNull()
  })

  it('make the catalog of the organisation, step by step through time, and nobody else’s', async () => {
    const { org_id } = world.north
    const shipped = fewMetrics()
    await compute(store, shipped)
    const initiative = [...shipped.initiatives.values()].find(({ metrics }) => metrics.length > 1)!
    const [first, second] = initiative.metrics
    const before = clock
    await changeDefinitions(
      store,
      org_id,
      [
        { kind: 'weight', id: `${initiative.id}/${first!.id}`, body: 'accepted' },
        { kind: 'weight', id: second!.id, body: 'low' },
        { kind: 'target', id: initiative.id, body: JSON.stringify({ score: 0.5, by: '2027-01-01' }) },
        { kind: 'metric', id: 'not-readable', body: 'title: [' },
      ],
      { actor: 'test' },
    )
    await compute(store, shipped)
    const own = await orgCatalog(store.engine, shipped, org_id)
    const set = own.initiatives.get(initiative.id)!
    expect(set.metrics.find(({ id }) => id === first!.id)!.weight).toBe('accepted')
    for (const { id, metrics } of own.initiatives.values())
      for (const part of metrics.filter((each) => each.id === second!.id)) expect([id, part.weight]).toEqual([id, 'low'])
    expect([set.target, set.target_by]).toEqual([0.5, '2027-01-01'])
    expect(own.metrics.has('not-readable')).toBe(false)
    expect(await orgCatalog(store.engine, shipped, world.south.org_id)).toBe(shipped)
    const then = await catalogAt(store.engine, own, org_id, before)
    expect(then.initiatives.get(initiative.id)).toMatchObject({ metrics: initiative.metrics, target: initiative.target })
    expect((await definitionChanges(store.engine, org_id)).some((at) => at > before)).toBe(true)
    // The edit is a step of the day on which it was made; all days before stay by the rules of then.
    const scope = { org_id, groups: null }
    const today = await dayOf(store.engine, org_id, clock)
    const stepped = await readHistoryThen(store.engine, scope, own, 'initiative', initiative.id, today - 3, today)
    const old = await readHistory(store.engine, scope, shipped, 'initiative', initiative.id, today - 3, today)
    const now = await readHistory(store.engine, scope, own, 'initiative', initiative.id, today - 3, today)
    expect(stepped).toEqual([...old.slice(0, 3), now[3]])
  })

  it('work out only what they change, and what a rebuild gives too', async () => {
    const { org_id } = world.north
    const shipped = fewMetrics()
    const [metric, other] = [...shipped.metrics.values()]
    await rebuild(store, shipped)
    const own = (id: string, of: string | null): DefinitionChange => ({ kind: 'metric', id, body: of })
    for (const set of [[own('ours', metric!.yaml), own('theirs', other!.yaml)], [own('ours', other!.yaml)], [own('theirs', null)]]) {
      await changeDefinitions(store, org_id, set, { actor: 'test' })
      await compute(store, shipped)
    }
    const tables = ['score_delta', 'computed_metric']
    const kept = await digestTables(store.engine, tables)
    await rebuild(store, shipped)
    expect(await digestTables(store.engine, tables)).toEqual(kept)
  })

  it('leave the record of facts whole', async () => {
    const { checked, broken } = await verifyFacts(store.engine)
    expect(checked).toBeGreaterThan(0)
    expect(broken.filter(({ fact_table }) => fact_table === 'definition_history')).toEqual([])
  })
})
