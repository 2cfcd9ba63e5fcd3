import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStaging, FeedStaging, ReportStaging } from '../../src/ingest/staging.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import { loadCatalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { everAfter, storeAsKnown } from '../../src/insights/knowledge.ts'
import type { Severity } from '../../src/model/severity.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine, Row } from '../../src/store/engines/engine.ts'
import { nextImport, noCounts, writeImport } from '../../src/store/imports.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'

const FIRST = 20_000
const whole = loadCatalog()
/** A few metrics of each kind are enough here, and quick. */
const few = ['assets-with-fixable-critical-vulnerabilities', 'assets-with-known-exploited-vulnerabilities']
const catalog = { ...whole, metrics: new Map([...whole.metrics].filter(([id]) => few.includes(id))), initiatives: new Map() }

/** One act of learning; `day` and `hour`: when the tool looked, which may be long before it is imported. */
type Act =
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
const story = fc.array(fc.tuple(act, fc.integer({ min: 0, max: 15 })), { minLength: 2, maxLength: 6 })

const at = (day: number) => (FIRST + day) * DAY_US + DAY_US / 2

async function carryOut(
  store: Store,
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

const derived = ['asset_history', 'fresh_history', 'finding_history', 'asset_day', 'score_delta', 'event', 'source_staleness']

/** All that is derived for an organisation, as text; what lies after `day` cut off as it looks from before. */
async function dump(engine: Engine, org_id: number, day: number): Promise<Record<string, string[]>> {
  const until = day === NEVER_DAY ? NEVER : (day + 1) * DAY_US
  const cut = (row: Row): Row[] => {
    if (Number(row['valid_from'] ?? 0) >= until || Number(row['day'] ?? 0) > day) return []
    return [
      {
        ...row,
        ...(row['valid_to'] === undefined ? {} : { valid_to: Number(row['valid_to']) >= until ? NEVER : row['valid_to']! }),
        ...(row['to_day'] === undefined ? {} : { to_day: Number(row['to_day']) > day ? NEVER_DAY : row['to_day']! }),
      },
    ]
  }
  const text = (row: Row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const answer: Record<string, string[]> = {}
  for (const table of derived) {
    const rows = await engine.query<Row>(`select * from ${table} where org_id = $org_id`, { org_id })
    answer[table] = rows.flatMap(cut).map(text).toSorted()
  }
  const world = await engine.query<Row>(
    `select v.* from vulnerability_history v where v.vulnerability_id in (select subject from finding_history where org_id = $org_id)`,
    { org_id },
  )
  answer['vulnerability_history'] = world.map(text).toSorted()
  return answer
}

/** Facts of the world have no end of day of their own: what came after is not asked about. */
const without = (dumped: Record<string, string[]>, ...tables: string[]) =>
  Object.fromEntries(Object.entries(dumped).filter(([table]) => !tables.includes(table)))

const emptied = async (engine: Engine): Promise<void> => {
  const keep = new Set(['org', 'org_tenant', 'day', 'hazard', 'schema_step'])
  const tables = await engine.query<{ table_name: string; table_type: string }>(
    `select table_name, table_type from information_schema.tables where table_schema = '${engine.home.split('.').at(-1)!.replaceAll('"', '')}' and table_type = 'BASE TABLE'
     and table_catalog = ${engine.home.includes('.') ? `'${engine.home.split('.')[0]!.replaceAll('"', '')}'` : 'current_database()'}`,
  )
  for (const { table_name } of tables) if (!keep.has(table_name)) await engine.query(`delete from ${table_name}`)
}

describe.each(engines)('what was known on $name', ({ name, open }) => {
  it('is answered for ever as it was when it was the newest (law 1)', { timeout: 600_000 }, async () => {
    const engine = await open()
    await applySchema(engine, 1)
    const orgs: number[] = []
    for (const each of ['One', 'Two'])
      orgs.push((await engine.transaction((transaction) => addOrgIn(transaction, { name: each, zone: 'UTC', now: 1 }))).org_id)
    await fc.assert(
      fc.asyncProperty(story, async (acts) => {
        await emptied(engine)
        let today = 60
        const store: Store = { engine, data: '', now: () => (FIRST + today + 1) * DAY_US - 1 }
        const done: { import_no: number; org_id: number | null }[] = []
        const told: { known_at: number; day: number; all: Record<string, string[]>[]; seen: Record<string, string[]>[] }[] = []
        for (const [what, passes] of acts) {
          today += passes
          await carryOut(store, orgs, done, what)
          const [last] = await engine.query<{ last: number | null }>('select max(import_no) as last from import')
          if (!last?.last || told.at(-1)?.known_at === last.last) continue
          told.push({
            known_at: last.last,
            day: FIRST + today,
            all: await Promise.all(orgs.map((org_id) => dump(engine, org_id, NEVER_DAY))),
            seen: await Promise.all(orgs.map((org_id) => dump(engine, org_id, FIRST + today))),
          })
        }
        for (const { known_at, day, all, seen } of told) {
          for (const [index, org_id] of orgs.entries()) {
            const ever = storeAsKnown(store, catalog, everAfter(org_id, known_at))
            expect(without(await dump(ever.engine, org_id, NEVER_DAY), 'event')).toEqual(without(all[index]!, 'event'))
            const then = storeAsKnown(store, catalog, { org_id, known_at, until: (day + 1) * DAY_US, day })
            expect(without(await dump(then.engine, org_id, day), 'vulnerability_history')).toEqual(
              without(seen[index]!, 'vulnerability_history'),
            )
          }
        }
      }),
      { numRuns: Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 6 : 2)), endOnFailure: true },
    )
    await engine.close()
  })
})
