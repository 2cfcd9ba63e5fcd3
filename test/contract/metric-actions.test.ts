import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { followedCatalog, initiativeYaml, metricYaml } from './followed-catalog.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'

interface Row {
  id: string
  title: string
  kind: string
  state: string
  score: string
  gain: number
  assets: number
  applicable_assets: number
  done_assets: number
  metrics: string[]
  initiatives: string[]
  counts: boolean
  tags: string[]
  trend: number[]
}

const text = 'Take it off the internet; then ask who needs it.'
const mine = metricYaml('Reachable and known', '{}', '{vulnerability.exploit_stage: ">= public"}', `recommendation: ${text}\n`)
const id = 'metric:mine'

describe.each(engines)('what a metric itself asks for on $name', ({ open }) => {
  let app: SmallApp
  beforeAll(async () => {
    app = await openSmallApp(await open(), followedCatalog(), 'north')
    await did('PUT', '/metrics/mine', { yaml: mine })
    const parts = '[{id: mine, weight: high}, {id: likely, weight: medium}]'
    await did('PUT', '/initiatives/ours', { yaml: `${initiativeYaml('Ours', 0.9, parts)}preview: true\n` })
  })
  afterAll(() => app?.close())

  const get = <T>(url: string): Promise<T> => app.get<T>(url)
  const did = async (method: 'PUT' | 'DELETE', url: string, payload?: object) => {
    app.wait(1_000_000)
    expect(await app.ask(method, url, payload), url).toMatchObject({ status: 200 })
  }
  const rows = async () => (await get<{ items: Row[] }>('/recommendations?limit=1000')).items
  const row = async () => (await rows()).find((each) => each.id === id)
  const assetsOf = async (url: string) => (await get<{ items: { asset_id: number }[] }>(url)).items.map(({ asset_id }) => asset_id)
  const score = async () => (await get<{ score: { value: number } }>('/initiatives/ours')).score.value
  const gainOf = async (...ids: string[]) =>
    (await app.ask<{ assets: number; initiatives: { id: string; gain: number }[] }>('POST', '/recommendations/gain', { ids })).body

  it('stands in the catalogue with the assets of the metric, its state and what is related to it', async () => {
    const metric = await get<{ exposed: number; total: number; recommendations: { id: string; assets: number }[] }>('/metrics/mine')
    expect(metric.exposed).toBeGreaterThan(0)
    expect(await row()).toMatchObject({
      kind: 'metric',
      title: 'Take it off the internet (Reachable and known)',
      state: 'not_compliant',
      score: 'initiative',
      assets: metric.exposed,
      applicable_assets: metric.total,
      done_assets: metric.total - metric.exposed,
      metrics: ['mine'],
      initiatives: ['ours'],
      counts: true,
      tags: ['preview'],
    })
    expect((await rows()).filter(({ initiatives }) => initiatives.includes('followed')).flatMap(({ tags }) => tags)).not.toContain(
      'preview',
    )
    expect((await row())!.trend.at(-1)).toBe(metric.exposed)
    expect(metric.recommendations.find((each) => each.id === id)).toMatchObject({ assets: metric.exposed, score: 'initiative' })
    const exposed = await assetsOf('/metrics/mine/assets?limit=1000')
    expect((await assetsOf(`/recommendations/${id}/assets?limit=1000`)).toSorted()).toEqual(exposed.toSorted())
    expect(await get(`/recommendations/${id}`)).toMatchObject({
      remediation: text,
      related_metrics: [{ id: 'mine', title: 'Reachable and known' }],
      related_initiatives: [{ id: 'ours', title: 'Ours' }],
    })
    const own = await get<{ items: Row[] }>('/initiatives/ours/recommendations?limit=1000')
    expect(own.items.map((each) => each.id)).toContain(id)
    expect((await rows()).map((each) => each.id)).not.toContain('metric:exploited')
  })

  it('is counted with others once, and cannot be delegated, since no report shows it closed', async () => {
    const update = (await rows()).find((each) => each.kind === 'update' && each.state === 'not_compliant')!
    const union = new Set([
      ...(await assetsOf('/metrics/mine/assets?limit=1000')),
      ...(await assetsOf(`/recommendations/${encodeURIComponent(update.id)}/assets?limit=1000`)),
    ])
    const [alone, together] = [await gainOf(id), await gainOf(id, update.id)]
    expect(alone.assets).toBe((await row())!.assets)
    expect(together.assets).toBe(union.size)
    const ours = (gain: Awaited<ReturnType<typeof gainOf>>) => gain.initiatives.find((each) => each.id === 'ours')!.gain
    expect(ours(together)).toBeGreaterThanOrEqual(ours(alone))
    expect(await app.ask('POST', '/remediation', { recommendation: id, priority: 'high' })).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_remediation' } },
    })
  })

  it('gives back what follows when none of its assets is exposed', async () => {
    const [before, expected] = [await score(), (await row())!.gain]
    expect(expected).toBeGreaterThan(0)
    expect((await gainOf(id)).initiatives.find((each) => each.id === 'ours')!.gain).toBeCloseTo(expected, 9)
    await did('PUT', '/metrics/mine/state', { state: 'mitigated' })
    expect((await score()) - before).toBeCloseTo(expected, 9)
    expect(await row()).toMatchObject({ state: 'mitigated', gain: 0 })
    await did('DELETE', '/metrics/mine')
    expect(await row()).toBeUndefined()
  })
})
