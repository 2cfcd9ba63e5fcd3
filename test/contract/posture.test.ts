import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openJobs } from '../../src/api/jobs.ts'
import { buildApp } from '../../src/api/app.ts'
import { rebuild } from '../../src/insights/compute.ts'
import { computeEvents } from '../../src/insights/events.ts'
import { relatedThreats } from '../../src/insights/posture/related-threats.ts'
import { DAY_US } from '../../src/model/time.ts'
import { changeDefinitions } from '../../src/store/definitions/change.ts'
import type { DefinitionKind } from '../../src/model/definition.ts'
import { dayText, parseDay } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import type { Org } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { smallCatalog } from './small-catalog.ts'
import { makeSmallWorld } from './small-world.ts'
import { append } from './world.ts'

const catalog = smallCatalog()
const today = parseDay('2026-08-01')!

interface Answer {
  event_id: string
  type: string
  day: string
  state: string
  owner: string | null
  recovered_on: string | null
  score_before: number | null
  score_after: number | null
  direction: string
  move: { change: number; causes: { part: number }[]; worse_assets: number; better_assets: number } | null
  threats: { event_id: string; assets: number }[]
  vulnerabilities: { vulnerability_id: string }[]
}

describe.each(engines)('posture events and KPIs on $name', ({ open }) => {
  let engine: Engine
  let store: Store
  let clock: number
  let north: Org
  let app: ReturnType<typeof buildApp>

  beforeAll(async () => {
    engine = await open()
    const world = await makeSmallWorld(engine)
    north = world.north
    clock = world.store.now()
    store = { ...world.store, now: () => clock }
    await engine.run(`delete from counter where name = 'import_no'`)
    await append(engine, 'counter', [{ name: 'import_no', last: 1000 }])
    await rebuild(store, catalog)
    app = buildApp({ store, catalog, version: 'test', jobs: openJobs(() => {}) })
  })
  afterAll(async () => {
    await app.close()
    await engine.close()
  })

  const ask = async <T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ): Promise<{ status: number; body: T }> => {
    const joined = `/api/v1${url}${url.includes('?') ? '&' : '?'}org=${north.slug}`
    const answer = await app.inject({ method, url: joined, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: (answer.body ? JSON.parse(answer.body) : null) as T }
  }
  const posture = async (query = ''): Promise<Answer[]> =>
    (await ask<{ items: Answer[] }>('GET', `/events?feed=posture&from=2026-01-01&limit=1000${query}`)).body.items
  /** Events are worked out anew; scores are as they were. */
  const recompute = () =>
    engine.transaction(async (transaction) => {
      await computeEvents(transaction, north.org_id, catalog, clock, 0)
      await transaction.query('delete from touched_asset')
    })
  const define = async (kind: DefinitionKind, id: string, body: string | null) => {
    clock += 1_000_000
    await changeDefinitions(store, north.org_id, [{ kind, id, body }], { actor: 'test' })
    await recompute()
  }

  it('a threshold of all, of a kind and of one score each take the place of the one before', async () => {
    const sized = async () => (await posture('&optional=true')).filter((event) => /_(worse|better)$/.test(event.type))
    const points = (event: Answer) => Math.abs(event.score_after! - event.score_before!)
    const all = await sized()
    expect(all.length).toBeGreaterThan(0)
    expect(all.every((event) => points(event) >= 2 - 1e-6)).toBe(true)
    await define('threshold', '', JSON.stringify({ points: 0.01 }))
    const fine = await sized()
    expect(fine.length).toBeGreaterThan(all.length)
    await define('threshold', 'exposure', JSON.stringify({ points: 100 }))
    const without = await sized()
    expect(without.some((event) => event.type.startsWith('exposure_'))).toBe(false)
    expect(without.filter((event) => !event.type.startsWith('exposure_'))).toEqual(
      fine.filter((event) => !event.type.startsWith('exposure_')),
    )
    await define('threshold', '', null)
    await define('threshold', 'exposure', null)
    expect(await sized()).toEqual(all)
  })

  it('the causes of a move sum to it, and scores that got better are listed when they are asked for', async () => {
    const [event] = (await posture()).filter((each) => each.type === 'exposure_score_worse')
    const detail = (await ask<Answer>('GET', `/events/${encodeURIComponent(event!.event_id)}`)).body
    expect(detail.move!.change).toBeCloseTo(event!.score_after! - event!.score_before!, 5)
    expect(detail.move!.causes.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(detail.move!.change, 6)
    const assets = (change: string) =>
      ask<{ total: number }>('GET', `/events/${encodeURIComponent(event!.event_id)}/assets?change=${change}`).then(({ body }) => body.total)
    expect([await assets('worse'), await assets('better')]).toEqual([detail.move!.worse_assets, detail.move!.better_assets])
    expect((await posture()).some((each) => each.direction === 'better' && each.type.endsWith('_better'))).toBe(false)
  })

  it('names the risk events of its week that impacted assets which made it worse, and no others', async () => {
    const dayNo = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000
    const byId = (a: { event_id: string }, b: { event_id: string }) => (a.event_id < b.event_id ? -1 : 1)
    let [named, single] = [0, 0]
    for (const event of (await posture()).filter((each) => each.type.endsWith('_worse'))) {
      const at = (id: string, more = '') => `/events/${encodeURIComponent(id)}/assets?limit=1000${more}`
      const idsOf = async (url: string) =>
        (await ask<{ items: { asset_id: number }[] }>('GET', url)).body.items.map((each) => each.asset_id)
      const worse = new Set(await idsOf(at(event.event_id, '&change=worse')))
      const from = dayText(dayNo(event.day) - 6)
      const risk = (await ask<{ items: Answer[] }>('GET', `/events?feed=risk&from=${from}&to=${event.day}&limit=1000`)).body.items
      const openOn = new Map<string, Set<number>>()
      for (const each of risk.filter(({ direction }) => direction === 'worse')) {
        const { vulnerabilities } = (await ask<Answer>('GET', `/events/${encodeURIComponent(each.event_id)}`)).body
        const filter = encodeURIComponent(JSON.stringify({ subject: vulnerabilities.map(({ vulnerability_id }) => vulnerability_id) }))
        const open = vulnerabilities.length ? await idsOf(`/findings?limit=1000&as_of=${event.day}&filter=${filter}`) : []
        openOn.set(each.event_id, new Set(open))
      }
      const related = async (assets: number[]) =>
        (await relatedThreats(engine, north.org_id, assets, dayNo(event.day), 1000)).map(({ event_id, assets: held }) => ({
          event_id,
          assets: held,
        }))
      /** Also of one asset alone: a threat on a single asset is one of them. */
      for (const assets of [[...worse], [...worse].slice(0, 1)]) {
        const expected = [...openOn]
          .map(([event_id, open]) => ({ event_id, assets: assets.filter((id) => open.has(id)).length }))
          .filter((each) => each.assets > 0)
        const found = await related(assets)
        expect(found.toSorted(byId)).toEqual(expected.toSorted(byId))
        if (assets.length === 1) single += found.length
      }
      const { threats } = (await ask<Answer>('GET', `/events/${encodeURIComponent(event.event_id)}`)).body
      expect(threats.map(({ event_id, assets }) => ({ event_id, assets }))).toEqual((await related([...worse])).slice(0, 10))
      named += threats.length
    }
    expect(named).toBeGreaterThan(0)
    expect(single).toBeGreaterThan(0)
  })

  it('what people keep about an event stays when events are worked out anew', async () => {
    const [event] = await posture()
    const id = encodeURIComponent(event!.event_id)
    expect(event).toMatchObject({ state: 'open', owner: null })
    expect((await ask('PATCH', `/events/${id}`, {})).status).toBe(400)
    expect((await ask('PATCH', '/events/none', { state: 'acknowledged' })).status).toBe(404)
    clock += 1_000_000
    expect((await ask('PATCH', `/events/${id}`, { state: 'acknowledged', owner: 'Web team' })).body).toMatchObject({
      state: 'acknowledged',
      owner: 'Web team',
    })
    await recompute()
    const filter = encodeURIComponent(JSON.stringify({ state: 'acknowledged', owner: 'Web team' }))
    expect((await posture(`&filter=${filter}`)).map(({ event_id }) => event_id)).toEqual([event!.event_id])
    clock += 1_000_000
    await ask('PATCH', `/events/${id}`, { state: 'open', owner: null })
    expect(await posture(`&filter=${filter}`)).toEqual([])
  })

  it('a source that does not report falls silent on its day, and is back when it reports again; the id stays', async () => {
    const report = (import_no: number, day: number) => ({
      import_no,
      org_id: north.org_id,
      kind: 'report',
      format: 'test',
      format_version: 1,
      source: 'watcher',
      tool: null,
      tool_version: null,
      file_name: null,
      observed_at: day * DAY_US,
      recorded_at: day * DAY_US,
      actor: 'test',
      input_digest: `w${import_no}`,
      input_bytes: 1,
      options: '{}',
      counts: '{}',
      undoes_import_no: null,
      undone_in: 9_007_199_254_740_991,
      previous_digest: '',
      digest: '',
    })
    const silent = async () => {
      await recompute()
      return (await posture('&type=source_silent')).filter(({ event_id }) => event_id.endsWith(':watcher'))
    }
    await append(engine, 'import', [report(5001, today - 50)])
    const id = `${dayText(today - 50)}:source_silent:watcher`
    expect(await silent()).toMatchObject([{ event_id: id, day: dayText(today - 20), recovered_on: null }])
    await append(engine, 'import', [report(5002, today - 5)])
    // Whatever is learned after this has a later number.
    await engine.run(`update counter set last = 6000 where name = 'import_no'`)
    expect(await silent()).toMatchObject([{ event_id: id, day: dayText(today - 20), recovered_on: dayText(today - 5) }])
    expect((await ask<Answer>('GET', `/events/${encodeURIComponent(id)}`)).body).toMatchObject({ event_id: id })
  })

  it('a KPI is set, stands, is changed and ends', async () => {
    const wrong = await ask<{ error: { code: string } }>('POST', '/kpis', {
      name: 'x',
      score: 'metric',
      id: 'none',
      target: 5,
      due: '2026-12-31',
    })
    expect(wrong.body.error.code).toBe('bad_kpi')
    const past = await ask<{ error: { code: string } }>('POST', '/kpis', { name: 'x', score: 'exposure', target: 5, due: '2026-07-31' })
    expect(past.body.error.code).toBe('bad_kpi')
    const made = await ask<{ kpi_id: string; review_days: number }>('POST', '/kpis', {
      name: 'Exposure',
      score: 'exposure',
      target: 1,
      due: '2026-12-31',
      owner: 'Web team',
      review_days: 14,
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ state: 'at_risk', owner: 'Web team', set_on: '2026-08-01', direction: 'lower_is_better' })
    const id = made.body.kpi_id
    clock += 1_000_000
    // What is not named stays, also where new ones have a default.
    expect((await ask('PATCH', `/kpis/${id}`, { target: 100 })).body).toMatchObject({
      state: 'reached',
      owner: 'Web team',
      review_days: 14,
    })
    expect((await ask<{ counts: object[] }>('GET', '/kpis')).body.counts).toEqual([{ state: 'reached', kpis: 1 }])
    clock += 1_000_000
    expect((await ask('DELETE', `/kpis/${id}`)).status).toBe(204)
    expect((await ask('GET', `/kpis/${id}`)).status).toBe(404)
  })
})
