import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMoment, readPage } from '../../src/api/asked.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities } from '../../src/model/severity.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import type { Org } from '../../src/store/orgs.ts'
import { affectedColumns, listReasonedAssets, listSoftwareAssets, listVulnerableAssets } from '../../src/store/queries/assets/affected.ts'
import { getAsset } from '../../src/store/queries/assets/get.ts'
import { assetListColumns, listAssets } from '../../src/store/queries/assets/list.ts'
import { installedColumns, listInstalled } from '../../src/store/queries/assets/software.ts'
import { getControl } from '../../src/store/queries/controls/get.ts'
import { controlColumns, listControls } from '../../src/store/queries/controls/list.ts'
import { findingListColumns, listFindings } from '../../src/store/queries/findings/list.ts'
import { importColumns, listImports } from '../../src/store/queries/imports/list.ts'
import type { AskedMoment } from '../../src/store/queries/moment.ts'
import { countOverview } from '../../src/store/queries/overview/counts.ts'
import { listOrganisations } from '../../src/store/queries/overview/organisations.ts'
import type { ListColumns, PageAnswer, PageQuestion } from '../../src/store/queries/page.ts'
import { getSoftware } from '../../src/store/queries/software/get.ts'
import { listSoftware, softwareColumns } from '../../src/store/queries/software/list.ts'
import { listSources } from '../../src/store/queries/sources/list.ts'
import { getVulnerability } from '../../src/store/queries/vulnerabilities/get.ts'
import { listVulnerabilities, vulnerabilityColumns } from '../../src/store/queries/vulnerabilities/list.ts'
import type { Scope } from '../../src/store/scope.ts'
import { engines } from './engines.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'
import { sampleCatalog } from './sample-catalog.ts'

type Ask = (engine: Engine, scope: Scope, moment: AskedMoment, page: PageQuestion) => Promise<PageAnswer<object>>

const first = (scope: Scope) => scope.org_id * 100 + 1

/** Every list with its columns. */
const lists: Record<string, { ask: Ask; columns: ListColumns }> = {
  assets: { ask: listAssets, columns: assetListColumns },
  findings: { ask: listFindings, columns: findingListColumns },
  'findings of an asset': {
    ask: (engine, scope, moment, page) => listFindings(engine, scope, moment, page, first(scope) + 6),
    columns: findingListColumns,
  },
  software: { ask: listSoftware, columns: softwareColumns },
  'software of an asset': {
    ask: (engine, scope, moment, page) => listInstalled(engine, scope, moment, first(scope), page),
    columns: installedColumns,
  },
  vulnerabilities: { ask: listVulnerabilities, columns: vulnerabilityColumns },
  'assets of a vulnerability': {
    ask: (engine, scope, moment, page) => listVulnerableAssets(engine, scope, moment, 'CVE-2', page),
    columns: affectedColumns,
  },
  'assets of a software': {
    ask: (engine, scope, moment, page) => listSoftwareAssets(engine, scope, moment, { name: 'openssl', vendor: null }, page),
    columns: affectedColumns,
  },
  'assets with a reason': {
    ask: (engine, scope, moment, page) =>
      listReasonedAssets(
        engine,
        scope,
        moment,
        [1, 2, 3, 7].map((n) => ({ asset_id: scope.org_id * 100 + n, reason: `because ${n}`, since_day: n === 2 ? null : 20_000 + n })),
        page,
      ),
    columns: affectedColumns,
  },
  controls: { ask: listControls, columns: controlColumns },
  imports: { ask: (engine, scope, moment, page) => listImports(engine, scope, moment.at, page), columns: importColumns },
}

/** A condition on one field that some rows meet. */
function someFilter([name, column]: [string, ListColumns extends ReadonlyMap<string, infer C> ? C : never]): fc.Arbitrary<object> {
  if (column.type === 'boolean') return fc.constantFrom({ [name]: true }, { [name]: false }, { [name]: null }, { not: { [name]: true } })
  if (column.type === 'ordered')
    return fc.constantFrom(...column.values!.flatMap((value) => [{ [name]: value }, { [name]: `>= ${value}` }]), { [name]: null })
  if (column.type === 'number') return fc.constantFrom({ [name]: '>= 1' }, { [name]: '< 3' }, { [name]: 0 }, { [name]: null })
  const values = column.values ?? ['red', 'host-1', 'openssl', 'CVE-2']
  if (column.several) return fc.constantFrom<object>({ [name]: [...values] }, { [name]: values[0] })
  return fc.constantFrom<object>({ [name]: [...values] }, { [name]: null }, ...(column.values ? [] : [{ [name]: '~2' }, { [name]: '~ho' }]))
}

const catalog = sampleCatalog()

describe.each(engines)('lists on $name', ({ open }) => {
  let world: SmallWorld
  let engine: Engine
  beforeAll(async () => {
    engine = await open()
    world = await makeSmallWorld(engine)
  })
  afterAll(() => engine.close())
  const scopeOf = (org: Org, groups: readonly string[] | null = null): Scope => ({ org_id: org.org_id, groups })
  const momentOf = async (org: Org, as_of?: string) =>
    (await readMoment({ store: world.store, catalog }, { org: org.slug, ...(as_of ? { as_of } : {}) })).moment

  it.each(Object.entries(lists))('%s: filtered is part of unfiltered, and pages joined are the whole list', async (_, { ask, columns }) => {
    const names = [...columns].flatMap(([name, { several }]) => (several ? [] : [name]))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...columns).chain(someFilter),
        fc.constantFrom(...names.flatMap((name) => [name, `-${name}`])),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(null, ['red'], ['blue', 'red'], ['none']),
        fc.constantFrom(undefined, '2026-07-12', '2026-06-09T00:00:00Z'),
        async (filter, sort, limit, groups, as_of) => {
          const scope = scopeOf(world.north, groups)
          const moment = await momentOf(world.north, as_of)
          const page = (part: { filter?: string; limit: number; cursor?: string }) =>
            ask(engine, scope, moment, readPage({ sort, ...part }, columns))
          const all = await page({ limit: 1000 })
          expect(all.items).toHaveLength(all.total)
          const text = JSON.stringify(filter)
          const whole = await page({ limit: 1000, filter: text })
          const known = new Set(all.items.map((item) => JSON.stringify(item)))
          for (const item of whole.items) expect(known).toContain(JSON.stringify(item))
          const joined: object[] = []
          let cursor: string | undefined
          do {
            const part = await page({ limit, filter: text, ...(cursor ? { cursor } : {}) })
            expect(part.total).toBe(whole.total)
            joined.push(...part.items)
            cursor = part.next_cursor ?? undefined
          } while (cursor && joined.length <= whole.total)
          expect(joined).toEqual(whole.items)
        },
      ),
      { numRuns: 8 },
    )
  })

  it('shows of each finding what its rows say, one by one, and sorts and filters by that', async () => {
    type Row = Record<string, string | number | boolean | null>
    const held = (row: Row, at: number) => (row['valid_from'] as number) <= at && at < (row['valid_to'] as number)
    const band = (cvss: number) => (cvss >= 90 ? 4 : cvss >= 70 ? 3 : cvss >= 40 ? 2 : cvss > 0 ? 1 : 0)
    const own = await makeSmallWorld(await open())
    const { engine } = own.store
    // Tools that know more than the world, less than it, and nothing.
    await engine.run('update finding_history set stage = 3, cvss_tenths = 41 where finding_id % 3 = 0')
    await engine.run('update finding_history set severity = null, cvss_tenths = null where finding_id % 5 = 0')
    await engine.run('update finding_history set severity = 0, cvss_tenths = null where finding_id % 7 = 0')
    await engine.run(`update vulnerability_history set cvss_tenths = null where vulnerability_id in ('CVE-2', 'CVE-3', 'CVE-4')`)
    await engine.run(`update vulnerability_history set epss = null where vulnerability_id in ('CVE-1', 'CVE-3')`)
    await engine.run(`delete from vulnerability_history where vulnerability_id = 'CVE-5'`)
    const scope = scopeOf(own.north)
    const [findings, assets, vulnerabilities, hazards] = await Promise.all(
      ['finding_history where org_id = $org_id', 'asset_history where org_id = $org_id', 'vulnerability_history', 'hazard'].map((what) =>
        engine.query<Row>(`select * from ${what}`, what.includes('$') ? { org_id: scope.org_id } : {}),
      ),
    )
    for (const as_of of [undefined, '2026-07-12', '2026-07-16', '2026-06-20']) {
      const moment = await momentOf(own.north, as_of)
      const { items } = await listFindings(engine, scope, moment, readPage({ limit: 1000 }, findingListColumns))
      expect(items.length).toBeGreaterThan(0)
      const here = new Set(
        (await listAssets(engine, scope, moment, readPage({ limit: 1000 }, assetListColumns))).items.map((item) => item.asset_id),
      )
      const wanted = findings!
        .filter((row) => held(row, moment.at) && here.has(row['asset_id'] as number))
        .map((f) => {
          const asset = assets!.find((row) => row['asset_id'] === f['asset_id'] && held(row, moment.at))!
          const vulnerability =
            f['kind'] === 'vulnerability'
              ? vulnerabilities!.find((row) => row['vulnerability_id'] === f['subject'] && held(row, moment.at))
              : undefined
          const world_cvss = (vulnerability?.['cvss_tenths'] ?? null) as number | null
          const cvss = (world_cvss ?? f['cvss_tenths']) as number | null
          const stage = f['kind'] === 'control' ? 0 : Math.max(f['stage'] as number, (vulnerability?.['stage'] ?? 0) as number)
          const key =
            f['kind'] === 'control'
              ? [-1, -1, f['severity'] ?? 2]
              : [stage, vulnerability?.['epss'] ?? -1, cvss ?? [0, 25, 55, 80, 95][(f['severity'] ?? 2) as number]]
          const row = hazards!.find((each) => ['stage', 'epss', 'cvss_tenths'].every((column, index) => each[column] === key[index]))
          const informational = f['severity'] === 0 && !f['cvss_tenths']
          return {
            finding_id: f['finding_id'] as number,
            hazard: informational ? 0 : (((asset['internet_facing'] ? row?.['internet'] : row?.['internal']) as number | undefined) ?? 0),
            asset_name: asset['name'],
            cvss: cvss === null ? null : cvss / 10,
            severity:
              world_cvss === null ? (f['severity'] === null ? null : severities[f['severity'] as number]) : severities[band(world_cvss)],
            stage: exploitStages[stage],
          }
        })
        .toSorted((a, b) => b.hazard - a.hazard || a.finding_id - b.finding_id)
      expect(
        items.map(({ finding_id, hazard, asset_name, cvss, severity, stage }) => ({
          finding_id,
          hazard: Math.round(hazard * 1e8),
          asset_name,
          cvss,
          severity,
          stage,
        })),
      ).toEqual(wanted)
      const filtered = await listFindings(
        engine,
        scope,
        moment,
        readPage({ limit: 1000, filter: '{"stage": ">= public"}', sort: 'finding_id' }, findingListColumns),
      )
      expect(filtered.items.map((item) => item.finding_id)).toEqual(
        wanted
          .filter(({ stage }) => stage !== 'none')
          .map((each) => each.finding_id)
          .toSorted((a, b) => a - b),
      )
    }
    await engine.close()
  })

  it.each(Object.entries(lists))('%s: asked before the first fact they are empty', async (name, { ask, columns }) => {
    const answer = await ask(engine, scopeOf(world.north), await momentOf(world.north, '2020-01-01'), readPage({ limit: 10 }, columns))
    expect(answer, name).toEqual({ items: [], total: 0, next_cursor: null })
  })

  it('never shows anything of another organisation with the same names', async () => {
    const moment = await momentOf(world.north)
    const ids = new Set(world.assetsOf(world.north).map((asset) => asset.asset_id))
    for (const [name, { ask, columns }] of Object.entries(lists)) {
      const { items } = await ask(engine, scopeOf(world.north), moment, readPage({ limit: 1000 }, columns))
      expect(
        (items as { asset_id?: number }[]).filter((item) => item.asset_id !== undefined && !ids.has(item.asset_id)),
        name,
      ).toEqual([])
      expect(JSON.stringify(items), name).not.toContain('CVE-99')
    }
    const strangers = world.assetsOf(world.south)[1]!.asset_id
    await expect(getAsset(engine, scopeOf(world.north), moment, strangers)).rejects.toMatchObject({ code: 'unknown_asset' })
    await expect(getVulnerability(engine, scopeOf(world.north), moment, 'CVE-99')).rejects.toMatchObject({ code: 'unknown_vulnerability' })
    expect((await getVulnerability(engine, scopeOf(world.south), moment, 'CVE-99')).assets).toBe(10)
    const reasoned = [{ asset_id: strangers, reason: 'none of yours', since_day: null }]
    expect(await listReasonedAssets(engine, scopeOf(world.north), moment, reasoned, { limit: 10 })).toMatchObject({ items: [], total: 0 })
  })

  it('never shows anything of another asset group', async () => {
    const moment = await momentOf(world.north)
    const red = scopeOf(world.north, ['red'])
    const { items } = await listAssets(engine, red, moment, { limit: 100 })
    expect(new Set(items.map((item) => item.asset_group))).toEqual(new Set(['red']))
    await expect(getAsset(engine, red, moment, world.assetsOf(world.north)[1]!.asset_id)).rejects.toMatchObject({ code: 'unknown_asset' })
    expect((await getVulnerability(engine, red, moment, 'CVE-2')).assets).toBe(5) // hosts 2, 4, 6, 8, 10
    expect(await listAssets(engine, scopeOf(world.north, []), moment, { limit: 100 })).toMatchObject({ total: 0 })
  })

  it('tells the state of each asset, at any moment', async () => {
    const scope = scopeOf(world.north)
    const [h0, , , , , , , , , h9, h10, h11] = world.assetsOf(world.north).map((asset) => asset.asset_id)
    const moment = await momentOf(world.north)
    const states = new Map((await listAssets(engine, scope, moment, { limit: 100 })).items.map((item) => [item.asset_id, item.state]))
    expect([states.get(h0!), states.get(h9!), states.get(h10!), states.get(h11!), states.size]).toEqual([
      'active',
      undefined,
      'stale',
      'never_scanned',
      11,
    ])
    expect((await getAsset(engine, scope, moment, h9!)).state).toBe('left')
    expect((await getAsset(engine, scope, await momentOf(world.north, '2026-07-01'), h9!)).state).toBe('active')
    expect((await getAsset(engine, scope, await momentOf(world.north, '2026-06-20'), h10!)).state).toBe('active')
  })

  it('counts what is open then, by the severity and stage that the world gave it then', async () => {
    const scope = scopeOf(world.north)
    const h2 = world.assetsOf(world.north)[2]!.asset_id
    const now = await getAsset(engine, scope, await momentOf(world.north), h2)
    expect(now).toMatchObject({
      name: 'host-2',
      criticality: 'very_high',
      value: 5,
      vulnerabilities: 2,
      critical: 0,
      exploited: 1,
      sources: ['scanner'],
      internet_facing: false,
    })
    const before = await getAsset(engine, scope, await momentOf(world.north, '2026-06-28'), h2)
    expect(before).toMatchObject({ vulnerabilities: 3, exploited: 0 })
    expect(before.exposure!).toBeLessThan(now.exposure!) // CVE-2 became known exploited meanwhile
    const { items } = await listFindings(engine, scope, await momentOf(world.north), { limit: 10 }, h2)
    expect(
      items
        .filter((item) => item.kind === 'vulnerability')
        .map(({ subject, severity, cvss, stage, fixed_version, component }) => [subject, severity, cvss, stage, fixed_version, component]),
    ).toEqual([
      ['CVE-2', 'medium', 5.1, 'known_exploited', '3.0.14', 'openssl'],
      ['CVE-3', 'medium', 6.2, 'public', null, 'openssl'],
    ])
    expect(items.reduce((sum, item) => sum + item.share!, 0)).toBeCloseTo(1, 9)
  })

  it('gives each finding the hazard that the score of its asset is made of', async () => {
    const scope = scopeOf(world.south)
    const moment = await momentOf(world.south)
    const { items } = await listFindings(engine, scope, moment, { limit: 1000 })
    const sums = await engine.query<{ asset_id: number; hazard: number }>(
      'select distinct on (asset_id) asset_id, hazard from asset_day where org_id = $org_id and day <= $day order by asset_id, day desc, cause desc',
      { org_id: scope.org_id, day: moment.day },
    )
    const shown = new Map<number, number>()
    for (const item of items) shown.set(item.asset_id, (shown.get(item.asset_id) ?? 0) + Math.round(item.hazard * 1e8))
    expect(shown.size).toBe(10)
    for (const [asset_id, hazard] of shown) expect(sums.find((row) => row.asset_id === asset_id)?.hazard).toBe(hazard)
  })

  it('finds titles, components and first sightings of vulnerabilities', async () => {
    const scope = scopeOf(world.north)
    const moment = await momentOf(world.north)
    const { items } = await listVulnerabilities(engine, scope, moment, { limit: 100, search: 'TITLE 1' })
    expect(items).toEqual([
      {
        vulnerability_id: 'CVE-2',
        title: 'Title 1',
        severity: 'medium',
        cvss: 5.1,
        epss: 0.1,
        stage: 'known_exploited',
        assets: 9,
        excepted_assets: 0,
        published_at: '2026-05-31T06:00:00Z',
        aliases: [],
        components: ['openssl'],
        fix_available: true,
        first_seen_at: '2026-06-02T06:00:00Z',
      },
    ])
    const one = await getVulnerability(engine, scope, moment, 'CVE-2')
    expect(one.timeline.map((entry) => entry.what)).toEqual(['Published', 'First seen on our assets', 'Known exploited'])
    expect(one.cvss_vector).toMatch(/^CVSS:3\.1/)
    // of the world only, on no asset of the group
    expect(await getVulnerability(engine, scopeOf(world.north, ['none']), moment, 'CVE-2')).toMatchObject({
      assets: 0,
      cvss: 5.1,
      stage: 'known_exploited',
    })
  })

  it('sums software over assets and names its versions', async () => {
    const scope = scopeOf(world.north)
    const moment = await momentOf(world.north)
    const openssl = await getSoftware(engine, scope, moment, 'openssl')
    expect(openssl).toMatchObject({ vendor: 'OpenSSL', assets: 10, versions: 2, exposed_assets: 9, stage: 'known_exploited' }) // host 0 had only CVE-1, which is fixed
    expect(openssl.version_list.map(({ version, assets }) => [version, assets])).toEqual([
      ['3.0.2', 6],
      ['3.0.1', 4],
    ])
    expect(openssl.vulnerability_list[0]).toMatchObject({ vulnerability_id: 'CVE-2', assets: 9 })
    const { items } = await listSoftwareAssets(
      engine,
      scope,
      moment,
      { name: 'openssl', vendor: 'OpenSSL' },
      { limit: 1, sort: 'asset_id' },
    )
    expect(items).toMatchObject([{ reason: '3.0.2', since: '2026-06-01' }])
    await expect(getSoftware(engine, scope, moment, 'nothing')).rejects.toMatchObject({ code: 'unknown_software' })
  })

  it('tells how far controls are met', async () => {
    const scope = scopeOf(world.north)
    const moment = await momentOf(world.north)
    const { items } = await listControls(engine, scope, moment, { limit: 10, sort: 'control_id' })
    expect(items.map(({ state, passed, failed }) => [state, passed, failed])).toEqual([
      ['met', 10, 0],
      ['partly_met', 6, 4],
      ['unknown', 0, 0],
    ])
    const one = await getControl(engine, scope, moment, 'scanner:check-1')
    expect(one.results.map((result) => result.status)).toEqual([...Array<string>(4).fill('fail'), ...Array<string>(6).fill('pass')])
  })

  it('counts the overview as the lists do', async () => {
    for (const groups of [null, ['red']]) {
      const scope = scopeOf(world.north, groups)
      const moment = await momentOf(world.north)
      const { severity_counts, exploited, asset_types } = await countOverview(engine, scope, moment)
      const vulnerable = await listFindings(
        engine,
        scope,
        moment,
        readPage({ limit: 1000, filter: '{"kind": "vulnerability"}' }, findingListColumns),
      )
      const counted = vulnerable.items.filter((item) => item.severity !== 'informational')
      expect(Object.values(severity_counts).reduce((sum, count) => sum + count, 0)).toBe(counted.length)
      expect(severity_counts.unknown).toBe(counted.filter((item) => item.severity === null).length)
      expect(exploited).toBe(1)
      expect(asset_types).toEqual([{ type: 'device', assets: groups ? 6 : 11 }])
    }
    expect((await listOrganisations(engine, world.store.now())).map(({ slug, assets }) => [slug, assets])).toEqual([
      ['north', 11],
      ['south', 11],
    ])
  })

  it('tells how fresh each source is', async () => {
    const moment = await momentOf(world.north)
    const [scanner, kev, ...rest] = await listSources(engine, scopeOf(world.north), moment)
    expect(scanner).toEqual({
      source: 'scanner',
      kind: 'report',
      format: 'trivy',
      last_observed_at: '2026-07-20T06:00:00Z',
      last_import_at: '2026-07-20T07:00:00Z',
      imports: 8,
      assets: 11,
      staleness_days: 30,
      state: 'fresh',
    })
    expect(kev).toMatchObject({ source: 'kev', kind: 'feed', imports: 1, assets: 0, state: 'stale' })
    expect(rest).toEqual([])
    expect((await listSources(engine, scopeOf(world.north, ['red']), moment))[0]).toMatchObject({ assets: 6 })
  })

  it('refuses sorts, cursors, filters and moments that it cannot read', async () => {
    const scope = scopeOf(world.north)
    const moment = await momentOf(world.north)
    const asking = (page: Partial<PageQuestion>) => listAssets(engine, scope, moment, { limit: 2, ...page })
    await expect(asking({ sort: 'colour' })).rejects.toMatchObject({
      code: 'unknown_sort',
      message: expect.stringContaining('criticality') as string,
    })
    const { next_cursor } = await asking({ sort: 'name' })
    await expect(asking({ sort: '-name', cursor: next_cursor! })).rejects.toMatchObject({ code: 'bad_cursor' })
    const forged = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url')
    for (const cursor of [
      '%%%',
      'e30',
      forged(['name', 1, 2]),
      forged(['name', 'x', 'y']),
      forged(['name', 'x', 1, 2]),
      forged(['name', { a: 1 }, 1]),
    ]) {
      await expect(asking({ sort: 'name', cursor }), cursor).rejects.toMatchObject({ code: 'bad_cursor' })
    }
    expect(() => readPage({ limit: 1, filter: '{' }, assetListColumns)).toThrow(expect.objectContaining({ code: 'bad_filter' }) as Error)
    expect(() => readPage({ limit: 1, filter: '{"colour": "red"}' }, assetListColumns)).toThrow(
      /colour is not a known field; there are: name, type/,
    )
    await expect(momentOf(world.north, '2026-08-02')).rejects.toMatchObject({ code: 'future_moment' })
    await expect(momentOf(world.north, '2026-08-01T12:00:01Z')).rejects.toMatchObject({ code: 'future_moment' })
    for (const text of ['yesterday', '2026-02-30', '2026-07-01T99:00:00Z', ''])
      await expect(readMoment({ store: world.store, catalog }, { as_of: text }), text).rejects.toMatchObject({ code: 'bad_moment' })
    await expect(readMoment({ store: world.store, catalog }, { org: 'west' })).rejects.toMatchObject({ code: 'unknown_organisation' })
  })

  it('takes a day as its end in the zone of the organisation, and today as now', async () => {
    expect(await momentOf(world.south, '2026-07-01')).toEqual({
      at: Date.UTC(2026, 6, 1, 12) * 1000 - 1,
      day: Date.UTC(2026, 6, 1) / 86_400_000,
    })
    expect((await momentOf(world.south)).at).toBe(world.store.now())
    expect(await momentOf(world.south, '2026-08-02')).toEqual(await momentOf(world.south)) // in Auckland it is 2 August already
  })
})
