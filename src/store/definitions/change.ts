import { createHash } from 'node:crypto'
import { type DefinitionKind, definitionKinds } from '../../model/definition.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import type { Engine, Value } from '../engines/engine.ts'
import { nextImport, noCounts, writeImport } from '../imports.ts'
import { RULES_ALONE } from '../derive/touched.ts'
import type { Placed } from '../intervals.ts'
import type { Store } from '../store.ts'

/** `format` of the imports that change definitions: acts of kind 'change'. */
export const DEFINITION_FORMAT = 'definition'

/** A definition as it shall be from now on; body null: it ends. */
export interface DefinitionChange {
  kind: DefinitionKind
  id: string
  body: string | null
}

/** Who changes definitions, and why. */
export interface Author {
  actor: string
  reason?: string | undefined
}

/** What an act says, as its import keeps it in its options. */
interface Act {
  definitions: DefinitionChange[]
  reason: string | null
}

/**
 * Sets and ends definitions of an organisation from now on, as one act of learning; those that say what holds already are left as they are.
 * `import_no` null: nothing changed. What follows from them is touched, not computed: call `compute` afterwards. The caller has checked the
 * bodies.
 */
export async function changeDefinitions(
  store: Store,
  org_id: number,
  changes: readonly DefinitionChange[],
  by: Author,
): Promise<{ import_no: number | null }> {
  return store.engine.transaction((transaction) => changeDefinitionsIn(transaction, store.now(), org_id, changes, by))
}

/** {@link changeDefinitions} within a transaction, at the instant `now`. */
export async function changeDefinitionsIn(
  transaction: Engine,
  now: Instant,
  org_id: number,
  changes: readonly DefinitionChange[],
  { actor, reason }: Author,
): Promise<{ import_no: number | null }> {
  const last = new Map(changes.map((change) => [keyOf(change), change]))
  const kinds = [...new Set(changes.map(({ kind }) => kind))]
  if (!kinds.length) return { import_no: null }
  const standing = new Map(
    (
      await transaction.query<DefinitionChange>(
        `select kind, id, body from definition_history where org_id = $org_id and kind = any($kinds) and valid_to = ${NEVER} and retracted_in = ${NEVER}`,
        { org_id, kinds },
      )
    ).map((row) => [keyOf(row), row.body]),
  )
  const changed = [...last.values()].filter((change) => (standing.get(keyOf(change)) ?? null) !== change.body)
  if (!changed.length) return { import_no: null }
  const import_no = await nextImport(transaction)
  const closed = changed.filter((change) => standing.has(keyOf(change)))
  for (const { kind, id } of closed)
    await transaction.run(
      `update definition_history set valid_to = $now, closed_in = $import_no
       where org_id = $org_id and kind = $kind and id = $id and valid_to = ${NEVER} and retracted_in = ${NEVER}`,
      { now, import_no, org_id, kind, id },
    )
  const opened = await transaction.append(
    'definition_history',
    columns,
    changed
      .filter(({ body }) => body !== null)
      .map(({ kind, id, body }): Value[] => [org_id, kind, id, body, now, NEVER, import_no, NEVER, NEVER]),
  )
  const options = JSON.stringify({ definitions: [...last.values()], reason: reason ?? null } satisfies Act)
  await writeImport(transaction, {
    import_no,
    org_id,
    kind: 'change',
    format: DEFINITION_FORMAT,
    format_version: 1,
    source: null,
    tool: null,
    tool_version: null,
    file_name: null,
    observed_at: null,
    recorded_at: now,
    actor,
    input_digest: createHash('sha256').update(options).digest('hex'),
    input_bytes: Buffer.byteLength(options),
    options,
    counts: { ...noCounts(), opened, closed: closed.length },
    undoes_import_no: null,
  })
  await touch(
    transaction,
    org_id,
    changed.map(({ kind }) => kind),
  )
  return { import_no }
}

const columns = ['org_id', 'kind', 'id', 'body', 'valid_from', 'valid_to', 'opened_in', 'closed_in', 'retracted_in'] as const

const keyOf = ({ kind, id }: { kind: string; id: string }): string => `${kind} ${id}`

/**
 * After an act on definitions was undone: each definition that it named becomes what the other acts on it come to, as import `import_no`. `options`:
 * those of the undone import.
 */
export async function restateDefinitions(transaction: Engine, org_id: number, options: string, import_no: number): Promise<Placed> {
  const undone = (JSON.parse(options) as Act).definitions
  const rows = await transaction.query<{ recorded_at: Instant; options: string }>(
    `select recorded_at, options from import where org_id = $org_id and kind = 'change' and format = '${DEFINITION_FORMAT}' and undone_in = ${NEVER} order by import_no`,
    { org_id },
  )
  const acts = rows.map((row) => ({ at: row.recorded_at, definitions: (JSON.parse(row.options) as Act).definitions }))
  const placed: Placed = { opened: 0, closed: 0 }
  for (const { kind, id } of undone) {
    const wanted: { body: string; valid_from: Instant; valid_to: Instant }[] = []
    for (const { at, definitions } of acts) {
      const said = definitions.find((each) => each.kind === kind && each.id === id)
      if (!said) continue
      const before = wanted.at(-1)
      if (before?.valid_to === NEVER) {
        if (before.body === said.body) continue
        before.valid_to = at
      }
      if (said.body !== null) wanted.push({ body: said.body, valid_from: at, valid_to: NEVER })
    }
    const of = `org_id = $org_id and kind = $kind and id = $id and retracted_in = ${NEVER}`
    const standing = await transaction.query<{ body: string; valid_from: Instant; valid_to: Instant }>(
      `select body, valid_from, valid_to from definition_history where ${of}`,
      { org_id, kind, id },
    )
    for (const row of standing) {
      const same = wanted.findIndex(
        (each) => each.body === row.body && each.valid_from === row.valid_from && each.valid_to === row.valid_to,
      )
      if (same >= 0) {
        wanted.splice(same, 1)
        continue
      }
      await transaction.run(
        `update definition_history set retracted_in = $import_no where ${of} and valid_from = $valid_from and valid_to = $valid_to`,
        { import_no, org_id, kind, id, valid_from: row.valid_from, valid_to: row.valid_to },
      )
      placed.closed++
    }
    placed.opened += await transaction.append(
      'definition_history',
      columns,
      wanted.map(({ body, valid_from, valid_to }): Value[] => [
        org_id,
        kind,
        id,
        body,
        valid_from,
        valid_to,
        import_no,
        valid_to === NEVER ? NEVER : import_no,
        NEVER,
      ]),
    )
  }
  await touch(
    transaction,
    org_id,
    undone.map(({ kind }) => kind),
  )
  return placed
}

/** Marks what is to be worked out anew. Asset 0, which there is not, stands for the organisation's scores alone, {@link RULES_ALONE} for less. */
async function touch(transaction: Engine, org_id: number, kinds: readonly DefinitionKind[]): Promise<void> {
  const moves = new Set(kinds.map((kind): string => definitionKinds[kind].moves))
  if (moves.has('assets'))
    await transaction.run('insert into touched_asset select org_id, asset_id from asset_key where org_id = $org_id', { org_id })
  else if (moves.has('scores')) await transaction.append('touched_asset', ['org_id', 'asset_id'], [[org_id, 0]])
  else if (moves.has('rules')) await transaction.append('touched_asset', ['org_id', 'asset_id'], [[org_id, RULES_ALONE]])
}
