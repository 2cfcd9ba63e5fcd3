import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { type Catalog, loadCatalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { explain } from '../../src/insights/explain.ts'
import { metricAssets } from '../../src/insights/metrics.ts'
import { metricAssetsOf, metricRecommendations } from '../../src/insights/metric-recommendations.ts'
import { orgCatalog } from '../../src/insights/org-catalog.ts'
import { readHistory } from '../../src/insights/scores.ts'
import { parseInstant } from '../../src/model/time.ts'
import { parseDay } from '../../src/store/days.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { exportTables, tableCsv } from '../../src/store/queries/export/tables.ts'
import { countCriticalAssets } from '../../src/store/queries/metrics/deltas.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { DayOf, type Exported, readExported } from './metric-lists-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lists-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const importers = join(import.meta.dirname, '../../src/ingest/importers')

/** Tools whose samples make the organisation, each on a day of its own. */
const tools = [
  'nessus',
  'trivy',
  'grype',
  'defender-vulnerabilities',
  'prowler',
  'maester',
  'scubagear',
  'graph-secure-score',
  'lynis',
  'kube-bench',
  'kubescape',
  'scoutsuite',
  'pingcastle',
  'xccdf',
  'checkov',
  'zero-trust-assessment',
  'legitify',
  'sslyze',
]
const now = parseInstant('2026-08-12T20:00:00Z')!
const last = parseDay('2026-08-12')!
const days = [last, last - 9, last - 20]

/** A file of ours beside the samples. */
function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What no scanner says: a list of assets with their attributes, so that every second is critical, every third faces the internet and so on. */
async function listOfAssets(store: Store, org_id: number): Promise<string> {
  const columns = ['cloud_id', 'agent_id', 'serial', 'fqdn', 'hostname']
  const names = await store.engine.query<{ asset_id: number; name_type: string; name: string }>(
    `select asset_id, min(name_type) as name_type, min(name) as name from name_history
     where org_id = $org_id and name_type = any($columns) group by asset_id having count(distinct name_type) = 1 order by asset_id`,
    { org_id, columns },
  )
  const rows = names.map(({ name_type, name }, index) => {
    const cells = columns.map((column) => (column === name_type ? JSON.stringify(name) : ''))
    const criticality = ['high', 'very_high', 'low', ''][index % 4]
    const environment = ['ot', 'iot', 'production', ''][Math.floor(index / 2) % 4]
    return [...cells, criticality, index % 3 === 0 ? 'yes' : 'no', environment, index % 2 ? 'Team' : '', index % 3 === 1 ? 'An agent' : ''].join(',')
  })
  return `${[...columns, 'criticality', 'internet_facing', 'environment', 'owner', 'endpoint_agent'].join(',')}\n${rows.join('\n')}\n`
}

/** Intelligence about every third, fifth … vulnerability that was found. */
async function feeds(store: Store, org_id: number): Promise<string[]> {
  const found = await store.engine.query<{ subject: string }>(
    `select distinct subject from finding_key where org_id = $org_id and kind = 'vulnerability' and subject like 'CVE-%' order by subject collate "C"`,
    { org_id },
  )
  const ids = found.map(({ subject }) => subject)
  const listed = ids.filter((_, index) => index % 3 === 0)
  const kev = {
    title: 'CISA Catalog of Known Exploited Vulnerabilities',
    catalogVersion: '2026.07.30',
    dateReleased: '2026-07-30T15:00:00.000Z',
    count: listed.length,
    vulnerabilities: listed.map((cveID, index) => ({
      cveID,
      vendorProject: 'Example',
      product: 'Example',
      vulnerabilityName: 'A weakness',
      dateAdded: '2026-07-29',
      shortDescription: '',
      requiredAction: '',
      dueDate: '2026-08-20',
      knownRansomwareCampaignUse: index % 2 ? 'Known' : 'Unknown',
    })),
  }
  const epss = ids.map((id, index) => `${id},${[0.9, 0.2, 0.11, 0.01, 0.002][index % 5]},0.5`)
  return [
    file('kev.json', JSON.stringify(kev)),
    file('epss.csv', `#model_version:v2025.03.14,score_date:2026-08-01T00:00:00+0000\ncve,epss,percentile\n${epss.join('\n')}\n`),
  ]
}

async function importSamples(store: Store): Promise<void> {
  for (const [index, tool] of tools.entries()) {
    const samples = join(importers, tool, 'samples')
    for (const name of readdirSync(samples).toSorted()) {
      const observed_at = `2026-07-${String(10 + index).padStart(2, '0')}T08:00:00Z`
      for (const options of [{}, { observed_at }, { observed_at, asset: `sample of ${tool}` }]) {
        try {
          await importFile(store, join(samples, name), { actor: 'test', org: 'lists', ...options })
          break
        } catch {
          // It wants to be told when or about what; what still cannot be read is no part of this organisation.
        }
      }
    }
  }
}

describe.each(engines)('lists of metrics on $name', ({ database }) => {
  let store: Store
  let catalog: Catalog
  let org_id: number
  const exported: Exported = {}
  const scope = () => ({ org_id, groups: null })

  beforeAll(async () => {
    store = await openStore({ database: await database(), data: mkdtempSync(join(folder, 'data-')), now: () => now })
    ;({ org_id } = await addOrg(store, { name: 'Lists', zone: 'Europe/Berlin' }))
    await importSamples(store)
    const list = file('list.csv', await listOfAssets(store, org_id))
    await importFile(store, list, { actor: 'test', org: 'lists', observed_at: '2026-07-28T08:00:00Z' })
    for (const feed of await feeds(store, org_id)) await importFile(store, feed, { actor: 'test' })
    await compute(store, loadCatalog())
    catalog = await orgCatalog(store.engine, loadCatalog(), org_id)
    for (const { table } of exportTables) {
      let text = ''
      for await (const piece of tableCsv(store.engine, table, org_id)) text += piece
      exported[table] = readExported(text)
    }
  }, 300_000)
  afterAll(() => store?.engine.close())

  it('hold exactly the assets that a plain look at the exported history finds, on several days', async () => {
    let fed = 0
    for (const day of days) {
      const plain = new DayOf(exported, catalog, day)
      for (const metric of catalog.metrics.values()) {
        const [point] = await readHistory(store.engine, scope(), catalog, 'metric', metric.id, day, day)
        const listed = (await metricAssets(store.engine, scope(), metric, day)).map(({ asset_id }) => asset_id).toSorted((a, b) => a - b)
        const expected = plain.answer(metric.yaml)
        // A metric with a need that nothing feeds has no history, whatever the findings say.
        if (point!.denominator === 0 && expected.total.length > 0) continue
        expect({ id: metric.id, day, listed }, metric.id).toEqual({ id: metric.id, day, listed: expected.exposed })
        expect({ id: metric.id, exposed: point!.numerator, total: point!.denominator }).toEqual({
          id: metric.id,
          exposed: expected.exposed.length,
          total: expected.total.length,
        })
        if (expected.exposed.length > 0) fed++
      }
    }
    // The comparison is about something: most metrics find something exposed on some of the days.
    expect(fed).toBeGreaterThan(catalog.metrics.size)
  })

  it('are the union of what the recommendations of the metric are for (M-039)', async () => {
    let several = 0
    for (const metric of catalog.metrics.values()) {
      const exposed = (await metricAssets(store.engine, scope(), metric, last)).map(({ asset_id }) => asset_id)
      const parts = await metricRecommendations(store.engine, scope(), metric, last, exposed)
      if (parts.length > 1) several++
      const union = new Set<number>()
      for (const { recommendation, assets } of parts) {
        const own = await metricAssetsOf(store.engine, scope(), metric, last, exposed, recommendation)
        expect(own.size, `${metric.id} ${recommendation}`).toBe(assets)
        for (const id of own) union.add(id)
      }
      expect([...union].toSorted((a, b) => a - b), metric.id).toEqual(exposed.toSorted((a, b) => a - b))
    }
    expect(several).toBeGreaterThan(10)
  })

  it('count each critical asset of an initiative once, on any day', async () => {
    const sets = [...catalog.initiatives.values()].map(({ id, metrics }) => ({ id, metric_ids: metrics.map((metric) => metric.id) }))
    for (const day of days) {
      const plain = new DayOf(exported, catalog, day)
      const critical = plain.critical()
      const counted = await countCriticalAssets(store.engine, scope(), day, sets)
      for (const { id, metric_ids } of sets) {
        const found = new Set<number>()
        for (const metric_id of metric_ids) {
          const [point] = await readHistory(store.engine, scope(), catalog, 'metric', metric_id, day, day)
          if (point!.denominator === 0) continue
          for (const asset of plain.answer(catalog.metrics.get(metric_id)!.yaml).exposed) if (critical.has(asset)) found.add(asset)
        }
        expect({ id, day, assets: counted.get(id) ?? 0 }).toEqual({ id, day, assets: found.size })
      }
    }
    expect(Math.max(...(await countCriticalAssets(store.engine, scope(), last, sets)).values())).toBeGreaterThan(1)
  })

  it('initiatives of frameworks have the points of the controls that reports tie to them, and explain their change by these', async () => {
    const generated = [...catalog.initiatives.values()].filter((initiative) => initiative.generated)
    expect(generated.length).toBeGreaterThan(2)
    // From the exported history: the points of each control, and the frameworks that its newest description names.
    const named = new Map<string, Set<string>>()
    for (const row of exported['control_history']!)
      for (const { framework } of JSON.parse(row['frameworks']!) as { framework: string }[])
        named.set(row['control_id']!, (named.get(row['control_id']!) ?? new Set<string>()).add(framework.toLowerCase().replace(/[^a-z0-9]+/g, '-')))
    for (const { id, framework_keys } of generated) {
      const [key] = framework_keys!
      let [points, of] = [0, 0]
      for (const row of exported['score_delta']!) {
        if (row['score'] !== 'control' || !named.get(row['id']!)?.has(key!)) continue
        points += Number(row['numerator_delta'])
        of += Number(row['denominator_delta'])
      }
      const history = await readHistory(store.engine, scope(), catalog, 'initiative', id, last - 33, last)
      const now = history.at(-1)!
      expect({ id, points: now.numerator * 1000, of: now.denominator * 1000 }).toEqual({ id, points, of })
      const told = await explain({ engine: store.engine, day: last - 33 }, { engine: store.engine, day: last }, scope(), catalog, {
        score: 'initiative',
        id,
        asset_id: null,
      })
      const units = (value: number | null) => (value === null ? null : Math.round(value * 1e6))
      expect({ id, from: told.from_units, to: told.to_units }).toEqual({ id, from: units(history[0]!.value), to: units(now.value) })
      expect(told.parts.reduce((sum, part) => sum + part.units, 0), id).toBe(told.change)
      expect(told.parts.every(({ kind }) => kind === 'control')).toBe(true)
    }
  })
})
