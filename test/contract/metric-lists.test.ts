import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoReports } from '../../src/demo/reports.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { explain } from '../../src/insights/explain.ts'
import { fedCapabilities, metricAssets, missingNeeds } from '../../src/insights/metrics.ts'
import type { HistoryPoint } from '../../src/insights/history.ts'
import { metricAssetsOf, metricRecommendations } from '../../src/insights/metric-recommendations.ts'
import { orgCatalog } from '../../src/insights/org-catalog.ts'
import { readHistory, readMetricHistories } from '../../src/insights/scores.ts'
import { formatInstant, parseInstant } from '../../src/model/time.ts'
import { parseDay } from '../../src/store/days.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { exportTables, tableCsv } from '../../src/store/queries/export/tables.ts'
import { countCriticalAssets } from '../../src/store/queries/metrics/deltas.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { DayOf, type Exported, readExported } from './metric-lists-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lists-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const importers = join(import.meta.dirname, '../../src/ingest/importers')

/** Tools that the demo organisation has not, whose samples come to it, each on a day of its own. */
const tools = ['kube-bench', 'pingcastle', 'legitify', 'checkov', 'lynis', 'kubescape']
const now = parseInstant('2026-08-12T20:00:00Z')!
const last = parseDay('2026-08-12')!
const days = [last, last - 16]

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
    return [
      ...cells,
      criticality,
      index % 3 === 0 ? 'yes' : 'no',
      environment,
      index % 2 ? 'Team' : '',
      index % 3 === 1 ? 'An agent' : '',
    ].join(',')
  })
  return `${[...columns, 'criticality', 'internet_facing', 'environment', 'owner', 'endpoint_agent'].join(',')}\n${rows.join('\n')}\n`
}

/** The newest reports and feeds of the demo organisation: of those that come again and again the last three. */
async function importDemo(store: Store): Promise<void> {
  const names: string[] = []
  for await (const _ of demoReports({ end: now }, (name) => names.push(name) < 0)) void _
  const kinds = new Map<string, string[]>()
  for (const name of names) {
    const kind = name.replace(/\d{4}-\d{2}-\d{2}/, '')
    kinds.set(kind, [...(kinds.get(kind) ?? []), name])
  }
  const newest = new Set([...kinds.values()].flatMap((list) => list.slice(-3)))
  for await (const report of demoReports({ end: now }, (name) => newest.has(name))) {
    const path = join(folder, report.name)
    writeFileSync(path, report.bytes)
    const observed_at = report.observed_at === undefined ? {} : { observed_at: formatInstant(report.observed_at) }
    await importFile(store, path, { actor: 'test', ...(report.kind === 'report' ? { org: 'lists' } : {}), ...observed_at })
  }
}

async function importSamples(store: Store): Promise<void> {
  for (const [index, tool] of tools.entries()) {
    const samples = join(importers, tool, 'samples')
    for (const name of readdirSync(samples).toSorted()) {
      const observed_at = `2026-07-${String(20 + index).padStart(2, '0')}T08:00:00Z`
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
  let histories: Map<string, HistoryPoint[]>
  let unfed: Set<string>
  const scope = () => ({ org_id, groups: null })
  const plainDays = new Map<number, DayOf>()
  const plainDay = (day: number): DayOf => {
    const known = plainDays.get(day) ?? new DayOf(exported, catalog, day)
    plainDays.set(day, known)
    return known
  }
  const answered = new Map<string, ReturnType<DayOf['answer']>>()
  const plainOn = (day: number, id: string) => {
    const known = answered.get(`${day} ${id}`) ?? plainDay(day).answer(catalog.metrics.get(id)!.yaml)
    answered.set(`${day} ${id}`, known)
    return known
  }

  beforeAll(async () => {
    store = await openStore({ database: await database(), data: mkdtempSync(join(folder, 'data-')), now: () => now })
    ;({ org_id } = await addOrg(store, { name: 'Lists', zone: 'Europe/Berlin' }))
    await importDemo(store)
    await importSamples(store)
    const list = file('list.csv', await listOfAssets(store, org_id))
    await importFile(store, list, { actor: 'test', org: 'lists', observed_at: '2026-08-01T08:00:00Z' })
    await compute(store, shippedCatalog)
    catalog = await orgCatalog(store.engine, shippedCatalog, org_id)
    histories = await readMetricHistories(store.engine, scope(), catalog, last - 20, last)
    const fed = await fedCapabilities(store.engine, org_id, catalog)
    unfed = new Set([...catalog.metrics.values()].filter((metric) => missingNeeds(metric, fed).length > 0).map(({ id }) => id))
    for (const { table } of exportTables) {
      let text = ''
      for await (const piece of tableCsv(store.engine, table, org_id)) text += piece
      exported[table] = readExported(text)
    }
  })
  afterAll(() => store?.engine.close())

  it('hold exactly the assets that a plain look at the exported history finds, on several days', { timeout: 300_000 }, async () => {
    let fed = 0
    for (const day of days) {
      for (const metric of catalog.metrics.values()) {
        // One with a need that nothing feeds has no answer, whatever the findings say.
        if (unfed.has(metric.id)) continue
        const point = histories.get(metric.id)!.find((each) => each.day === day)!
        const listed = (await metricAssets(store.engine, scope(), metric, day)).map(({ asset_id }) => asset_id).toSorted((a, b) => a - b)
        const expected = plainOn(day, metric.id)
        expect({ id: metric.id, day, listed }, metric.id).toEqual({ id: metric.id, day, listed: expected.exposed })
        expect({ id: metric.id, exposed: point.numerator, total: point.denominator }).toEqual({
          id: metric.id,
          exposed: expected.exposed.length,
          total: expected.total.length,
        })
        if (expected.exposed.length > 0) fed++
      }
    }
    // The comparison is about something: most metrics find something exposed on some of the days.
    expect(fed).toBeGreaterThan(80)
    expect(unfed.size).toBeLessThan(5)
  })

  it('are the union of what the recommendations of the metric are for (M-039)', { timeout: 300_000 }, async () => {
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
      expect(
        [...union].toSorted((a, b) => a - b),
        metric.id,
      ).toEqual(exposed.toSorted((a, b) => a - b))
    }
    expect(several).toBeGreaterThan(10)
  })

  it('count each critical asset of an initiative once, on any day', { timeout: 300_000 }, async () => {
    const sets = [...catalog.initiatives.values()].map(({ id, metrics }) => ({ id, metric_ids: metrics.map((metric) => metric.id) }))
    for (const day of days) {
      const critical = plainDay(day).critical()
      const counted = await countCriticalAssets(store.engine, scope(), day, sets)
      for (const { id, metric_ids } of sets) {
        const found = new Set<number>()
        for (const metric_id of metric_ids) {
          if (unfed.has(metric_id)) continue
          for (const asset of plainOn(day, metric_id).exposed) if (critical.has(asset)) found.add(asset)
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
        named.set(
          row['control_id']!,
          (named.get(row['control_id']!) ?? new Set<string>()).add(
            // The demo's cloud is AWS, of whose benchmark Prowler says the version alone.
            (/^CIS-[\d.]+$/.test(framework) && row['product'] === 'aws' ? `${framework} for AWS` : framework)
              .toLowerCase()
              .replace(/[^a-z0-9]+/g, '-')
              .replace(/^-|-$/g, ''),
          ),
        )
    for (const { id, framework_keys } of generated) {
      const [key] = framework_keys!
      let [points, of] = [0, 0]
      for (const row of exported['score_delta']!) {
        // What goes stale later leaves the sums later.
        if (row['score'] !== 'control' || Number(row['day']) > last || !named.get(row['id']!)?.has(key!)) continue
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
      expect(
        told.parts.reduce((sum, part) => sum + part.units, 0),
        id,
      ).toBe(told.change)
      expect(told.parts.every(({ kind }) => kind === 'control')).toBe(true)
    }
  })
})
