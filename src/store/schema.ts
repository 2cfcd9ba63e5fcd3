import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../root.ts'
import { UserError } from '../errors.ts'
import type { Engine } from './engines/engine.ts'

/**
 * A step: the file NNNN_name.sql for all engines, NNNN_name.postgres.sql for one, or both in this order; it counts on every engine, so that a backup of one is
 * restored on the other. Never edited once released.
 */
interface SchemaStep {
  step: number
  name: string
  sql: string
}

function schemaSteps(engine: Engine['name']): SchemaStep[] {
  const folder = join(packageRoot(), 'src', 'store', 'schema')
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted((a, b) => a.length - b.length) // a step's file for all engines comes before the one for this engine
  const steps = new Map<number, SchemaStep>()
  for (const file of files) {
    const step = Number(file.slice(0, 4))
    const here = /^\d{4}_[a-z_]+\.sql$/.test(file) || file.endsWith(`.${engine}.sql`)
    const sql = here ? readFileSync(join(folder, file), 'utf8') : ''
    const sofar = steps.get(step)
    steps.set(step, { step, name: sofar?.name ?? file, sql: sofar ? `${sofar.sql}\n${sql}` : sql })
  }
  return [...steps.values()].toSorted((a, b) => a.step - b.step)
}

/** Number of the newest step that this program knows, the same on every engine. */
export const newestStep = (): number => schemaSteps('duckdb').at(-1)!.step

/**
 * Applies the steps that a database has not, in their order (all, or those up to `until`), in one transaction. Throws UserError('newer_schema') when the database was
 * written by a newer Plimsoll.
 */
export async function applySchema(engine: Engine, now: number, until = Infinity): Promise<void> {
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
    const done = new Set(applied.map(({ step }) => step))
    for (const { step, name, sql } of steps.filter((each) => !done.has(each.step) && each.step <= until)) {
      for (const statement of statements(sql)) await transaction.query(statement)
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
