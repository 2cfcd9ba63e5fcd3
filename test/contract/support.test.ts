import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMoment, readPage } from '../../src/api/asked.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import type { Catalog } from '../../src/insights/catalog.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { everAfter, storeAsKnown } from '../../src/insights/knowledge.ts'
import { measureMetric, metricAssets } from '../../src/insights/metrics.ts'
import { parseInstant } from '../../src/model/time.ts'
import { dayText } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { getAsset } from '../../src/store/queries/assets/get.ts'
import { installedColumns, listInstalled } from '../../src/store/queries/assets/software.ts'
import { eventEvidence } from '../../src/store/queries/events/evidence.ts'
import { impacts, storedEvents } from '../../src/store/queries/events/read.ts'
import { listSoftware, softwareColumns } from '../../src/store/queries/software/list.ts'
import { storedDeltas } from '../../src/store/queries/scores/deltas.ts'
import { supportEnds } from '../../src/store/queries/exceptions/turns.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-support-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const METRIC = 'assets-with-unsupported-software'
const metric = shippedCatalog.metrics.get(METRIC)!
const catalog: Catalog = {
  ...shippedCatalog,
  metrics: new Map([[METRIC, metric]]),
  initiatives: new Map(),
  recommendations: new Map(),
  objectives: new Map(),
}
const instant = (day: string): number => parseInstant(`${day}T12:00:00Z`)!

/** What is installed in an image of Debian 11: by name, how the bill of materials identifies it. */
const components = {
  core: { group: '@angular', name: 'core', version: '12.1.0', purl: 'pkg:npm/%40angular/core@12.1.0' },
  Django: { name: 'Django', version: '3.2.1', purl: 'pkg:pypi/Django@3.2.1' },
  // packaged by the distribution, which mends it: never matched, whatever CPE name a tool guesses for it
  nginx: { name: 'nginx', version: '1.18.0-6', purl: 'pkg:deb/debian/nginx@1.18.0-6', cpe: 'cpe:2.3:a:f5:nginx:1.18.0:*:*:*:*:*:*:*' },
  'node.js': { name: 'node.js', version: '18.1.0', cpe: 'cpe:2.3:a:nodejs:node.js:18.1.0:*:*:*:*:*:*:*' },
  // the number alone does not tell which service pack it is
  sql: { name: 'sql', version: '13.0.6300', cpe: 'cpe:2.3:a:microsoft:sql_server:13.0.6300:*:*:*:*:*:*:*' },
}
type Name = keyof typeof components

const bill = (day: string, names: readonly Name[]) =>
  Buffer.from(
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { timestamp: `${day}T12:00:00Z`, component: { type: 'container', name: 'registry.example/shop', version: '1' } },
      components: [
        { type: 'operating-system', name: 'debian', version: '11.7' },
        ...names.map((name) => ({ type: 'library', ...components[name] })),
      ],
    }),
  )

/** A feed of one day: ends by product and release; true: it only says that support has ended. */
interface Told {
  day: string
  ends: Record<string, Record<string, string | boolean>>
}

const identifiers: Record<string, { type: string; id: string }[]> = {
  angular: [{ type: 'purl', id: 'pkg:npm/%40angular/core' }],
  django: [{ type: 'purl', id: 'pkg:pypi/django' }],
  nginx: [
    { type: 'purl', id: 'pkg:deb/debian/nginx' },
    { type: 'cpe', id: 'cpe:2.3:a:f5:nginx' },
  ],
  nodejs: [{ type: 'cpe', id: 'cpe:2.3:a:nodejs:node.js' }],
  mssqlserver: [{ type: 'cpe', id: 'cpe:2.3:a:microsoft:sql_server' }],
  debian: [],
}

const feed = ({ day, ends }: Told) =>
  Buffer.from(
    JSON.stringify({
      schema_version: '1.2.0',
      generated_at: `${day}T12:00:00+00:00`,
      result: Object.entries(ends).map(([name, releases]) => ({
        name,
        label: name === 'debian' ? 'Debian' : name,
        identifiers: identifiers[name],
        releases: Object.entries(releases).map(([release, end]) => ({
          name: release,
          isEol: end === true || (typeof end === 'string' && end <= day),
          ...(typeof end === 'string' && { eolFrom: end }),
        })),
      })),
    }),
  )

/** In the order in which they are imported: the third comes late. */
const feeds: Told[] = [
  {
    day: '2026-03-01',
    ends: {
      angular: { '1': '2016-01-01', '12': '2026-02-15', '12.1': '2026-02-20' },
      django: { '3.2': '2026-05-01', '3': '2020-01-01' },
      nginx: { '1.18': '2021-04-20' },
      nodejs: { '18': true, '1': '2015-01-01' },
      mssqlserver: { '13.0': '2018-01-09', '13.0-sp3': '2026-07-14' },
      debian: { '11': '2026-03-20' },
    },
  },
  // angular is withdrawn, Debian is supported for longer
  { day: '2026-03-15', ends: { django: { '3.2': '2026-05-01' }, nodejs: { '18': true }, debian: { '11': '2026-06-10' } } },
  // as it was before: no 12.1 of angular, another end of Django
  { day: '2026-02-10', ends: { angular: { '12': '2026-02-18' }, django: { '3.2': '2026-04-10' }, nodejs: { '18': false } } },
]

/** By hand: when support of a release ends by what counts at a moment, of feeds that are known; null: nobody says. */
function endAt(known: readonly Told[], product: string, release: string, at: string): string | null {
  const inOrder = known.toSorted((a, b) => (a.day < b.day ? -1 : 1))
  const told = inOrder.map(({ day, ends }) => ({ day, end: ends[product]?.[release] }))
  const now = told.findLast(({ day }) => day <= at)
  const said =
    (now?.end ?? null) === null && !told.some(({ day, end }) => day <= at && end !== undefined)
      ? told.find(({ end }) => end !== undefined)
      : now
  if (said?.end === undefined || said.end === false) return null
  if (typeof said.end === 'string') return said.end
  // only known to have ended: since the day on which that was first said, not before
  const first = told.findIndex(({ day }) => day === said.day)
  const since = told.slice(0, first + 1).findLastIndex(({ end }) => end !== true) + 1
  return told[since]!.day <= at ? told[since]!.day : null
}

describe.each(engines)('end of support by a feed on $name', ({ open }) => {
  let engine: Engine
  let store: Store
  let asset_id: number
  let org_id: number
  const told: { import_no: number; feed: Told; undone: number }[] = []
  let clock = instant('2026-05-20')

  beforeAll(async () => {
    engine = await open()
    await applySchema(engine, 0)
    const data = mkdtempSync(join(folder, 'data-'))
    mkdirSync(join(data, 'inputs'))
    store = { engine, data, now: () => (clock += 1_000_000) }
    // In UTC, so that a date without a time is that day's.
    await addOrg(store, { name: 'One', zone: 'UTC' })
    const bring = async (name: string, bytes: Buffer) => {
      const result = await importFile(store, { name, bytes }, { actor: 'test' })
      await compute(store, catalog)
      return result.import_no!
    }
    await bring('bill.json', bill('2026-01-10', ['core', 'Django', 'nginx', 'node.js', 'sql']))
    for (const one of feeds) told.push({ import_no: await bring('feed.json', feed(one)), feed: one, undone: Infinity })
    await bring('bill.json', bill('2026-04-20', ['core', 'nginx', 'node.js', 'sql']))
    ;[{ asset_id, org_id }] = (await engine.query<{ asset_id: number; org_id: number }>('select asset_id, org_id from asset_key')) as [
      { asset_id: number; org_id: number },
    ]
  })
  afterAll(() => engine.close())

  const page = () => readPage({ limit: 100 }, installedColumns)
  const known = (at: number) => told.filter(({ import_no, undone }) => import_no <= at && at < undone).map((one) => one.feed)
  const lastImport = async () => (await engine.query<{ last: number }>('select max(import_no) as last from import'))[0]!.last
  const days = [
    '2026-01-15',
    '2026-02-09',
    '2026-02-12',
    '2026-02-16',
    '2026-02-28',
    '2026-03-02',
    '2026-03-14',
    '2026-03-16',
    '2026-04-19',
    '2026-04-25',
    '2026-05-19',
  ]

  /** Whether what is said of each software at each day is what reading the feeds by hand gives. */
  async function compare(asked: Store, feedsKnown: readonly Told[]) {
    for (const day of days) {
      const { scope, moment } = await readMoment({ store: asked, catalog }, { as_of: day })
      const at = dayText(moment.day)
      const expected: Record<string, string | null> = {
        '@angular/core': endAt(feedsKnown, 'angular', '12.1', at) ?? endAt(feedsKnown, 'angular', '12', at),
        nginx: null,
        'node.js': endAt(feedsKnown, 'nodejs', '18', at),
        sql: null,
        ...(day < '2026-04-20' && { Django: endAt(feedsKnown, 'django', '3.2', at) }),
      }
      const { items } = await listInstalled(asked.engine, scope, moment, asset_id, page())
      const found = Object.fromEntries(
        items.filter(({ name }) => name in expected).map((one) => [one.name, one.end_of_support_at?.slice(0, 10) ?? null]),
      )
      expect(found, `${day} of ${feedsKnown.length} feeds`).toEqual(expected)
      for (const { end_of_support_at, support } of items)
        expect(support).toBe(end_of_support_at === null ? null : end_of_support_at.slice(0, 10) <= day ? 'ended' : 'ending')
      const system = endAt(feedsKnown, 'debian', '11', at)
      const named = { '@angular/core': '@angular/core 12.1.0', 'node.js': 'node.js 18.1.0', Django: 'Django 3.2.1' }
      const ended = [
        ...Object.entries(named).flatMap(([name, subject]) => ((expected[name] ?? '9') <= at ? [subject] : [])),
        ...((system ?? '9') <= at ? ['Debian 11'] : []),
      ].toSorted()
      const { total } = await measureMetric(asked.engine, scope, metric, moment.day, catalog)
      if (feedsKnown.length === feeds.length) expect(total, day).toBe(1)
      const [exposed] = await metricAssets(asked.engine, scope, metric, moment.day)
      const more = ended.length > 1 ? ` and ${ended.length - 1} more` : ''
      expect(exposed?.reason, `${day} of ${feedsKnown.length} feeds`).toBe(
        total === 1 && ended[0] ? `has ${ended[0]}, which is no longer supported${more}` : undefined,
      )
      if (asked === store) {
        const deltas = await storedDeltas(engine, org_id, 'metric', METRIC)
        const stored = deltas.filter((delta) => delta.day <= moment.day).reduce((sum, delta) => sum + delta.numerator_delta, 0)
        expect(stored, day).toBe(exposed ? 1 : 0)
      }
      const asset = await getAsset(asked.engine, scope, moment, asset_id)
      expect(asset.os_support?.end_of_support_at.slice(0, 10) ?? null, day).toBe(system)
    }
  }

  it('holds as what was said then, or said first, and follows late, withdrawn and changed statements', async () => {
    await compare(store, known(await lastImport()))
    const { scope, moment } = await readMoment({ store, catalog }, { as_of: '2026-03-02' })
    const { items } = await listInstalled(engine, scope, moment, asset_id, page())
    expect(items.find(({ name }) => name === '@angular/core')).toMatchObject({
      end_of_support_at: '2026-02-20T12:00:00Z',
      end_of_support_by: { source: 'endoflife', product: 'angular', release: '12.1' },
      support: 'ended',
    })
    const list = await listSoftware(engine, scope, moment, readPage({ limit: 100, filter: '{"support":"ended"}' }, softwareColumns))
    expect(list.items.map(({ name }) => name).toSorted()).toEqual(['@angular/core', 'node.js'])
    expect(await supportEnds(engine, scope, moment, { from_day: moment.day, to_day: moment.day + 365 })).toMatchObject([
      { name: 'Django', version: '3.2.1', assets: 1, day: instant('2026-05-01') / 86_400_000_000 - 0.5 },
    ])
  })

  it('is told as an event on the day that the feed states, with the import that told it', async () => {
    const now = known(await lastImport())
    // What counts on the day itself: angular 12.1 was never said to end at another time; Django and Debian were said to end later by then.
    expect([
      endAt(now, 'angular', '12.1', '2026-02-20'),
      endAt(now, 'django', '3.2', '2026-04-10'),
      endAt(now, 'debian', '11', '2026-03-20'),
    ]).toEqual(['2026-02-20', '2026-05-01', '2026-06-10'])
    const stored = (await storedEvents(engine, org_id, 0, 30_000)).filter(({ type }) => type === 'end_of_support_reached')
    expect(stored.map(({ day, subjects, assets, source }) => [dayText(day), subjects, assets, source])).toEqual([
      ['2026-02-20', '["@angular/core 12.1.0"]', 1, 'endoflife'],
    ])
    const evidence = await eventEvidence(
      engine,
      org_id,
      { type: stored[0]!.type, day: stored[0]!.day, subjects: ['@angular/core 12.1.0'] },
      10,
    )
    expect(evidence).toMatchObject([{ source: 'endoflife', reference: 'angular 12.1', certainty: 'stated', import_no: told[0]!.import_no }])
    const impact = await impacts(engine, { org_id, groups: null }, stored, stored[0]!.day)
    expect(impact.get(stored[0]!.event_id)).toMatchObject({ assets: 1, assets_now: 1 })
  })

  it('is known at each import as it was known then', async () => {
    for (const { import_no } of [told[0]!, told[1]!])
      await compare(storeAsKnown(store, catalog, everAfter(org_id, import_no)), known(import_no))
  })

  it('is without a feed that is undone, and the same when all is made anew', async () => {
    const before = await lastImport()
    const { import_no } = await undoImport(store, told[0]!.import_no, 'test')
    told[0]!.undone = import_no
    await compute(store, catalog)
    await compare(store, known(import_no))
    await compare(storeAsKnown(store, catalog, everAfter(org_id, before)), known(before))
    const rows = async () =>
      (await engine.query('select * from software_release'))
        .map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))))
        .toSorted()
    const kept = await rows()
    await rebuild(store, catalog)
    expect(await rows()).toEqual(kept)
    expect(kept.length).toBeGreaterThan(0)
  })

  it('is as a report states it where one does', async () => {
    const { scope, moment } = await readMoment({ store, catalog }, {})
    await engine.run(`update software_history set end_of_support_at = $ends where name = 'node.js'`, { ends: instant('2030-01-01') })
    const { items } = await listInstalled(engine, scope, moment, asset_id, page())
    expect(items.find(({ name }) => name === 'node.js')).toMatchObject({
      end_of_support_at: '2030-01-01T12:00:00Z',
      end_of_support_by: { product: null, release: null },
      support: 'supported',
    })
  })
})
