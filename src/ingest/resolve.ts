import type { AssetName } from '../model/identity.ts'
import { IDENTITY_WINDOW, nameKey } from '../model/identity.ts'
import type { AssetRecord } from '../model/record.ts'
import type { Instant } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { readChoices } from '../store/identity/choices.ts'
import { keepRecords, newestLook, newestLooks } from '../store/identity/records.ts'
import { restateAssets } from '../store/identity/restate.ts'
import { closureOf, settle } from '../store/identity/settle.ts'
import { addTo } from '../model/grouped-by.ts'

/** Longest name kept. */
const LONGEST = 500

/**
 * Finds or makes the asset of each of a report's assets, and joins what these turn out to be one: see docs/decisions/0004-identity.md. What
 * was seen lately by the same words is where it was; only for the rest, and what it touches, everything is decided again. In the order of
 * `assets`.
 */
export async function resolveAssets(
  transaction: Engine,
  org_id: number,
  import_no: number,
  source: string,
  assets: readonly { record: AssetRecord; observed_at: Instant }[],
): Promise<{ record_id: number; asset_id: number }[]> {
  if (!assets.length) return []
  const kept = await keepRecords(
    transaction,
    org_id,
    import_no,
    assets.map(({ record }) => ({ source, type: record.type, called: namesOf(source, record) })),
  )
  const visits = kept.map(({ record_id, fresh }, place) => ({ record_id, fresh, at: assets[place]!.observed_at }))
  const looks = await newestLooks(transaction, [...new Set(visits.flatMap(({ record_id, fresh }) => (fresh ? [] : [record_id])))])
  const last = visits.reduce((newest, { at }) => Math.max(newest, at), await newestLook(transaction, org_id))
  // A look soon after the last one of the same words, with nothing much later known, brings nothing near that was not near before.
  const settled = ({ record_id, at }: { record_id: number; at: Instant }) => {
    const look = looks.get(record_id)
    return look !== undefined && look.observed_at <= at && last - look.observed_at <= IDENTITY_WINDOW
  }
  const seeds = [...new Set(visits.filter((visit) => !settled(visit)).map(({ record_id }) => record_id))]
  if (!seeds.length) return visits.map(({ record_id }) => ({ record_id, asset_id: looks.get(record_id)!.asset_id }))

  const added = new Map<number, Instant[]>()
  for (const { record_id, at } of visits) addTo(added, record_id, at)
  const choices = await readChoices(transaction, org_id)
  const records = await closureOf(transaction, org_id, seeds, [choices], added)
  const { moves, assetOf } = await settle(transaction, org_id, import_no, records, choices, added)
  await restateAssets(transaction, org_id, import_no, moves)
  const decided = new Set(records.map(({ record_id }) => record_id))
  return visits.map(({ record_id, at }) => ({
    record_id,
    asset_id: decided.has(record_id) ? assetOf(record_id, at) : looks.get(record_id)!.asset_id,
  }))
}

/** The names of a report's asset as kept: each once, cut where too long; one that the source itself gives where there is none. */
function namesOf(source: string, record: AssetRecord): AssetName[] {
  const names = new Map<string, AssetName>()
  for (const { type, name } of record.names) {
    const written = name.replaceAll('\u0000', '').trim().slice(0, LONGEST)
    if (written) names.set(nameKey({ type, name: written }), { type, name: written })
  }
  if (!names.size) return [{ type: 'label', name: `${source}/${record.name.replaceAll('\u0000', '').trim()}`.slice(0, LONGEST) }]
  return [...names.values()]
}
