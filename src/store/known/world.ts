import { NEVER, type Instant } from '../../model/time.ts'
import { NEVER_DAY } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { setMark } from './mark.ts'

/** What a world is asked for: an organisation's store as it was known when import `known_at` was the last one. */
export interface WorldQuestion {
  org_id: number
  known_at: number
  /** Answers are right for moments before this instant, the end of the organisation's day `day`; NEVER and NEVER_DAY: for all. */
  until: Instant
  day: number
}

/** The schemas of one world, as SQL writes them. `seen` shows the whole; the others are what it is made of. */
export interface Schemas {
  facts: string
  own: string
  seen: string
}

/** Derived tables with a row or more per asset; those columns of each that say until when, with what stands for "no end". */
const perAsset: Record<string, readonly [column: string, never: number][]> = {
  finding_history: [
    ['valid_to', NEVER],
    ['to_day', NEVER_DAY],
  ],
  asset_history: [
    ['valid_to', NEVER],
    ['to_day', NEVER_DAY],
  ],
  fresh_history: [
    ['valid_to', NEVER],
    ['to_day', NEVER_DAY],
  ],
  asset_class: [
    ['valid_to', NEVER],
    ['to_day', NEVER_DAY],
  ],
  asset_day: [],
}

/** Derived tables of an organisation's own that a world works out whole. */
const perOrg = ['source_staleness', 'look_span', 'asset_hand', 'rule_held', 'value_factor', 'news', 'score_delta', 'event']

/** Those of them that a derivation compares with how it would be: they begin as at home. */
const compared = ['source_staleness', 'asset_hand', 'rule_held', 'value_factor']

/** Tables that say what is to be worked out and with what it can be spared: in a world there is nothing that it could build on. */
const waiting = ['touched_asset', 'reported_asset', 'touched_vulnerability', 'taken_in', 'look_gap']

/** Tables of facts by their columns: an interval is stated, ended and retracted; a look is stated and retracted. */
interface FactTables {
  intervals: Map<string, string[]>
  looks: Map<string, string[]>
  columns: Map<string, string[]>
}

/** The columns of every table at home, in their order. */
export async function tableColumns(engine: Engine): Promise<Map<string, string[]>> {
  const schema = engine.home.split('.').at(-1)!.replaceAll('"', '')
  const rows = await engine.query<{ table_name: string; column_name: string }>(
    `select c.table_name, c.column_name from information_schema.columns c
     join information_schema.tables t on t.table_catalog = c.table_catalog and t.table_schema = c.table_schema and t.table_name = c.table_name
     where c.table_schema = '${schema}' and c.table_catalog = ${engine.home.includes('.') ? `'${engine.home.split('.')[0]!.replaceAll('"', '')}'` : 'current_database()'}
       and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`,
  )
  const columns = new Map<string, string[]>()
  for (const { table_name, column_name } of rows) columns.set(table_name, [...(columns.get(table_name) ?? []), column_name])
  return columns
}

async function readTables(engine: Engine): Promise<FactTables> {
  const columns = await tableColumns(engine)
  const facts = [...columns].filter(([, names]) => names.includes('opened_in') && names.includes('retracted_in'))
  return {
    columns,
    intervals: new Map(facts.filter(([, names]) => names.includes('valid_to'))),
    looks: new Map(facts.filter(([, names]) => !names.includes('valid_to'))),
  }
}

/**
 * Fills the schemas of a world: all facts as they were known, and every derived table empty, with the assets and vulnerabilities marked as
 * touched for which that knowledge differs from `taken`, the one that the derived tables at home hold. What is derived is then to be
 * made within `facts` and `own` for what is touched. For all else the tables at home hold good: see {@link showWorld}.
 */
export async function layWorld(transaction: Engine, schemas: Schemas, question: WorldQuestion, taken: number): Promise<void> {
  const { home } = transaction
  const { org_id, known_at, until } = question
  const tables = await readTables(transaction)
  for (const [table, columns] of tables.intervals) {
    const shown = columns.map((column) =>
      column === 'valid_to' || column === 'closed_in'
        ? `case when closed_in <= ${known_at} then ${column} else ${NEVER} end as ${column}`
        : column === 'retracted_in'
          ? `cast(${NEVER} as bigint) as retracted_in`
          : column,
    )
    await transaction.query(
      `create view ${schemas.facts}.${table} as select ${shown.join(', ')} from ${home}.${table} where opened_in <= ${known_at} and ${known_at} < retracted_in`,
    )
  }
  for (const [table, columns] of tables.looks) {
    const shown = columns.map((column) => (column === 'retracted_in' ? `cast(${NEVER} as bigint) as retracted_in` : column))
    await transaction.query(
      `create view ${schemas.facts}.${table} as select ${shown.join(', ')} from ${home}.${table} where opened_in <= ${known_at} and ${known_at} < retracted_in`,
    )
  }
  const imports = tables.columns.get('import')!
  await transaction.query(
    `create view ${schemas.facts}.import as select ${imports.map((column) => (column === 'undone_in' ? `case when undone_in <= ${known_at} then undone_in else ${NEVER} end as undone_in` : column)).join(', ')}
     from ${home}.import where import_no <= ${known_at}`,
  )
  for (const table of ['asset_key', 'finding_key'])
    await transaction.query(`create view ${schemas.facts}.${table} as select * from ${home}.${table} where org_id = ${org_id}`)
  for (const table of [...Object.keys(perAsset), ...perOrg, 'vulnerability_history', ...waiting])
    await transaction.query(`create table ${schemas.own}.${table} as select * from ${home}.${table} where false`)
  for (const table of compared)
    await transaction.query(`insert into ${schemas.own}.${table} select * from ${home}.${table} where org_id = ${org_id}`)
  await transaction.query(`insert into ${schemas.own}.news select * from ${home}.news where org_id = ${org_id} or org_id = 0`)

  const [low, high] = [Math.min(known_at, taken), Math.max(known_at, taken)]
  const between = (column: string) => `(${column} > ${low} and ${column} <= ${high})`
  const changed = `(${between('opened_in')} and valid_from < ${until}) or (${between('retracted_in')} and valid_from < ${until}) or (${between('closed_in')} and valid_to < ${until})`
  const looked = `(${between('opened_in')} or ${between('retracted_in')})${until === NEVER ? '' : ` and observed_at < ${until}`}`
  const assets: string[] = []
  const vulnerabilities: string[] = []
  for (const [table, columns] of [...tables.intervals, ...tables.looks]) {
    const differs = tables.looks.has(table) ? looked : changed
    if (columns.includes('asset_id'))
      assets.push(
        `select org_id, asset_id from ${home}.${table} where org_id = ${org_id} and asset_id is not null and asset_id > 0 and (${differs})`,
      )
    else if (columns.includes('vulnerability_id') && !columns.includes('org_id'))
      vulnerabilities.push(`select vulnerability_id from ${home}.${table} where ${differs}`)
    // A statement about no asset in particular may be about any.
    if (columns.includes('asset_id') && columns.includes('asset_group'))
      assets.push(
        `select k.org_id, k.asset_id from ${home}.asset_key k where k.org_id = ${org_id} and exists (
           select 1 from ${home}.${table} where org_id = ${org_id} and asset_id is null and (${differs}))`,
      )
  }
  // A statement is about findings of its vulnerability, wherever they are.
  assets.push(
    `select k.org_id, k.asset_id from ${home}.finding_key k where k.org_id = ${org_id} and k.kind = 'vulnerability' and k.subject in (
       select vulnerability_id from ${home}.statement_history where org_id = ${org_id} and (${changed}))`,
  )
  // One asset in any case: the staleness of sources follows all looks, also those at assets that are as they were.
  assets.push(`select ${org_id}, min(asset_id) from ${home}.asset_key where org_id = ${org_id} having min(asset_id) is not null`)
  await transaction.query(`insert into ${schemas.own}.touched_asset ${assets.join(' union ')}`)
  // The assets that are worked out anew have other vulnerabilities too: those as they are at home.
  await transaction.query(
    `insert into ${schemas.own}.vulnerability_history select v.* from ${home}.vulnerability_history v
     where v.vulnerability_id in (select k.subject from ${home}.finding_key k where k.org_id = ${org_id} and k.kind = 'vulnerability')`,
  )
  await transaction.query(
    `insert into ${schemas.own}.touched_vulnerability
     select distinct d.vulnerability_id from (${vulnerabilities.join(' union ')}) d
     join ${home}.finding_key k on k.org_id = ${org_id} and k.kind = 'vulnerability' and k.subject = d.vulnerability_id`,
  )
}

/**
 * Shows a world whose derivation has ended: the assets and vulnerabilities of temporary tables `touched` and `touched_world` as worked out in
 * it, all others as at home, cut off at the instant until which the world is right. Scores and events are empty tables to be filled.
 * `token` is what {@link markOf} then gives.
 */
export async function showWorld(transaction: Engine, schemas: Schemas, question: WorldQuestion, token: string): Promise<void> {
  const { home } = transaction
  const { org_id, until, day } = question
  const { own, seen, facts } = schemas
  const tables = await readTables(transaction)
  // What is the same, not what differs: a view that leaves assets out makes DuckDB hold the rows of its table before it looks at them.
  await transaction.query(
    `create table ${own}.same as select k.asset_id from ${home}.asset_key k
     where k.org_id = ${org_id} and not exists (select 1 from touched t where t.org_id = ${org_id} and t.asset_id = k.asset_id)`,
  )
  await transaction.query(
    `create table ${own}.same_world as select distinct h.vulnerability_id from ${home}.vulnerability_history h
     where not exists (select 1 from touched_world t where t.vulnerability_id = h.vulnerability_id)
       and not exists (select 1 from ${own}.vulnerability_history v where v.vulnerability_id = h.vulnerability_id)`,
  )
  for (const table of [...tables.intervals.keys(), ...tables.looks.keys(), 'import'])
    await transaction.query(`create view ${seen}.${table} as select * from ${facts}.${table}`)
  for (const [table, ends] of Object.entries(perAsset)) {
    const columns = tables.columns.get(table)!
    const differing = `select ${columns.join(', ')} from ${own}.${table} where org_id = ${org_id}`
    const begun = ends.length ? `h.valid_from < ${until}` : `h.day <= ${day}`
    const same = `${home}.${table} h where h.org_id = ${org_id} and ${begun} and h.asset_id in (select asset_id from ${own}.same)`
    const [any] = await transaction.query(`select 1 as found from ${same} limit 1`)
    if (!any) {
      await transaction.query(`create view ${seen}.${table} as ${differing}`) // nothing at home need be looked through
      continue
    }
    const cut = columns.map((column) => {
      const end = ends.find(([name]) => name === column)
      return end
        ? `case when h.${column} ${column === 'to_day' ? `> ${day}` : `>= ${until}`} then ${end[1]} else h.${column} end as ${column}`
        : `h.${column}`
    })
    await transaction.query(`create view ${seen}.${table} as select ${cut.join(', ')} from ${same} union all ${differing}`)
  }
  await transaction.query(
    `create view ${seen}.vulnerability_history as
     select h.* from ${home}.vulnerability_history h where h.vulnerability_id in (select vulnerability_id from ${own}.same_world)
     union all select * from ${own}.vulnerability_history`,
  )
  for (const table of [...compared, 'news', 'look_span'])
    await transaction.query(`create view ${seen}.${table} as select * from ${own}.${table}`)
  for (const table of ['action_state', 'score_delta', 'metric_critical', 'event', 'event_basis', ...waiting])
    await transaction.query(`create table ${seen}.${table} as select * from ${home}.${table} where false`)
  await setMark(transaction, seen, token)
}
