import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetColumns, metricColumns } from '../../src/insights/condition-fields.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { compileMetric, lintMetric } from '../../src/insights/metric-condition.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities, severityOfCvss } from '../../src/model/severity.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { metricDeltas } from '../../src/store/queries/metrics/deltas.ts'
import { exposedAssets, exposingFindings } from '../../src/store/queries/metrics/exposed-assets.ts'
import { engines } from './engines.ts'
import { type Attributes, DAY0, evaluate, openWorlds, putWorld, type World } from './world.ts'

const LENGTH = 10
const orders = {
  'vulnerability.severity': severities,
  'vulnerability.exploit_stage': exploitStages,
  'finding.severity': severities,
  'finding.stage': exploitStages,
  'control.severity': severities,
  'asset.criticality': ['low', 'medium', 'high', 'very_high'],
}

/** Cuts a span of days into disjoint pieces, some of them left out. */
const pieces = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: LENGTH }), fc.integer({ min: 0, max: 5 }), value), { maxLength: 3 }).map((list) => {
    const rows: (T & { from: number; to: number })[] = []
    let day = 0
    for (const [start, length, content] of list.toSorted((a, b) => a[0] - b[0])) {
      if (day > LENGTH) break // the piece before never ends
      const from = Math.max(day, start)
      const to = length === 5 ? LENGTH + 1 : from + length
      rows.push({ ...content, from: DAY0 + from, to: to > LENGTH ? NEVER_DAY : DAY0 + to })
      day = to
    }
    return rows
  })

/** The same, but without gaps from 0 to never, as the world's attributes are kept. */
const versions = <T>(value: fc.Arbitrary<T>) =>
  fc.tuple(value, fc.array(fc.tuple(fc.integer({ min: 1, max: LENGTH }), value), { maxLength: 3 })).map(([first, list]) => {
    const starts = [...new Map(list).entries()].toSorted(([a], [b]) => a - b)
    const all: [number, T][] = [[0, first], ...starts.map(([day, content]): [number, T] => [DAY0 + day, content])]
    return all.map(([from, content], index) => ({ ...content, from, to: all[index + 1]?.[0] ?? NEVER_DAY }))
  })

const ids = [1, 2, 3]
const cves = ['CVE-1', 'CVE-2', 'CVE-3']
const world: fc.Arbitrary<Partial<World>> = fc
  .record({
    asset: fc.tuple(
      ...ids.map((asset_id) =>
        pieces(
          fc.record({
            asset_id: fc.constant(asset_id),
            internet_facing: fc.option(fc.boolean()),
            criticality: fc.option(fc.constantFrom('low', 'very_high')),
            endpoint_agent: fc.option(fc.constant('falcon')),
            asset_group: fc.constantFrom('red', 'blue'),
          }),
        ),
      ),
    ),
    fresh: fc.tuple(
      ...ids.flatMap((asset_id) =>
        ['vulnerability', 'control'].map((subject) =>
          pieces(fc.record({ asset_id: fc.constant(asset_id), subject: fc.constant(subject) })),
        ),
      ),
    ),
    finding: fc.tuple(
      ...ids.flatMap((asset_id) =>
        cves.map((subject, index) =>
          pieces(
            fc.record({
              asset_id: fc.constant(asset_id),
              finding_id: fc.constant(asset_id * 100 + index),
              subject: fc.constant(subject),
              component: fc.constantFrom('', 'openssl'),
              severity: fc.option(fc.integer({ min: 0, max: 4 })),
              cvss_tenths: fc.option(fc.constantFrom(0, 39, 70, 95)),
              stage: fc.constantFrom(0, 0, 2, 4),
            }),
          ),
        ),
      ),
    ),
    failed: fc.tuple(
      ...ids.map((asset_id) =>
        pieces(
          fc.record({
            asset_id: fc.constant(asset_id),
            finding_id: fc.constant(asset_id * 100 + 50),
            kind: fc.constant('control'),
            subject: fc.constantFrom('tool:a', 'tool:b'),
            severity: fc.option(fc.integer({ min: 0, max: 4 })),
            stage: fc.constant(0),
          }),
        ),
      ),
    ),
    vulnerability: fc.tuple(
      ...cves.slice(0, 2).map((vulnerability_id) =>
        versions(
          fc.record({
            vulnerability_id: fc.constant(vulnerability_id),
            epss: fc.option(fc.constantFrom(100, 8000, 10_000)),
            stage: fc.constantFrom(0, 1, 4, 5),
            cvss_tenths: fc.option(fc.constantFrom(0, 40, 69, 90)),
          }),
        ),
      ),
    ),
    fix: fc.tuple(
      ...ids.map((asset_id) =>
        pieces(fc.record({ asset_id: fc.constant(asset_id), finding_id: fc.constant(asset_id * 100), fixed_version: fc.constant('1.1') })),
      ),
    ),
  })
  .map(({ asset, fresh, finding, failed, vulnerability, fix }) => ({
    asset: asset.flat(),
    fresh: fresh.flat(),
    finding: [...finding.flat(), ...failed.flat()],
    vulnerability: vulnerability.flat(),
    fix: fix.flat(),
    control: [
      { control_id: 'tool:a', category: 'Identity', severity: 3 },
      { control_id: 'tool:b', source: 'other', category: 'Data' },
    ],
  }))

const assetLeaf = fc.constantFrom<object>(
  { 'asset.internet_facing': true },
  { 'asset.internet_facing': null },
  { 'asset.criticality': '>= high' },
  { 'asset.endpoint_agent': null },
  { not: { 'asset.internet_facing': true } },
)
const findingLeaf = fc.constantFrom<object>(
  { 'vulnerability.severity': 'critical' },
  { 'vulnerability.severity': ['low', 'medium'] },
  { 'vulnerability.cvss': '>= 7' },
  { 'vulnerability.epss': '>= 0.1' },
  { 'vulnerability.epss': null },
  { 'vulnerability.exploit_stage': '>= known_exploited' },
  { not: { 'vulnerability.exploit_stage': 'none' } },
  { 'finding.component': 'openssl' },
  { 'finding.component': null },
  { 'finding.fixable': true },
  { 'finding.fixable': false },
  { 'finding.kind': 'control' },
  { 'control.category': 'Identity' },
  { 'control.source': ['other', null] },
  { 'control.severity': '>= high' },
  { 'control.control_id': '~:A' },
  { not: { 'control.control_id': 'tool:a' } },
)
const exposedWhen = fc.oneof(
  findingLeaf,
  assetLeaf,
  fc.record({ all: fc.tuple(findingLeaf, findingLeaf) }),
  fc.record({ any: fc.tuple(findingLeaf, assetLeaf) }),
  fc.record({ all: fc.tuple(assetLeaf, findingLeaf) }),
  fc.record({ not: fc.record({ all: fc.tuple(findingLeaf, findingLeaf) }) }),
  fc.record({ all: fc.tuple(fc.record({ any: fc.tuple(assetLeaf, findingLeaf) }), findingLeaf) }),
)
const population = fc.oneof(fc.constant({}), assetLeaf)

/** What a metric answers at the end of a day, in the plainest way. */
function answer(
  tiny: Partial<World>,
  metric: { population: object; exposed_when: object },
  subject: string,
  day: number,
  groups: string[] | null,
) {
  const holds = (row: { from?: number; to?: number }) => row.from! <= day && day < row.to!
  const asked = parseCondition(metric.population, assetColumns)
  const exposing = parseCondition(metric.exposed_when, metricColumns)
  const exposed: number[] = []
  let total = 0
  for (const asset of tiny.asset!.filter(holds)) {
    if (
      groups &&
      !groups.includes(
        String(tiny.asset!.filter((row) => row.asset_id === asset.asset_id).toSorted((a, b) => b.to! - a.to!)[0]!['asset_group']),
      )
    )
      continue
    const attributes: Attributes = Object.fromEntries(Object.entries(asset).map(([key, value]) => [`asset.${key}`, value]))
    if (evaluate(asked, attributes, orders) !== true) continue
    if (!tiny.fresh!.some((row) => row.asset_id === asset.asset_id && row.subject === subject && holds(row))) continue
    total++
    const rows = tiny
      .finding!.filter((row) => row.asset_id === asset.asset_id && holds(row))
      .map((finding) => ofFinding(tiny, finding, holds))
    // Asset-only alternatives hold without any finding: then all that is said of findings is false.
    const alone = evaluateKinds(exposing, { ...attributes, kind: 'none' })
    if (alone || rows.some((row) => evaluateKinds(exposing, { ...attributes, ...row }))) exposed.push(asset.asset_id)
  }
  return { exposed: exposed.toSorted((a, b) => a - b), total }
}

function ofFinding(
  tiny: Partial<World>,
  finding: World['finding'][number],
  holds: (row: { from?: number; to?: number }) => boolean,
): Attributes {
  const kind = finding.kind ?? 'vulnerability'
  const now = tiny.vulnerability!.find((row) => row.vulnerability_id === finding.subject && holds(row))
  const control = tiny.control!.find((row) => row.control_id === finding.subject)
  const cvss = now?.cvss_tenths ?? null
  const word = (rank: number | null | undefined) => (rank === null || rank === undefined ? null : severities[rank]!)
  return {
    kind,
    'vulnerability.severity': cvss === null ? word(finding.severity) : severityOfCvss(cvss / 10),
    'vulnerability.cvss': cvss === null ? (finding.cvss_tenths == null ? null : finding.cvss_tenths / 10) : cvss / 10,
    'vulnerability.epss': now?.epss == null ? null : now.epss / 100_000,
    'vulnerability.exploit_stage': exploitStages[Math.max(now?.stage ?? 0, finding.stage ?? 0)]!,
    'finding.kind': kind,
    'finding.component': finding.component || null,
    'finding.severity': word(finding.severity),
    'finding.stage': exploitStages[finding.stage ?? 0]!,
    'finding.fixable': tiny.fix!.some((row) => row.finding_id === finding.finding_id && holds(row)),
    'control.control_id': finding.subject,
    'control.category': control?.category ?? null,
    'control.source': control ? (control.source ?? 'tool') : null,
    'control.severity': word(finding.severity ?? control?.severity),
  }
}

/** True when the condition holds; what is said of the other kind of finding, or of any finding where there is none, never does, negated or not. */
function evaluateKinds(condition: ReturnType<typeof parseCondition>, row: Attributes): boolean {
  const known = (test: ReturnType<typeof parseCondition>, negated: boolean): boolean => {
    if (test.op === 'not') return known(test.part, !negated)
    if (test.op !== 'field')
      return (test.op === 'all') !== negated
        ? test.parts.every((part) => known(part, negated))
        : test.parts.some((part) => known(part, negated))
    const dimension = test.field.split('.')[0]!
    if (row['kind'] === 'none' && dimension !== 'asset') return false
    if (['vulnerability', 'control'].includes(dimension) && dimension !== row['kind']) return false
    return evaluate(negated ? { op: 'not', part: test } : test, row, orders) === true
  }
  return known(condition, false)
}

describe.each(engines)('metrics on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('answer every day what counting by hand gives, for the whole and for a group', async () => {
    let asked = 0
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.array(fc.tuple(population, exposedWhen), { minLength: 4, maxLength: 4 }),
        fc.constantFrom('vulnerability', 'control' as const),
        async (tiny, metrics, subject) => {
          await putWorld(engine, org_id, tiny)
          for (const [population, exposed_when] of metrics) {
            const metric = {
              population: parseCondition(population, assetColumns),
              exposed_when: parseCondition(exposed_when, metricColumns),
            }
            if (lintMetric(metric.population, metric.exposed_when).length) continue
            const sql = compileMetric(metric.population, metric.exposed_when, subject)
            for (const groups of [null, ['red']]) {
              const deltas = await metricDeltas(engine, { org_id, groups }, sql)
              for (let day = DAY0 - 1; day <= DAY0 + LENGTH + 1; day++) {
                const until = deltas.filter((delta) => delta.day <= day)
                const expected = answer(tiny, { population, exposed_when }, subject, day, groups)
                const found = {
                  exposed: until.reduce((sum, each) => sum + each.numerator_delta, 0),
                  total: until.reduce((sum, each) => sum + each.denominator_delta, 0),
                }
                expect(found, `${JSON.stringify({ population, exposed_when })} day ${day - DAY0} groups ${groups}`).toEqual({
                  exposed: expected.exposed.length,
                  total: expected.total,
                })
                asked++
              }
            }
            const day = DAY0 + 4
            const assets = await exposedAssets(engine, { org_id, groups: null }, sql, day, { limit: 100, offset: 0 })
            const expected = answer(tiny, { population, exposed_when }, subject, day, null).exposed
            expect(assets.map((asset) => asset.asset_id).toSorted((a, b) => a - b)).toEqual(expected)
            for (const asset of assets) {
              for (let each = asset.since_day; each <= day; each++)
                expect(answer(tiny, { population, exposed_when }, subject, each, null).exposed).toContain(asset.asset_id)
              expect(answer(tiny, { population, exposed_when }, subject, asset.since_day - 1, null).exposed).not.toContain(asset.asset_id)
            }
            const reasons = await exposingFindings(
              engine,
              { org_id, groups: null },
              sql,
              day,
              assets.map((asset) => asset.asset_id),
            )
            for (const reason of reasons) expect(expected).toContain(reason.asset_id)
          }
        },
      ),
      { numRuns: 25 },
    )
    expect(asked).toBeGreaterThan(500)
  })
})
