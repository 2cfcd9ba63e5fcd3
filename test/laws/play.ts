import { FeedStaging } from '../../src/ingest/staging/feed.ts'
import { ReportStaging } from '../../src/ingest/staging/report.ts'
import { createStaging } from '../../src/ingest/staging/tables.ts'
import { undoIn } from '../../src/ingest/undo.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import type { Engine, Row } from '../../src/store/engines/engine.ts'
import { nextImport, noCounts } from '../../src/store/imports.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { BASE, type FeedStep, NOW, type OrgIndex, type ReportStep, typeOf, type World, zones as worldZones } from './world.ts'

/** An engine that plays one world after another, with two organisations that stay. */
export interface Stage {
  engine: Engine
  store: Store
  /** org_id of each organisation of a world. */
  orgs: readonly number[]
  /** The instants at which the days of each organisation end, by day, around the worlds. */
  endsAt: readonly ReadonlyMap<number, number>[]
  /** Tables that a world may fill. */
  tables: readonly string[]
}

/** Tables that are the same for all worlds. */
const standing = new Set(['org', 'day', 'schema_step', 'hazard', 'org_tenant'])

/** Opens a stage on a new database. `zones`: that cut the days of its two organisations. */
export async function openStage(open: () => Promise<Engine>, zones: readonly [string, string] = worldZones): Promise<Stage> {
  const engine = await open()
  await applySchema(engine, 1)
  const orgs: number[] = []
  const endsAt: Map<number, number>[] = []
  for (const [index, zone] of zones.entries()) {
    const { org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: `Org ${index}`, zone, now: 1 }))
    orgs.push(org_id)
    const days = await engine.query<{ day: number; ends_at: number }>(
      'select day, ends_at from day where org_id = $org_id and ends_at between $first and $last',
      { org_id, first: BASE - 5 * DAY_US, last: BASE + 200 * DAY_US },
    )
    endsAt.push(new Map(days.map(({ day, ends_at }) => [day, ends_at])))
  }
  const tables = await engine.query<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema in ('main', 'public') and table_type = 'BASE TABLE' order by table_name`,
  )
  return {
    engine,
    store: { engine, data: '/nowhere', now: () => NOW },
    orgs,
    endsAt,
    tables: tables.map(({ table_name }) => table_name).filter((table) => !standing.has(table)),
  }
}

/** Forgets the world before. */
export async function clear({ engine, tables }: Stage): Promise<void> {
  await engine.transaction(async (transaction) => {
    if (engine.name === 'postgres') await transaction.query(`truncate ${tables.join(', ')}`)
    else for (const table of tables) await transaction.run(`delete from ${table}`)
  })
}

/** Plays steps through the product's own ingest, on a stage that is empty or holds what came before. `after`: told each step's place, once it is learned. */
export async function play(stage: Stage, world: World, after: (place: number) => Promise<void> = async () => {}): Promise<void> {
  for (const [place, step] of world.entries()) {
    await stage.engine.transaction(async (transaction) => {
      const import_no = await nextImport(transaction)
      if (import_no !== place + 1) throw new Error(`step ${place} became import ${import_no}`)
      // The act of learning itself, as far as anything that is derived asks for it.
      await transaction.run(
        `insert into import (import_no, kind, recorded_at, actor, input_digest, input_bytes, options, counts, undone_in, previous_digest, digest)
         values ($import_no, 'report', $import_no, 'laws', '', 0, '{}', $counts, $never, '', '')`,
        { import_no, counts: JSON.stringify(noCounts()), never: NEVER },
      )
      if (step.kind === 'undo') {
        await undoIn(transaction, { undone: step.undone + 1, import_no, world: world[step.undone]!.kind === 'feed' })
        return
      }
      await createStaging(transaction)
      if (step.kind === 'report') await addReport(transaction, stage, import_no, step)
      else await addFeed(transaction, import_no, step)
    })
    await after(place)
  }
}

async function addReport(transaction: Engine, stage: Stage, import_no: number, step: ReportStep): Promise<void> {
  const { org, source, complete_at } = step
  const report = {
    kind: 'report',
    source,
    tool: null,
    tool_version: null,
    observed_at: complete_at,
    complete: complete_at !== null,
  } as const
  const staging = new ReportStaging(transaction, stage.orgs[org]!, import_no, report, complete_at)
  for (const entry of step.entries) {
    const { asset, at } = entry
    await staging.add({
      kind: 'asset',
      asset,
      type: typeOf(asset),
      name: asset,
      names: [{ type: 'serial', name: asset }],
      attributes: entry.attributes,
      observed_at: at,
    })
    if (entry.vulnerability) await staging.add({ kind: 'coverage', asset, subject: 'vulnerability', ...entry.vulnerability })
    if (entry.control) await staging.add({ kind: 'coverage', asset, subject: 'control', ...entry.control })
    for (const { kind, subject, component, severity, cvss_tenths, stage, fixed_version, access } of entry.listed)
      await staging.add({
        kind: 'finding',
        asset,
        ...(kind === 'control' ? { control_id: subject } : { vulnerability_ids: [subject] }),
        ...(component ? { component: { name: component } } : {}),
        ...(severity === null ? {} : { severity }),
        ...(cvss_tenths === null ? {} : { cvss: cvss_tenths / 10 }),
        exploit_stage: stage,
        ...(fixed_version === null ? {} : { fixed_version }),
        access,
      })
    for (const { control_id, status, severity, points } of entry.results)
      await staging.add({
        kind: 'control_result',
        asset,
        control_id,
        status,
        ...(severity === null ? {} : { severity }),
        ...(points === null ? {} : { points, max_points: 10 }),
      })
  }
  await staging.end()
}

async function addFeed(transaction: Engine, import_no: number, step: FeedStep): Promise<void> {
  const { source, at, complete } = step
  const staging = new FeedStaging(
    transaction,
    import_no,
    { kind: 'report', source, tool: null, tool_version: null, observed_at: at, complete },
    at,
  )
  await staging.begin()
  for (const { vulnerability_id, epss } of step.epss) await staging.add({ kind: 'epss', vulnerability_id, epss, percentile: null })
  for (const { vulnerability_id, stage, since, reference } of step.exploits)
    await staging.add({ kind: 'exploit', vulnerability_id, stage, reference, ...(since === null ? {} : { since }) })
  for (const { vulnerability_id, cvss_tenths } of step.cvss)
    await staging.add({ kind: 'cvss', vulnerability_id, cvss: cvss_tenths / 10, vector: '', version: '3.1' })
  await staging.end()
}

/** Works out what is derived, with the metrics of this catalog. */
export const derive = (stage: Stage, catalog: Catalog): Promise<unknown> => compute(stage.store, catalog)

/** Days of an organisation around the instants of a world: all on which something can have changed, and one before and after each. */
export function daysAround(stage: Stage, org: OrgIndex, instants: Iterable<number>): { day: number; at: number }[] {
  const ends = [...stage.endsAt[org]!].toSorted(([a], [b]) => a - b)
  const days = new Set<number>()
  for (const instant of instants) {
    const day = ends.find(([, ends_at]) => instant < ends_at)?.[0]
    if (day !== undefined) for (const near of [day - 1, day, day + 1]) days.add(near)
  }
  // The state at the end of a day is what holds just before it.
  return ends.filter(([day]) => days.has(day)).map(([day, ends_at]) => ({ day, at: ends_at - 1 }))
}

/** Fact tables as intervals, and looks as instants. */
const intervalTables = [
  'name_history',
  'attribute_history',
  'presence_history',
  'software_history',
  'sighting_history',
  'control_history',
  'control_result_history',
  'score_total_history',
  'benchmark_history',
  'advisory_history',
  'epss_history',
  'exploit_history',
  'cvss_history',
  'description_history',
  'end_of_life_history',
]
const lookTables = ['coverage_history', 'feed_coverage']
/** What only the knowledge of the row says, and our own numbers. */
const clockColumns = new Set(['opened_in', 'closed_in', 'retracted_in', 'stated_in', 'record_id'])

/** All facts that stand as known at an import, by table: one text per row, in order. Assets by name, findings by what they are. */
export async function factsAt(engine: Engine, known_at: number = NEVER - 1): Promise<Record<string, string[]>> {
  const names = new Map(
    (await engine.query<{ asset_id: number; name: string }>('select distinct asset_id, name from name_history')).map((row) => [
      row.asset_id,
      row.name,
    ]),
  )
  const findings = new Map(
    (
      await engine.query<{ finding_id: number; subject: string; component: string }>(
        'select finding_id, subject, component from finding_key',
      )
    ).map((row) => [row.finding_id, `${row.subject} in "${row.component}"`]),
  )
  const facts: Record<string, string[]> = {}
  for (const table of [...intervalTables, ...lookTables]) {
    const rows = await engine.query<Row>(`select * from ${table} where opened_in <= $known_at and retracted_in > $known_at`, { known_at })
    facts[table] = rows
      .map((row) => {
        const seen: Row = { ...row }
        if ('valid_to' in row && (row['closed_in'] as number) > known_at) seen['valid_to'] = NEVER
        if ('asset_id' in row) seen['asset_id'] = names.get(row['asset_id'] as number) ?? null
        if ('finding_id' in row) seen['finding_id'] = findings.get(row['finding_id'] as number) ?? null
        return JSON.stringify(
          Object.fromEntries(
            Object.entries(seen)
              .filter(([column]) => !clockColumns.has(column))
              .toSorted(([a], [b]) => (a < b ? -1 : 1)),
          ),
        )
      })
      .toSorted()
  }
  return facts
}
