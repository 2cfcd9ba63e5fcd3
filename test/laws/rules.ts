import { type Classification, readClassification } from '../../src/insights/classification.ts'
import type { Attributes } from '../contract/world.ts'

const rule = (id: string, criticality: Classification['criticality'], when: Record<string, unknown>): [string, Classification] => [
  id,
  readClassification(id, { title: id, why: '', criticality, threshold: 70, on: true, clues: [{ when, certainty: 80 }] }, true),
]

/** Rules about assets that every world is played with: one by a type that stays, one by an attribute that changes. {@link levelByRule} knows them. */
export const worldRules: ReadonlyMap<string, Classification> = new Map([
  rule('tenants', 'very_high', { 'asset.type': 'tenant' }),
  rule('reachable-servers', 'high', { 'asset.os_family': 'windows_server', 'asset.internet_facing': true }),
])

/** How critical {@link worldRules} find an asset of these attributes. What a source states counts more. */
export function levelByRule(attributes: Attributes): string | undefined {
  if (attributes['asset.type'] === 'tenant') return 'very_high'
  return attributes['asset.os_family'] === 'windows_server' && attributes['asset.internet_facing'] === true ? 'high' : undefined
}
