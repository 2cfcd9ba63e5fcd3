import type { Engine, Value } from '../../store/engines/engine.ts'
import { assetFacts, type FactTable, orgFacts, worldFacts } from '../../store/facts.ts'
import { createStagedSql } from '../../store/intervals.ts'

/** Rows that wait in memory before they are appended to a temporary table. */
const BATCH = 4000

/** Temporary tables for what refers to assets by the importer's own keys, until the whole report is known. */
const raw = {
  raw_finding: [
    'local integer',
    'kind text',
    'subject text',
    'component text',
    'severity smallint',
    'cvss_tenths smallint',
    'stage smallint',
    'version text',
    'fixed_version text',
    'place text',
    'title text',
    'access smallint',
    'purl text',
  ],
  raw_result: [
    'local integer',
    'control_id text',
    'status text',
    'severity smallint',
    'points integer',
    'max_points integer',
    'passed integer',
    'total integer',
    'evidence text',
    'place text',
    'user_impact smallint',
  ],
  raw_software: [
    'local integer',
    'name text',
    'version text',
    'vendor text',
    'purl text',
    'cpe text',
    'place text',
    'end_of_support_at bigint',
  ],
  raw_closed: ['local integer', 'kind text', 'subject text', 'component text', 'closed_at bigint', 'reason text'],
  raw_advisory: [
    'vulnerability_id text',
    'title text',
    'description text',
    'severity smallint',
    'cvss_tenths smallint',
    'cvss_vector text',
    'published_at bigint',
    'url text',
    'aliases text',
  ],
  local_asset: ['local integer', 'record_id bigint', 'asset_id bigint', 'observed_at bigint', 'late boolean'],
  ended_line: ['fact text', 'asset_id bigint', 'first text', 'second text', 'observed_at bigint'],
  raw_coverage: ['local integer', 'subject text', 'access smallint', 'min_severity smallint', 'checks text'],
  local_access: ['local integer', 'subject text', 'access smallint', 'checks text'],
  staged_coverage: [
    'org_id integer',
    'asset_id bigint',
    'source text',
    'subject text',
    'access smallint',
    'min_severity smallint',
    'checks text',
    'observed_at bigint',
    'record_id bigint',
    'late boolean',
  ],
  staged_feed: ['source text', 'observed_at bigint', 'complete boolean', 'late boolean'],
} as const

/** Columns of one of them, in order. */
export const columnsOf = (table: keyof typeof raw) => raw[table].map((column) => column.split(' ')[0]!)

/** The fact tables of a room. */
export const facts = (all: Record<string, FactTable>) => Object.values(all)

/** Makes the temporary tables of this connection where it has none yet. They are empty whenever no report is being placed. */
export async function createStaging(transaction: Engine): Promise<void> {
  const [found] = await transaction.query<{ found: number }>(
    `select count(*) as found from information_schema.tables where table_name = 'staged_feed'`,
  )
  if (found?.found) return
  for (const fact of [...facts(assetFacts), ...facts(orgFacts), ...facts(worldFacts)]) await transaction.query(createStagedSql(fact))
  for (const [table, columns] of Object.entries(raw)) await transaction.query(`create temporary table ${table} (${columns.join(', ')})`)
}

/** Appends beside the reading of a report: one is under way while the rows of the next are gathered. */
export class Appends {
  private last: Promise<unknown> = Promise.resolve()

  /** Appends once those before are done. The promise is that of the one before: to wait for it keeps what waits in memory small. */
  start(append: () => Promise<unknown>): Promise<unknown> {
    const before = this.last
    this.last = before.then(append)
    this.last.catch(() => {}) // told by the next one, or by done
    return before
  }

  /** Waits for all. To be called before anything else is asked of the transaction, and before it ends, however it ends. */
  async done(): Promise<void> {
    await this.last
  }
}

/** Gathers the rows of one table and appends them in batches. */
export class Rows {
  /** Rows pushed so far. */
  count = 0
  private rows: Value[][] = []
  private readonly transaction: Engine
  private readonly appends: Appends
  readonly table: string
  private readonly columns: readonly string[]

  constructor(transaction: Engine, appends: Appends, table: string, columns: readonly string[]) {
    this.transaction = transaction
    this.appends = appends
    this.table = table
    this.columns = columns
  }

  /** A promise when it is to be waited for before the next row. */
  push(row: Value[]): Promise<unknown> | undefined {
    this.count++
    if (this.rows.push(row) >= BATCH) return this.write()
    return undefined
  }

  /** Starts to append what was gathered. */
  write(): Promise<unknown> | undefined {
    const { rows } = this
    this.rows = []
    return rows.length ? this.appends.start(() => this.transaction.append(this.table, this.columns, rows)) : undefined
  }
}
