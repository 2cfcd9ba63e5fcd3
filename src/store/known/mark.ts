import type { Engine } from '../engines/engine.ts'

/**
 * Makes the schemas of a world anew, empty; the world is asked in `seen`. Its mark goes first: whoever asks a world reads that before all else, so that
 * on PostgreSQL this waits for them while it holds nothing that they will need.
 */
export async function clearSchemas(engine: Engine, seen: string, schemas: readonly string[]): Promise<void> {
  await engine.transaction(async (transaction) => {
    await transaction.query(`create schema if not exists ${seen}`)
    await transaction.query(`drop table if exists ${seen}.mark`)
    for (const schema of schemas) {
      await transaction.query(`drop schema if exists ${schema} cascade`)
      await transaction.query(`create schema ${schema}`)
    }
  })
}

/** Marks that a world is whole, as {@link markOf} then tells. */
export async function setMark(transaction: Engine, seen: string, token: string): Promise<void> {
  await transaction.query(`create table ${seen}.mark as select cast($token as text) as token`, { token })
}

/**
 * The last import that the derived tables at home hold (0: none), and the mark of the world in `seen`; null: none lies there, or another is being
 * laid. After null nothing can be asked in a transaction of PostgreSQL.
 */
export async function markOf(engine: Engine, seen: string): Promise<{ taken: number; token: string } | null> {
  try {
    const [row] = await engine.query<{ taken: number; token: string }>(
      `select coalesce((select import_no from ${engine.home}.taken_in), 0) as taken, token from ${seen}.mark`,
    )
    return row ?? null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Whether a table was not there: by PostgreSQL's code, which is the same in all languages (https://www.postgresql.org/docs/current/errcodes-appendix.html), or DuckDB's words. */
const isMissing = (error: unknown): boolean =>
  (error as { code?: unknown }).code === '42P01' || /^Catalog Error: .*\bmark\b.* does not exist/.test((error as Error).message)
