import { createHash } from 'node:crypto'
import { type AssetName, IDENTITY_WINDOW, type Run } from '../../model/identity.ts'
import type { NameType } from '../../model/asset.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../counter.ts'
import type { Engine } from '../engines/engine.ts'

/** What one source calls one asset. */
export interface RecordWords {
  source: string
  type: string
  called: readonly AssetName[]
}

/** A record, and under which asset its looks stand. */
export interface KeptRecord extends RecordWords {
  record_id: number
  /** The same for the same words, and nothing else: decides where instants do not. */
  key: string
  stays: Stay[]
}

/** Looks of one record that stand under one asset, without a gap longer than the window. */
export interface Stay extends Run {
  asset_id: number
}

/** As many ids as are asked for at once. */
const MOST_IDS = 20_000

const keyOf = ({ source, type, called }: RecordWords): string =>
  JSON.stringify([source, type, called.map(({ type: kind, name }) => `${kind}\u0000${name}`).toSorted()])

/** Gives every record its number; `fresh`: the words were never heard before. In the order of `records`. */
export async function keepRecords(
  transaction: Engine,
  org_id: number,
  import_no: number,
  records: readonly RecordWords[],
): Promise<{ record_id: number; fresh: boolean }[]> {
  const digests = records.map((record) => createHash('sha256').update(keyOf(record)).digest('hex'))
  await transaction.query('create temporary table asked_record (digest text)')
  await transaction.append(
    'asked_record',
    ['digest'],
    [...new Set(digests)].map((digest) => [digest]),
  )
  const held = await transaction.query<{ record_id: number; digest: string }>(
    'select r.record_id, r.digest from asset_record r join asked_record a on a.digest = r.digest where r.org_id = $org_id',
    { org_id },
  )
  await transaction.query('drop table asked_record')
  const known = new Map(held.map(({ record_id, digest }) => [digest, { record_id, fresh: false }]))
  const made = new Map<string, RecordWords>()
  for (const [place, digest] of digests.entries()) if (!known.has(digest)) made.set(digest, records[place]!)
  if (made.size) {
    const first = await draw(transaction, 'record_id', made.size)
    for (const [place, digest] of [...made.keys()].entries()) known.set(digest, { record_id: first + place, fresh: true })
    const numbered = [...made].map(([digest, record]) => ({ digest, record, record_id: known.get(digest)!.record_id }))
    await transaction.append(
      'asset_record',
      ['record_id', 'org_id', 'source', 'type', 'digest', 'created_in'],
      numbered.map(({ digest, record, record_id }) => [record_id, org_id, record.source, record.type, digest, import_no]),
    )
    await transaction.append(
      'record_name',
      ['org_id', 'record_id', 'name_type', 'name'],
      numbered.flatMap(({ record, record_id }) => record.called.map(({ type, name }) => [org_id, record_id, type, name])),
    )
  }
  return digests.map((digest) => known.get(digest)!)
}

/** Where the newest look of each record stands; records that nobody reports any more are left out. */
export async function newestLooks(
  engine: Engine,
  record_ids: readonly number[],
): Promise<Map<number, { asset_id: number; observed_at: Instant }>> {
  const looks = new Map<number, { asset_id: number; observed_at: Instant }>()
  for (const ids of batches(record_ids)) {
    const rows = await engine.query<{ record_id: number; asset_id: number; observed_at: number }>(
      `with newest as (
         select record_id, max(observed_at) as observed_at from coverage_history
         where record_id = any($ids) and subject = 'asset' and retracted_in = $never group by record_id)
       select distinct c.record_id, c.asset_id, c.observed_at from coverage_history c join newest n on n.record_id = c.record_id and n.observed_at = c.observed_at
       where c.subject = 'asset' and c.retracted_in = $never`,
      { ids, never: NEVER },
    )
    for (const { record_id, ...look } of rows) looks.set(record_id, look)
  }
  return looks
}

/** When anything of the organisation was seen last; -1 before anything was. */
export async function newestLook(engine: Engine, org_id: number): Promise<Instant> {
  const [row] = await engine.query<{ last: number | null }>(
    `select observed_at as last from coverage_history where org_id = $org_id and subject = 'asset' and retracted_in = $never order by observed_at desc limit 1`,
    { org_id, never: NEVER },
  )
  return row?.last ?? -1
}

/** The records of an organisation that bear any of these names. */
export async function recordsNamed(engine: Engine, org_id: number, names: readonly AssetName[]): Promise<number[]> {
  if (!names.length) return []
  await engine.query('create temporary table wanted_name (name_type text, name text)')
  await engine.append(
    'wanted_name',
    ['name_type', 'name'],
    names.map(({ type, name }) => [type, name]),
  )
  const rows = await engine.query<{ record_id: number }>(
    'select distinct n.record_id from record_name n join wanted_name w on w.name_type = n.name_type and w.name = n.name where n.org_id = $org_id',
    { org_id },
  )
  await engine.query('drop table wanted_name')
  return rows.map(({ record_id }) => record_id)
}

/** Records with their words and stays. */
export async function readRecords(engine: Engine, org_id: number, record_ids: readonly number[]): Promise<KeptRecord[]> {
  const records = new Map<number, KeptRecord & { called: AssetName[] }>()
  for (const ids of batches(record_ids)) {
    for (const row of await engine.query<{ record_id: number; source: string; type: string }>(
      'select record_id, source, type from asset_record where org_id = $org_id and record_id = any($ids) order by record_id',
      { org_id, ids },
    ))
      records.set(row.record_id, { ...row, called: [], key: '', stays: [] })
    for (const row of await engine.query<{ record_id: number; name_type: NameType; name: string }>(
      'select record_id, name_type, name from record_name where org_id = $org_id and record_id = any($ids) order by record_id, name_type collate "C", name collate "C"',
      { org_id, ids },
    ))
      records.get(row.record_id)?.called.push({ type: row.name_type, name: row.name })
  }
  for (const record of records.values()) record.key = keyOf(record)
  for (const { record_id, ...stay } of await readStays(engine, [...records.keys()])) records.get(record_id)!.stays.push(stay)
  return [...records.values()]
}

/** The records whose looks stand under an asset. */
export async function recordsUnder(engine: Engine, org_id: number, asset_id: number): Promise<KeptRecord[]> {
  const rows = await engine.query<{ record_id: number }>(
    `select distinct record_id from coverage_history where org_id = $org_id and asset_id = $asset_id and record_id > 0 and retracted_in = $never order by record_id`,
    { org_id, asset_id, never: NEVER },
  )
  return readRecords(
    engine,
    org_id,
    rows.map(({ record_id }) => record_id),
  )
}

/** Under which asset the looks of records stand, without longer gaps than the window, in the order of time. */
export async function readStays(engine: Engine, record_ids: readonly number[]): Promise<(Stay & { record_id: number })[]> {
  const stays: (Stay & { record_id: number })[] = []
  for (const ids of batches(record_ids)) {
    const rows = await engine.query<Stay & { record_id: number }>(
      `with visit as (
         select distinct record_id, asset_id, observed_at from coverage_history where record_id = any($ids) and subject = 'asset' and retracted_in = $never),
       marked as (
         select *, case when lag(asset_id) over w = asset_id and observed_at - lag(observed_at) over w <= ${IDENTITY_WINDOW} then 0 else 1 end as begins
         from visit window w as (partition by record_id order by observed_at, asset_id)),
       run as (select *, sum(begins) over (partition by record_id order by observed_at, asset_id rows unbounded preceding) as run from marked)
       select record_id, asset_id, min(observed_at) as first, max(observed_at) as last from run group by record_id, asset_id, run order by record_id, first, asset_id`,
      { ids, never: NEVER },
    )
    stays.push(...rows)
  }
  return stays
}

/** The list cut into pieces that one statement takes. */
export function batches<T>(all: readonly T[]): T[][] {
  const cut: T[][] = []
  for (let from = 0; from < all.length; from += MOST_IDS) cut.push(all.slice(from, from + MOST_IDS))
  return cut
}
