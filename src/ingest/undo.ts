import { createHash } from 'node:crypto'
import { UserError } from '../errors.ts'
import { NEVER } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { EXCEPTION_FORMAT, restateAfterUndo } from '../store/exceptions/change.ts'
import { assetFacts, orgFacts, worldFacts } from '../store/facts.ts'
import { nextImport, noCounts, writeImport } from '../store/imports.ts'
import { type Placed, unplace } from '../store/intervals.ts'
import type { Store } from '../store/store.ts'

/**
 * Takes an import back: what it said is retracted, and the histories become what they would be without it, as knowledge of a new import.
 * Throws UserError('unknown_import'), UserError('already_undone'), UserError('not_undoable') for what is no report, no feed and no act on
 * an exception.
 */
export async function undoImport(store: Store, undone: number, actor: string): Promise<{ import_no: number }> {
  return store.engine.transaction(async (transaction) => {
    const [row] = await transaction.query<{
      org_id: number | null
      kind: string
      format: string | null
      options: string
      source: string | null
      file_name: string | null
      undone_in: number
    }>('select org_id, kind, format, options, source, file_name, undone_in from import where import_no = $undone', { undone })
    if (!row) throw new UserError('unknown_import', `there is no import ${undone}`, { status: 404 })
    const exception = row.kind === 'change' && row.format === EXCEPTION_FORMAT
    if (row.kind !== 'report' && row.kind !== 'feed' && !exception)
      throw new UserError('not_undoable', `import ${undone} is no report: it cannot be undone`)
    if (row.undone_in !== NEVER) throw new UserError('already_undone', `import ${undone} was undone before`, { status: 409 })
    const import_no = await nextImport(transaction)
    await transaction.run('update import set undone_in = $import_no where import_no = $undone', { import_no, undone })
    const { opened, closed } = exception
      ? await restateAfterUndo(transaction, row.org_id!, row.options, import_no)
      : await undoIn(transaction, { undone, import_no, world: row.kind === 'feed' })
    const counts = { ...noCounts(), opened, closed }
    await writeImport(transaction, {
      import_no,
      org_id: row.org_id,
      kind: 'undo',
      format: null,
      format_version: null,
      source: row.source,
      tool: null,
      tool_version: null,
      file_name: row.file_name,
      observed_at: null,
      recorded_at: store.now(),
      actor,
      input_digest: createHash('sha256').update(`undo ${undone}`).digest('hex'),
      input_bytes: 0,
      options: '{}',
      counts,
      undoes_import_no: undone,
    })
    return { import_no }
  })
}

/** The part of an undo that concerns the facts, inside a transaction, as import `import_no`. `world`: the undone import is a feed. */
export async function undoIn(
  transaction: Engine,
  { undone, import_no, world }: { undone: number; import_no: number; world: boolean },
): Promise<Placed> {
  const params = { undone, import_no, never: NEVER }
  const placed: Placed = { opened: 0, closed: 0 }
  const looks = world ? 'feed_coverage' : 'coverage_history'
  await transaction.query(
    `create temporary table undone_look as
     select * from ${looks} where opened_in = ${undone} and retracted_in = ${NEVER}`,
  )
  for (const fact of Object.values(world ? worldFacts : { ...assetFacts, ...orgFacts })) {
    const { opened, closed } = await unplace(transaction, fact, undone, import_no, 'undone_look')
    placed.opened += opened
    placed.closed += closed
    if (!world || !fact.key.includes('vulnerability_id')) continue
    await transaction.run(
      `insert into touched_vulnerability select distinct vulnerability_id from ${fact.table} where opened_in = $import_no or retracted_in = $import_no`,
      { import_no },
    )
  }
  if (!world) await transaction.run('insert into touched_asset select distinct org_id, asset_id from undone_look where asset_id > 0')
  await transaction.run(`update ${looks} set retracted_in = $import_no where opened_in = $undone and retracted_in = $never`, params)
  await transaction.query('drop table undone_look')
  return placed
}
