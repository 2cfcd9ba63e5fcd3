import { createHash } from 'node:crypto'
import { nameTypes } from '../../model/asset.ts'
import { type AssetName, type IdentityChoice, identifies, linkingNames, nameKey } from '../../model/identity.ts'
import { NEVER } from '../../model/time.ts'
import { UserError } from '../../errors.ts'
import type { Engine } from '../engines/engine.ts'
import { nextImport, noCounts, writeImport } from '../imports.ts'
import type { Placed } from '../intervals.ts'
import type { Store } from '../store.ts'
import { readChoices, writeChoices } from './choices.ts'
import { type KeptRecord, recordsNamed, recordsUnder } from './records.ts'
import { restateAssets } from './restate.ts'
import { closureOf, settle, withStaysOfNow } from './settle.ts'

/** What a split sets apart: a name that identifies nothing, or what one source says. */
export type SplitBy = { name: AssetName } | { source: string }

/** What a person's word came to: the import that tells it, and the assets that there are now. */
export interface IdentityChanged {
  import_no: number
  asset_ids: number[]
}

/** Longest reason kept. */
const LONGEST = 1000

/**
 * A person says that two assets are one: kept by the strongest name of each, and true of all that bears one of them, now and later, until it
 * is undone. Throws UserError('unknown_asset'), UserError('same_asset'), UserError('reason_needed').
 */
export async function mergeAssets(
  store: Store,
  org_id: number,
  asset_ids: readonly [number, number],
  said: { reason: string; actor: string },
): Promise<IdentityChanged> {
  if (asset_ids[0] === asset_ids[1]) throw new UserError('same_asset', `asset ${asset_ids[0]} is one asset already: name two`)
  return change(store, org_id, said, { merge: asset_ids }, async (transaction, reason) => {
    const [left, right] = [await recordsOf(transaction, org_id, asset_ids[0]), await recordsOf(transaction, org_id, asset_ids[1])]
    return { records: [...left, ...right], choices: [{ kind: 'merge', left: strongest(left), right: strongest(right), reason }] }
  })
}

/**
 * A person says that what is one asset is several: a name of it identifies nothing, or one source means something else by its names. Throws
 * UserError('unknown_asset'), UserError('reason_needed'), UserError('nothing_to_split') when the asset would stay one.
 */
export async function splitAsset(
  store: Store,
  org_id: number,
  asset_id: number,
  by: SplitBy,
  said: { reason: string; actor: string },
): Promise<IdentityChanged> {
  return change(store, org_id, said, { split: asset_id, by }, async (transaction, reason) => {
    const records = await recordsOf(transaction, org_id, asset_id)
    const names = 'name' in by ? [by.name] : sharedNames(records, by.source)
    const known = new Set(records.flatMap(({ called }) => called.map(nameKey)))
    if (!names.length || names.some((name) => !known.has(nameKey(name))))
      throw new UserError(
        'nothing_to_split',
        'name' in by
          ? `asset ${asset_id} has no ${by.name.type} ${by.name.name}; it has ${[...known]
              .map((key) => key.replace('\u0000', ':'))
              .slice(0, 20)
              .join(', ')}`
          : `asset ${asset_id} shares no name between ${by.source} and another source; its sources are ${[...new Set(records.map(({ source }) => source))].join(', ')}`,
      )
    const choices = names.map((name): IdentityChoice =>
      'name' in by ? { kind: 'ignore', name, reason } : { kind: 'apart', name, source: by.source, reason },
    )
    return { records, choices, splits: asset_id }
  })
}

/** Whether an import is a merge or split that a person said. */
export async function isIdentityChange(engine: Engine, import_no: number): Promise<boolean> {
  const found = await engine.query('select choice_id from identity_choice where opened_in = $import_no', {
    import_no,
  })
  return found.length > 0
}

/** Takes back what a person said about identity in import `undone`, as import `import_no`. */
export async function undoIdentityChange(
  transaction: Engine,
  { undone, import_no, org_id }: { undone: number; import_no: number; org_id: number },
): Promise<Placed> {
  const before = await readChoices(transaction, org_id)
  const names = await transaction.query<{
    name_type: AssetName['type']
    name: string
    other_type: AssetName['type'] | null
    other_name: string | null
  }>(
    'select name_type, name, other_type, other_name from identity_choice where org_id = $org_id and opened_in = $undone and retracted_in = $never',
    { org_id, undone, never: NEVER },
  )
  const said = names.flatMap(({ name_type, name, other_type, other_name }) => [
    { type: name_type, name },
    ...(other_type && other_name !== null ? [{ type: other_type, name: other_name }] : []),
  ])
  await transaction.run(
    'update identity_choice set retracted_in = $import_no where org_id = $org_id and opened_in = $undone and retracted_in = $never',
    {
      import_no,
      org_id,
      undone,
      never: NEVER,
    },
  )
  await decideAgain(transaction, org_id, import_no, await recordsNamed(transaction, org_id, said), [
    before,
    await readChoices(transaction, org_id),
  ])
  return { opened: 0, closed: 0 }
}

/** Decides about records again, whose choices were the first set and are the second. Returns how many looks moved, and the assets of all. */
async function decideAgain(
  transaction: Engine,
  org_id: number,
  import_no: number,
  seeds: readonly number[],
  [before, after]: readonly [readonly IdentityChoice[], readonly IdentityChoice[]],
): Promise<{ moved: number; records: KeptRecord[] }> {
  const records = await closureOf(transaction, org_id, seeds, [before, after])
  const { moves } = await settle(transaction, org_id, import_no, records, after)
  await restateAssets(transaction, org_id, import_no, moves)
  return { moved: moves.length, records: await withStaysOfNow(transaction, records) }
}

async function change(
  store: Store,
  org_id: number,
  { reason, actor }: { reason: string; actor: string },
  asked: object,
  say: (transaction: Engine, reason: string) => Promise<{ records: KeptRecord[]; choices: IdentityChoice[]; splits?: number }>,
): Promise<IdentityChanged> {
  const written = reason.replaceAll('\u0000', '').trim().slice(0, LONGEST)
  if (!written)
    throw new UserError('reason_needed', 'say why, for whoever looks at it next year: --reason "same laptop, reinstalled in May"')
  return store.engine.transaction(async (transaction) => {
    const before = await readChoices(transaction, org_id)
    const { records, choices, splits } = await say(transaction, written)
    const import_no = await nextImport(transaction)
    await writeChoices(transaction, org_id, import_no, actor, choices)
    const seeds = [
      ...new Set([...records.map(({ record_id }) => record_id), ...(await recordsNamed(transaction, org_id, choices.flatMap(namesIn)))]),
    ]
    const { moved, records: now } = await decideAgain(transaction, org_id, import_no, seeds, [
      before,
      await readChoices(transaction, org_id),
    ])
    if (!moved && splits !== undefined)
      throw new UserError(
        'nothing_to_split',
        `asset ${splits} stays one: its records are linked by other names as well, or a person merged them (then undo that import). plimsoll assets show ${splits} says why`,
      )
    const options = JSON.stringify({ ...asked, choices })
    await writeImport(transaction, {
      import_no,
      org_id,
      kind: 'change',
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
      counts: { ...noCounts(), notes: [written] },
      undoes_import_no: null,
    })
    const touched = new Set(records.map(({ record_id }) => record_id))
    const asset_ids = now.filter(({ record_id }) => touched.has(record_id)).flatMap(({ stays }) => stays.map(({ asset_id }) => asset_id))
    return { import_no, asset_ids: [...new Set(asset_ids)].toSorted((a, b) => a - b) }
  })
}

const namesIn = (choice: IdentityChoice): AssetName[] => (choice.kind === 'merge' ? [choice.left, choice.right] : [choice.name])

/** The records whose looks stand under an asset. Throws UserError('unknown_asset'). */
async function recordsOf(engine: Engine, org_id: number, asset_id: number): Promise<KeptRecord[]> {
  const records = await recordsUnder(engine, org_id, asset_id)
  if (!records.length) throw new UserError('unknown_asset', `there is no asset ${asset_id} here`, { status: 404 })
  return records
}

/** The strongest name that identifies, the first in the alphabet of several. */
function strongest(records: readonly KeptRecord[]): AssetName {
  const names = records.flatMap(({ called }) => called)
  const able = names.filter(identifies)
  return (able.length ? able : names).toSorted(
    (a, b) => nameTypes.indexOf(a.type) - nameTypes.indexOf(b.type) || (a.name < b.name ? -1 : 1),
  )[0]!
}

/** The names by which a source's records are linked to those of others. */
function sharedNames(records: readonly KeptRecord[], source: string): AssetName[] {
  const own = new Map<string, AssetName>()
  const others = new Set<string>()
  for (const record of records)
    for (const name of linkingNames(record.source, record.called, [])) {
      if (record.source === source) own.set(nameKey(name), name)
      else others.add(nameKey(name))
    }
  return [...own].flatMap(([key, name]) => (others.has(key) ? [name] : []))
}
