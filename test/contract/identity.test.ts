import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReportStaging } from '../../src/ingest/staging/report.ts'
import { createStaging } from '../../src/ingest/staging/tables.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import type { NameType } from '../../src/model/asset.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { nextImport } from '../../src/store/imports.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { engines } from './engines.ts'
import { accessOf, DAY, historyOf, labelOf, type Report, type Said } from './identity-model.ts'

const names = [
  'agent_id:A',
  'agent_id:B',
  'serial:S',
  'serial:T',
  'serial:0',
  'fqdn:f',
  'hostname:h',
  'hostname:localhost',
  'ip:10.0.0.1',
  'ip:10.0.0.2',
]

const saidArbitrary: fc.Arbitrary<Said> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    type: fc.oneof({ weight: 5, arbitrary: fc.constant('device' as const) }, { weight: 1, arbitrary: fc.constant('image' as const) }),
    os: fc.constantFrom(null, 'Debian', 'Windows'),
    access: fc.constantFrom(null, 'remote' as const, 'full' as const),
    vulnerabilities: fc.uniqueArray(
      fc.record({ id: fc.constantFrom('CVE-2024-1', 'CVE-2024-2'), severity: fc.constantFrom('low' as const, 'high' as const) }),
      { selector: ({ id }) => id },
    ),
    software: fc.uniqueArray(fc.constantFrom('ssh', 'web')),
  })
  .map((said) => ({
    ...said,
    // What a report lists it also looked for: of a listing repeated outside of any look nothing is kept (decision 0001).
    vulnerabilities: said.vulnerabilities.filter(
      ({ id }) => said.access === 'full' || (said.access === 'remote' && accessOf(id) === 'remote'),
    ),
    software: said.access === null ? [] : said.software,
  }))

const reportArbitrary: fc.Arbitrary<Report> = fc.record({
  org: fc.constantFrom(1, 1, 1, 2),
  source: fc.constantFrom('one', 'two'),
  at: fc.constantFrom(1, 15, 31, 32, 60, 62, 100).map((day) => day * DAY),
  complete: fc.constantFrom(false, false, false, true),
  assets: fc.array(saidArbitrary, { minLength: 1, maxLength: 3 }),
})
const reportsArbitrary = fc.array(reportArbitrary, { minLength: 1, maxLength: 7 })

const nameOf = (name: string) => ({ type: name.slice(0, name.indexOf(':')) as NameType, name: name.slice(name.indexOf(':') + 1) })

/** Returns the number of the import. */
async function importReport(engine: Engine, report: Report): Promise<number> {
  return engine.transaction(async (transaction) => {
    await createStaging(transaction)
    const import_no = await nextImport(transaction)
    const { source, complete, at } = report
    const staging = new ReportStaging(
      transaction,
      report.org,
      import_no,
      { kind: 'report', source, tool: null, tool_version: null, observed_at: at, complete },
      at,
    )
    for (const [place, said] of report.assets.entries()) {
      const asset = String(place)
      await staging.add({
        kind: 'asset',
        asset,
        type: said.type,
        name: said.names[0]!,
        names: said.names.map(nameOf),
        attributes: said.os === null ? {} : { os: said.os },
      })
      if (said.access === null) continue
      await staging.add({ kind: 'coverage', asset, subject: 'vulnerability', access: said.access })
      await staging.add({ kind: 'coverage', asset, subject: 'software' })
      for (const { id, severity } of said.vulnerabilities)
        await staging.add({ kind: 'finding', asset, vulnerability_ids: [id], severity, access: accessOf(id) })
      for (const name of said.software) await staging.add({ kind: 'software', asset, name })
    }
    await staging.end()
    return import_no
  })
}

/** All history as known at an import, one text per row, as historyOf writes it. */
async function history(engine: Engine, known_at = NEVER - 1): Promise<string[]> {
  const params = { known_at, never: NEVER }
  const known = 'h.opened_in <= $known_at and h.retracted_in > $known_at'
  const ends = 'case when h.closed_in <= $known_at then h.valid_to else $never end as valid_to'
  const called = new Map<number, string[]>()
  for (const row of await engine.query<{ record_id: number; name_type: string; name: string }>('select * from record_name'))
    called.set(row.record_id, [...(called.get(row.record_id) ?? []), `${row.name_type}:${row.name}`])
  const visits = new Map<number, { record: string; at: number }[]>()
  for (const row of await engine.query<{ asset_id: number; record_id: number; source: string; type: string; observed_at: number }>(
    `select distinct h.asset_id, h.record_id, r.source, r.type, h.observed_at from coverage_history h join asset_record r on r.record_id = h.record_id
     where h.subject = 'asset' and ${known}`,
    { known_at },
  )) {
    const record = [row.source, row.type, ...called.get(row.record_id)!.toSorted()].join(' ')
    visits.set(row.asset_id, [...(visits.get(row.asset_id) ?? []), { record, at: row.observed_at }])
  }
  const rows = await engine.query<{
    org_id: number
    fact: string
    asset_id: number
    source: string
    line: string
    value: string
    valid_from: number
    valid_to: number
  }>(
    `select h.org_id, 'name' as fact, h.asset_id, h.source, h.name_type || ':' || h.name as line, '' as value, h.valid_from, ${ends} from name_history h where ${known}
     union all select h.org_id, 'attribute', h.asset_id, h.source, h.attribute, h.value, h.valid_from, ${ends} from attribute_history h where ${known}
     union all select h.org_id, 'software', h.asset_id, h.source, h.name, '', h.valid_from, ${ends} from software_history h where ${known}
     union all select h.org_id, 'sighting', h.asset_id, h.source, k.subject, cast(h.severity as varchar), h.valid_from, ${ends}
       from sighting_history h join finding_key k on k.finding_id = h.finding_id and k.asset_id = h.asset_id where ${known}
     union all select h.org_id, 'presence', h.asset_id, h.source, '', '', h.valid_from, ${ends} from presence_history h where ${known}`,
    params,
  )
  return rows
    .map((row) =>
      [row.org_id, row.fact, labelOf(visits.get(row.asset_id) ?? []), row.source, row.line, row.value, row.valid_from, row.valid_to].join(
        ';',
      ),
    )
    .toSorted()
}

const tables = [
  'asset_key',
  'asset_record',
  'record_name',
  'shared_listing',
  'identity_choice',
  'name_history',
  'attribute_history',
  'presence_history',
  'software_history',
  'coverage_history',
  'finding_key',
  'sighting_history',
  'counter',
  'touched_asset',
]

async function fresh(open: () => Promise<Engine>): Promise<Engine> {
  const engine = await open()
  await applySchema(engine, 1)
  for (const name of ['One', 'Two']) await engine.transaction((transaction) => addOrgIn(transaction, { name, zone: 'UTC', now: 1 }))
  return engine
}

/** A report about several assets says the same as a report about each. */
const apart = (report: Report): Report[] => (report.complete ? [report] : report.assets.map((said) => ({ ...report, assets: [said] })))

describe.each(engines)('identity on $name', ({ name, open }) => {
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 25 : 8))
  const empty = async (engine: Engine) => {
    for (const table of tables) await engine.query(`delete from ${table}`)
  }

  it('is the same whatever the order and grouping of import, and what the reports say (law 2)', async () => {
    const engine = await fresh(open)
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, fc.infiniteStream(fc.nat()), async (reports, random) => {
        await empty(engine)
        const pieces = reports.flatMap((report) => ((random.next().value as number) % 2 ? apart(report) : [report]))
        const shuffled = pieces.map((report) => ({ report, place: random.next().value as number })).toSorted((a, b) => a.place - b.place)
        for (const { report } of shuffled) await importReport(engine, report)
        expect(await history(engine)).toEqual(historyOf(reports))
      }),
      { numRuns, endOnFailure: true },
    )
    await engine.close()
  }, 3_600_000)

  it('still answers what was known at every import before, also after a merge and an undo (law 1)', async () => {
    const engine = await fresh(open)
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, fc.nat(), async (reports, choice) => {
        await empty(engine)
        const numbers: number[] = []
        for (const report of reports) numbers.push(await importReport(engine, report))
        const undone = choice % reports.length
        await engine.transaction(async (transaction) => {
          const import_no = await nextImport(transaction)
          await undoIn(transaction, { undone: numbers[undone]!, import_no, world: false })
        })
        expect(await history(engine)).toEqual(historyOf(reports.toSpliced(undone, 1)))
        for (const [place, number] of numbers.entries())
          expect(await history(engine, number)).toEqual(historyOf(reports.slice(0, place + 1)))
      }),
      { numRuns, endOnFailure: true },
    )
    await engine.close()
  }, 3_600_000)
})
