import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { type Catalog, parseInitiative, parseMetric } from '../../src/insights/catalog.ts'
import { compute } from '../../src/insights/compute.ts'
import { recordDefinitions } from '../../src/insights/definitions.ts'
import { measureMetric } from '../../src/insights/metrics.ts'
import { parseDay } from '../../src/store/days.ts'
import { engines } from './engines.ts'
import { followedCatalog, initiativeYaml, metricYaml, weightCounts } from './followed-catalog.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'

const former = followedCatalog()

/** What the next version of the program brings: one metric asks something else, one counts less, one more comes in. */
function later(): Catalog {
  const yaml = metricYaml('Severe and reachable', '{}', '{vulnerability.severity: ">= medium"}')
  const parts = '[{id: exploited, weight: low}, {id: likely, weight: medium}, {id: reachable, weight: high}, {id: fixable, weight: high}]'
  return {
    ...former,
    metrics: new Map([...former.metrics, ['reachable', parseMetric('reachable', yaml)]]),
    initiatives: new Map([['followed', parseInitiative('followed', initiativeYaml('What we follow', 0.9, parts))]]),
  }
}

interface Change {
  kind: string
  id: string
  change: { before: number | null; after: number | null; notes: string[] } | null
}

describe.each(engines)('what a new version of the program changes on $name', ({ open }) => {
  let app: SmallApp
  beforeAll(async () => {
    app = await openSmallApp(await open(), former, 'north')
    await recordDefinitions(app.store, former)
    app.wait(86_400_000_000)
  })
  afterAll(() => app?.close())

  it('is told as one event with what differs, and with the value by either definition from the same findings', async () => {
    const catalog = later()
    app.wait(60_000_000)
    await recordDefinitions(app.store, catalog)
    await compute(app.store, catalog)
    const server = buildApp({ store: app.store, catalog, version: 'next' })
    const get = async <T>(url: string): Promise<T> =>
      (await server.inject({ url: `/api/v1${url}${url.includes('?') ? '&' : '?'}org=north`, headers: { host: 'localhost' } })).json<T>()
    const { items } = await get<{ items: { event_id: string; day: string }[] }>('/events?feed=posture&type=content_changed&from=2026-07-31')
    expect(items.map(({ day }) => day)).toEqual(['2026-08-02'])
    const { about } = await get<{ about: Change[] }>(`/events/${encodeURIComponent(items[0]!.event_id)}`)
    const day = parseDay('2026-08-02')!
    const scope = { org_id: app.world.north.org_id, groups: null }
    const exposure = async (of: Catalog, id: string) => {
      const { exposed, total } = await measureMetric(app.store.engine, scope, of.metrics.get(id)!, day, of)
      return exposed / total
    }
    const metric = about.find(({ id }) => id === 'reachable')!
    expect(metric.change!.before).toBeCloseTo(100 * (await exposure(former, 'reachable')), 9)
    expect(metric.change!.after).toBeCloseTo(100 * (await exposure(catalog, 'reachable')), 9)
    expect(metric.change!.after).not.toBe(metric.change!.before)
    expect(metric.change!.notes.join(' ')).toMatch(/asks other assets: .+ → .+ finds others exposed: .*high.* → .*medium/)
    const score = async (of: Catalog) => {
      let [sum, weight] = [0, 0]
      for (const part of of.initiatives.get('followed')!.metrics) {
        sum += weightCounts[part.weight]! * (await exposure(of, part.id))
        weight += weightCounts[part.weight]!
      }
      return 100 * (1 - sum / weight)
    }
    const initiative = about.find(({ id }) => id === 'followed')!
    expect(initiative.change!.before).toBeCloseTo(await score(former), 9)
    expect(initiative.change!.after).toBeCloseTo(await score(catalog), 9)
    expect(initiative.change!.notes).toEqual([
      'metric exploited counts low, not high',
      'metric reachable counts high, not low',
      'metric reachable asks something else',
    ])
    await server.close()
  })
})
