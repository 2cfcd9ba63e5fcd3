import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStaging, ReportStaging } from '../../src/ingest/staging.ts'
import { severityRank, type Severity } from '../../src/model/severity.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { nextImport } from '../../src/store/imports.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { engines } from './engines.ts'

interface Listed {
  vulnerability: string
  severity: Severity
  access: 'remote' | 'full'
}
interface Report {
  source: string
  at: number
  asset: string
  access: 'remote' | 'full'
  min_severity: Severity
  listed: Listed[]
}

const vulnerabilities = ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3']
/** The access that seeing it needs belongs to the vulnerability, as in a scanner's plugin. */
const accessOf = (vulnerability: string) => (vulnerability === 'CVE-2024-1' ? 'remote' : 'full')

const reportArbitrary: fc.Arbitrary<Report> = fc
  .record({
    source: fc.constantFrom('one', 'two'),
    at: fc.integer({ min: 1, max: 7 }),
    asset: fc.constantFrom('x', 'y'),
    access: fc.constantFrom('remote' as const, 'full' as const),
    min_severity: fc.constantFrom('informational' as const, 'high' as const),
    listed: fc.uniqueArray(
      fc.record({ vulnerability: fc.constantFrom(...vulnerabilities), severity: fc.constantFrom('low' as const, 'high' as const) }),
      {
        selector: (listed) => listed.vulnerability,
      },
    ),
  })
  .map((report) => ({
    ...report,
    listed: report.listed
      .map((listed) => ({ ...listed, access: accessOf(listed.vulnerability) as Listed['access'] }))
      .filter(
        (listed) =>
          (report.access === 'full' || listed.access === 'remote') && severityRank(listed.severity) >= severityRank(report.min_severity),
      ),
  }))

/** Reports of one source about one asset come at different instants: which of two at once is right, nobody can say. */
const reportsArbitrary = fc.uniqueArray(reportArbitrary, {
  minLength: 1,
  maxLength: 8,
  selector: (report) => `${report.source} ${report.asset} ${report.at}`,
})

/** Keeps every report and answers by brute force: [source, asset, vulnerability, severity, from, to]. */
function model(reports: readonly Report[]): string[] {
  const rows: string[] = []
  for (const source of ['one', 'two'])
    for (const asset of ['x', 'y'])
      for (const vulnerability of vulnerabilities) {
        let open: { severity: Severity; from: number } | null = null
        const close = (at: number) => {
          if (open) rows.push([source, asset, vulnerability, severityRank(open.severity), open.from, at].join(' '))
          open = null
        }
        for (const report of reports.filter((each) => each.source === source && each.asset === asset).toSorted((a, b) => a.at - b.at)) {
          const listed = report.listed.find((each) => each.vulnerability === vulnerability)
          const held = open as { severity: Severity; from: number } | null
          if (listed) {
            if (held?.severity === listed.severity) continue
            close(report.at)
            open = { severity: listed.severity, from: report.at }
          } else if (held) {
            const looked = report.access === 'full' || accessOf(vulnerability) === 'remote'
            if (looked && severityRank(held.severity) >= severityRank(report.min_severity)) close(report.at)
          }
        }
        close(NEVER)
      }
  return rows.toSorted()
}

/** Returns the number of the import. */
async function importReport(engine: Engine, org_id: number, report: Report): Promise<number> {
  return engine.transaction(async (transaction) => {
    await createStaging(transaction)
    const import_no = await nextImport(transaction)
    const staging = new ReportStaging(
      transaction,
      org_id,
      import_no,
      { kind: 'report', source: report.source, tool: null, tool_version: null, observed_at: report.at },
      report.at,
    )
    await staging.add({
      kind: 'asset',
      asset: report.asset,
      type: 'device',
      name: report.asset,
      names: [{ type: 'serial', name: report.asset }],
    })
    await staging.add({
      kind: 'coverage',
      asset: report.asset,
      subject: 'vulnerability',
      access: report.access,
      min_severity: report.min_severity,
    })
    for (const { vulnerability, severity, access } of report.listed)
      await staging.add({ kind: 'finding', asset: report.asset, vulnerability_ids: [vulnerability], severity, access })
    await staging.end()
    return import_no
  })
}

async function standing(engine: Engine, known_at = NEVER - 1): Promise<string[]> {
  const rows = await engine.query<Record<string, string | number>>(
    `select s.source, n.name, k.subject, s.severity, s.valid_from, case when s.closed_in <= $known_at then s.valid_to else $never end as valid_to
     from sighting_history s join finding_key k on k.finding_id = s.finding_id
     join (select distinct asset_id, name from name_history) n on n.asset_id = s.asset_id
     where s.opened_in <= $known_at and s.retracted_in > $known_at`,
    { known_at, never: NEVER },
  )
  return rows
    .map((row) => [row['source'], row['name'], row['subject'], row['severity'], row['valid_from'], row['valid_to']].join(' '))
    .toSorted()
}

async function fresh(open: () => Promise<Engine>): Promise<{ engine: Engine; org_id: number }> {
  const engine = await open()
  await applySchema(engine, 1)
  const { org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'One', zone: 'UTC', now: 1 }))
  return { engine, org_id }
}

const empty = [
  'asset_key',
  'asset_record',
  'record_name',
  'shared_listing',
  'name_history',
  'attribute_history',
  'presence_history',
  'coverage_history',
  'finding_key',
  'sighting_history',
  'counter',
  'touched_asset',
]

describe.each(engines)('history on $name', ({ name, open }) => {
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 25 : 8))

  it('is the same whatever the order of import, and what the reports say (laws 2 and 7)', async () => {
    const { engine, org_id } = await fresh(open)
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, fc.infiniteStream(fc.nat()), async (reports, random) => {
        for (const table of empty) await engine.query(`delete from ${table}`)
        const shuffled = reports.map((report) => ({ report, place: random.next().value as number })).toSorted((a, b) => a.place - b.place)
        for (const { report } of shuffled) await importReport(engine, org_id, report)
        expect(await standing(engine)).toEqual(model(reports))
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    await engine.close()
  })

  it('still answers what was known at every import before (law 1)', async () => {
    const { engine, org_id } = await fresh(open)
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, async (reports) => {
        for (const table of empty) await engine.query(`delete from ${table}`)
        for (const report of reports) await importReport(engine, org_id, report)
        for (const known of reports.keys()) expect(await standing(engine, known + 1)).toEqual(model(reports.slice(0, known + 1)))
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    await engine.close()
  })

  it('is, after an undo, what a world without that report would be (laws 1 and 2)', async () => {
    const { engine, org_id } = await fresh(open)
    await fc.assert(
      fc.asyncProperty(reportsArbitrary, fc.nat(), async (reports, choice) => {
        for (const table of empty) await engine.query(`delete from ${table}`)
        const numbers: number[] = []
        for (const report of reports) numbers.push(await importReport(engine, org_id, report))
        const undone = choice % reports.length
        await engine.transaction(async (transaction) => {
          const import_no = await nextImport(transaction)
          await undoIn(transaction, { undone: numbers[undone]!, import_no, world: false })
        })
        expect(await standing(engine)).toEqual(model(reports.toSpliced(undone, 1)))
        expect(await standing(engine, numbers.at(-1)!)).toEqual(model(reports))
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    await engine.close()
  })
})
