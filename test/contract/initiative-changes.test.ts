import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_US } from '../../src/model/time.ts'
import { dayText, parseDay } from '../../src/store/days.ts'
import { exportTables, tableCsv } from '../../src/store/queries/export/tables.ts'
import { engines } from './engines.ts'
import { followed, followedCatalog, initiativeYaml, metricYaml, weightCounts } from './followed-catalog.ts'
import { DayOf, type Exported, readExported } from './metric-lists-model.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'

const shipped = followed
const own = {
  first: metricYaml('Our own', '{asset.type: device}', '{vulnerability.severity: ">= medium"}'),
  second: metricYaml('Our own', '{asset.type: device}', '{vulnerability.severity: critical}'),
}

/** A metric in the initiative, as the rules of a day have it. */
interface Part {
  weight: 'high' | 'medium' | 'low' | 'accepted'
  handled: 'mitigated' | 'mitigated_elsewhere' | null
  yaml: string
}

interface Side {
  weight: string
  handled: string | null
  exposed: number
  total: number
}
interface Point {
  day: string
  before: number | null
  after: number | null
  change: number
  metrics: number
  reasons: string[]
}
interface Detail {
  before: number | null
  after: number | null
  change: number
  causes: { part: number }[]
  groups: { part: number }[]
  metrics: { id: string; reasons: string[]; part: number; before: Side | null; after: Side | null; added: number; removed: number }[]
}

const catalog = followedCatalog()
const first = parseDay('2026-05-30')!
/** The small world's day, in Auckland. */
const today = parseDay('2026-08-02')!

describe.each(engines)('the history of an initiative on $name', ({ open }) => {
  let app: SmallApp
  const exported: Exported = {}
  /** The rules of each day on which they changed, by the initiative. */
  const rules = new Map<string, { day: number; parts: Record<string, Part> }[]>()
  let last = today

  const partsOn = (initiative: string, day: number): Record<string, Part> | null =>
    rules.get(initiative)!.findLast((each) => each.day <= day)?.parts ?? null
  /** Says how the rules of an initiative differ from today on; null takes a metric out. */
  const rule = (initiative: string, more: Record<string, Part | null>) => {
    const parts: Record<string, Part> = { ...partsOn(initiative, last) }
    for (const [id, part] of Object.entries(more)) {
      if (part) parts[id] = part
      else delete parts[id]
    }
    rules.set(initiative, [...(rules.get(initiative) ?? []).filter(({ day }) => day !== last), { day: last, parts }])
  }
  const set = async (method: 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await app.ask(method, url, payload)
    expect(answer, url).toMatchObject({ status: 200 })
  }
  const nextDay = () => {
    app.wait(DAY_US)
    last++
  }

  beforeAll(async () => {
    app = await openSmallApp(await open(), catalog, 'south')
    const part = (yaml: string, weight: Part['weight']): Part => ({ weight, handled: null, yaml })
    rules.set('followed', [
      {
        day: 0,
        parts: {
          exploited: part(shipped.exploited, 'high'),
          likely: part(shipped.likely, 'medium'),
          reachable: part(shipped.reachable, 'low'),
          fixable: part(shipped.fixable, 'high'),
        },
      },
    ])
    // An initiative of one's own, with a metric of one's own; from here on one act a day.
    const board = (metrics: string) => ({ yaml: initiativeYaml('The board', 0.8, metrics) })
    await set('PUT', '/metrics/mine', { yaml: own.first })
    await set('PUT', '/initiatives/board', board('[{id: mine, weight: high}, {id: exploited, weight: medium}]'))
    rules.set('board', [])
    rule('board', { mine: part(own.first, 'high'), exploited: part(shipped.exploited, 'medium') })
    nextDay()
    await set('PUT', '/metrics/exploited/weight', { weight: 'low', initiative: 'followed' })
    rule('followed', { exploited: part(shipped.exploited, 'low') })
    nextDay()
    await set('PUT', '/metrics/fixable/state', { state: 'mitigated' })
    rule('followed', { fixable: { ...part(shipped.fixable, 'high'), handled: 'mitigated' } })
    nextDay()
    await set('PUT', '/metrics/mine', { yaml: own.second })
    rule('board', { mine: part(own.second, 'high') })
    nextDay()
    await set('PUT', '/metrics/likely/weight', { weight: 'accepted' })
    rule('followed', { likely: part(shipped.likely, 'accepted') })
    nextDay()
    await set('PUT', '/initiatives/board', board('[{id: mine, weight: high}, {id: reachable, weight: low}]'))
    rule('board', { exploited: null, reachable: part(shipped.reachable, 'low') })
    nextDay()
    await set('DELETE', '/metrics/mine')
    rule('board', { mine: null })
    // On the way assets fall stale: what is asked changes with nobody's doing.
    app.wait(12 * DAY_US)
    last += 12
    for (const { table } of exportTables) {
      let text = ''
      for await (const piece of tableCsv(app.store.engine, table, app.world.south.org_id)) text += piece
      exported[table] = readExported(text)
    }
  })
  afterAll(() => app?.close())

  const days = new Map<number, DayOf>()
  const lists = new Map<string, { total: number[]; exposed: number[] }>()
  const listOn = (day: number, yaml: string) => {
    const key = `${day} ${yaml}`
    const known = lists.get(key)
    if (known) return known
    if (!days.has(day)) days.set(day, new DayOf(exported, catalog, day))
    const list = days.get(day)!.answer(`${yaml}needs: [vulnerabilities]\n`)
    lists.set(key, list)
    return list
  }
  const sideOn = (day: number, { weight, handled, yaml }: Part): Side => {
    const { exposed, total } = listOn(day, yaml)
    return { weight, handled, exposed: exposed.length, total: total.length }
  }
  /** What a metric puts into the weighted mean: its weight, 0 for none, and how far it is exposed. */
  const inMean = ({ weight, handled, exposed, total }: Side): { w: number; x: number } => ({
    w: total === 0 || handled === 'mitigated_elsewhere' ? 0 : weightCounts[weight]!,
    x: handled === 'mitigated' || total === 0 ? 0 : exposed / total,
  })
  const sidesOn = (initiative: string, day: number): Record<string, Side> =>
    Object.fromEntries(Object.entries(partsOn(initiative, day) ?? {}).map(([id, part]) => [id, sideOn(day, part)]))
  const scoreOf = (sides: Record<string, Side>): number | null => {
    const means = Object.values(sides).map(inMean)
    const weight = means.reduce((sum, { w }) => sum + w, 0)
    return weight === 0 ? null : 100 * (1 - means.reduce((sum, { w, x }) => sum + w * x, 0) / weight)
  }
  const reasonsOf = (initiative: string, id: string, day: number): string[] => {
    const [was, is] = [partsOn(initiative, day - 1)?.[id], partsOn(initiative, day)?.[id]]
    if (!was) return ['added']
    if (!is) return id === 'mine' && day >= today + 6 ? ['deprecated'] : ['removed']
    const [before, after] = [sideOn(day - 1, was), sideOn(day, is)]
    const moved = before.exposed !== after.exposed || before.total !== after.total
    return [
      ...(was.yaml === is.yaml ? (moved ? ['value'] : []) : ['content']),
      ...(was.weight === is.weight ? [] : ['weight']),
      ...(was.handled === is.handled ? [] : ['state']),
    ]
  }
  const idsOn = (initiative: string, day: number) => [
    ...new Set([...Object.keys(partsOn(initiative, day - 1) ?? {}), ...Object.keys(partsOn(initiative, day) ?? {})]),
  ]
  /** Ids of the metrics that had a part in the change of a day, with why. */
  const changedOn = (initiative: string, day: number): Map<string, string[]> =>
    new Map(
      idsOn(initiative, day)
        .map((id) => [id, reasonsOf(initiative, id, day)] as const)
        .filter(([, reasons]) => reasons.length > 0),
    )
  const pointsOf = async (initiative: string, least: number): Promise<Point[]> =>
    (
      await app.ask<{ items: Point[] }>(
        'GET',
        `/initiatives/${initiative}/changes?least=${least}&from=${dayText(first)}&to=${dayText(last)}`,
      )
    ).body.items
  /** The days on which a score moved at all, oldest first. */
  const movedDays = (initiative: string): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
      (day) => Math.abs((scoreOf(sidesOn(initiative, day)) ?? -1) - (scoreOf(sidesOn(initiative, day - 1)) ?? -1)) > 1e-9,
    )

  it.each(['followed', 'board'])('names every day on which the score of %s changed, from what to what, and why', async (initiative) => {
    const expected = movedDays(initiative).map((day) => {
      const [before, after] = [scoreOf(sidesOn(initiative, day - 1)), scoreOf(sidesOn(initiative, day))]
      const changed = changedOn(initiative, day)
      return {
        day: dayText(day),
        before: before === null ? null : expect.closeTo(before, 5),
        after: after === null ? null : expect.closeTo(after, 5),
        change: expect.closeTo((after ?? 0) - (before ?? 0), 5),
        metrics: changed.size,
        reasons: ['value', 'weight', 'state', 'content', 'added', 'removed', 'deprecated'].filter((reason) =>
          [...changed.values()].flat().includes(reason),
        ),
      }
    })
    expect(await pointsOf(initiative, 0)).toEqual(expected.toReversed())
    expect(expected.length).toBeGreaterThan(initiative === 'board' ? 2 : 10)
  })

  it('leaves out what is smaller than asked for, and takes 2.5 points when nothing is', async () => {
    const every = await pointsOf('followed', 0)
    const sizes = every.filter(({ before, after }) => before !== null && after !== null).map(({ change }) => Math.abs(change))
    const [size] = sizes.filter((each) => each < Math.max(...sizes))
    for (const least of [1, 2.5, 20, size! - 0.001, size! + 0.001]) {
      const wanted = every.filter(({ before, after, change }) => before === null || after === null || Math.abs(change) >= least)
      expect(await pointsOf('followed', least), String(least)).toEqual(wanted)
    }
    const asked = await app.ask<{ items: Point[]; least: number }>('GET', `/initiatives/followed/changes?from=${dayText(first)}`)
    expect(asked.body.least).toBe(2.5)
    expect(asked.body.items).toEqual(await pointsOf('followed', 2.5))
    expect(asked.body.items.length).toBeLessThan(every.length)
  })

  it('tells of each metric both sides, its reason and its part; the parts sum to the change', async () => {
    const seen = new Set<string>()
    for (const initiative of ['followed', 'board']) {
      for (const day of movedDays(initiative)) {
        const { status, body } = await app.ask<Detail>('GET', `/initiatives/${initiative}/changes/${dayText(day)}`)
        expect(status).toBe(200)
        const [was, is] = [sidesOn(initiative, day - 1), sidesOn(initiative, day)]
        const changed = changedOn(initiative, day)
        for (const reason of [...changed.values()].flat()) seen.add(reason)
        expect(
          body.metrics.map(({ id, reasons, before, after }) => ({ id, reasons, before, after })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        ).toEqual(
          [...changed]
            .map(([id, reasons]) => ({ id, reasons, before: was[id] ?? null, after: is[id] ?? null }))
            .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        )
        const sum = (parts: readonly { part: number }[]) => parts.reduce((total, { part }) => total + part, 0)
        expect(sum(body.metrics)).toBeCloseTo(body.change, 5)
        expect(sum(body.causes)).toBeCloseTo(body.change, 5)
        expect(sum(body.groups)).toBeCloseTo(body.change, 5)
        // Where one cause did it all, the parts are those of the one formula that splits every score.
        const [before, after] = [scoreOf(was), scoreOf(is)]
        if (body.causes.length !== 1 || before === null || after === null) continue
        const means = idsOn(initiative, day).map((id) => {
          const [one, two] = [was[id] && inMean(was[id]), is[id] && inMean(is[id])]
          const [w1, w2] = [one?.w ?? 0, two?.w ?? 0]
          return { id, w1, w2, x1: w1 ? one!.x : two!.x, x2: w2 ? two!.x : one!.x }
        })
        const total = (of: (mean: (typeof means)[number]) => number) => means.reduce((all, mean) => all + of(mean), 0)
        const [W1, W2] = [total(({ w1 }) => w1), total(({ w2 }) => w2)]
        const [N1, N2] = [total(({ w1, x1 }) => w1 * x1), total(({ w2, x2 }) => w2 * x2)]
        const scale = (1 / W1 + 1 / W2) / 2
        for (const { id, w1, w2, x1, x2 } of means) {
          const value = ((w1 + w2) / 2) * (x2 - x1) * scale
          const weight = ((x1 + x2) / 2) * (w2 - w1) * scale - ((w2 - w1) * (N1 + N2)) / (2 * W1 * W2)
          const told = body.metrics.find((metric) => metric.id === id)?.part ?? 0
          expect(told, `${initiative} ${dayText(day)} ${id}`).toBeCloseTo(-100 * (value + weight), 4)
        }
      }
    }
    expect([...seen].toSorted()).toEqual(['added', 'content', 'deprecated', 'removed', 'state', 'value', 'weight'])
  })

  it('lists every asset that a metric began or ceased to find exposed, page by page', async () => {
    let [added, removed] = [0, 0]
    for (const initiative of ['followed', 'board']) {
      for (const day of movedDays(initiative)) {
        for (const id of changedOn(initiative, day).keys()) {
          const [was, is] = [partsOn(initiative, day - 1)?.[id], partsOn(initiative, day)?.[id]]
          // One that came into the initiative or left it asked as ever, but for our own, which there was not before and is not any more.
          const exposedOn = (on: number, part: Part | undefined, other: Part | undefined) =>
            new Set(id === 'mine' && !part ? [] : listOn(on, (part ?? other)!.yaml).exposed)
          const [before, after] = [exposedOn(day - 1, was, is), exposedOn(day, is, was)]
          const expected = [
            ...[...after].filter((asset) => !before.has(asset)).map((asset_id) => `added ${asset_id}`),
            ...[...before].filter((asset) => !after.has(asset)).map((asset_id) => `removed ${asset_id}`),
          ]
          const told: { asset_id: number; what: string }[] = []
          let cursor: string | null = ''
          while (cursor !== null) {
            const page: { items: typeof told; total: number; next_cursor: string | null } = (
              await app.ask<typeof page>('GET', `/metrics/${id}/changes/${dayText(day)}?limit=3${cursor ? `&cursor=${cursor}` : ''}`)
            ).body
            expect(page.total).toBe(expected.length)
            told.push(...page.items)
            cursor = page.next_cursor
          }
          expect(told.map(({ asset_id, what }) => `${what} ${asset_id}`).toSorted(), `${id} ${dayText(day)}`).toEqual(expected.toSorted())
          added += told.filter(({ what }) => what === 'added').length
          removed += told.filter(({ what }) => what === 'removed').length
        }
      }
    }
    expect(added).toBeGreaterThan(10)
    expect(removed).toBeGreaterThan(3)
  })

  it('an event of a metric says what it moved its initiatives by, as the history does (M-068)', async () => {
    interface Drop {
      event_id: string
      day: string
      score_id: string
      initiatives: { id: string; weight: string; effect: number }[]
    }
    const asked = `/events?feed=posture&type=metric_worse&limit=1000&from=${dayText(first)}&to=${dayText(today - 1)}`
    const drops = (await app.ask<{ items: Drop[] }>('GET', asked)).body.items.filter(({ score_id }) => score_id !== 'mine')
    expect(drops.length).toBeGreaterThan(2)
    // The last rules of all: likely is accepted, fixable mitigated; what is accepted moves nothing, however much it dropped.
    const parts = partsOn('followed', last)!
    let moved = 0
    for (const { event_id, day, score_id } of drops) {
      const { initiatives } = (await app.ask<Drop>('GET', `/events/${encodeURIComponent(event_id)}`)).body
      const effect = initiatives.find(({ id }) => id === 'followed')!
      expect(effect.weight).toBe(parts[score_id]!.weight)
      const [was, is] = [-1, 0].map((back) => {
        const on = parseDay(day)! + back
        return Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, inMean(sideOn(on, part))]))
      })
      const sum = (means: Record<string, { w: number }>) => Object.values(means).reduce((all, { w }) => all + w, 0)
      // Where every metric has its weight on both days, the part is the change of this one alone.
      if (Object.keys(was!).some((id) => was![id]!.w !== is![id]!.w)) continue
      const { w, x } = is![score_id]!
      expect(effect.effect, event_id).toBeCloseTo(w === 0 ? 0 : (-100 * w * (x - was![score_id]!.x)) / sum(is!), 4)
      if (effect.effect < 0) moved++
    }
    expect(moved).toBeGreaterThan(0)
  })
})
