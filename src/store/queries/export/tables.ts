import { UserError } from '../../../errors.ts'
import type { Engine, Value } from '../../engines/engine.ts'

/** The tables of the whole history, in the order of docs/history.md. World tables belong to no organisation. */
export const exportTables = [
  { table: 'import', world: false },
  { table: 'asset_key', world: false },
  { table: 'asset_record', world: false },
  { table: 'record_name', world: false },
  { table: 'shared_listing', world: false },
  { table: 'identity_choice', world: false },
  { table: 'name_history', world: false },
  { table: 'attribute_history', world: false },
  { table: 'presence_history', world: false },
  { table: 'coverage_history', world: false },
  { table: 'software_history', world: false },
  { table: 'finding_key', world: false },
  { table: 'sighting_history', world: false },
  { table: 'item_history', world: false },
  { table: 'control_history', world: false },
  { table: 'control_result_history', world: false },
  { table: 'score_total_history', world: false },
  { table: 'benchmark_history', world: false },
  { table: 'advisory_history', world: false },
  { table: 'exception_history', world: false },
  { table: 'statement_key', world: false },
  { table: 'statement_history', world: false },
  { table: 'definition_history', world: false },
  { table: 'finding_history', world: false },
  { table: 'asset_history', world: false },
  { table: 'fresh_history', world: false },
  { table: 'asset_day', world: false },
  { table: 'score_delta', world: false },
  { table: 'day', world: false },
  { table: 'epss_history', world: true },
  { table: 'exploit_history', world: true },
  { table: 'cvss_history', world: true },
  { table: 'description_history', world: true },
  { table: 'end_of_life_history', world: true },
  { table: 'vulnerability_history', world: true },
  { table: 'hazard', world: true },
] as const

/** A cell of CSV after RFC 4180; null is empty, text is always quoted, so that the empty text is not null. */
const cell = (value: Value): string =>
  value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value)

/** One table as CSV, with a header line, in pieces. `org_id` narrows the tables that have one. Throws a plain error for a table that is not of the list. */
export async function* tableCsv(engine: Engine, table: string, org_id: number): AsyncGenerator<string> {
  const known = exportTables.find((each) => each.table === table)
  if (!known) throw new Error(`${table} is not exported`)
  const columns = await engine.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_name = $table and table_schema not like 'pg_temp%' order by ordinal_position`,
    { table },
  )
  const names = columns.map(({ column_name }) => column_name)
  yield `${names.join(',')}\n`
  for await (const rows of engine.stream<Record<string, Value>>(
    `select * from ${table}${known.world ? '' : ` where org_id = $org_id`}`,
    known.world ? {} : { org_id },
  )) {
    yield rows.map((row) => `${names.map((name) => cell(row[name]!)).join(',')}\n`).join('')
  }
}

/** Writes one table as a Parquet file. Throws UserError('no_parquet') where the engine cannot write Parquet. */
export async function writeParquet(engine: Engine, table: string, org_id: number, file: string): Promise<void> {
  const known = exportTables.find((each) => each.table === table)
  if (!known) throw new Error(`${table} is not exported`)
  if (engine.name !== 'duckdb')
    throw new UserError('no_parquet', 'only the embedded database writes Parquet: export CSV, which is --format csv')
  const rows = `select * from ${table}${known.world ? '' : ` where org_id = ${Math.trunc(org_id)}`}`
  await engine.run(`copy (${rows}) to '${file.replaceAll("'", "''")}' (format parquet)`)
}
