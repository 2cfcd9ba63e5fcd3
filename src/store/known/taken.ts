import type { Instant } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** The last import that the derived tables hold; 0: none. */
export async function takenIn(engine: Engine): Promise<number> {
  const [row] = await engine.query<{ import_no: number }>(`select import_no from ${engine.home}.taken_in`)
  return row?.import_no ?? 0
}

/** Notes that the derived tables hold all imports there are. */
export async function noteTaken(transaction: Engine): Promise<void> {
  await transaction.query('delete from taken_in')
  await transaction.query('insert into taken_in select max(import_no) from import having max(import_no) is not null')
}

/** The last import recorded at an instant or before; 0: none. */
export async function lastImport(engine: Engine, at: Instant): Promise<number> {
  const [row] = await engine.query<{ last: number }>(
    'select import_no as last from import where recorded_at <= $at order by import_no desc limit 1',
    { at },
  )
  return row?.last ?? 0
}

/** When an import was recorded, or the last one before it; null: there is none. */
export async function recordedAt(engine: Engine, import_no: number): Promise<Instant | null> {
  const [row] = await engine.query<{ recorded_at: Instant }>(
    'select recorded_at from import where import_no <= $import_no order by import_no desc limit 1',
    { import_no },
  )
  return row?.recorded_at ?? null
}
