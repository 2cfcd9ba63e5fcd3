import fc from 'fast-check'
import { FeedStaging } from '../../src/ingest/staging/feed.ts'
import { ReportStaging } from '../../src/ingest/staging/report.ts'
import { createStaging } from '../../src/ingest/staging/tables.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import type { Severity } from '../../src/model/severity.ts'
import { DAY_US } from '../../src/model/time.ts'
import { nextImport, noCounts, writeImport } from '../../src/store/imports.ts'
import type { Store } from '../../src/store/store.ts'

/** Day 0 of these stories. */
export const FIRST = 20_000

/** One act of learning; `day` and `hour`: when the tool looked, which may be long before it is imported. */
export type Act =
  | {
      kind: 'report'
      org: 0 | 1
      source: string
      asset: string
      day: number
      access: 'remote' | 'full'
      internet_facing: boolean
      asset_group: string
      listed: { vulnerability: string; severity: Severity }[]
    }
  | { kind: 'epss'; day: number; epss: number }
  | { kind: 'kev'; day: number; listed: string[]; since: number }
  | { kind: 'undo'; which: number }

const ids = ['CVE-2024-1', 'CVE-2024-2']
const severity = fc.constantFrom('low' as const, 'critical' as const)

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      org: fc.constantFrom(0 as const, 1 as const),
      source: fc.constantFrom('one', 'two'),
      asset: fc.constantFrom('x', 'y'),
      day: fc.integer({ min: 0, max: 60 }),
      access: fc.constantFrom('remote' as const, 'full' as const),
      internet_facing: fc.boolean(),
      asset_group: fc.constantFrom('red', 'blue'),
      listed: fc.uniqueArray(fc.record({ vulnerability: fc.constantFrom(...ids), severity }), { selector: (each) => each.vulnerability }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('epss' as const),
      day: fc.integer({ min: 0, max: 60 }),
      epss: fc.constantFrom(0.002, 0.3, 0.8),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kev' as const),
      day: fc.integer({ min: 20, max: 60 }),
      listed: fc.subarray(ids),
      since: fc.integer({ min: 0, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), which: fc.nat(5) }) },
)

/** Each act with the day on which it is imported: days pass. */
export const story = fc.array(fc.tuple(act, fc.integer({ min: 0, max: 15 })), { minLength: 2, maxLength: 6 })

const at = (day: number) => (FIRST + day) * DAY_US + DAY_US / 2

/** Carries one act out as an import, and computes. `done`: the imports so far that can be undone. */
export async function carryOut(
  store: Store,
  catalog: Catalog,
  orgs: readonly number[],
  done: { import_no: number; org_id: number | null }[],
  what: Act,
): Promise<void> {
  await store.engine.transaction(async (transaction) => {
    await createStaging(transaction)
    const import_no = await nextImport(transaction)
    let org_id: number | null = null
    let undone: number | null = null
    if (what.kind === 'report') {
      org_id = orgs[what.org]!
      const { source, asset, access, internet_facing, asset_group } = what
      const report = { kind: 'report' as const, source, tool: null, tool_version: null, observed_at: at(what.day) }
      const staging = new ReportStaging(transaction, org_id, import_no, report, at(what.day))
      await staging.add({
        kind: 'asset',
        asset,
        type: 'device',
        name: asset,
        names: [{ type: 'serial', name: `serial-${asset}` }],
        attributes: { internet_facing, asset_group },
      })
      await staging.add({ kind: 'coverage', asset, subject: 'vulnerability', access })
      for (const { vulnerability, severity } of what.listed)
        await staging.add({ kind: 'finding', asset, vulnerability_ids: [vulnerability], severity, access })
      await staging.end()
    } else if (what.kind === 'undo') {
      const chosen = done.filter((each) => each.org_id !== null)[what.which]
      if (!chosen) return
      done.splice(done.indexOf(chosen), 1)
      org_id = chosen.org_id
      undone = chosen.import_no
      await undoIn(transaction, { undone, import_no, world: false })
      await transaction.run('update import set undone_in = $import_no where import_no = $undone', { import_no, undone })
    } else {
      const report = {
        kind: 'report' as const,
        source: what.kind,
        tool: null,
        tool_version: null,
        observed_at: at(what.day),
        complete: true,
      }
      const staging = new FeedStaging(transaction, import_no, report, at(what.day))
      await staging.begin()
      if (what.kind === 'epss')
        for (const vulnerability_id of ids) await staging.add({ kind: 'epss', vulnerability_id, epss: what.epss, percentile: 0.5 })
      else
        for (const vulnerability_id of what.listed)
          await staging.add({ kind: 'exploit', vulnerability_id, stage: 'known_exploited', reference: 'kev', since: at(what.since) })
      await staging.end()
    }
    await writeImport(transaction, {
      import_no,
      org_id,
      kind: what.kind === 'report' ? 'report' : what.kind === 'undo' ? 'undo' : 'feed',
      format: null,
      format_version: null,
      source: null,
      tool: null,
      tool_version: null,
      file_name: null,
      observed_at: null,
      recorded_at: store.now(),
      actor: 'test',
      input_digest: '',
      input_bytes: 0,
      options: '{}',
      counts: noCounts(),
      undoes_import_no: undone,
    })
    if (what.kind !== 'undo') done.push({ import_no, org_id })
  })
  await compute(store, catalog)
}
