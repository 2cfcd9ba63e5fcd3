import fc from 'fast-check'
import { NEVER_DAY } from '../../src/store/days.ts'
import { DAY0, type World } from '../contract/world.ts'
import type { AssetNow, OpenFinding } from './scores.ts'

/** Days that a dense world spans. */
export const LENGTH = 10

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
/** Worlds of derived rows in which much changes from day to day: denser than what reports can make. */
export const denseWorld: fc.Arbitrary<Partial<World>> = fc
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
              excepted: fc.constantFrom(false, false, false, true),
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
            cvss_tenths: fc.option(fc.constantFrom(0, 40, 69, 70, 90)),
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

/** The assets of a dense world at the end of a day. */
export function assetsOn(tiny: Partial<World>, day: number): AssetNow[] {
  const holds = (row: { from?: number; to?: number }) => row.from! <= day && day < row.to!
  return tiny.asset!.filter(holds).map((asset) => ({
    asset: String(asset.asset_id),
    attributes: Object.fromEntries(Object.entries(asset).map(([key, value]) => [`asset.${key}`, value])),
    fresh: new Set(tiny.fresh!.filter((row) => row.asset_id === asset.asset_id && holds(row)).map((row) => row.subject)),
    findings: tiny
      .finding!.filter((row) => row.asset_id === asset.asset_id && holds(row) && !row.excepted)
      .map((row) => findingOn(tiny, row, holds)),
    checks: [],
  }))
}

function findingOn(
  tiny: Partial<World>,
  row: World['finding'][number],
  holds: (row: { from?: number; to?: number }) => boolean,
): OpenFinding {
  const version = tiny.vulnerability!.find((each) => each.vulnerability_id === row.subject && holds(each))
  const control = tiny.control!.find((each) => each.control_id === row.subject)
  return {
    kind: row.kind === 'control' ? 'control' : 'vulnerability',
    subject: row.subject,
    component: row.component ?? '',
    severity: row.severity ?? null,
    cvss_tenths: row.cvss_tenths ?? null,
    stage: row.stage ?? 0,
    fixable: tiny.fix!.some((each) => each.finding_id === row.finding_id && holds(each)),
    world: { epss: version?.epss ?? null, stage: version?.stage ?? 0, cvss_tenths: version?.cvss_tenths ?? null },
    control: control ? { category: control.category ?? null, source: control.source ?? 'tool', severity: control.severity ?? null } : null,
  }
}

/** The group in which an asset was last. */
export const lastGroup = (tiny: Partial<World>, asset: string): string =>
  String(tiny.asset!.filter((row) => String(row.asset_id) === asset).toSorted((a, b) => b.to! - a.to!)[0]!['asset_group'])
