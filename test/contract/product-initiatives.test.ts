import { describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { followedCatalog } from './followed-catalog.ts'
import { useSmallApp } from './small-app.ts'

interface Trial {
  id: string
  saved: boolean
  components: string[]
  value: number
  metrics: { id: string; exposed: number; total: number; weight: string }[]
}
interface Finding {
  asset_id: number
  component: string
  subject: string
  stage: string
  fixed_version: string | null
}

const weights: Readonly<Record<string, number>> = { high: 10, medium: 5, low: 1 }
const exploited = new Set(['known_exploited', 'ransomware'])

describe.each(engines)('initiatives for a product or vendor on $name', ({ open }) => {
  const app = useSmallApp(open, followedCatalog(), 'north')

  const ask = async <T>(method: 'GET' | 'POST', url: string, payload?: object): Promise<T> => {
    app.wait(1_000_000)
    const { status, body } = await app.ask<T>(method, url, payload)
    expect(status, `${url} ${JSON.stringify(body).slice(0, 300)}`).toBe(200)
    return body
  }
  const listed = async () => (await ask<{ items: Finding[] }>('GET', '/findings?limit=1000&filter={"kind":"vulnerability"}')).items
  /** Those on assets that a fresh scan answers for. */
  const findings = async () => {
    const { items } = await ask<{ items: { asset_id: number; state: string }[] }>('GET', '/assets?limit=1000')
    const active = new Set(items.filter(({ state }) => state === 'active').map(({ asset_id }) => asset_id))
    return (await listed()).filter(({ asset_id }) => active.has(asset_id))
  }
  const distinct = (some: Finding[]) => new Set(some.map(({ asset_id }) => asset_id)).size
  /** What each metric is to find exposed, from the list of findings. */
  const expected = (own: Finding[]) => ({
    exposed: distinct(own),
    'known-exploited': distinct(own.filter(({ stage }) => exploited.has(stage))),
    'with-exploit': distinct(own.filter(({ stage }) => stage !== 'none')),
    'without-fix': distinct(own.filter(({ fixed_version }) => fixed_version === null)),
  })
  const exposedIn = ({ id, metrics }: Trial) => Object.fromEntries(metrics.map((one) => [one.id.slice(id.length + 1), one.exposed]))
  const known = async () => (await ask<{ initiatives?: unknown; items: { id: string }[] }>('GET', '/metrics')).items.map(({ id }) => id)

  it('ask for its weaknesses under every spelling, those with an exploit and without a fix apart, and score them by their weights', async () => {
    const all = await findings()
    const name = all[0]!.component
    const trial = await ask<Trial>('POST', '/product-initiatives/try', { name: name.toUpperCase() })
    expect(trial.components.map((each) => each.toLowerCase())).toContain(name.toLowerCase())
    const own = all.filter((each) => each.component?.toLowerCase() === name.toLowerCase())
    expect(exposedIn(trial)).toEqual(expected(own))
    expect(distinct(own)).toBeGreaterThan(0)
    const sum = (of: (one: Trial['metrics'][number]) => number) => trial.metrics.reduce((total, one) => total + of(one), 0)
    const mean = sum((one) => (weights[one.weight]! * one.exposed) / one.total) / sum((one) => weights[one.weight]!)
    expect(trial.value).toBeCloseTo(100 * (1 - mean), 9)
    expect(trial.saved).toBe(false)
    expect((await known()).filter((id) => id.startsWith('product-'))).toEqual([])
  })

  it('take the weaknesses that are named in, whatever they are found in', async () => {
    const all = await findings()
    const seen = new Set<string>()
    for (const id of new Set(all.map(({ subject }) => subject))) {
      const trial = await ask<Trial>('POST', '/product-initiatives/try', { name: 'Spring campaign', vulnerabilities: [id] })
      expect(trial.components).toEqual([])
      expect({ id, ...exposedIn(trial) }).toEqual({ id, ...expected(all.filter(({ subject }) => subject === id)) })
      seen.add(
        Object.values(exposedIn(trial))
          .map((assets) => Math.sign(assets))
          .join(),
      )
    }
    expect(seen.size).toBeGreaterThan(1)
  })

  it('are saved whole, with the value that was shown, and once more as a new version', async () => {
    const question = { name: (await findings())[0]!.component }
    const trial = await ask<Trial>('POST', '/product-initiatives/try', question)
    expect(await ask('POST', '/product-initiatives', { ...question, reason: 'Spring' })).toMatchObject({ id: trial.id, origin: 'own' })
    const saved = await ask<{ score: { value: number }; metric_list: { id: string; exposed: number }[] }>('GET', `/initiatives/${trial.id}`)
    expect(saved.score.value).toBeCloseTo(trial.value, 9)
    const pairs = (list: { id: string; exposed: number }[]) => list.map(({ id, exposed }) => `${id} ${exposed}`).toSorted()
    expect(pairs(saved.metric_list)).toEqual(pairs(trial.metrics))
    expect((await ask<Trial>('POST', '/product-initiatives/try', question)).saved).toBe(true)
    const actions = await ask<{ items: { id: string }[] }>('GET', `/initiatives/${trial.id}/recommendations?limit=1000`)
    expect(actions.items.map(({ id }) => id)).toContain(`metric:${trial.id}-exposed`)
  })

  it('are refused with a reason, and nothing is kept, where nothing here is called so or a weakness has no id', async () => {
    const before = await known()
    for (const question of [
      { name: 'Nobody has this' },
      { name: 'Nobody makes this', of: 'vendor' },
      { name: 'Spring', vulnerabilities: ["CVE-1' or 1=1"] },
    ])
      for (const url of ['/product-initiatives/try', '/product-initiatives'])
        expect(await app.ask('POST', url, question), JSON.stringify(question)).toMatchObject({
          status: 400,
          body: { error: { code: 'bad_product' } },
        })
    expect(await known()).toEqual(before)
  })

  it('are suggested for what has the most weaknesses that are known to be exploited', async () => {
    const { items } = await ask<{ items: { name: string; of: string; vulnerabilities: number; assets: number }[] }>(
      'GET',
      '/product-initiatives/suggestions',
    )
    const open = (await listed()).filter(({ stage }) => exploited.has(stage))
    for (const { name, of, vulnerabilities, assets } of items.filter((each) => each.of === 'product')) {
      const own = open.filter(({ component }) => component === name)
      expect({ name, of, vulnerabilities, assets }).toEqual({
        name,
        of,
        vulnerabilities: new Set(own.map(({ subject }) => subject)).size,
        assets: new Set(own.map(({ asset_id }) => asset_id)).size,
      })
    }
    expect(items.length).toBeGreaterThan(0)
  })
})
