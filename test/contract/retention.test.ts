import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { compute } from '../../src/insights/compute.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { addOrg, removeOrg } from '../../src/store/orgs.ts'
import { applyRetention, horizonOf, readPolicy, setPolicy, WORLD } from '../../src/store/retention.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const DAY0 = Date.UTC(2026, 0, 1) * 1000
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-retention-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A store whose clock is set by hand. */
async function storeOn(engine: Engine): Promise<Store & { day: number }> {
  await applySchema(engine, 0)
  const data = mkdtempSync(join(folder, 'data-'))
  mkdirSync(join(data, 'inputs'))
  const store = { engine, data, day: 0, now: () => DAY0 + store.day * DAY_US }
  return store
}

const at = (day: number): string => new Date((DAY0 + day * DAY_US) / 1000 - 3_600_000).toISOString()
const bring = async (store: Store, day: number, found: number[], org: string, image = 'web:1') =>
  (
    await importFile(
      store,
      {
        name: 'report.json',
        bytes: Buffer.from(
          imageScan(
            at(day),
            found.map((number) => `CVE-2024-${number}`),
            image,
          ),
        ),
      },
      { actor: 'test', org },
    )
  ).import_no

/** What holds at an instant as known after an import: every interval of the tables that retention may shorten, by brute force. */
async function holding(engine: Engine, org_id: number, instant: number, known: number): Promise<string[]> {
  const rows: string[] = []
  for (const table of [
    'sighting_history',
    'attribute_history',
    'software_history',
    'advisory_history',
    'presence_history',
    'coverage_history',
  ])
    for (const row of await engine.query(`select * from ${table} where org_id = ${org_id}`)) {
      const { valid_from, valid_to = NEVER, opened_in, closed_in = NEVER, retracted_in, ...rest } = row as Record<string, number>
      if (table === 'coverage_history') {
        if (opened_in! <= known && known < retracted_in!) rows.push(JSON.stringify([table, rest]))
      } else if (
        opened_in! <= known &&
        known < retracted_in! &&
        valid_from! <= instant &&
        instant < (closed_in! <= known ? valid_to : NEVER)
      )
        rows.push(JSON.stringify([table, valid_from, rest]))
    }
  return rows.toSorted()
}

describe.each(engines)('retention on $name', ({ name, open }) => {
  it('changes no answer about a moment, as known at a moment, that it keeps', async () => {
    const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 5 : 3))
    const steps = fc.array(
      fc.record({
        recorded: fc.integer({ min: 1, max: 60 }),
        late: fc.constantFrom(0, 0, 0, 20, 50),
        image: fc.constantFrom('web:1', 'db:1'),
        found: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
        undo: fc.boolean(),
      }),
      { minLength: 3, maxLength: 7 },
    )
    // An end before the horizon that was learned after it: who asks as of the horizon still sees the finding open.
    const step = { recorded: 60, late: 0 as const, image: 'web:1' as const, undo: false }
    const lateEnd = [
      { ...step, found: [1, 2] },
      { ...step, late: 20 as const, found: [1] },
      { ...step, found: [1, 3] },
    ]
    const engine = await open()
    const store = await storeOn(engine)
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), fc.integer({ min: 1, max: 40 }), async (plan, which, before_it) => {
        const org = await addOrg(store, { name: 'Kept', zone: 'UTC' })
        const imports: number[] = []
        const recordedOn: number[] = []
        store.day = 200
        for (const { recorded, late, image, found, undo } of plan) {
          store.day += recorded
          const import_no = await bring(store, store.day - late, found, 'kept', image)
          imports.push(import_no)
          recordedOn.push(store.day)
          if (undo) imports.push((await undoImport(store, import_no, 'test')).import_no)
        }
        await compute(store, catalog)
        const last = store.day
        const series = () =>
          engine.query<{ day: number; value: number }>(
            `select d.day, sum(s.numerator_delta) as n, sum(s.denominator_delta) as w from day d join score_delta s on s.org_id = d.org_id and s.day <= d.day
             where d.org_id = $org_id and s.score = 'exposure' and d.starts_at >= $from and d.day <= $to group by d.day order by d.day`,
            { org_id: org.org_id, from: horizon, to: 20_454 + last },
          )
        // The horizon falls shortly before one of the imports, so that late ones reach behind it.
        const horizon_day = recordedOn[which % recordedOn.length]! - before_it
        store.day = Math.max(store.day + 1, horizon_day + 95)
        const days = store.day - horizon_day
        const horizon = store.now() - days * DAY_US
        const before = new Map<string, string[]>()
        const known = await engine.query<{ import_no: number; recorded_at: number }>('select import_no, recorded_at from import')
        // What was known at the horizon itself counts too: the last import before it.
        const older = known.filter((row) => row.recorded_at < horizon).map((row) => row.import_no)
        const kept = imports.filter((number) => !older.includes(number) || number === Math.max(...older))
        const instants = [horizon, horizon + 20 * DAY_US, horizon + 77 * DAY_US, store.now()]
        for (const instant of instants)
          for (const number of kept) before.set(`${instant} ${number}`, await holding(engine, org.org_id, instant, number))
        const scores = await series()

        await setPolicy(store, org.org_id, { inputs_days: null, facts_days: days }, 'test')
        const dry = await applyRetention(store, org.org_id, { actor: 'test', dry: true })
        const run = await applyRetention(store, org.org_id, { actor: 'test' })
        expect({ ...dry, import_no: run.import_no }).toEqual(run)
        await compute(store, catalog)
        for (const instant of instants)
          for (const number of kept) expect(await holding(engine, org.org_id, instant, number)).toEqual(before.get(`${instant} ${number}`))
        expect(await series()).toEqual(scores)
        expect(isWhole(await verify(store))).toBe(true)
        const ended = `org_id = ${org.org_id} and valid_to <= ${horizon} and closed_in in (select import_no from import where recorded_at < ${horizon})`
        expect(await engine.query(`select 1 as one from sighting_history where ${ended}`)).toEqual([])
        await removeOrg(store, 'kept', 'test')
        expect(isWhole(await verify(store))).toBe(true)
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']), examples: [[lateEnd, 1, 10]] },
    )
    await engine.close()
  })

  it('is told, refuses what it no longer keeps, and keeps published numbers', async () => {
    const engine = await open()
    const store = await storeOn(engine)
    const org = await addOrg(store, { name: 'Old', zone: 'UTC' })
    store.day = 10
    const first = await bring(store, 10, [1, 2], 'old')
    store.day = 20
    await bring(store, 20, [2], 'old')
    await engine.append(
      'published_score',
      ['org_id', 'score', 'id', 'day', 'as_of', 'known_at', 'numerator', 'denominator', 'formula'],
      [[org.org_id, 'exposure', '', 20_460, 1, 1, 5, 7, 'exposure/1']],
    )
    store.day = 400
    await compute(store, catalog)
    const app = buildApp({ store, catalog, version: '1' })
    const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
      app.inject({ method, url: `/api/v1${url}`, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) })
    expect((await ask('POST', '/retention', { inputs_days: 30, facts_days: null })).json()).toMatchObject({
      error: { code: 'bad_retention' },
    })
    expect((await ask('POST', '/retention?feeds=true', { inputs_days: 200, facts_days: 200 })).json()).toMatchObject({
      error: { code: 'bad_retention' },
    })
    expect((await ask('POST', '/retention', { inputs_days: 365, facts_days: 200 })).json()).toEqual({ inputs_days: 365, facts_days: 200 })
    expect((await ask('POST', '/retention/apply?dry_run=true')).json()).toMatchObject({
      import_no: null,
      inputs: 2,
      facts: { sighting_history: 1 },
    })
    const run = (await ask('POST', '/retention/apply')).json<{ import_no: number }>()
    expect(run).toMatchObject({ inputs: 2, facts: { sighting_history: 1 } })
    expect(readdirSync(join(store.data, 'inputs'), { recursive: true }).filter((file) => String(file).endsWith('.gz'))).toEqual([])
    expect((await verify(store)).inputs).toEqual({ kept: 0, checked: 0, broken: [] })
    expect((await ask('POST', '/retention/apply')).json()).toMatchObject({ import_no: null, facts: {}, inputs: 0 })
    const logged = (await ask('GET', `/imports/${run.import_no}`)).json<{ kind: string; counts: { notes: string[] } }>()
    expect(logged).toMatchObject({ kind: 'retention' })
    expect(logged.counts.notes[0]).toContain('1 of sighting_history')
    expect((await ask('GET', '/scores?as_of=2026-01-15')).json()).toMatchObject({ error: { code: 'before_horizon' } })
    expect((await ask('GET', '/scores?as_of=2026-12-15')).statusCode).toBe(200)
    const history = (await ask('GET', '/scores/exposure/history?from=2026-01-01')).json<{ points: { day: string }[] }>()
    expect(history.points[0]!.day).toBe('2026-07-20') // 200 days after 1 January
    await expect(undoImport(store, first, 'test')).rejects.toMatchObject({ code: 'before_horizon' })
    expect(await engine.query('select numerator from published_score where day = 20460 and as_of = 1')).toEqual([{ numerator: 5 }])
    // The same file may come again: then it is kept again, and checked.
    store.day = 401
    await bring(store, 10, [1, 2], 'old', 'other:1')
    expect((await verify(store, { allInputs: true })).inputs).toEqual({ kept: 1, checked: 1, broken: [] })
    // What somebody takes away beyond the policy is found.
    await engine.run('delete from sighting_history where opened_in = (select max(opened_in) from sighting_history)')
    expect(isWhole(await verify(store))).toBe(false)
    await app.close()
    await engine.close()
  })

  it('removes an organisation with its raw inputs and leaves the others, logged', async () => {
    const engine = await open()
    const store = await storeOn(engine)
    const one = await addOrg(store, { name: 'One', zone: 'UTC' })
    const two = await addOrg(store, { name: 'Two', zone: 'UTC' })
    store.day = 10
    await bring(store, 5, [1, 2], 'one')
    await bring(store, 5, [1, 2], 'two')
    await bring(store, 6, [1], 'one')
    await setPolicy(store, WORLD, { inputs_days: 100, facts_days: null }, 'test')
    const rows = async (org_id: number) =>
      (
        await Promise.all(
          ['asset_key', 'sighting_history', 'coverage_history', 'day'].map((table) =>
            engine.query<{ n: number }>(`select count(*) as n from ${table} where org_id = ${org_id}`),
          ),
        )
      ).map(([row]) => row!.n)
    const others = await rows(two.org_id)
    await removeOrg(store, 'one', 'test')
    expect(await rows(one.org_id)).toEqual([0, 0, 0, 0])
    expect(await rows(two.org_id)).toEqual(others)
    const found = await verify(store, { allInputs: true })
    expect(found).toMatchObject({ imports: 5, broken: [], facts: { broken: [] }, inputs: { kept: 1, checked: 1, broken: [] } })
    expect(await readPolicy(engine, WORLD)).toEqual({ inputs_days: 100, facts_days: null })
    expect(await horizonOf(engine, two.org_id)).toBeNull()
    const log = await engine.query<{ kind: string; options: string }>(
      'select kind, options from import where org_id = $org_id order by import_no',
      { org_id: one.org_id },
    )
    expect(log.map(({ kind }) => kind)).toEqual(['report', 'report', 'retention'])
    expect(log[2]!.options).toContain('one')
    await engine.close()
  })
})
