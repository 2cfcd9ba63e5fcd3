import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReportStaging } from '../../src/ingest/staging/report.ts'
import { createStaging } from '../../src/ingest/staging/tables.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { nextImport } from '../../src/store/imports.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { type Held, historyOf, type Said, type Step } from './closings-model.ts'
import { engines } from './engines.ts'

const BASE = Date.UTC(2026, 0, 1) * 1000
const instant = (day: number) => BASE + day * DAY_US
const RUNS = Number(process.env['PLIMSOLL_CASES'] ?? 10)

const said = fc.record<Said>({
  asset: fc.constantFrom('one', 'one', 'one', 'two', 'both'),
  day: fc.integer({ min: 1, max: 9 }),
  looked: fc.constantFrom('nothing', 'nothing', 'nothing', 'all', 'high'),
  items: fc.array(
    fc.oneof(
      fc.record({ finding: fc.nat(1), open: fc.constantFrom<2 | 3>(2, 3), closed: fc.constant(null) }),
      fc.record({ finding: fc.nat(1), open: fc.constant(null), closed: fc.option(fc.integer({ min: 0, max: 10 })) }),
    ),
    { maxLength: 3 },
  ),
  results: fc.array(fc.record({ control: fc.constant(0), status: fc.constantFrom('fail', 'fail', 'pass', 'closed') }), { maxLength: 1 }),
})

/** Reports in any order and grouping; some are undone. */
const worlds = fc
  .array(
    fc.record({
      source: fc.constantFrom('list', 'list', 'other'),
      said: fc.array(said, { minLength: 1, maxLength: 3 }),
      undo: fc.option(fc.nat(), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((reports) => {
    const steps: Step[] = []
    for (const { undo, ...report } of reports) {
      steps.push({ kind: 'report', ...report })
      const left = steps.flatMap((step, place) =>
        step.kind === 'report' && !steps.some((each) => each.kind === 'undo' && each.undone === place) ? [place] : [],
      )
      if (undo !== null) steps.push({ kind: 'undo', undone: left[undo % left.length]! })
    }
    return steps
  })

const list = (...said: Said[]): Step => ({ kind: 'report', source: 'list', said })
const says = (day: number, ...items: Said['items']): Said => ({ asset: 'one', day, looked: 'nothing', items, results: [] })
const result = (day: number, status: Said['results'][number]['status']): Said => ({ ...says(day), results: [{ control: 0, status }] })
const OPEN = { finding: 0, open: 3, closed: null } as const
const closed = (at: number | null = null) => ({ finding: 0, open: null, closed: at })

/** What is hard to get right, each tried in every run. */
const hard: Step[][] = [
  // Closed without a time, before its opening comes; and with one.
  [list(says(5, closed())), list(says(2, OPEN))],
  [list(says(5, closed(3))), list(says(2, OPEN))],
  // Listed again after the instant since when it is said to be closed.
  [list(says(1, OPEN)), list(says(4, OPEN)), list(says(7, closed(3)))],
  // A repetition that nothing but itself tells, and a late closing before it.
  [list(says(1, OPEN)), list(says(6, OPEN)), list(says(3, closed()))],
  // Of two items of one line one is open.
  [list(says(1, OPEN)), list(says(5, OPEN, closed(3)))],
  [list(says(5, OPEN, closed(3))), list(says(2, OPEN))],
  // The last of two closed items counts.
  [list(says(1, OPEN)), list(says(6, closed(3), closed(5)))],
  // Closed earlier than a look found it gone.
  [list(says(1, OPEN)), list({ ...says(6), looked: 'all' }), list(says(8, closed(3)))],
  // A result that passed is not closed, one that failed is.
  [list(result(1, 'pass')), list(result(3, 'closed'))],
  [list(result(1, 'fail')), list(result(3, 'closed')), list(result(2, 'pass'))],
  [list(result(1, 'fail')), list(result(3, 'closed'))],
  // Taken back, and seen anew.
  [list(says(1, OPEN)), list(says(4, closed())), { kind: 'undo', undone: 1 }],
  [list(says(1, OPEN)), list(says(4, closed())), list(says(6, OPEN)), { kind: 'undo', undone: 2 }],
  // One asset after all, and then not.
  [list(says(1, OPEN)), list(says(4, closed(2))), list({ ...says(6), asset: 'both' }), { kind: 'undo', undone: 2 }],
  [list(says(4, closed(2)), { ...says(4, closed(3)), asset: 'two' }), list(says(1, OPEN)), list({ ...says(6), asset: 'both' })],
]

const names = { one: ['agent-1'], two: ['agent-2'], both: ['agent-1', 'agent-2'] }

async function play(engine: Engine, org_id: number, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await engine.transaction(async (transaction) => {
      const import_no = await nextImport(transaction)
      if (step.kind === 'undo') {
        await undoIn(transaction, { undone: step.undone + 1, import_no, world: false })
        return
      }
      await createStaging(transaction)
      const report = { kind: 'report', source: step.source, tool: null, tool_version: null, observed_at: null } as const
      const staging = new ReportStaging(transaction, org_id, import_no, report, null)
      for (const [place, { asset: name, day, looked, items, results }] of step.said.entries()) {
        const asset = String(place)
        await staging.add({
          kind: 'asset',
          asset,
          type: 'device',
          name,
          names: names[name].map((each) => ({ type: 'agent_id', name: each })),
          observed_at: instant(day),
        })
        if (looked !== 'nothing')
          await staging.add({ kind: 'coverage', asset, subject: 'vulnerability', ...(looked === 'high' ? { min_severity: 'high' } : {}) })
        if (looked === 'all') await staging.add({ kind: 'coverage', asset, subject: 'control' })
        for (const { finding, open, closed } of items) {
          const of = { asset, vulnerability_ids: [`CVE-2024-${finding}`] }
          await staging.add(
            open === null
              ? { kind: 'closed', ...of, ...(closed === null ? {} : { closed_at: instant(closed) }), reason: 'Fixed', at: 'line 1' }
              : { kind: 'finding', ...of, severity: open === 2 ? 'medium' : 'high' },
          )
        }
        for (const { control, status } of results)
          await staging.add(
            status === 'closed'
              ? { kind: 'closed', asset, control_id: `check-${control}`, reason: 'ARCHIVED', at: 'line 2' }
              : { kind: 'control_result', asset, control_id: `check-${control}`, status },
          )
      }
      await staging.end()
    })
  }
}

/** The histories as the store knew them after import `known_at`. */
async function stored(engine: Engine, org_id: number, known_at: number): Promise<Held[]> {
  const dayOf = (at: number) => (at === NEVER ? NEVER : (at - BASE) / DAY_US)
  const of = (table: string, value: string) =>
    `select case when n.names > 1 then 'both' when n.name = 'agent-1' then 'one' else 'two' end as asset, h.source, k.subject as line, ${value} as value, h.valid_from,
       case when h.closed_in <= $known_at then h.valid_to else $never end as valid_to
     from ${table} h join finding_key k on k.finding_id = h.finding_id
     join (select asset_id, count(distinct name) as names, min(name) as name from name_history
           where opened_in <= $known_at and retracted_in > $known_at group by asset_id) n on n.asset_id = h.asset_id
     where h.org_id = $org_id and h.opened_in <= $known_at and h.retracted_in > $known_at`
  const rows = await engine.query<{ asset: string; source: string; line: string; value: string; valid_from: number; valid_to: number }>(
    `${of('sighting_history', 'cast(h.severity as text)')} union all ${of('control_result_history', 'h.status')}`,
    { org_id, known_at, never: NEVER },
  )
  return rows.map(({ valid_from, valid_to, ...row }) => ({ ...row, from: dayOf(valid_from), to: dayOf(valid_to) }))
}

const sorted = (held: readonly Held[]) => held.map((each) => JSON.stringify(Object.entries(each).toSorted())).toSorted()

describe.each(engines)('items that reports state as closed, on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  let tables: string[]
  beforeAll(async () => {
    engine = await open()
    await applySchema(engine, 1)
    ;({ org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'Org', zone: 'UTC', now: 1 })))
    const kept = ['org', 'day', 'schema_step', 'hazard', 'org_tenant']
    const rows = await engine.query<{ table_name: string }>(
      `select table_name from information_schema.tables where table_schema in ('main', 'public') and table_type = 'BASE TABLE'`,
    )
    tables = rows.map(({ table_name }) => table_name).filter((table) => !kept.includes(table))
  })
  afterAll(() => engine.close())
  const clear = () =>
    engine.transaction(async (transaction) => {
      for (const table of tables) await transaction.run(`delete from ${table}`)
    })

  it(
    'close what stood before, in any order and grouping of imports, and as known at each of them',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async (steps) => {
          await clear()
          await play(engine, org_id, steps)
          for (let known = 1; known <= steps.length; known++)
            expect(sorted(await stored(engine, org_id, known)), `after ${known}`).toEqual(sorted(historyOf(steps, known)))
        }),
        {
          numRuns: RUNS + hard.length,
          examples: hard.map((steps) => [steps]),
          ...(process.env['PLIMSOLL_SEED'] ? { seed: Number(process.env['PLIMSOLL_SEED']) } : {}),
        },
      )
    },
    120_000 + RUNS * 10_000,
  )
})
