import type { Row } from '../../src/store/engines/engine.ts'
import type { Stage } from './play.ts'

/**
 * Every row of every table that a world may fill, facts and derived alike: one text per row, in order. Empty tables are left out, and event_basis, whose
 * digests are each engine's own.
 */
export async function dump({ engine, tables }: Pick<Stage, 'engine' | 'tables'>): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {}
  for (const table of tables) {
    if (table === 'event_basis') continue
    const rows = await engine.query<Row>(`select * from ${table}`)
    if (rows.length)
      all[table] = rows
        .map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))))
        .toSorted()
  }
  return all
}
