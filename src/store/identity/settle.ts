import {
  type AssetName,
  type IdentityChoice,
  IDENTITY_WINDOW,
  type IdentityNode,
  linkingNames,
  mayLink,
  mergedBy,
  nameKey,
  nodesOf,
  partition,
  type Run,
} from '../../model/identity.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../counter.ts'
import type { Engine } from '../engines/engine.ts'
import { batches, type KeptRecord, readRecords, readStays, recordsNamed } from './records.ts'
import { addTo } from '../../model/grouped-by.ts'

/** Looks of a record in [first, last] that belong under another asset than they stand under. */
export interface Move extends Run {
  record_id: number
  from: number
  to: number
}

/** The looks that an import is about to add: instants by record. */
export type Added = ReadonlyMap<number, readonly Instant[]>

const none: Added = new Map()

/**
 * The records about which the identity of `seeds` may decide, and that may decide about it: all that can be reached by names that could
 * link, under any of the given sets of choices.
 */
export async function closureOf(
  engine: Engine,
  org_id: number,
  seeds: readonly number[],
  choices: readonly (readonly IdentityChoice[])[],
  added: Added = none,
): Promise<KeptRecord[]> {
  const inside = new Map<number, KeptRecord>()
  const outside = new Map<number, KeptRecord>()
  const asked = new Set<string>()
  const nodes = new Map<number, IdentityNode[][]>()
  const nodesIn = (record: KeptRecord) => {
    let made = nodes.get(record.record_id)
    if (!made) nodes.set(record.record_id, (made = choices.map((set) => nodesOf(record, runsWith(record, added), set))))
    return made
  }
  const byName = new Map<string, KeptRecord[]>()
  const read = async (ids: readonly number[]) => {
    const records = await readRecords(
      engine,
      org_id,
      ids.filter((id) => !inside.has(id) && !outside.has(id)),
    )
    for (const record of records) {
      outside.set(record.record_id, record)
      for (const name of record.called) {
        const held = byName.get(nameKey(name))
        if (held) held.push(record)
        else byName.set(nameKey(name), [record])
      }
    }
  }
  await read(seeds)
  let frontier = seeds.map((id) => outside.get(id)!).filter(Boolean)
  for (const record of frontier) {
    outside.delete(record.record_id)
    inside.set(record.record_id, record)
  }
  while (frontier.length) {
    const namesOf = (record: KeptRecord) => new Map(choices.flatMap((set) => reaching(record, set)).map((name) => [nameKey(name), name]))
    const wanted = new Map(frontier.flatMap((record) => [...namesOf(record)]).filter(([key]) => !asked.has(key)))
    for (const key of wanted.keys()) asked.add(key)
    await read(await recordsNamed(engine, org_id, [...wanted.values()]))
    const next: KeptRecord[] = []
    for (const record of frontier)
      for (const key of namesOf(record).keys())
        for (const other of byName.get(key) ?? []) {
          if (!outside.has(other.record_id)) continue
          const linked = choices.some(
            (set, place) =>
              mergedBy(record.called, other.called, set) ||
              nodesIn(record)[place]!.some((left) => nodesIn(other)[place]!.some((right) => mayLink(left, right))),
          )
          if (!linked) continue
          outside.delete(other.record_id)
          inside.set(other.record_id, other)
          next.push(other)
        }
    frontier = next
  }
  return [...inside.values()]
}

/** The names by which a record may reach others: those that link, and what people put beside one of its own. */
function reaching(record: KeptRecord, choices: readonly IdentityChoice[]): AssetName[] {
  const names = linkingNames(record.source, record.called, choices).map(({ type, name }) => ({ type, name: name.split('\u0000')[0]! }))
  const called = new Set(record.called.map(nameKey))
  for (const choice of choices)
    if (choice.kind === 'merge' && (called.has(nameKey(choice.left)) || called.has(nameKey(choice.right))))
      names.push(choice.left, choice.right)
  return names
}

/** A record's runs, with the looks that are about to be added. */
function runsWith(record: KeptRecord, added: Added): Run[] {
  const pieces = [...record.stays, ...(added.get(record.record_id) ?? []).map((at) => ({ first: at, last: at }))].toSorted(
    (a, b) => a.first - b.first,
  )
  const runs: Run[] = []
  for (const { first, last } of pieces) {
    const open = runs.at(-1)
    if (open && first - open.last <= IDENTITY_WINDOW) open.last = Math.max(open.last, last)
    else runs.push({ first, last })
  }
  return runs
}

/**
 * Decides which records are one asset, among records that no other touches (closureOf). Returns the looks that stand elsewhere, and the
 * asset of every record at an instant of the looks added. An asset keeps its number while its first records keep theirs; what falls
 * apart takes the number that it had before, where it had one.
 */
export async function settle(
  transaction: Engine,
  org_id: number,
  import_no: number,
  records: readonly KeptRecord[],
  choices: readonly IdentityChoice[],
  added: Added = none,
): Promise<{ moves: Move[]; assetOf: (record_id: number, at: Instant) => number }> {
  const owners: KeptRecord[] = []
  const nodes: IdentityNode[] = []
  for (const record of records)
    for (const node of nodesOf(record, runsWith(record, added), choices)) {
      owners.push(record)
      nodes.push(node)
    }
  const { asset } = partition(nodes, choices)
  const staysOf = (place: number) =>
    owners[place]!.stays.filter((stay) => nodes[place]!.runs.some((run) => run.first <= stay.first && stay.last <= run.last))
  const members = new Map<number, number[]>()
  for (const [place, number] of asset.entries()) addTo(members, number, place)
  // Numbers of assets are places in canonical order: the earliest chooses first.
  const components = [...members]
    .toSorted(([a], [b]) => a - b)
    .map(([, places]) =>
      places.toSorted((a, b) => nodes[a]!.runs[0]!.first - nodes[b]!.runs[0]!.first || (nodes[a]!.key < nodes[b]!.key ? -1 : 1)),
    )
  const taken = new Set<number>()
  const ids = components.map((places) => {
    const now = places.flatMap(staysOf).find((stay) => !taken.has(stay.asset_id))?.asset_id
    if (now !== undefined) taken.add(now)
    return now ?? null
  })
  const homeless = ids.flatMap((id, place) => (id === null && components[place]!.some((node) => owners[node]!.stays.length) ? [place] : []))
  if (homeless.length) {
    const former = await formerAssets(transaction, [
      ...new Set(homeless.flatMap((place) => components[place]!.map((node) => owners[node]!.record_id))),
    ])
    for (const place of homeless) {
      const id = components[place]!.flatMap((node) => former.get(owners[node]!.record_id) ?? []).find((each) => !taken.has(each))
      if (id === undefined) continue
      taken.add(id)
      ids[place] = id
    }
  }
  const made = ids.filter((id) => id === null).length
  if (made) {
    let next = await draw(transaction, 'asset_id', made)
    const fresh: number[] = []
    for (const [place, id] of ids.entries()) if (id === null) fresh.push((ids[place] = next++))
    await transaction.append(
      'asset_key',
      ['asset_id', 'org_id', 'created_in'],
      fresh.map((id) => [id, org_id, import_no]),
    )
  }

  const moves: Move[] = []
  const placed = new Map<number, { run: Run; asset_id: number }[]>()
  for (const [component, places] of components.entries()) {
    const to = ids[component]!
    for (const place of places) {
      const { record_id } = owners[place]!
      for (const { asset_id, first, last } of staysOf(place))
        if (asset_id !== to) moves.push({ record_id, first, last, from: asset_id, to })
      const held = placed.get(record_id) ?? []
      placed.set(record_id, held)
      for (const run of nodes[place]!.runs) held.push({ run, asset_id: to })
    }
  }
  return {
    moves,
    assetOf: (record_id, at) => placed.get(record_id)!.find(({ run }) => run.first <= at && at <= run.last)!.asset_id,
  }
}

/** Assets that looks of these records stood under once and that nothing stands under now, lowest number first. */
async function formerAssets(engine: Engine, record_ids: readonly number[]): Promise<Map<number, number[]>> {
  const former = new Map<number, number[]>()
  for (const ids of batches(record_ids)) {
    const rows = await engine.query<{ record_id: number; asset_id: number }>(
      `select distinct c.record_id, c.asset_id from coverage_history c
       where c.record_id = any($ids) and c.asset_id > 0 and c.retracted_in < $never
         and not exists (select 1 from coverage_history n where n.asset_id = c.asset_id and n.retracted_in = $never)
       order by c.asset_id`,
      { ids, never: NEVER },
    )
    for (const { record_id, asset_id } of rows) addTo(former, record_id, asset_id)
  }
  return former
}

/** The records again, with the stays that they have now. */
export async function withStaysOfNow(engine: Engine, records: readonly KeptRecord[]): Promise<KeptRecord[]> {
  const stays = new Map<number, KeptRecord['stays']>()
  for (const { record_id, ...stay } of await readStays(
    engine,
    records.map((record) => record.record_id),
  ))
    addTo(stays, record_id, stay)
  return records.map((record) => ({ ...record, stays: stays.get(record.record_id) ?? [] }))
}
