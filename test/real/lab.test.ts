import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { importFile, type ImportResult } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { listRecommendations } from '../../src/insights/recommendations.ts'
import { readScore } from '../../src/insights/scores.ts'
import { parseInstant } from '../../src/model/time.ts'
import { parseDay } from '../../src/store/days.ts'
import { brokenLinks } from '../../src/store/imports.ts'
import { addOrg, findOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from '../contract/engines.ts'
import { realData, withoutRealData } from './data.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

const data = realData()
const now = parseInstant('2026-08-12T20:00:00Z')!
const day = parseDay('2026-08-12')!

/** Feeds of window B and real reports; those that do not say when they looked are told. */
const files: [path: string, observed_at?: string][] = [
  ['feeds/kev/history/known_exploited_vulnerabilities-2026-07-28.json.gz'],
  ['feeds/kev/history/known_exploited_vulnerabilities-2026-08-07.json.gz'],
  ['feeds/epss/epss_scores-2026-08-08.csv.gz'],
  ['feeds/metasploit/msfdb-list-2026-08-04.jsonl.gz'],
  ['feeds/exploitdb/files_exploits.reassembled-2022-07-31.csv.gz'],
  ['reports/tenable-io/workbench-export-all-assets.nessus.gz', '2026-08-10T12:00:00Z'],
  ['reports/trivy/golden__almalinux-8.json', '2026-08-09'],
  ['reports/trivy/golden__alpine-39.json', '2026-08-09'],
  ['reports/trivy/golden__centos-7.json', '2026-08-09'],
  ['reports/trivy/golden__ubuntu-1804.json', '2026-08-09'],
  ['reports/trivy/golden__distroless-base.json', '2026-08-09'],
  ['reports/grype/many_vulns.json.gz', '2026-08-09'],
  ['reports/grype/many_vulns2.json.gz', '2026-08-09'],
  ['reports/grype/own__keycloak-test.json', '2026-08-09'],
  ['reports/grype/heimdall__amazon.json', '2026-08-09'],
  ['reports/grype/fix_available.json', '2026-08-09'],
  ['reports/prowler/examples__example_output_aws.ocsf.json'],
  ['reports/ms-secure-score/secureScore.json'],
  ['reports/ms-secure-score/profiles.json.gz', '2026-08-09'],
]

interface Told {
  results: ImportResult[]
  exposure: number | null
  secure: unknown
  recommendations: { id: string; gain: number; assets: number }[]
  scores: unknown[]
  events: unknown[]
}

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

async function tell(store: Store): Promise<Told> {
  const catalog = shippedCatalog
  await addOrg(store, { name: 'Lab', zone: 'Europe/Berlin' })
  const results: ImportResult[] = []
  for (const [path, observed_at] of files) {
    results.push(await importFile(store, join(data!.root, path), { actor: 'test', org: 'lab', ...(observed_at ? { observed_at } : {}) }))
  }
  await compute(store, catalog)
  const { org_id } = (await findOrg(store.engine, 'lab'))!
  const scope = { org_id, groups: null }
  const recommendations = await listRecommendations(store.engine, scope, catalog, day)
  return {
    results,
    exposure: (await readScore(store.engine, scope, catalog, 'exposure', '', day)).value,
    secure: await readScore(store.engine, scope, catalog, 'secure', '', day),
    recommendations: recommendations.map(({ id, gain, assets }) => ({ id, gain, assets })),
    scores: await store.engine.query(
      'select score, id, day, numerator_delta, denominator_delta from score_delta order by score collate "C", id collate "C", day',
    ),
    events: await store.engine.query('select * from event order by event_id collate "C"'),
  }
}

describe.skipIf(!data)(`the lab on real data${data ? '' : ` (left out: ${withoutRealData})`}`, () => {
  const told = new Map<string, Told>()

  it.each(engines)('is imported, scored and told on $name; a second time changes nothing', async ({ name, database }) => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lab-'))
    folders.push(folder)
    const store = await openStore({ database: await database(), data: folder, now: () => now })
    told.set(name, await tell(store))
    const before = await store.engine.query('select count(*) as imports from import')
    for (const [path, observed_at] of files) {
      const again = await importFile(store, join(data!.root, path), { actor: 'test', org: 'lab', ...(observed_at ? { observed_at } : {}) })
      expect(again.unchanged, path).toBe(true)
    }
    expect(await store.engine.query('select count(*) as imports from import')).toEqual(before)
    expect(await brokenLinks(store.engine)).toEqual([])
    await store.engine.close()
  })

  it('lies between 40 and 60', () => {
    expect(told.get('duckdb')!.exposure).toBeGreaterThan(40)
    expect(told.get('duckdb')!.exposure).toBeLessThan(60)
  })

  it('gains most, and at least 3 points, by closing what is known to be exploited; no gain prints as 0.0', () => {
    const exposure = told.get('duckdb')!.recommendations.filter(({ id }) => !id.startsWith('setting'))
    expect(exposure[0]!.id).toContain('known-exploited')
    expect(exposure[0]!.gain).toBeGreaterThanOrEqual(3)
    for (const { gain, id } of told.get('duckdb')!.recommendations) expect(Number(gain.toPrecision(2)), id).toBeGreaterThan(0)
  })

  it('is the same on both engines, to the last digit', () => {
    const { results: _, ...duckdb } = told.get('duckdb')!
    const { results: __, ...postgres } = told.get('postgres')!
    expect(postgres).toEqual(duckdb)
  })
})
