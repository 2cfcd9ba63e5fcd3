import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReportStaging } from '../../src/ingest/staging/report.ts'
import { createStaging } from '../../src/ingest/staging/tables.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import { NEVER } from '../../src/model/time.ts'
import { deriveAssets } from '../../src/store/derive/assets.ts'
import { takeTouched } from '../../src/store/derive/touched.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { nextImport } from '../../src/store/imports.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { engines } from './engines.ts'

const DAY = 86_400_000_000
const START = Date.UTC(2026, 0, 1) * 1000

/** What one source says of the one tenant on one day: attributes, some left out, and its totals. */
interface Report {
  source: string
  day: number
  os: string | null
  owner: string | null
  points: number | null
  /** Comparison with others, by category. */
  compared: Record<string, number>
}

const reportsArbitrary: fc.Arbitrary<Report[]> = fc.uniqueArray(
  fc
    .record({
      source: fc.constantFrom('one', 'two'),
      day: fc.integer({ min: 0, max: 8 }),
      os: fc.constantFrom(null, 'Debian', 'Windows'),
      owner: fc.constantFrom(null, 'ann', 'bob'),
      points: fc.constantFrom(null, 10, 20),
      compared: fc.dictionary(fc.constantFrom('all', 'industry'), fc.constantFrom(1, 2), { noNullPrototype: true }),
    })
    .map((report) => (report.points === null ? { ...report, compared: {} } : report)),
  { minLength: 1, maxLength: 8, selector: (report) => `${report.source} ${report.day}` },
)

/** What one source said last, up to a day, and since when it has said that without saying otherwise; nothing before it said anything. */
function lastSaid(reports: readonly Report[], source: string, day: number, attribute: 'os' | 'owner'): { value: string; since: number }[] {
  const said: { value: string; since: number }[] = []
  for (const report of reports.filter((each) => each.source === source && each.day <= day).toSorted((a, b) => a.day - b.day)) {
    const value = report[attribute]
    if (value !== null && value !== said.at(-1)?.value) said.push({ value, since: report.day })
  }
  return said.slice(-1)
}

/** The attribute at the end of each day: of what the sources said last the newest statement, then the first source. */
const attributeOf = (reports: readonly Report[], day: number, attribute: 'os' | 'owner'): string | null =>
  ['one', 'two']
    .flatMap((source) => lastSaid(reports, source, day, attribute))
    .toSorted((a, b) => b.since - a.since)
    .at(0)?.value ?? null

const days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

function model(reports: readonly Report[]): string[] {
  const rows: string[] = []
  for (const day of days) {
    if (!reports.some((report) => report.day <= day)) continue
    rows.push(`${day} os ${attributeOf(reports, day, 'os')}`, `${day} owner ${attributeOf(reports, day, 'owner')}`)
    for (const source of ['one', 'two']) {
      const last = reports
        .filter((each) => each.source === source && each.points !== null && each.day <= day)
        .toSorted((a, b) => b.day - a.day)[0]
      if (!last) continue
      rows.push(`${day} ${source} points ${last.points}`)
      for (const [category, value] of Object.entries(last.compared)) rows.push(`${day} ${source} ${category} ${value}`)
    }
  }
  return rows.toSorted()
}

async function importReport(engine: Engine, report: Report): Promise<number> {
  return engine.transaction(async (transaction) => {
    await createStaging(transaction)
    const import_no = await nextImport(transaction)
    const at = START + report.day * DAY + DAY / 2
    const staging = new ReportStaging(
      transaction,
      1,
      import_no,
      { kind: 'report', source: report.source, tool: null, tool_version: null, observed_at: at },
      at,
    )
    const attributes = { ...(report.os === null ? {} : { os: report.os }), ...(report.owner === null ? {} : { owner: report.owner }) }
    await staging.add({ kind: 'asset', asset: 't', type: 'tenant', name: 'T', names: [{ type: 'tenant_id', name: 't' }], attributes })
    if (report.points !== null)
      await staging.add({
        kind: 'score_total',
        score: 'secure_score',
        points: report.points,
        max_points: 100,
        comparisons: Object.entries(report.compared).map(([category, value]) => ({ basis: 'peers', category, value })),
      })
    await staging.end()
    return import_no
  })
}

async function shown(engine: Engine): Promise<string[]> {
  await engine.transaction(async (transaction) => {
    await transaction.query('delete from asset_history')
    await transaction.query('insert into touched_asset select org_id, asset_id from asset_key')
    await takeTouched(transaction)
    await deriveAssets(transaction)
  })
  const rows: string[] = []
  for (const day of days) {
    const at = START + (day + 1) * DAY - 1
    const params = { at, never: NEVER }
    for (const row of await engine.query<{ os: string | null; owner: string | null }>(
      'select os, owner from asset_history where valid_from <= $at and $at < valid_to',
      { at },
    ))
      rows.push(`${day} os ${row.os}`, `${day} owner ${row.owner}`)
    for (const row of await engine.query<{ source: string; points: number }>(
      'select source, points from score_total_history where valid_from <= $at and $at < valid_to and retracted_in = $never',
      params,
    ))
      rows.push(`${day} ${row.source} points ${row.points / 1000}`)
    for (const row of await engine.query<{ source: string; category: string; value: number }>(
      'select source, category, value from benchmark_history where valid_from <= $at and $at < valid_to and retracted_in = $never',
      params,
    ))
      rows.push(`${day} ${row.source} ${row.category} ${row.value / 1000}`)
  }
  return rows.toSorted()
}

const tables = [
  'asset_key',
  'asset_record',
  'record_name',
  'shared_listing',
  'name_history',
  'attribute_history',
  'presence_history',
  'coverage_history',
  'score_total_history',
  'benchmark_history',
  'counter',
  'touched_asset',
]

describe.each(engines)('attributes on $name', ({ name, open }) => {
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 25 : 8))

  it('and score totals are the same whatever the order of import, undone reports out of it (law 2)', async () => {
    const engine = await open()
    await applySchema(engine, 1)
    await engine.transaction((transaction) => addOrgIn(transaction, { name: 'One', zone: 'UTC', now: 1 }))
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, fc.infiniteStream(fc.nat()), async (reports, random) => {
        for (const table of tables) await engine.query(`delete from ${table}`)
        const shuffled = reports.map((report) => ({ report, place: random.next().value as number })).toSorted((a, b) => a.place - b.place)
        const numbers: number[] = []
        for (const { report } of shuffled) numbers.push(await importReport(engine, report))
        expect(await shown(engine)).toEqual(model(reports))
        await engine.transaction(async (transaction) => {
          const import_no = await nextImport(transaction)
          await undoIn(transaction, { undone: numbers[0]!, import_no, world: false })
        })
        expect(await shown(engine)).toEqual(model(shuffled.slice(1).map(({ report }) => report)))
      }),
      { numRuns, endOnFailure: true },
    )
    await engine.close()
  }, 3_600_000)
})
