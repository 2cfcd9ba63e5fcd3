import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { brokenLinks } from '../../src/store/imports.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()

interface Asset {
  asset_id: number
  name: string
  names: { name: string; source: string; until: string | null }[]
  identity: { why: string; name: string; sources: string[]; text: string }[]
}

describe.each(engines)('people and identity on $name', ({ database }) => {
  let store: Store
  let app: FastifyInstance
  let data: string
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-identity-'))
    store = await openStore({ data, database: await database(), now: () => Date.UTC(2026, 8, 1) * 1000 })
    app = buildApp({ store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })

  const report = async (source: string, day: string, csv: string): Promise<number> => {
    const { import_no } = await importFile(
      store,
      { name: `${source}.csv`, bytes: new TextEncoder().encode(csv) },
      { source, format: 'asset-csv', observed_at: day, actor: 'test' },
    )
    await compute(store, catalog)
    return import_no
  }
  const get = async <T>(url: string): Promise<T> => (await app.inject({ url: `/api/v1${url}`, headers: { host: 'localhost' } })).json<T>()
  const post = async (url: string, payload?: object) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: { host: 'localhost' },
      ...(payload ? { payload } : {}),
    })
    return { status: answer.statusCode, body: answer.json<{ import_no: number; asset_ids: number[]; error?: { code: string } }>() }
  }
  const list = async () => (await get<{ items: Asset[] }>('/assets?sort=name')).items
  const scores = () =>
    store.engine.query('select org_id, score, id, day, numerator_delta, denominator_delta from score_delta order by 1, 2, 3, 4, 5, 6')

  it('two assets become one when a report has the names of both, with the reason, and two again when it is undone', async () => {
    await report('scanner', '2026-08-01', 'name,serial number,owner\nlaptop,SN-1,ann\n')
    await report('agent', '2026-08-02', 'name,fqdn,owner\npc,pc.example.org,bob\n')
    const before = await list()
    expect(before.map(({ name }) => name)).toEqual(['laptop', 'pc'])
    const apart = await scores()

    const linking = await report('inventory', '2026-08-03', 'name,serial number,fqdn\npc,SN-1,pc.example.org\n')
    const [one, ...others] = await list()
    expect(others).toEqual([])
    expect(one!.asset_id).toBe(before[0]!.asset_id)
    const asset = await get<Asset>(`/assets/${one!.asset_id}`)
    expect(asset.identity).toMatchObject([
      { why: 'same', name: 'SN-1', sources: ['inventory', 'scanner'], text: 'same serial number SN-1 in inventory and scanner' },
      {
        why: 'near',
        name: 'pc.example.org',
        text: 'same FQDN pc.example.org in agent and inventory within 30 days, nothing stronger disagrees',
      },
    ])
    expect(asset.names.map(({ name }) => name)).toContain('pc.example.org')

    await post(`/imports/${linking}/undo`)
    expect((await list()).map(({ asset_id }) => asset_id)).toEqual(before.map(({ asset_id }) => asset_id))
    expect(await scores()).toEqual(apart)
  })

  it('a person merges and takes it back; what nobody can do is refused', async () => {
    const before = await list()
    const [left, right] = before.map(({ asset_id }) => asset_id) as [number, number]
    expect((await post('/assets/merge', { asset_ids: [left, right], reason: ' ' })).body.error?.code).toBe('reason_needed')
    expect((await post('/assets/merge', { asset_ids: [left, left], reason: 'x' })).body.error?.code).toBe('same_asset')
    expect((await post('/assets/merge', { asset_ids: [left, 999], reason: 'x' })).body.error?.code).toBe('unknown_asset')
    const merged = await post('/assets/merge', { asset_ids: [left, right], reason: 'one laptop, two tools' })
    expect(merged).toMatchObject({ status: 200, body: { asset_ids: [left] } })
    expect((await list()).map(({ asset_id }) => asset_id)).toEqual([left])
    expect((await get<Asset>(`/assets/${left}`)).identity).toMatchObject([{ why: 'merged', text: 'merged by api: one laptop, two tools' }])
    // What comes later under either name belongs to it.
    const later = await report('agent', '2026-08-20', 'name,fqdn,owner\npc,pc.example.org,carl\n')
    expect((await list()).map(({ asset_id }) => asset_id)).toEqual([left])
    expect((await post(`/assets/${left}/split`, { source: 'agent', reason: 'x' })).body.error?.code).toBe('nothing_to_split')
    await post(`/imports/${merged.body.import_no}/undo`)
    expect((await list()).map(({ asset_id }) => asset_id)).toEqual([left, right])
    await post(`/imports/${later}/undo`)
    expect((await list()).map(({ asset_id }) => asset_id)).toEqual([left, right])
    expect((await post(`/imports/${merged.body.import_no}/undo`)).body.error?.code).toBe('already_undone')
  })

  it('a cloned serial number is split by name, and a source by itself', async () => {
    await report('clones', '2026-08-05', 'name,serial number,fqdn\na,CLONE,a.example.org\nb,CLONE,b.example.org\n')
    const [both] = (await list()).filter(({ name }) => name === 'a' || name === 'b')
    expect((await post(`/assets/${both!.asset_id}/split`, { name: 'serial:OTHER', reason: 'x' })).body.error?.code).toBe('nothing_to_split')
    expect((await post(`/assets/${both!.asset_id}/split`, { name: 'CLONE', reason: 'x' })).body.error?.code).toBe('bad_split')
    const split = await post(`/assets/${both!.asset_id}/split`, { name: 'serial:CLONE', reason: 'cloned disk' })
    expect(split.body.asset_ids).toHaveLength(2)
    const two = (await list()).filter(({ name }) => name === 'a' || name === 'b')
    expect(two.map(({ name }) => name)).toEqual(['a', 'b'])
    // Each has what was said of it, not of the other.
    const names = await Promise.all(
      two.map(async ({ asset_id }) => (await get<Asset>(`/assets/${asset_id}`)).names.map(({ name }) => name)),
    )
    expect(names).toEqual([
      ['a.example.org', 'a', 'CLONE'],
      ['b.example.org', 'b', 'CLONE'],
    ])

    await report('other', '2026-08-06', 'name,fqdn\nbalancer,a.example.org\n')
    expect((await list()).some(({ name }) => name === 'balancer')).toBe(true)
    const [a] = (await list()).filter(({ name }) => name === 'balancer' || name === 'a')
    const apart = await post(`/assets/${a!.asset_id}/split`, { source: 'other', reason: 'it sees the load balancer' })
    expect(apart.body.asset_ids).toHaveLength(2)
    expect((await list()).map(({ name }) => name).filter((name) => ['a', 'balancer'].includes(name))).toEqual(['a', 'balancer'])
    expect(await brokenLinks(store.engine)).toEqual([])
  })
})
