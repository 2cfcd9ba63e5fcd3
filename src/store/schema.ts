import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../root.ts'
import { UserError } from '../errors.ts'
import type { Engine } from './engines/engine.ts'

/** Files of src/store/schema in order: NNNN_name.sql for all engines, NNNN_name.postgres.sql for one, also beside one for all (after it). Never edited once released. */
interface SchemaStep {
  step: number
  name: string
  sql: string
}

function schemaSteps(engine: Engine['name']): SchemaStep[] {
  const folder = join(packageRoot(), 'src', 'store', 'schema')
  return readdirSync(folder)
    .filter((file) => /^\d{4}_[a-z_]+\.sql$/.test(file) || file.endsWith(`.${engine}.sql`))
    .toSorted((a, b) => (a.replace(`.${engine}.`, '.~') < b.replace(`.${engine}.`, '.~') ? -1 : 1))
    .map((file) => ({ step: Number(file.slice(0, 4)), name: file, sql: readFileSync(join(folder, file), 'utf8') }))
}

/**
 * Brings a database to the newest step, in one transaction. Throws UserError('newer_schema') when the database was written by a
 * newer Plimsoll.
 */
export async function applySchema(engine: Engine, now: number): Promise<void> {
  await engine.transaction(async (transaction) => {
    await transaction.query(
      'create table if not exists schema_step (step integer primary key, name text not null, applied_at bigint not null)',
    )
    const applied = await transaction.query<{ step: number }>('select step from schema_step order by step')
    const steps = schemaSteps(engine.name)
    const newest = applied.at(-1)?.step ?? 0
    if (newest > steps.at(-1)!.step) {
      throw new UserError(
        'newer_schema',
        `the database has schema step ${newest}, this program knows ${steps.at(-1)!.step}: install a newer Plimsoll`,
      )
    }
    const done = new Set<number>()
    for (const { step, name, sql } of steps.filter((each) => each.step > newest)) {
      for (const statement of statements(sql)) await transaction.query(statement)
      if (done.has(step)) continue
      done.add(step)
      await transaction.query('insert into schema_step values ($step, $name, $now)', { step, name, now })
    }
  })
}

/** Splits at semicolons that end a line, after comments are gone: our steps hold no semicolon elsewhere. */
function statements(sql: string): string[] {
  return sql
    .replace(/--[^\n]*/g, '')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter(Boolean)
}
