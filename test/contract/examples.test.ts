import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Metric } from '../../src/insights/catalog.ts'
import { deriveObjectives } from '../../src/insights/objectives.ts'
import { computeMetrics, measureMetric, metricAssets } from '../../src/insights/metrics.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities } from '../../src/model/severity.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine, Value } from '../../src/store/engines/engine.ts'
import { storedDeltas } from '../../src/store/queries/scores/deltas.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { append, DAY0, openWorlds, putWorld, type World } from './world.ts'

const catalog = shippedCatalog
type Row = Record<string, Value>
const rank = (words: readonly string[], word: Value | undefined) =>
  word === undefined || word === null ? null : words.indexOf(String(word))

/** An example of the catalog as rows; every asset has been looked at for everything. */
function worldOf({ example }: Metric): { world: Partial<World>; numbers: Map<string, number> } {
  const numbers = new Map(example.asset.map((asset, index) => [asset.asset_id, index + 1]))
  const number = (id: string) => {
    const found = numbers.get(id)
    if (!found) throw new Error(`the example has no asset ${id}`)
    return found
  }
  const world: Partial<World> = {
    asset: (example.asset as Row[]).map((row) => ({ ...row, asset_id: number(String(row['asset_id'])), name: row['asset_id']! })),
    fresh: [...numbers.values()].flatMap((asset_id) =>
      ['vulnerability', 'control', 'software', 'asset'].map((subject) => ({ asset_id, subject })),
    ),
    vulnerability: (example.vulnerability as Row[]).map((row) => ({
      vulnerability_id: String(row['vulnerability_id']),
      cvss_tenths: row['cvss'] == null ? null : Number(row['cvss']) * 10,
      epss: row['epss'] == null ? null : Number(row['epss']) * 100_000,
      stage: rank(exploitStages, row['exploit_stage']) ?? 0,
    })),
    control: (example.control as Row[]).map((row) => ({
      control_id: String(row['control_id']),
      severity: rank(severities, row['severity']),
      category: (row['category'] as string | undefined) ?? null,
      source: String(row['source'] ?? 'tool'),
      title: String(row['title'] ?? row['control_id']),
    })),
    finding: (example.finding as Row[]).map((row, index) => ({
      finding_id: index + 1,
      asset_id: number(String(row['asset_id'])),
      kind: row['control_id'] ? 'control' : 'vulnerability',
      subject: String(row['control_id'] ?? row['vulnerability_id']),
      severity: rank(severities, row['severity']),
      stage: rank(exploitStages, row['stage']) ?? 0,
      component: String(row['component'] ?? ''),
    })),
    fix: (example.finding as Row[]).flatMap((row, index) =>
      row['fixable'] ? [{ finding_id: index + 1, asset_id: number(String(row['asset_id'])), fixed_version: '2' }] : [],
    ),
  }
  return { world, numbers }
}

describe.each(engines)('examples of the catalog on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it.each([...catalog.metrics.values()].map((metric) => [metric.id, metric] as const))('%s', async (id, metric) => {
    const { world, numbers } = worldOf(metric)
    await putWorld(engine, org_id, world)
    await deriveObjectives(engine, org_id, catalog.objectives)
    const failed = world.finding!.flatMap((row) =>
      row['kind'] === 'control' ? [{ asset_id: row['asset_id'], control_id: row['subject'], status: 'fail' }] : [],
    )
    const others = metric.example.result.map((row) => ({ ...row, asset_id: numbers.get(row.asset_id)! }))
    await engine.query('delete from control_result_history')
    await append(
      engine,
      'control_result_history',
      [...failed, ...others].map((row, index) => ({
        ...row,
        org_id,
        source: 'tool',
        finding_id: 1000 + index,
        severity: null,
        points: null,
        max_points: null,
        passed: null,
        total: null,
        evidence: null,
        place: null,
        valid_from: 0,
        valid_to: NEVER,
        opened_in: 1,
        closed_in: NEVER,
        retracted_in: NEVER,
      })) as Record<string, Value>[],
    )
    const facts = { valid_from: 0, valid_to: NEVER, opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
    await append(
      engine,
      'exploit_history',
      world
        .vulnerability!.filter((row) => row.stage)
        .map((row) => ({ vulnerability_id: row.vulnerability_id, source: 'feed', reference: '', stage: row.stage!, ...facts })),
    )
    await append(
      engine,
      'epss_history',
      world
        .vulnerability!.filter((row) => row.epss)
        .map((row) => ({ vulnerability_id: row.vulnerability_id, source: 'epss', epss: row.epss!, ...facts })),
    )

    await engine.query('delete from software_history')
    await append(
      engine,
      'software_history',
      metric.example.software.map(({ asset_id, name, version, end_of_support_at }) => ({
        org_id,
        asset_id: numbers.get(asset_id)!,
        source: 'tool',
        name,
        version,
        end_of_support_at: end_of_support_at === null ? null : Date.parse(end_of_support_at) * 1000,
        ...facts,
      })),
    )

    const scope = { org_id, groups: null }
    expect(await measureMetric(engine, scope, metric, DAY0, catalog)).toEqual({
      id,
      exposed: metric.example.expect.exposed.length,
      total: metric.example.expect.total,
      missing: [],
      error: null,
    })
    const assets = await metricAssets(engine, scope, metric, DAY0)
    expect(assets.map((asset) => asset.asset_id).toSorted()).toEqual(
      metric.example.expect.exposed.map((asset_id) => numbers.get(asset_id)).toSorted(),
    )
    for (const asset of assets) expect(asset.reason).not.toMatch(/[{}]|undefined|null|\bhas ,|: $/)

    const alone = { ...catalog, metrics: new Map([[id, metric]]) }
    await engine.transaction((transaction) => computeMetrics(transaction, org_id, alone))
    expect(await storedDeltas(engine, org_id, 'metric', id)).toEqual([
      { day: DAY0, numerator_delta: metric.example.expect.exposed.length, denominator_delta: metric.example.expect.total },
    ])
  })

  it('a metric whose needs nothing feeds has no data', async () => {
    await putWorld(engine, org_id, { asset: [{ asset_id: 1 }], fresh: [{ asset_id: 1, subject: 'vulnerability' }] })
    const metric = catalog.metrics.get('assets-with-known-exploited-vulnerabilities')!
    const alone = { ...catalog, metrics: new Map([[metric.id, metric]]) }
    await engine.transaction((transaction) => computeMetrics(transaction, org_id, alone))
    expect(await storedDeltas(engine, org_id, 'metric', metric.id)).toEqual([])
    expect(await measureMetric(engine, { org_id, groups: null }, metric, DAY0, catalog)).toMatchObject({
      total: 0,
      missing: ['intelligence.kev'],
    })
  })
})
