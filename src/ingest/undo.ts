import { createHash } from 'node:crypto'
import { UserError } from '../errors.ts'
import { NEVER } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { DEFINITION_FORMAT, restateDefinitions } from '../store/definitions/change.ts'
import { EXCEPTION_FORMAT, restateAfterUndo } from '../store/exceptions/change.ts'
import { touchEveryOrg } from '../store/derive/touched.ts'
import { assetFacts, orgFacts, worldFacts } from '../store/facts.ts'
import { nextImport, noCounts, writeImport } from '../store/imports.ts'
import { type Placed, unplace } from '../store/intervals.ts'
import { isIdentityChange, undoIdentityChange } from '../store/identity/change.ts'
import { readChoices } from '../store/identity/choices.ts'
import { restateAssets } from '../store/identity/restate.ts'
import { closureOf, settle, withStaysOfNow } from '../store/identity/settle.ts'
import { horizonOf } from '../store/retention.ts'
import { touchStated } from '../store/statements/touch.ts'
import type { Store } from '../store/store.ts'

/**
 * Takes an import back: what it said is retracted, and the histories become what they would be without it, as knowledge of a new import.
 * Throws UserError('unknown_import'), UserError('already_undone'), UserError('not_undoable') for what is no report, no feed, no act on
 * an exception or definition and no merge or split, UserError('before_horizon') for what retention no longer keeps.
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
      recorded_at: number
      undone_in: number
    }>('select org_id, kind, format, options, source, file_name, recorded_at, undone_in from import where import_no = $undone', { undone })
    if (!row) throw new UserError('unknown_import', `there is no import ${undone}`, { status: 404 })
    const exception = row.kind === 'change' && row.format === EXCEPTION_FORMAT
    const definition = row.kind === 'change' && row.format === DEFINITION_FORMAT
    const identity = row.kind === 'change' && !exception && !definition && (await isIdentityChange(transaction, undone))
    if (row.kind !== 'report' && row.kind !== 'feed' && !exception && !definition && !identity)
      throw new UserError(
        'not_undoable',
        `import ${undone} is no report, no exception, no definition that a person set and no merge or split of assets: it cannot be undone`,
      )
    if (row.undone_in !== NEVER) throw new UserError('already_undone', `import ${undone} was undone before`, { status: 409 })
    const horizon = row.org_id === null ? null : await horizonOf(transaction, row.org_id)
    if (horizon !== null && row.recorded_at < horizon)
      throw new UserError('before_horizon', `import ${undone} is older than what retention keeps: it cannot be undone any more`, {
        status: 410,
      })
    const import_no = await nextImport(transaction)
    await transaction.run('update import set undone_in = $import_no where import_no = $undone', { import_no, undone })
    const { opened, closed } = exception
      ? await restateAfterUndo(transaction, row.org_id!, row.options, import_no)
      : definition
        ? await restateDefinitions(transaction, row.org_id!, row.options, import_no)
        : identity
          ? await undoIdentityChange(transaction, { undone, import_no, org_id: row.org_id! })
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
  const stated = world ? 'opened_in' : 'stated_in'
  await transaction.query(
    `create temporary table undone_look as
     select * from ${looks} where ${stated} = ${undone} and retracted_in = ${NEVER}`,
  )
  const identity = world ? null : await identityWithout(transaction, undone, import_no)
  for (const fact of Object.values(world ? worldFacts : { ...assetFacts, ...orgFacts })) {
    const { opened, closed } = await unplace(transaction, fact, undone, import_no, 'undone_look')
    placed.opened += opened
    placed.closed += closed
    if (fact === worldFacts.end_of_life) {
      const moved = await transaction.query(
        'select 1 as moved from end_of_life_history where opened_in = $import_no or retracted_in = $import_no limit 1',
        { import_no },
      )
      if (moved.length > 0) await touchEveryOrg(transaction)
    }
    if (!world || !fact.key.includes('vulnerability_id')) continue
    await transaction.run(
      `insert into touched_vulnerability select distinct vulnerability_id from ${fact.table} where opened_in = $import_no or retracted_in = $import_no`,
      { import_no },
    )
  }
  if (!world) {
    await transaction.run('insert into touched_asset select distinct org_id, asset_id from undone_look where asset_id > 0')
    await touchStated(transaction, import_no)
  }
  await transaction.run(`update ${looks} set retracted_in = $import_no where ${stated} = $undone and retracted_in = $never`, params)
  await transaction.query('drop table undone_look')
  await identity?.()
  return placed
}

/**
 * What the looks in undone_look decided about identity is decided again without them: to be called before they are gone; what it returns,
 * after. Also makes those assets anew that another record of the source was seen as at the same instant.
 */
async function identityWithout(transaction: Engine, undone: number, import_no: number): Promise<() => Promise<void>> {
  const gone = await transaction.query<{ org_id: number; record_id: number }>(
    `select distinct org_id, record_id from undone_look where record_id > 0`,
  )
  if (!gone.length) return async () => {}
  const org_id = gone[0]!.org_id
  const shared = await transaction.query<{ asset_id: number }>(
    `select distinct c.asset_id from coverage_history c join undone_look u on u.asset_id = c.asset_id and u.source = c.source and u.observed_at = c.observed_at
     where c.org_id = $org_id and c.stated_in <> $undone and c.subject = 'asset' and u.subject = 'asset' and c.retracted_in = $never
     union select distinct u.asset_id from coverage_history c join undone_look u on u.source = c.source and u.observed_at = c.observed_at
     where c.org_id = $org_id and c.stated_in <> $undone and c.subject = 'presence' and c.asset_id = 0 and u.subject = 'asset' and c.retracted_in = $never`,
    { org_id, undone, never: NEVER },
  )
  const choices = await readChoices(transaction, org_id)
  const records = await closureOf(
    transaction,
    org_id,
    gone.map(({ record_id }) => record_id),
    [choices],
  )
  return async () => {
    const { moves } = await settle(transaction, org_id, import_no, await withStaysOfNow(transaction, records), choices)
    await restateAssets(
      transaction,
      org_id,
      import_no,
      moves,
      shared.map(({ asset_id }) => asset_id),
    )
  }
}
