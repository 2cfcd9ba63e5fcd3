import { createHash } from 'node:crypto'
import { UserError } from '../errors.ts'
import { DAY_US, formatInstant, type Instant, NEVER } from '../model/time.ts'
import type { Engine } from './engines/engine.ts'
import { digestFacts, type FactDigest, negated } from './fact-digests.ts'
import { nextImport, noCounts, writeImport } from './imports.ts'
import { deleteRemovedInputs } from './inputs.ts'
import type { Store } from './store.ts'
import { listTables, type Table } from './tables.ts'

/** How long things are kept, in days; null: for ever. */
export interface RetentionPolicy {
  /** Raw inputs, from their import on. */
  inputs_days: number | null
  /** Facts that have ended, from their end (and the moment at which it was learned) on. Never for the world's. */
  facts_days: number | null
}

/** What one run of a policy removes, or would remove. */
export interface RetentionRun {
  /** Import that logs it; null: nothing was to be removed, or it was only asked. */
  import_no: number | null
  /** Before this instant facts are no longer whole; null: facts are kept for ever. */
  horizon: Instant | null
  /** Rows by table. */
  facts: Record<string, number>
  inputs: number
}

/** Instead of an organisation: the world, whose feeds nobody owns. Not 0: definitions of 0 are those that come with the program. */
export const WORLD = -1

/** Shorter than this nothing can be kept: staleness and rhythm of the sources are worked out from what lies behind. */
const LEAST_DAYS = 90

const KIND = 'retention'

/** The policy of an organisation, or of the {@link WORLD}. */
export async function readPolicy(engine: Engine, org_id: number): Promise<RetentionPolicy> {
  const [row] = await engine.query<{ body: string }>(
    `select body from definition_history where org_id = $org_id and kind = '${KIND}' and valid_to = ${NEVER} and retracted_in = ${NEVER}`,
    { org_id },
  )
  return row ? (JSON.parse(row.body) as RetentionPolicy) : { inputs_days: null, facts_days: null }
}

/** Sets a policy, as a change that is logged; it removes nothing by itself. Throws UserError('bad_retention'). */
export async function setPolicy(store: Store, org_id: number, policy: RetentionPolicy, actor: string): Promise<{ import_no: number }> {
  for (const days of [policy.inputs_days, policy.facts_days])
    if (days !== null && (!Number.isInteger(days) || days < LEAST_DAYS || days > 36_500))
      throw new UserError('bad_retention', `retention is a whole number of days, at least ${LEAST_DAYS}, or "forever"`)
  if (org_id === WORLD && policy.facts_days !== null)
    throw new UserError('bad_retention', 'facts about the world are kept for ever: only the raw inputs of feeds can be removed')
  const now = store.now()
  return store.engine.transaction(async (transaction) => {
    const import_no = await nextImport(transaction)
    const body = JSON.stringify({ inputs_days: policy.inputs_days, facts_days: policy.facts_days })
    await transaction.run(
      `update definition_history set valid_to = $now, closed_in = $import_no
       where org_id = $org_id and kind = '${KIND}' and valid_to = ${NEVER} and retracted_in = ${NEVER}`,
      { now, import_no, org_id },
    )
    await transaction.append(
      'definition_history',
      ['org_id', 'kind', 'id', 'body', 'valid_from', 'valid_to', 'opened_in', 'closed_in', 'retracted_in'],
      [[org_id, KIND, '', body, now, NEVER, import_no, NEVER, NEVER]],
    )
    await log(store, transaction, { import_no, org_id, kind: 'change', actor, options: body, notes: [] })
    return { import_no }
  })
}

/**
 * Removes what the policy no longer keeps, in one transaction, logged with what was removed of which import: `verify` goes on checking the
 * rest. No answer about an instant at or after the horizon, as known at or after it, changes. `dry`: only counts. The caller computes
 * afterwards: the assets concerned are marked as touched.
 */
export async function applyRetention(store: Store, org_id: number, options: { actor: string; dry?: boolean }): Promise<RetentionRun> {
  const policy = await readPolicy(store.engine, org_id)
  const now = store.now()
  const run = await store.engine.transaction(async (transaction): Promise<RetentionRun> => {
    const horizon = policy.facts_days === null ? null : now - policy.facts_days * DAY_US
    const removable = horizon === null ? () => null : await removableBefore(transaction, org_id, horizon)
    const digests = await digestFacts(transaction, removable)
    const inputs = policy.inputs_days === null ? [] : await inputsOf(transaction, org_id, now - policy.inputs_days * DAY_US)
    const facts: Record<string, number> = {}
    for (const { fact_table, part, facts: rows } of digests) if (part === 'opened') facts[fact_table] = (facts[fact_table] ?? 0) + rows
    const found = { import_no: null, horizon, facts, inputs: inputs.length }
    if (options.dry || (!digests.length && !inputs.length)) return found
    const import_no = await nextImport(transaction)
    await removeFacts(transaction, removable)
    if (digests.length) await transaction.append('retention_horizon', ['org_id', 'horizon', 'set_in'], [[org_id, horizon, import_no]])
    const removed = Object.entries(facts).map(([table, rows]) => `${rows} of ${table}`)
    await log(store, transaction, {
      import_no,
      org_id,
      kind: 'retention',
      actor: options.actor,
      options: JSON.stringify({ ...policy, horizon: digests.length ? formatInstant(horizon) : null }),
      notes: [`Removed by policy: ${[...removed, `${inputs.length} raw inputs`].join(', ')}.`],
      removed: { digests: negated(digests), inputs },
    })
    return { ...found, import_no }
  })
  if (!options.dry) await deleteRemovedInputs(store.engine, store.data)
  return run
}

/** Removes all that is known about an organisation, logged; the rows of its imports stay as the log. Inside a transaction. */
export async function removeAllOf(store: Store, transaction: Engine, org: { org_id: number; slug: string }, actor: string): Promise<void> {
  const { org_id, slug } = org
  const tables = (await listTables(transaction)).filter(
    ({ table, columns }) => table !== 'import' && columns.some(({ name }) => name === 'org_id'),
  )
  const digests = await digestFacts(transaction, ({ table }) =>
    tables.some((each) => each.table === table) ? `org_id = ${Math.trunc(org_id)}` : null,
  )
  const inputs = await inputsOf(transaction, org_id, NEVER)
  for (const { table } of tables) await transaction.run(`delete from ${table} where org_id = $org_id`, { org_id })
  await log(store, transaction, {
    import_no: await nextImport(transaction),
    org_id,
    kind: 'retention',
    actor,
    options: JSON.stringify({ removed: slug }),
    notes: [`Removed the organisation ${slug} with all that was known about it.`],
    removed: { digests: negated(digests), inputs },
  })
}

/** The instant before which an organisation's facts are no longer whole; null: they are whole. */
export async function horizonOf(engine: Engine, org_id: number): Promise<Instant | null> {
  const [row] = await engine.query<{ horizon: number | null }>(
    'select max(horizon) as horizon from retention_horizon where org_id = $org_id',
    {
      org_id,
    },
  )
  return row!.horizon
}

/** Tables of facts that end and of which nothing later needs what has ended. Names, presence and looks decide about reports still to come. */
const ending = [
  'attribute_history',
  'software_history',
  'sighting_history',
  'control_history',
  'control_result_history',
  'score_total_history',
  'benchmark_history',
  'advisory_history',
  'statement_history',
]

/** SQL by table: rows that no question about an instant and a knowledge at or after `horizon` can meet. */
async function removableBefore(transaction: Engine, org_id: number, horizon: Instant): Promise<(table: Table) => string | null> {
  const [row] = await transaction.query<{ last: number }>(
    'select coalesce(max(import_no), 0) as last from import where recorded_at < $horizon',
    { horizon },
  )
  const { last } = row!
  return ({ table }) =>
    ending.includes(table)
      ? `org_id = ${Math.trunc(org_id)} and (retracted_in <= ${last} or (valid_to <= ${Math.trunc(horizon)} and closed_in <= ${last}))`
      : null
}

async function removeFacts(transaction: Engine, removable: (table: Table) => string | null): Promise<void> {
  for (const table of await listTables(transaction)) {
    const condition = removable(table)
    if (condition === null) continue
    if (table.columns.some(({ name }) => name === 'asset_id'))
      await transaction.run(`insert into touched_asset select distinct org_id, asset_id from ${table.table} where ${condition}`)
    await transaction.run(`delete from ${table.table} where ${condition}`)
  }
}

/** Digests of the kept inputs that only this organisation (or the world) imported, all of them before `limit`. */
async function inputsOf(transaction: Engine, org_id: number, limit: Instant): Promise<string[]> {
  const rows = await transaction.query<{ input_digest: string }>(
    `select i.input_digest from import i
     left join (select input_digest, max(removed_in) as removed_in from removed_input group by input_digest) r on r.input_digest = i.input_digest
     where i.kind in ('report', 'feed') and i.import_no > coalesce(r.removed_in, 0)
     group by i.input_digest
     having max(i.recorded_at) < $limit and min(coalesce(i.org_id, ${WORLD})) = $org_id and max(coalesce(i.org_id, ${WORLD})) = $org_id
     order by i.input_digest`,
    { org_id, limit },
  )
  return rows.map(({ input_digest }) => input_digest)
}

interface Logged {
  import_no: number
  org_id: number
  kind: 'change' | 'retention'
  actor: string
  options: string
  notes: string[]
  removed?: { digests: FactDigest[]; inputs: string[] }
}

const log = (store: Store, transaction: Engine, { import_no, org_id, kind, actor, options, notes, removed }: Logged): Promise<void> =>
  writeImport(
    transaction,
    {
      import_no,
      org_id: org_id === WORLD ? null : org_id,
      kind,
      format: null,
      format_version: null,
      source: null,
      tool: null,
      tool_version: null,
      file_name: null,
      observed_at: null,
      recorded_at: store.now(),
      actor,
      input_digest: createHash('sha256').update(options).digest('hex'),
      input_bytes: 0,
      options,
      counts: { ...noCounts(), notes },
      undoes_import_no: null,
    },
    removed,
  )
