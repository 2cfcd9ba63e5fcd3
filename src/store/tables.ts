import type { Engine } from './engines/engine.ts'

/** Tables that are made from the facts and may be thrown away at any time. */
export const derivedTables = [
  'finding_history',
  'asset_history',
  'asset_class',
  'asset_hand',
  'rule_held',
  'value_factor',
  'fresh_history',
  'source_staleness',
  'look_span',
  'news',
  'vulnerability_history',
  'software_release',
  'asset_day',
  'action_check',
  'action_state',
  'control_objective',
  'control_framework',
  'metric_critical',
  'score_delta',
  'computed_metric',
  'event',
] as const

/**
 * Tables that only help: their content is a constant, or says what is still to be worked out, or which schema there is. Sealed secrets are of no use
 * without the key of their data folder.
 */
const helpers = [
  'hazard',
  'taken_in',
  'touched_asset',
  'reported_asset',
  'touched_vulnerability',
  'schema_step',
  'events_until',
  'event_basis',
  'look_gap',
  'sealed_secret',
]

export interface Column {
  name: string
  text: boolean
}

/** A table with its columns, ordered by name: the same on every engine and whatever step added them. */
export interface Table {
  table: string
  columns: Column[]
}

/** Every table of the database itself, by name; temporary tables and views are left out. */
export async function listTables(engine: Engine): Promise<Table[]> {
  const rows = await engine.query<{ table_name: string; column_name: string; data_type: string }>(
    `select c.table_name, c.column_name, c.data_type from information_schema.columns c
     join information_schema.tables t on t.table_catalog = c.table_catalog and t.table_schema = c.table_schema and t.table_name = c.table_name
     where c.table_catalog = current_database() and c.table_schema = current_schema() and t.table_type = 'BASE TABLE'`,
  )
  const tables = new Map<string, Table>()
  for (const { table_name, column_name, data_type } of rows) {
    const table = tables.get(table_name) ?? { table: table_name, columns: [] }
    tables.set(table_name, table)
    table.columns.push({ name: column_name, text: /char|text/i.test(data_type) })
  }
  const byName = (a: string, b: string) => (a < b ? -1 : 1)
  for (const table of tables.values()) table.columns.sort((a, b) => byName(a.name, b.name))
  return [...tables.values()].toSorted((a, b) => byName(a.table, b.table))
}

/** Tables that cannot be made from anything else: facts, the log of imports, organisations, published numbers. */
export const isKept = ({ table }: Table): boolean => !helpers.includes(table) && !(derivedTables as readonly string[]).includes(table)
