import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Engine } from '../../src/store/engines/engine.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'

/** Directory of the tenant of these tests. */
export const TENANT = '0a000000-0000-4000-8000-000000000001'

/** A store with a folder of its own on a new, empty database. */
export async function emptyStore(engine: Engine, now: string): Promise<Store> {
  await applySchema(engine, 0)
  const data = mkdtempSync(join(inject('databases'), 'graph-'))
  mkdirSync(join(data, 'inputs'))
  return { engine, data, now: () => Date.parse(now) * 1000 }
}

/** A snapshot as Graph answers it: `points` of each control by its name, each of 10. */
export const snapshot = (day: string, points: Record<string, number>, more: object = {}) => ({
  id: `${TENANT}_${day}`,
  azureTenantId: TENANT,
  activeUserCount: 812,
  licensedUserCount: 900,
  createdDateTime: `${day}T00:00:00Z`,
  currentScore: Object.values(points).reduce((a, b) => a + b, 0),
  maxScore: 10 * Object.keys(points).length,
  enabledServices: ['HasExchange'],
  averageComparativeScores: [{ basis: 'AllTenants', averageScore: 41.2, identityScore: 10.5, identityScoreMax: 30 }],
  controlScores: Object.entries(points).map(([controlName, score]) => ({
    controlName,
    controlCategory: controlName.startsWith('scid') ? 'Device' : 'Identity',
    description: `What ${controlName} is for`,
    score,
    scoreInPercentage: score * 10,
    implementationStatus: `${score} of 10 done`,
    count: String(score),
    total: '10',
  })),
  vendorInformation: { provider: 'SecureScore', providerVersion: null, subProvider: null, vendor: 'Microsoft' },
  ...more,
})

/** A control profile as Graph answers it. */
export const profile = (id: string, more: object = {}) => ({
  id,
  azureTenantId: TENANT,
  actionType: 'Config',
  actionUrl: `https://portal.example.com/${id}`,
  controlCategory: id.startsWith('scid') ? 'Device' : 'Identity',
  title: `Title of ${id}`,
  deprecated: false,
  implementationCost: 'Low',
  lastModifiedDateTime: '2026-02-01T00:00:00Z',
  maxScore: 10,
  rank: 3,
  remediation: `<p>Switch ${id} on.</p>`,
  remediationImpact: 'People sign in twice.',
  service: 'AzureAD',
  threats: ['Account breach'],
  tier: 'Core',
  userImpact: 'Moderate',
  complianceInformation: [{ certificationName: 'NIST 800-171', certificationControls: [{ name: '3.5.3', url: '' }] }],
  controlStateUpdates: [],
  vendorInformation: { provider: 'SecureScore', providerVersion: null, subProvider: null, vendor: 'Microsoft' },
  ...more,
})

/** A page of one of the two lists as a file. */
export const page = (resource: 'secureScores' | 'secureScoreControlProfiles', value: readonly object[], more: object = {}) => ({
  name: `${resource}.json`,
  bytes: Buffer.from(JSON.stringify({ '@odata.context': `https://graph.example.com/v1.0/$metadata#security/${resource}`, ...more, value })),
})
