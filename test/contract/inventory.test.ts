import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMoment, readPage } from '../../src/api/asked.ts'
import { rebuild } from '../../src/insights/compute.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { assetListColumns, listAssets } from '../../src/store/queries/assets/list.ts'
import { findingListColumns, listFindings } from '../../src/store/queries/findings/list.ts'
import { getSoftware } from '../../src/store/queries/software/get.ts'
import { listSoftware, softwareColumns } from '../../src/store/queries/software/list.ts'
import { tellSoftware } from '../../src/store/queries/software/told.ts'
import { versionChanges } from '../../src/store/queries/software/version-days.ts'
import { countVulnerabilities, listVulnerabilities, vulnerabilityColumns } from '../../src/store/queries/vulnerabilities/list.ts'
import { closingRecommendations, exposedSystems } from '../../src/store/queries/vulnerabilities/surroundings.ts'
import { getVulnerability, knownId } from '../../src/store/queries/vulnerabilities/get.ts'
import type { Scope } from '../../src/store/scope.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { smallCatalog } from './small-catalog.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'

type Row = Record<string, string | number | boolean | null>

const DAY = 86_400_000_000
const band = (cvss: number) => (cvss >= 90 ? 4 : cvss >= 70 ? 3 : cvss >= 40 ? 2 : cvss > 0 ? 1 : 0)
const held = (row: Row, at: number) => (row['valid_from'] as number) <= at && at < (row['valid_to'] as number)
const stands = (row: Row, at: number) => held(row, at) && row['retracted_in'] === NEVER

describe.each(engines)('software and weaknesses on $name', ({ open }) => {
  let world: SmallWorld
  let engine: Engine
  let scopes: Scope[]
  const moments = [undefined, '2026-07-12', '2026-06-20']
  const momentOf = async (org: string, as_of?: string) =>
    (await readMoment({ store: world.store, catalog: shippedCatalog }, { org, ...(as_of ? { as_of } : {}) })).moment

  beforeAll(async () => {
    engine = await open()
    world = await makeSmallWorld(engine)
    const { org_id } = world.north
    scopes = [
      { org_id, groups: null },
      { org_id, groups: ['red'] },
      { org_id, groups: ['none'] },
    ]
    await engine.run(`update vulnerability_history set cvss_tenths = 95 where vulnerability_id in ('CVE-3', 'CVE-4')`)
    // the only fix of CVE-6 was taken back, that of CVE-8 is stated for an asset that has left, CVE-2 is fixed on one asset only
    await engine.run(`update sighting_history set fixed_version = null where finding_id in
      (select finding_id from finding_key where subject = 'CVE-2' and asset_id % 100 <> 5)`)
    await engine.run(`update sighting_history set retracted_in = 7 where fixed_version is not null and finding_id in
      (select finding_id from finding_key where subject = 'CVE-6')`)
    await engine.run(`update sighting_history set fixed_version = null where finding_id in
      (select finding_id from finding_key where subject = 'CVE-8' and asset_id % 100 <> 9)`)
    const told = { title: null, description: null, severity: null, cvss_tenths: null, cvss_vector: null, published_at: null, url: null }
    const rows = [
      { ...told, org_id, source: 'scanner', vulnerability_id: 'CVE-4', aliases: '["TVM-2026-0004","GHSA-aaaa"]', valid_to: NEVER },
      { ...told, org_id, source: 'other', vulnerability_id: 'CVE-4', aliases: '["GHSA-aaaa","CVE-4"]', valid_to: NEVER },
      { ...told, org_id, source: 'other', vulnerability_id: 'CVE-5', aliases: '["TVM-2026-0005"]', valid_to: Date.UTC(2026, 6, 1) * 1000 },
      { ...told, org_id: world.south.org_id, source: 'scanner', vulnerability_id: 'CVE-3', aliases: '["TVM-SOUTH"]', valid_to: NEVER },
    ].map((row) => ({ ...row, valid_from: Date.UTC(2026, 5, 1) * 1000, opened_in: 1, closed_in: NEVER, retracted_in: NEVER }))
    const columns = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]
    await engine.append(
      'advisory_history',
      columns,
      rows.map((row) => columns.map((column) => row[column])),
    )
    // of openssl, 3.0.1 ends within six months of 1 August and 3.0.2 has ended on 1 July; tool-0 ends later, tool-1 never by any report
    const ends = (day: number, where: string) => engine.run(`update software_history set end_of_support_at = ${day * DAY} where ${where}`)
    const august = Date.UTC(2026, 7, 1) / 86_400_000
    await ends(august + 183, `version = '3.0.1'`)
    await ends(august - 31, `version = '3.0.2' and asset_id % 100 > 3`)
    await ends(august + 184, `name = 'tool-0'`)
    await engine.run(`update software_history set end_of_support_at = null where name = 'tool-1'`)
  })
  afterAll(() => engine.close())

  const present = async (scope: Scope, moment: Awaited<ReturnType<typeof momentOf>>) =>
    new Set((await listAssets(engine, scope, moment, readPage({ limit: 1000 }, assetListColumns))).items.map((asset) => asset.asset_id))

  it('counts and filters weaknesses as one who looks at every finding', async () => {
    const { org_id } = world.north
    const findings = await engine.query<Row>(`select * from finding_history where org_id = $org_id and kind = 'vulnerability'`, { org_id })
    const sightings = await engine.query<Row>('select * from sighting_history where org_id = $org_id', { org_id })
    const known = await engine.query<Row>('select * from vulnerability_history')
    const seen = new Set<string>()
    for (const scope of scopes) {
      for (const as_of of moments) {
        const moment = await momentOf('north', as_of)
        const here = await present(scope, moment)
        const of = new Map<string, { stage: number; severity: number | null; fixed: boolean }>()
        for (const f of findings.filter((row) => held(row, moment.at) && here.has(row['asset_id'] as number))) {
          const id = f['subject'] as string
          const v = known.find((row) => row['vulnerability_id'] === id && held(row, moment.at))
          const one = of.get(id) ?? { stage: 0, severity: null, fixed: false }
          const cvss = (v?.['cvss_tenths'] ?? null) as number | null
          one.stage = Math.max(one.stage, f['stage'] as number, (v?.['stage'] ?? 0) as number)
          one.severity =
            cvss === null ? (f['severity'] === null ? one.severity : Math.max(one.severity ?? 0, f['severity'] as number)) : band(cvss)
          one.fixed ||= sightings.some((s) => s['finding_id'] === f['finding_id'] && s['fixed_version'] !== null && stands(s, moment.at))
          of.set(id, one)
        }
        const ids = (meets: (one: { stage: number; severity: number | null; fixed: boolean }) => boolean) =>
          [...of].flatMap(([id, one]) => (meets(one) ? [id] : [])).toSorted()
        const wanted = {
          all: ids(() => true),
          exploitable: ids(({ stage }) => stage > 0),
          critical: ids(({ severity }) => severity === 4),
          known_exploited: ids(({ stage }) => stage >= 4),
          no_fix: ids(({ fixed }) => !fixed),
          zero_day: ids(({ stage, fixed }) => stage >= 4 && !fixed),
        }
        const counters = await countVulnerabilities(engine, scope, moment)
        expect(counters).toEqual(Object.fromEntries(Object.entries(wanted).map(([name, { length }]) => [name, length])))
        for (const [name, number] of Object.entries(counters)) if (number > 0 && number < counters.all) seen.add(name)
        const filters = {
          all: '{}',
          exploitable: '{"stage": ">= public"}',
          critical: '{"severity": "critical"}',
          known_exploited: '{"stage": ">= known_exploited"}',
          no_fix: '{"fix_available": false}',
          zero_day: '{"fix_available": false, "stage": ">= known_exploited"}',
        }
        for (const [name, filter] of Object.entries(filters) as [keyof typeof wanted, string][]) {
          const page = readPage({ limit: 1000, ...(filter === '{}' ? {} : { filter }) }, vulnerabilityColumns)
          const { items } = await listVulnerabilities(engine, scope, moment, page)
          expect(items.map((item) => item.vulnerability_id).toSorted(), `${name} ${as_of}`).toEqual(wanted[name])
          for (const item of items) expect(item.fix_available, item.vulnerability_id).toBe(of.get(item.vulnerability_id)!.fixed)
        }
      }
    }
    // every kind was some and not all at least once, else the comparison would show nothing
    expect([...seen].toSorted()).toEqual(['critical', 'exploitable', 'known_exploited', 'no_fix', 'zero_day'])
  })

  it('finds a weakness by an id that a tool knew it by at that moment, in the own organisation only', async () => {
    const found = async (search: string, as_of?: string) =>
      (await listVulnerabilities(engine, scopes[0]!, await momentOf('north', as_of), { limit: 10, search })).items.map(
        ({ vulnerability_id, aliases }) => [vulnerability_id, aliases],
      )
    expect(await found('tvm-2026-0004')).toEqual([['CVE-4', ['GHSA-aaaa', 'TVM-2026-0004']]])
    expect(await found('ghsa')).toEqual([['CVE-4', ['GHSA-aaaa', 'TVM-2026-0004']]])
    expect(await found('TVM-2026-0005')).toEqual([])
    expect(await found('TVM-2026-0005', '2026-06-20')).toEqual([['CVE-5', ['TVM-2026-0005']]])
    expect(await found('TVM-SOUTH')).toEqual([])
    expect(await found('["')).toEqual([])
    const one = await getVulnerability(engine, scopes[0]!, await momentOf('north'), 'CVE-4')
    expect(one.aliases).toEqual(['GHSA-aaaa', 'TVM-2026-0004'])
  })

  it('tells of one weakness which versions have it where, how its EPSS went, and when an exploit became known here', async () => {
    const { org_id } = world.north
    const [scope] = scopes
    for (const as_of of moments) {
      const moment = await momentOf('north', as_of)
      const here = await present(scope!, moment)
      const rows = await engine.query<Row>(
        `select * from sighting_history where org_id = $org_id and finding_id in (select finding_id from finding_key where subject = 'CVE-2')`,
        { org_id },
      )
      const of = new Map<string, number>()
      for (const row of rows.filter((one) => stands(one, moment.at) && here.has(one['asset_id'] as number))) {
        const key = `openssl ${row['version']} ${row['fixed_version']}`
        of.set(key, (of.get(key) ?? 0) + 1)
      }
      const one = await getVulnerability(engine, scope!, moment, 'CVE-2')
      expect(
        new Map(one.affected.map(({ component, version, fixed_version, assets }) => [`${component} ${version} ${fixed_version}`, assets])),
      ).toEqual(of)
      expect(of.size).toBe(2)
    }
    const steps = async (as_of?: string) => (await getVulnerability(engine, scope!, await momentOf('north', as_of), 'CVE-2')).epss_steps
    const june = { at: '2026-06-01T06:00:00Z', epss: 0.01, source: 'epss' }
    expect(await steps()).toEqual([{ at: '2026-06-21T06:00:00Z', epss: 0.1, source: 'epss' }, june])
    expect(await steps('2026-06-20')).toEqual([june])
    // the import that told it is the first of the small world: the feed of 1 July, read an hour later
    const { timeline } = await getVulnerability(engine, scope!, await momentOf('north'), 'CVE-2')
    expect(timeline.filter((entry) => entry.learned_at !== null)).toEqual([
      { at: '2026-07-01T06:00:00Z', what: 'Known exploited', source: 'kev', learned_at: '2026-07-01T07:00:00Z' },
    ])
  })

  it('tells of each version where it is, what is wrong with it and how long it is supported, as one who looks at every row', async () => {
    const { org_id } = world.north
    const installed = await engine.query<Row>('select * from software_history where org_id = $org_id', { org_id })
    const findings = await engine.query<Row>(`select * from finding_history where org_id = $org_id and kind = 'vulnerability'`, { org_id })
    const sightings = await engine.query<Row>('select * from sighting_history where org_id = $org_id', { org_id })
    const known = await engine.query<Row>('select * from vulnerability_history')
    const states = new Set<string | null>()
    for (const scope of scopes.slice(0, 2)) {
      for (const as_of of moments) {
        const moment = await momentOf('north', as_of)
        const here = await present(scope, moment)
        const rows = installed.filter((row) => stands(row, moment.at) && here.has(row['asset_id'] as number))
        const support = (some: Row[]) => {
          const ends = some.flatMap((row) => (row['end_of_support_at'] === null ? [] : [row['end_of_support_at'] as number]))
          if (ends.length === 0) return null
          const left = Math.min(...ends) - moment.at
          return left <= 0 ? 'ended' : left <= 183 * DAY ? 'ending' : 'supported'
        }
        const { items } = await listSoftware(engine, scope, moment, readPage({ limit: 100 }, softwareColumns))
        expect(new Set(items.map((item) => item.name))).toEqual(new Set(rows.map((row) => row['name'])))
        for (const item of items) {
          expect(item.support, item.name).toBe(support(rows.filter((row) => row['name'] === item.name)))
          states.add(item.support)
        }
        for (const state of ['supported', 'ending', 'ended', null]) {
          const page = readPage({ limit: 100, filter: JSON.stringify({ support: state }) }, softwareColumns)
          const filtered = await listSoftware(engine, scope, moment, page)
          expect(filtered.items.map((item) => item.name).toSorted()).toEqual(
            items.flatMap((item) => (item.support === state ? [item.name] : [])).toSorted(),
          )
        }
        const openssl = await getSoftware(engine, scope, moment, 'openssl')
        const versions = [...new Set(rows.flatMap((row) => (row['name'] === 'openssl' ? [row['version'] as string] : [])))]
        expect(openssl.version_list.map(({ version }) => version).toSorted()).toEqual(versions.toSorted())
        for (const version of openssl.version_list) {
          const of = rows.filter((row) => row['name'] === 'openssl' && row['version'] === version.version)
          const assets = new Set(of.map((row) => row['asset_id']))
          const hits = findings.flatMap((f) => {
            if (!held(f, moment.at) || !assets.has(f['asset_id']!)) return []
            const v = known.find((row) => row['vulnerability_id'] === f['subject'] && held(row, moment.at))
            const cvss = (v?.['cvss_tenths'] ?? null) as number | null
            const severity = (cvss === null ? f['severity'] : band(cvss)) as number | null
            const said = sightings.filter((s) => s['finding_id'] === f['finding_id'] && stands(s, moment.at))
            if (severity === 0 || (said.length > 0 && !said.some((s) => s['version'] === null || s['version'] === version.version)))
              return []
            return [{ subject: f['subject'], asset_id: f['asset_id'], severity }]
          })
          expect(version, `${version.version} ${as_of}`).toMatchObject({
            assets: assets.size,
            exposed_assets: new Set(hits.map((hit) => hit.asset_id)).size,
            vulnerabilities: new Set(hits.map((hit) => hit.subject)).size,
            critical: new Set(hits.filter((hit) => hit.severity === 4).map((hit) => hit.subject)).size,
            support: support(of),
          })
        }
      }
    }
    expect(states).toEqual(new Set(['supported', 'ending', 'ended', null]))
  })

  it('opens a weakness by another name that a tool of the same organisation gives it while it does', async () => {
    const [north, south] = [
      { org_id: world.north.org_id, groups: null },
      { org_id: world.south.org_id, groups: null },
    ]
    const now = await momentOf('north')
    const opened = (scope: Scope, id: string, moment = now) => knownId(engine, scope, moment, id)
    expect(await opened(north, 'TVM-2026-0004')).toBe('CVE-4')
    expect(await opened(north, 'GHSA-aaaa')).toBe('CVE-4')
    expect(await opened(north, 'GHSA-aaa')).toBe('GHSA-aaa')
    expect(await opened(north, 'CVE-4')).toBe('CVE-4')
    expect(await opened(south, 'TVM-2026-0004')).toBe('TVM-2026-0004')
    expect(await opened(south, 'TVM-SOUTH')).toBe('CVE-3')
    expect(await opened(north, 'TVM-2026-0005')).toBe('TVM-2026-0005')
    expect(await opened(north, 'TVM-2026-0005', await momentOf('north', '2026-06-20'))).toBe('CVE-5')
  })

  it('counts the assets of each version on every day as one who looks at every installation', async () => {
    const { org_id } = world.north
    // Many sources find the same on every asset, on and off again: the same stretches come many times, of one source longer ones.
    const spans = [
      ['2026-06-15', '2026-06-22'],
      ['2026-07-01', '2026-07-20'],
      ['2026-07-25', '2026-08-15'],
    ].map((days) => days.map((each) => Date.parse(`${each}T00:00:00Z`) * 1000))
    const sources = Array.from({ length: 12 }, (_, index) => `source-${index}`)
    for (const source of sources)
      for (const [from, to] of spans)
        await engine.run(
          `insert into software_history (org_id, asset_id, source, name, version, valid_from, valid_to, opened_in, closed_in, retracted_in)
           select distinct org_id, asset_id, '${source}', 'on and off', '1.0', ${from}, ${to! + (source === 'source-1' ? 3 * DAY : 0)}, 1, ${NEVER}, ${NEVER} from presence_history where org_id = ${org_id}`,
        )
    await engine.run(`insert into presence_history select org_id, asset_id, s.source, valid_from, valid_to, opened_in, closed_in, retracted_in
      from presence_history cross join (values ${sources.map((source) => `('${source}')`).join(', ')}) s(source) where org_id = ${org_id}`)
    // One that only findings name, in three versions.
    await engine.run(
      `insert into finding_key select 500000 + finding_id, org_id, asset_id, kind, subject, 'named by findings', created_in from finding_key where org_id = ${org_id} and subject in ('CVE-1', 'CVE-2')`,
    )
    await engine.run(
      `insert into sighting_history (org_id, asset_id, source, finding_id, kind, severity, stage, version, access, checks, valid_from, valid_to, opened_in, closed_in, retracted_in)
       select s.org_id, s.asset_id, s.source, 500000 + s.finding_id, s.kind, s.severity, s.stage, case when s.asset_id % 3 > 0 then '7.' || (s.asset_id % 3) end, s.access, s.checks, s.valid_from, s.valid_to, s.opened_in, s.closed_in, s.retracted_in
       from sighting_history s join finding_key k on k.finding_id = 500000 + s.finding_id where k.org_id = ${org_id}`,
    )
    const installed = await engine.query<Row>('select * from software_history where org_id = $org_id', { org_id })
    const listed = await engine.query<Row>('select * from presence_history where org_id = $org_id', { org_id })
    const sighted = await engine.query<Row>(
      'select s.*, k.component as name from sighting_history s join finding_key k on k.finding_id = s.finding_id where s.org_id = $org_id',
      { org_id },
    )
    let counted = 0
    for (const name of ['openssl', 'tool-0', 'on and off', 'named by findings'])
      for (const as_of of ['2026-06-20', '2026-07-12', '2026-07-30']) {
        const { at, day } = await momentOf('north', as_of)
        const here = new Set(listed.filter((row) => stands(row, at)).map((row) => row['asset_id']))
        const expected = new Map<string, Set<unknown>>()
        const everListed = new Set(installed.filter((each) => each['name'] === name).map((each) => each['asset_id']))
        const found = [...installed, ...sighted.filter((each) => !everListed.has(each['asset_id']))]
        for (const row of found.filter((each) => each['name'] === name && stands(each, at) && here.has(each['asset_id']))) {
          const version = (row['version'] as string | null) ?? ''
          expected.set(version, (expected.get(version) ?? new Set()).add(row['asset_id']))
        }
        const sums = new Map<string, number>()
        for (const change of await versionChanges(engine, { org_id, groups: null }, { name, vendor: null }))
          if (change.day <= day) sums.set(change.version, (sums.get(change.version) ?? 0) + change.assets)
        expect(new Map([...sums].filter(([, assets]) => assets > 0))).toEqual(
          new Map([...expected].map(([version, assets]) => [version, assets.size])),
        )
        counted += sums.size
      }
    expect(counted).toBeGreaterThan(0)
    for (const table of ['finding_key', 'sighting_history']) await engine.run(`delete from ${table} where finding_id > 500000`)
  })

  it('names what closes a weakness and the systems that have it, as one who looks at every finding and asset', async () => {
    const { org_id } = world.north
    await engine.run(
      `update asset_history set os_family = case when asset_id % 100 < 6 then 'linux' else 'windows' end, os = 'System ' || cast(asset_id % 3 as text) where asset_id % 100 <> 7`,
    )
    const findings = await engine.query<Row>(`select * from finding_history where org_id = $org_id and kind = 'vulnerability'`, { org_id })
    const assets = await engine.query<Row>('select * from asset_history where org_id = $org_id', { org_id })
    const sightings = await engine.query<Row>('select * from sighting_history where org_id = $org_id', { org_id })
    for (const scope of scopes)
      for (const id of ['CVE-2', 'CVE-3', 'CVE-4']) {
        const moment = await momentOf('north')
        const here = await present(scope, moment)
        const open = findings.filter((f) => f['subject'] === id && held(f, moment.at) && here.has(f['asset_id'] as number))
        const fixed = (f: Row) =>
          sightings.some((s) => s['finding_id'] === f['finding_id'] && s['fixed_version'] !== null && stands(s, moment.at))
        const systems = new Map<string, number>()
        for (const f of open) {
          const a = assets.find((row) => row['asset_id'] === f['asset_id'] && held(row, moment.at))!
          const key = JSON.stringify([a['os_family'], a['os']])
          systems.set(key, (systems.get(key) ?? 0) + 1)
        }
        const told = await exposedSystems(engine, scope, moment, id)
        expect(new Map(told.map((each) => [JSON.stringify([each.os_family, each.os]), each.assets]))).toEqual(systems)
        const closing = await closingRecommendations(engine, scope, moment.day, id)
        const update = closing.find((each) => each.id === 'update:openssl')?.assets ?? 0
        expect(update, id).toBe(open.filter(fixed).length)
        const exploited = id === 'CVE-2' || id === 'CVE-3'
        expect(closing.find((each) => each.id === 'attention:openssl')?.assets ?? 0).toBe(exploited ? open.length - update : 0)
      }
  })

  it('divides the exposure score among software as one who shares out each asset, with tags and CPE', async () => {
    const { org_id } = world.north
    // CVE-2 (known exploited, fixed on one asset) and CVE-5 are in tool-1 of two vendors; the fix of CVE-4, exploited too, came last week
    const now = await momentOf('north')
    await engine.run(`update finding_key set component = 'tool-1' where subject in ('CVE-2', 'CVE-5')`)
    await engine.run(`update software_history set vendor = 'Other' where name = 'tool-1' and asset_id % 100 > 4`)
    await engine.run(
      `update software_history set cpe = 'cpe:2.3:a:tool:tool-1:' || cast(asset_id as text) where name = 'tool-1' and asset_id % 100 > 4`,
    )
    await engine.run(
      `update sighting_history set fixed_version = null, stage = 4 where finding_id in (select finding_id from finding_key where subject = 'CVE-4')`,
    )
    await engine.run(`insert into sighting_history (org_id, source, asset_id, finding_id, kind, stage, fixed_version, access, checks, valid_from, valid_to, opened_in, closed_in, retracted_in)
      select org_id, 'other', asset_id, finding_id, kind, 0, '3.0.14', 2, '', ${now.at - 6 * DAY}, ${NEVER}, 1, ${NEVER}, ${NEVER} from finding_key where subject = 'CVE-4'`)
    await rebuild(world.store, smallCatalog())
    const days = await engine.query<Row>('select * from asset_day where org_id = $org_id order by day, cause', { org_id })
    const latest = new Map(days.filter((row) => (row['day'] as number) <= now.day).map((row) => [row['asset_id'], row]))
    const installed = (await engine.query<Row>('select * from software_history where org_id = $org_id', { org_id })).filter((row) =>
      stands(row, now.at),
    )
    const found = (await listFindings(engine, { org_id, groups: null }, now, readPage({ limit: 1000 }, findingListColumns))).items
    let weight = 0
    for (const row of latest.values()) weight += row['weight'] as number
    const expected = new Map<string, number>()
    for (const finding of found.filter(({ kind }) => kind === 'vulnerability')) {
      const { weight: own, exposure } = latest.get(finding.asset_id) as { weight: number; exposure: number }
      const vendor = installed.find((row) => row['asset_id'] === finding.asset_id && row['name'] === finding.component)?.['vendor'] ?? ''
      const key = `${finding.component} ${vendor}`
      expected.set(key, (expected.get(key) ?? 0) + ((100 * own * exposure) / 1e9 / weight) * (finding.share ?? 0))
    }
    const scope = { org_id, groups: null }
    const told = await tellSoftware(engine, scope, now)
    const ask = (question: object) => listSoftware(engine, scope, now, readPage({ limit: 100, ...question }, softwareColumns), told)
    const { items } = await ask({ sort: '-impact' })
    expect([...expected.keys()].toSorted()).toEqual(['openssl OpenSSL', 'tool-1 ', 'tool-1 Other'])
    for (const item of items) expect(item.impact, item.name).toBeCloseTo(expected.get(`${item.name} ${item.vendor ?? ''}`) ?? 0, 5)
    expect(items.slice(0, 3).map(({ impact }) => impact)).toEqual(
      items
        .map(({ impact }) => impact)
        .toSorted((a, b) => b - a)
        .slice(0, 3),
    )
    const tagged = (tag: string) =>
      ask({ filter: JSON.stringify({ tag }) }).then((page) => page.items.map(({ name, vendor }) => `${name} ${vendor ?? ''}`).toSorted())
    expect(await tagged('zero_day')).toEqual(['tool-1 ', 'tool-1 Other'])
    expect(await tagged('new_fix')).toEqual(['openssl OpenSSL'])
    expect((await ask({ filter: JSON.stringify({ has_cpe: 'yes' }) })).items).toMatchObject([
      { name: 'tool-1', vendor: 'Other', cpe: expect.stringMatching(/^cpe:2\.3:a:tool:/) },
    ])
    expect((await ask({ filter: JSON.stringify({ has_cpe: 'no' }) })).items.map(({ cpe }) => cpe)).not.toContain(expect.any(String))
    expect((await ask({ search: 'a:TOOL:tool-1' })).items.map(({ vendor }) => vendor)).toEqual(['Other'])
    expect((await getSoftware(engine, scope, now, 'tool-1', 'Other', told)).impact).toBeCloseTo(expected.get('tool-1 Other')!, 5)
  })
})
