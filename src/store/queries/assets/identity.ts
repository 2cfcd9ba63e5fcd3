import type { NameType } from '../../../model/asset.ts'
import { nameTypes } from '../../../model/asset.ts'
import { type IdentityLink, nodesOf, partition } from '../../../model/identity.ts'
import type { Engine } from '../../engines/engine.ts'
import { readChoices } from '../../identity/choices.ts'
import { recordsUnder } from '../../identity/records.ts'

/** One reason why what sources report is one asset. */
export interface IdentityReason {
  /** `same`: a strong name; `near`: a weak name within the window, nothing stronger disagrees; `merged`: a person said so. */
  why: IdentityLink['why']
  name_type: NameType
  name: string
  /** Whose records it links, in the order of the alphabet. */
  sources: string[]
  /** The reason as a sentence. */
  text: string
}

const words: Record<NameType, string> = {
  cloud_id: 'cloud id',
  agent_id: 'agent id',
  serial: 'serial number',
  repository: 'repository',
  image: 'image',
  tenant_id: 'tenant id',
  label: 'label',
  fqdn: 'FQDN',
  hostname: 'host name',
  ip: 'IP address',
}

const rank = { merged: 0, same: 1, near: 2 } as const

/** Why the records of an asset are one, as known now: what people said first, then the strongest names. */
export async function identityOf(engine: Engine, org_id: number, asset_id: number): Promise<IdentityReason[]> {
  const records = await recordsUnder(engine, org_id, asset_id)
  if (!records.length) return []
  const choices = await readChoices(engine, org_id)
  const nodes = records.flatMap((record) =>
    nodesOf(
      record,
      record.stays.filter((stay) => stay.asset_id === asset_id),
      choices,
    ),
  )
  const reasons = new Map<string, { link: IdentityLink; sources: Set<string>; records: Set<string> }>()
  for (const link of partition(nodes, choices).links) {
    const key = [link.why, link.name.type, link.name.name, link.reason].join('\u0000')
    const held = reasons.get(key) ?? { link, sources: new Set<string>(), records: new Set<string>() }
    reasons.set(key, held)
    for (const place of [link.left, link.right]) {
      held.sources.add(nodes[place]!.source)
      held.records.add(nodes[place]!.key)
    }
  }
  return [...reasons.values()]
    .map(({ link, sources, records: linked }) => {
      const name = link.name.name.split('\u0000')[0]!
      const all = [...sources].toSorted()
      return { why: link.why, name_type: link.name.type, name, sources: all, text: sentence(link, name, all, linked.size) }
    })
    .toSorted(
      (a, b) => rank[a.why] - rank[b.why] || nameTypes.indexOf(a.name_type) - nameTypes.indexOf(b.name_type) || (a.name < b.name ? -1 : 1),
    )
}

function sentence(link: IdentityLink, name: string, sources: readonly string[], records: number): string {
  const where =
    sources.length > 1
      ? `in ${sources.slice(0, -1).join(', ')} and ${sources.at(-1)}`
      : records > 1
        ? `in ${records} records of ${sources[0]}`
        : `in ${sources[0]} after a gap`
  if (link.why === 'merged') return `merged by ${link.reason}`
  if (link.why === 'same') return `same ${words[link.name.type]} ${name} ${where}`
  return `same ${words[link.name.type]} ${name} ${where} within 30 days, nothing stronger disagrees`
}
