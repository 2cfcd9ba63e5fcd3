import { type NameType, nameTypes } from '../model/asset.ts'
import type { AssetRecord } from '../model/record.ts'
import { DAY_US, type Instant, NEVER } from '../model/time.ts'
import { draw } from '../store/counter.ts'
import type { Engine } from '../store/engines/engine.ts'

/** From here on a name is weak: it matches only within the window and when nothing stronger disagrees. */
const FIRST_WEAK = nameTypes.indexOf('fqdn')

/** Two sightings of a weak name further apart than this are not taken for the same asset. */
const WINDOW = 30 * DAY_US

interface Known {
  asset_id: number
  type: string
  names: Map<NameType, Set<string>>
  /** When a source last looked at it. */
  last_seen: Instant
  first_seen: Instant
}

/**
 * Finds or makes the asset of each of a report's assets. Strongest names first; a weak name (FQDN, host name, IP) matches an asset of
 * the same type, seen within 30 days of this, that no stronger name contradicts. Returns asset ids in the order of `assets`. Uses the
 * empty temporary table `asked_name`.
 */
export async function resolveAssets(
  transaction: Engine,
  org_id: number,
  import_no: number,
  assets: readonly { record: AssetRecord; observed_at: Instant }[],
): Promise<number[]> {
  if (!assets.length) return []
  const known = await readKnown(
    transaction,
    org_id,
    assets.map((asset) => asset.record),
  )
  const byName = new Map<string, Set<Known>>()
  const index = (asset: Known, type: NameType, name: string) => {
    const key = `${type}\u0000${name}`
    byName.set(key, (byName.get(key) ?? new Set()).add(asset))
  }
  for (const asset of known) for (const [type, names] of asset.names) for (const name of names) index(asset, type, name)

  const ids: number[] = []
  const created: Known[] = []
  for (const { record, observed_at } of assets) {
    const found = match(record, observed_at, byName)
    const asset = found ?? {
      asset_id: -1 - created.length,
      type: record.type,
      names: new Map(),
      last_seen: observed_at,
      first_seen: observed_at,
    }
    if (!found) created.push(asset)
    asset.last_seen = Math.max(asset.last_seen, observed_at)
    asset.first_seen = Math.min(asset.first_seen, observed_at)
    for (const { type, name } of record.names) {
      asset.names.set(type, (asset.names.get(type) ?? new Set()).add(name))
      index(asset, type, name)
    }
    ids.push(asset.asset_id)
  }
  const first = created.length ? await draw(transaction, 'asset_id', created.length) : 0
  await transaction.append(
    'asset_key',
    ['asset_id', 'org_id', 'created_in'],
    created.map((_, order) => [first + order, org_id, import_no]),
  )
  return ids.map((id) => (id < 0 ? first - 1 - id : id))
}

function match(record: AssetRecord, observed_at: Instant, byName: Map<string, Set<Known>>): Known | null {
  const names = record.names.toSorted((a, b) => nameTypes.indexOf(a.type) - nameTypes.indexOf(b.type))
  for (const { type, name } of names) {
    const strength = nameTypes.indexOf(type)
    const candidates = [...(byName.get(`${type}\u0000${name}`) ?? [])].toSorted((a, b) => age(a) - age(b))
    const found = candidates.find((asset) => {
      if (strength < FIRST_WEAK) return true
      const near = observed_at - asset.last_seen <= WINDOW && asset.first_seen - observed_at <= WINDOW
      return near && asset.type === record.type && !disagrees(record, asset, strength)
    })
    if (found) return found
  }
  return null
}

/** The older asset first; those that this report makes come last, in its order. */
const age = (asset: Known): number => (asset.asset_id > 0 ? asset.asset_id : Number.MAX_SAFE_INTEGER / 2 - asset.asset_id)

/** Both have a name of some stronger type and share none of it. */
function disagrees(record: AssetRecord, asset: Known, strength: number): boolean {
  return nameTypes.slice(0, strength).some((type) => {
    const theirs = asset.names.get(type)
    const ours = record.names.filter((name) => name.type === type)
    return theirs !== undefined && ours.length > 0 && !ours.some(({ name }) => theirs.has(name))
  })
}

/** The assets that have any of these names, with all their names. */
async function readKnown(transaction: Engine, org_id: number, records: readonly AssetRecord[]): Promise<Known[]> {
  const asked = new Map(records.flatMap((record) => record.names.map(({ type, name }) => [`${type}\u0000${name}`, [type, name] as const])))
  await transaction.append('asked_name', ['name_type', 'name'], asked.values())
  const rows = await transaction.query<{
    asset_id: number
    name_type: NameType
    name: string
    type: string | null
    first_seen: number | null
    last_seen: number | null
  }>(
    `with hit as (
       select distinct n.asset_id from name_history n join asked_name a on a.name_type = n.name_type and a.name = n.name
       where n.org_id = $org_id and n.retracted_in = $never),
     seen as (
       select c.asset_id, min(c.observed_at) as first_seen, max(c.observed_at) as last_seen from coverage_history c join hit on hit.asset_id = c.asset_id
       where c.retracted_in = $never group by c.asset_id),
     kind as (
       select a.asset_id, min(a.value) as type from attribute_history a join hit on hit.asset_id = a.asset_id
       where a.attribute = 'type' and a.retracted_in = $never and a.valid_to = $never group by a.asset_id)
     select distinct n.asset_id, n.name_type, n.name, kind.type, seen.first_seen, seen.last_seen
     from name_history n join hit on hit.asset_id = n.asset_id left join seen on seen.asset_id = n.asset_id left join kind on kind.asset_id = n.asset_id
     where n.retracted_in = $never order by n.asset_id, n.name_type, n.name`,
    { org_id, never: NEVER },
  )
  const known = new Map<number, Known>()
  for (const row of rows) {
    const asset = known.get(row.asset_id) ?? {
      asset_id: row.asset_id,
      type: row.type ?? 'other',
      names: new Map(),
      first_seen: row.first_seen ?? NEVER,
      last_seen: row.last_seen ?? 0,
    }
    known.set(row.asset_id, asset)
    asset.names.set(row.name_type, (asset.names.get(row.name_type) ?? new Set()).add(row.name))
  }
  return [...known.values()]
}
