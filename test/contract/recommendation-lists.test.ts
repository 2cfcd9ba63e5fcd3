import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { compute } from '../../src/insights/compute.ts'
import { engines } from './engines.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()

interface Row {
  id: string
  state: string
  kind: string
  surfaces: string[]
  threats: string[]
  sources: string[]
  tags: string[]
  stale: boolean
  gain: number
}

describe.each(engines)('the catalogue of recommendations on $name', ({ open }) => {
  let world: SmallWorld
  let app: FastifyInstance
  beforeAll(async () => {
    world = await makeSmallWorld(await open())
    await world.store.engine.query(`insert into touched_asset select org_id, asset_id from asset_key`)
    await compute(world.store, catalog)
    app = buildApp({ store: world.store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await world.store.engine.close()
  })
  const headers = { host: 'localhost' }
  const json = async <T>(url: string): Promise<T> => {
    const answer = await app.inject({ url: `/api/v1${url}`, headers })
    expect(answer.statusCode, `${url}: ${answer.body.slice(0, 300)}`).toBe(200)
    return answer.json<T>()
  }
  const list = async (filter: object = {}) =>
    (await json<{ items: Row[] }>(`/recommendations?limit=1000&filter=${encodeURIComponent(JSON.stringify(filter))}`)).items

  it('is filtered by what each row holds: always a subset, and all of it', async () => {
    const all = await list()
    expect(all.length).toBeGreaterThan(3)
    for (const [field, hold] of Object.entries({
      state: (row: Row) => [row.state],
      kind: (row: Row) => [row.kind],
      surface: (row: Row) => row.surfaces,
      threat: (row: Row) => row.threats,
      source: (row: Row) => row.sources,
      tag: (row: Row) => row.tags,
    })) {
      const values = new Set(all.flatMap(hold))
      for (const value of values)
        expect(
          (await list({ [field]: value })).map(({ id }) => id),
          `${field} ${value}`,
        ).toEqual(all.filter((row) => hold(row).includes(value)).map(({ id }) => id))
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  it('tells each surface with its states, and the whole once', async () => {
    const all = await list()
    const { total, items } = await json<{
      total: { state: string; recommendations: number }[]
      items: { surface: string; recommendations: { state: string; recommendations: number }[] }[]
    }>('/recommendations/surfaces')
    for (const { state, recommendations } of total) expect(recommendations, state).toBe(all.filter((row) => row.state === state).length)
    for (const { surface, recommendations } of items)
      for (const { state, recommendations: n } of recommendations)
        expect(n, `${surface} ${state}`).toBe(all.filter((row) => row.state === state && row.surfaces.includes(surface)).length)
  })

  it('names what one gives back, which is what the list says; several are asked together', async () => {
    const open = (await list({ state: 'not_compliant' })).filter((row) => row.gain > 0)
    const [first] = open
    const detail = await json<{ gains: { exposure: { gain: number }; secure: { gain: number } }; exposure_gain: number }>(
      `/recommendations/${encodeURIComponent(first!.id)}`,
    )
    expect(detail.gains.exposure.gain).toBeCloseTo(detail.exposure_gain, 12)
    const together = await app.inject({
      method: 'POST',
      url: '/api/v1/recommendations/gain',
      headers,
      payload: { ids: open.map(({ id }) => id) },
    })
    expect(together.statusCode).toBe(200)
    const answer = together.json<{ exposure: { gain: number }; findings: number }>()
    expect(answer.exposure.gain).toBeGreaterThanOrEqual(detail.gains.exposure.gain)
    const unknown = await app.inject({ method: 'POST', url: '/api/v1/recommendations/gain', headers, payload: { ids: ['update:none'] } })
    expect([unknown.statusCode, unknown.json<{ error: { code: string } }>().error.code]).toEqual([404, 'unknown_recommendation'])
  })

  it('keeps what a source said that has gone silent, as stale', async () => {
    const later = await app.inject({ url: '/api/v1/sources', headers })
    const silent = new Set(
      later
        .json<{ items: { source: string; kind: string; state: string }[] }>()
        .items.filter((each) => each.kind === 'report' && each.state === 'stale')
        .map((each) => each.source),
    )
    for (const row of await list())
      expect(row.stale, row.id).toBe(row.sources.length > 0 && row.sources.every((source) => silent.has(source)))
  })
})
