import type { Engine } from './engine.ts'

/** Opens a database: `postgres://…` PostgreSQL; anything else is the path of a DuckDB file, or ':memory:'. The schema is not touched. */
export async function openEngine(database: string): Promise<Engine> {
  if (/^postgres(ql)?:\/\//.test(database)) return (await import('./postgres.ts')).openPostgres(database)
  return (await import('./duckdb.ts')).openDuckdb(database)
}
