import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { compute } from '../../src/insights/compute.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

interface Control {
  name: string
  points: number
  max: number
  category?: string
  /** "97 of 120 users". */
  counts?: [met: number, of: number]
}

const TENANTS = ['0a000000-0000-4000-8000-00000000000a', '0a000000-0000-4000-8000-00000000000b']

/** A snapshot of a day and the profiles of its controls, in the shape of Graph. */
const snapshot = (tenant: string, day: string, controls: readonly Control[]) =>
  JSON.stringify({
    value: [
      {
        id: `${tenant}_${day}`,
        azureTenantId: tenant,
        createdDateTime: `${day}T06:00:00Z`,
        currentScore: controls.reduce((sum, { points }) => sum + points, 0),
        maxScore: controls.reduce((sum, { max }) => sum + max, 0),
        averageComparativeScores: [{ basis: 'AllTenants', averageScore: 41.2 }],
        controlScores: controls.map(({ name, points, max, category = 'Identity', counts }) => ({
          controlName: name,
          controlCategory: category,
          score: points,
          scoreInPercentage: (100 * points) / max,
          ...(counts ? { count: String(counts[0]), total: String(counts[1]) } : {}),
        })),
      },
    ],
  })
const profiles = (tenant: string, controls: readonly Control[]) =>
  JSON.stringify({
    value: controls.map(({ name, max, category = 'Identity' }) => ({
      id: name,
      azureTenantId: tenant,
      title: name,
      controlCategory: category,
      service: 'AzureAD',
      maxScore: max,
      actionUrl: name === 'Evil' ? 'javascript:alert(1)' : 'https://entra.example.com/x',
      userImpact: 'Low',
      implementationCost: 'High',
    })),
  })

const day = (n: number): string => `2026-06-${String(n).padStart(2, '0')}`
const id = (name: string): string => `microsoft-secure-score:${name}`

describe.each(engines)('the secure score on $name', ({ database }) => {
  let data: string
  let store: Store
  let app: FastifyInstance
  let now = Date.parse('2026-06-10T12:00:00Z') * 1000
  const catalog = sampleCatalog()

  const controls: Control[] = [
    { name: 'Users', points: 5, max: 10, counts: [50, 100] },
    { name: 'Admins', points: 10, max: 10 },
    { name: 'Apps', points: 0, max: 7, category: 'Apps' },
    { name: 'Evil', points: 1, max: 3, category: 'Data' },
  ]
  const changed = (changes: Partial<Record<string, Partial<Control>>>) => controls.map((each) => ({ ...each, ...changes[each.name] }))

  const learn = async (org: string, text: string) => {
    await importFile(
      store,
      { name: 'graph.json', bytes: Buffer.from(text) },
      { actor: 'test', org, ...(text.includes('controlScores') ? {} : { observed_at: '2026-06-01T06:00:00Z' }) },
    )
  }
  const get = async <T = Record<string, unknown>>(path: string): Promise<T> => {
    const answer = await app.inject(`/api/v1${path}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json()
  }
  const post = (path: string, payload: object) => app.inject({ method: 'POST', url: `/api/v1${path}`, payload })
  const list = async (query = 'org=one') =>
    (await get<{ items: Record<string, unknown>[] }>(`/secure-score/actions?limit=1000&${query}`)).items
  const one = async (name: string, query = 'org=one') => (await list(query)).find((each) => each['action_id'] === id(name))!
  const value = async (query = 'org=one') =>
    (await get<{ score: { value: number; points: number; max_points: number } }>(`/secure-score?${query}`)).score

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-secure-'))
    store = await openStore({ database: await database(), data, now: () => now })
    for (const name of ['One', 'Two']) await addOrg(store, { name, zone: 'UTC' })
    app = buildApp({ store, catalog, version: 'test' })
    await learn('one', profiles(TENANTS[0]!, controls))
    await learn('one', snapshot(TENANTS[0]!, day(1), controls))
    await learn('one', snapshot(TENANTS[0]!, day(5), changed({ Admins: { points: 4 }, Users: { points: 4, counts: [40, 80] } })))
    await learn('one', snapshot(TENANTS[0]!, day(8), changed({ Admins: { points: 4 }, Apps: { points: 7 } })))
    await learn('two', profiles(TENANTS[1]!, controls))
    await learn('two', snapshot(TENANTS[1]!, day(8), controls))
    await compute(store, catalog)
  })
  afterAll(async () => {
    await app.close()
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('gives 5 of 10 points for 50 of 100 users, and says so the same in the list, the score, the categories and the export', async () => {
    expect(await one('Users')).toMatchObject({
      points: 5,
      max_points: 10,
      met: 50,
      counted: 100,
      status: 'to_address',
      product: 'AzureAD',
      user_impact: 'low',
      difficulty: 'high',
    })
    const actions = await list()
    const sum = (column: string) => actions.reduce((total, each) => total + Number(each[column] ?? 0), 0)
    const score = await value()
    expect([sum('points'), sum('max_points')]).toEqual([score.points, score.max_points])
    expect(score.value).toBeCloseTo((100 * 17) / 30, 9)
    const { categories } = await get<{ categories: { category: string; points: number; max_points: number }[] }>('/secure-score?org=one')
    expect(categories.map(({ category, points, max_points }) => [category, points, max_points])).toEqual([
      ['Identity', 9, 20],
      ['Apps', 7, 7],
      ['Data', 1, 3],
    ])
    const scores = await get<{ secure: { points: number; max_points: number } }>('/scores?org=one')
    expect([scores.secure.points, scores.secure.max_points]).toEqual([score.points, score.max_points])
    const history = await get<{ days: { points: number; max_points: number }[] }>('/secure-score/history?org=one')
    expect(history.days.at(-1)).toMatchObject({ points: score.points, max_points: score.max_points })
  })

  it('flags what regressed, and tells users from configuration', async () => {
    expect(await one('Admins')).toMatchObject({ regressed: true, regressed_on: day(5), lost_points: 6 })
    expect(await one('Users')).toMatchObject({ regressed: false, lost_points: 0 })
    const trends = await get<{ regression: Record<string, unknown>; changes: Record<string, number> }>(
      `/secure-score/trends?org=one&from=${day(2)}&to=${day(10)}`,
    )
    expect(trends.regression).toMatchObject({ total: 7, configuration: 6, users: 1, devices: 0 })
    expect(trends.changes).toMatchObject({ achieved: 8, regressed: 7, net: 1, content: 0, scope: 0 })
  })

  it('re-scores at once what a person resolves, tells who and why, and takes it back', async () => {
    const before = await value()
    const answer = await post('/secure-score/states?org=one', {
      actions: [{ action_id: id('Evil'), state: 'third_party', note: 'Done by another product', assigned_to: 'Ada' }],
      reason: 'Seen in the audit',
      actor: 'Grace',
    })
    expect(answer.statusCode, answer.body).toBe(200)
    const { results } = answer.json<{ results: { import_no: number; set: number }[] }>()
    expect(results).toMatchObject([{ organisation: 'one', set: 1, refused: [] }])
    expect(await one('Evil')).toMatchObject({
      status: 'third_party',
      status_by: 'person',
      points: 3,
      note: 'Done by another product',
      assigned_to: 'Ada',
      url: null,
    })
    const after = await value()
    expect(after.points).toBe(before.points + 2)
    const detail = await get<{ history: { text: string; effect: number; actor: object; reason: string }[] }>(
      `/secure-score/actions/${encodeURIComponent(id('Evil'))}?org=one`,
    )
    expect(detail.history[0]).toMatchObject({
      kind: 'status_changed',
      status: 'third_party',
      actor: { kind: 'person', name: 'Grace' },
      reason: 'Seen in the audit',
      change: 2,
    })
    expect(detail.history[0]!.effect).toBeCloseTo(after.value - before.value, 5)
    // yesterday it was not so, and nor was it as known before
    expect(await one('Evil', `org=one&as_of=${day(9)}`)).toMatchObject({ status: 'to_address', points: 1 })
    expect(await value(`org=one&known_at=${results[0]!.import_no - 1}`)).toMatchObject({ points: before.points })
    await undoImport(store, results[0]!.import_no, 'test')
    await compute(store, catalog)
    expect(await one('Evil')).toMatchObject({ status: 'to_address', points: 1 })
    expect(await value()).toMatchObject({ points: before.points })
  })

  it('locks what is completed and never lets a person say so', async () => {
    const locked = await post('/secure-score/states?org=one', { actions: [{ action_id: id('Apps'), state: 'planned' }] })
    expect([locked.statusCode, locked.json<{ error: { code: string } }>().error.code]).toEqual([409, 'action_completed'])
    const said = await post('/secure-score/states?org=one', { actions: [{ action_id: id('Users'), state: 'completed' }] })
    expect([said.statusCode, said.json<{ error: { code: string } }>().error.code]).toEqual([400, 'completed_is_measured'])
    const nobody = await post('/secure-score/states?org=one', { actions: [{ action_id: 'nobody', state: 'planned' }] })
    expect(nobody.statusCode).toBe(404)
    expect(await one('Apps')).toMatchObject({ status: 'completed', locked: 'action_completed', points: 7 })
  })

  it('sets many at a time, in several organisations, and leaves out what cannot be', async () => {
    const answer = await post('/secure-score/states', {
      actions: [
        { action_id: id('Users'), state: 'planned' },
        { action_id: id('Apps'), state: 'risk_accepted' },
      ],
      organisations: ['one', 'two'],
    })
    expect(answer.json()).toMatchObject({
      results: [
        { organisation: 'one', set: 1, refused: [{ action_id: id('Apps'), code: 'action_completed' }] },
        { organisation: 'two', set: 2, refused: [] },
      ],
    })
    expect(await one('Apps', 'org=two')).toMatchObject({ status: 'risk_accepted', points: 0 })
    const { lines } = await get<{ lines: Record<string, { points: number }> }>('/secure-score?org=two')
    expect(lines).toMatchObject({ planned: { points: 21 }, licence: { points: 30 }, achievable: { points: 23 } })
    const { risk_acceptance } = await get<{ risk_acceptance: { actions: number }[] }>('/secure-score/trends?org=two')
    expect(risk_acceptance.at(-1)).toMatchObject({ actions: 1 })
  })

  it('brings checks together, weighs them anew over the whole past, and keeps tags', async () => {
    const told = await post('/secure-score/descriptions?org=two', {
      actions: [
        {
          action_id: 'sign-in',
          body: {
            title: 'Safe sign-in',
            checks: [id('Users'), id('Admins')],
            max_points: 8,
            tags: ['board'],
            category: 'Own',
            licensed: false,
          },
        },
        { action_id: id('Evil'), body: { max_points: 6, url: 'https://example.com/manage' } },
      ],
      actor: 'Grace',
    })
    expect(told.statusCode, told.body).toBe(200)
    const actions = await list('org=two')
    expect(actions.map((each) => each['action_id']).toSorted()).toEqual([id('Apps'), id('Evil'), 'sign-in'].toSorted())
    expect(actions.find((each) => each['action_id'] === 'sign-in')).toMatchObject({
      points: 8,
      max_points: 8,
      status: 'completed',
      tags: ['board'],
      category: 'Own',
    })
    expect(await one('Evil', 'org=two')).toMatchObject({ points: 2, max_points: 6, url: 'https://example.com/manage' })
    expect(await list('org=two&filter={"tag":"~|board|"}')).toHaveLength(1)
    const taken = await post('/secure-score/descriptions?org=two', { actions: [{ action_id: 'other', body: { checks: [id('Users')] } }] })
    expect(taken.json<{ error: { code: string } }>().error.code).toBe('bad_action')
    const link = await post('/secure-score/descriptions?org=two', {
      actions: [{ action_id: id('Evil'), body: { url: 'javascript:alert(1)' } }],
    })
    expect(link.statusCode).toBe(400)
    await post('/secure-score/descriptions?org=two', {
      actions: [
        { action_id: 'sign-in', body: null },
        { action_id: id('Evil'), body: null },
      ],
    })
    expect(await list('org=two')).toHaveLength(4)
  })

  it('has activities that sum to the change of the score between any two days', async () => {
    now += 2 * 86_400_000_000
    await post('/secure-score/states?org=one', { actions: [{ action_id: id('Evil'), state: 'alternate_mitigation' }] })
    const { days } = await get<{ days: { day: string; percent: number | null }[] }>(
      `/secure-score/history?org=one&from=2026-05-30&to=${day(12)}`,
    )
    for (let from = 0; from < days.length; from += 3)
      for (let to = from + 1; to < days.length; to += 2) {
        const begin = days[from + 1]!.day
        const { items } = await get<{ items: { effect: number }[] }>(
          `/secure-score/activities?org=one&limit=1000&from=${begin}&to=${days[to]!.day}`,
        )
        const change = Math.round((days[to]!.percent ?? 0) * 1e6) - Math.round((days[from]!.percent ?? 0) * 1e6)
        expect(items.reduce((sum, { effect }) => sum + Math.round(effect * 1e6), 0)).toBe(change)
      }
    const compared = await get<{ actions: { effect: number }[]; from: { percent: number }; to: { percent: number } }>(
      `/secure-score/compare?org=one&from=${day(2)}&to=${day(12)}`,
    )
    expect(compared.actions.reduce((sum, { effect }) => sum + Math.round(effect * 1e6), 0)).toBe(
      Math.round(compared.to.percent * 1e6) - Math.round(compared.from.percent * 1e6),
    )
  })

  it('keeps zone, goal, comparison lines and templates', async () => {
    const settings = await post('/secure-score/settings?org=one', {
      zone: { okay: 30, good: 60 },
      goal: { target: 90, day: '2026-12-31' },
      comparisons: [{ id: 'peers', body: { title: 'Peers', basis: 'AllTenants', region: 'North' } }],
      templates: [{ id: 'standard', body: { title: 'Standard', states: [{ action_id: id('Users'), state: 'planned' }] } }],
    })
    expect(settings.statusCode, settings.body).toBe(200)
    const trends = await get<{ zone: object; goal: object; comparison: { title: string; points: { value: number | null }[] }[] }>(
      `/secure-score/trends?org=one&from=2026-05-30&to=${day(12)}`,
    )
    expect(trends.zone).toMatchObject({ bounds: { okay: 30, good: 60 }, own: true, now: 'good' })
    expect(trends.goal).toMatchObject({ target: 90, reached: false })
    expect(trends.comparison).toMatchObject([{ title: 'Peers' }])
    // before the first value there is a gap, never 0 or -1
    expect([trends.comparison[0]!.points[0]!.value, trends.comparison[0]!.points.at(-1)!.value]).toEqual([null, 41.2])
    const bad = await post('/secure-score/settings?org=one', { zone: { okay: 70, good: 60 } })
    expect(bad.statusCode).toBe(400)
  })

  it('shows the score impacts of the three published screens', async () => {
    for (const [index, [total, shown]] of (
      [
        [
          1142,
          [
            [9, '0.79'],
            [7, '0.61'],
            [5, '0.44'],
            [4, '0.35'],
            [3, '0.26'],
          ],
        ],
        [
          309,
          [
            [8, '2.59'],
            [5, '1.62'],
          ],
        ],
        [
          709,
          [
            [10, '1.41'],
            [9, '1.27'],
          ],
        ],
      ] as [number, [number, string][]][]
    ).entries()) {
      const tenant = `0a000000-0000-4000-8000-0000000000c${index}`
      const own = shown.map(([max]) => ({ name: `S${max}`, points: 0, max }))
      const rest = total - own.reduce((sum, { max }) => sum + max, 0)
      const all: Control[] = [
        ...own,
        ...Array.from({ length: Math.floor(rest / 10) }, (_, n) => ({ name: `F${n}`, points: 10, max: 10 })),
        ...(rest % 10 ? [{ name: 'R', points: 0, max: rest % 10 }] : []),
      ]
      await addOrg(store, { name: `Screen ${index}`, zone: 'UTC' })
      await learn(`screen-${index}`, profiles(tenant, all))
      await learn(`screen-${index}`, snapshot(tenant, day(8), all))
      await compute(store, catalog)
      for (const [max, impact] of shown)
        expect(Number((await one(`S${max}`, `org=screen-${index}`))['score_impact']).toFixed(2)).toBe(impact)
    }
  })
})
