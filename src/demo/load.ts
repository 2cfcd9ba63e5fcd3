import { formatInstant } from '../model/time.ts'
import { importFile } from '../ingest/ingest.ts'
import type { Catalog } from '../insights/catalog.ts'
import { compute } from '../insights/compute.ts'
import { addOrg, listOrgs } from '../store/orgs.ts'
import type { Store } from '../store/store.ts'
import { DEMO_TENANT } from './fleet.ts'
import { demoReports } from './reports.ts'
import { feedSource } from './write-feeds.ts'

export interface DemoLoaded {
  /** Slug of the organisation. */
  org: string
  /** Files imported. */
  files: number
  /** Items of reports that could not be read: 0, else the demo is broken. */
  skipped: number
}

/**
 * Adds the organisation "Demo" with eighteen months of reports that end yesterday, each learned on its own day, and computes once. Everything goes through the same
 * importers as anyone's reports. A demo that was left half loaded is completed. Throws UserError('tenant_taken') when the demo's made-up
 * tenant belongs to another organisation.
 */
export async function loadDemo(
  store: Store,
  catalog: Catalog,
  onProgress: (text: string) => void = () => {},
  options: { seed?: number } = {},
): Promise<DemoLoaded> {
  const existing = (await listOrgs(store.engine)).find((org) => org.slug === 'demo' && org.demo)
  const org = existing ?? (await addOrg(store, { name: 'Demo', demo: true, zone: 'Europe/Berlin', tenants: [DEMO_TENANT] }))
  let files = 0
  let skipped = 0
  // As if each had been imported on its day: so the demo too can be asked what was known when.
  const [last] = await store.engine.query<{ at: number | null }>(`select max(recorded_at) as at from import where actor = 'demo'`)
  const lastLearned = last?.at ?? 0
  await store.engine.serially(async () => {
    for await (const { name, bytes, observed_at, learned_at, kind } of demoReports({ ...options, end: store.now() })) {
      onProgress(`${++files} reports: ${name}`)
      const { counts } = await importFile(
        { ...store, now: () => Math.max(learned_at, lastLearned) },
        { name, bytes },
        {
          actor: 'demo',
          ...(kind === 'feed' ? { source: feedSource(name) } : { org: org.slug }),
          ...(observed_at !== undefined && { observed_at: formatInstant(observed_at) }),
        },
      )
      skipped += counts.skipped
    }
  })
  await compute(store, catalog, (step) => onProgress(`working out: ${step}`))
  return { org: org.slug, files, skipped }
}
