import type { Org } from '../../store/orgs.ts'
import { dayText } from '../../store/days.ts'
import type { VendorInformation } from './shapes.ts'

/** Our source of what Graph itself gave: its controls keep the ids that Graph knows them by. */
const GRAPH_SOURCE = 'microsoft-secure-score'
const PREFIX = `${GRAPH_SOURCE}:`

/** The id under which a client knows an action: Graph's own for what came from Graph, ours for the rest. */
export const controlName = (id: string): string => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id)

/** The ids that a client may mean by a name. */
export const controlIds = (name: string): string[] => [`${PREFIX}${name}`, name]

/** Directory of an organisation: its first tenant, else its short name. */
export const tenantOf = (org: Org): string => org.tenants[0] ?? org.slug

/** `<tenant>_2026-03-19`: one for each day. */
export const scoreId = (org: Org, day: number): string => `${tenantOf(org)}_${dayText(day)}`

/** The source of a control without the mark of what only results said. */
export const sourceOf = (source: string): string => source.replace(/\/results$/, '')

/** Who stands behind a resource; for what came from Graph as Graph says it. */
export const vendorOf = (source: string): VendorInformation => ({
  provider: 'SecureScore',
  providerVersion: null,
  subProvider: null,
  vendor: source === GRAPH_SOURCE ? 'Microsoft' : source,
})
