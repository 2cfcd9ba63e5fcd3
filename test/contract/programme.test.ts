import { describe, expect, it } from 'vitest'
import { engines } from './engines.ts'
import { followedCatalog, initiativeYaml, metricYaml, weightCounts } from './followed-catalog.ts'
import { useSmallApp } from './small-app.ts'

interface Initiative {
  score: { value: number | null; target: number | null }
  metric_list: { id: string; weight: string; exposed: number; total: number; score_impact: number | null }[]
}
interface Version {
  kind: string
  id: string
  value: string
  to: string | null
  actor: string
  reason: string | null
  ended_by: string | null
  idle: boolean
}
interface Refusal {
  error: { code: string; message: string }
}

describe.each(engines)('what people set on $name', ({ open }) => {
  const app = useSmallApp(open, followedCatalog(), 'north')
  const { get } = app
  const initiative = (id = 'followed') => get<Initiative>(`/initiatives/${id}`)
  const log = async () => (await get<{ items: Version[] }>('/definitions/log')).items
  /** 100 · (1 − Σ w·x / Σ w) of what the API says of each metric. `mitigated`: ids that count as met; `out`: those that count nothing. */
  const scoreOf = ({ metric_list }: Initiative, { mitigated = [], out = [] }: { mitigated?: string[]; out?: string[] } = {}): number => {
    const parts = metric_list
      .filter(({ id, total }) => total > 0 && !out.includes(id))
      .map(({ id, weight, exposed, total }) => ({ w: weightCounts[weight]!, x: mitigated.includes(id) ? 0 : exposed / total }))
    return 100 * (1 - parts.reduce((sum, { w, x }) => sum + w * x, 0) / parts.reduce((sum, { w }) => sum + w, 0))
  }
  const did = async (method: 'PUT' | 'DELETE', url: string, payload?: object) => {
    app.wait(1_000_000)
    expect(await app.ask(method, url, payload), url).toMatchObject({ status: 200 })
  }
  /** Expects an act to be refused with a code, and nothing to be kept of it. */
  const refused = async (
    method: 'PUT' | 'DELETE',
    url: string,
    payload: object | undefined,
    status: number,
    code: string,
  ): Promise<string> => {
    const [before, score] = [await log(), await initiative()]
    const answer = await app.ask<Refusal>(method, url, payload)
    expect({ url, payload, status: answer.status, code: answer.body?.error?.code }).toEqual({ url, payload, status, code })
    expect(await log()).toEqual(before)
    expect(await initiative()).toEqual(score)
    return answer.body.error.message
  }

  it('a weight moves the score as it counts, in one initiative or in all, and is taken back', async () => {
    const before = await initiative()
    expect(before.metric_list.map(({ id, weight }) => [id, weight])).toEqual(
      expect.arrayContaining([
        ['likely', 'medium'],
        ['reachable', 'low'],
      ]),
    )
    expect(before.score.value).toBeCloseTo(scoreOf(before), 6)
    await did('PUT', '/metrics/likely/weight', { weight: 'high', initiative: 'followed', reason: 'It matters', author: 'Ann' })
    const after = await initiative()
    expect(after.metric_list.find(({ id }) => id === 'likely')?.weight).toBe('high')
    expect(after.score.value).toBeCloseTo(scoreOf(after), 6)
    expect(Math.abs(after.score.value! - before.score.value!)).toBeGreaterThan(0.1)
    await did('PUT', '/metrics/likely/weight', { weight: 'accepted' })
    // What is set for one initiative wins over what is set for all.
    expect((await initiative()).score.value).toBeCloseTo(after.score.value!, 6)
    await did('DELETE', '/metrics/likely/weight?initiative=followed')
    const accepted = await initiative()
    expect(accepted.score.value).toBeCloseTo(scoreOf(before, { out: ['likely'] }), 6)
    const settings = await get<{ set: string | null; initiatives: object[]; log: Version[] }>('/metrics/likely/settings')
    expect(settings.set).toBe('accepted')
    expect(settings.initiatives).toMatchObject([{ id: 'followed', comes: 'medium', set: null, weight: 'accepted' }])
    expect(settings.log.find(({ id }) => id === 'followed/likely')).toMatchObject({ actor: 'Ann', reason: 'It matters', value: 'high' })
    await did('DELETE', '/metrics/likely/weight')
    expect((await initiative()).score).toEqual(before.score)
    expect((await app.ask<{ items: Version[] }>('GET', '/definitions/log', undefined)).body.items.length).toBe(2)
  })

  it('a state leaves a metric out or counts it as met, and is taken back', async () => {
    const before = await initiative()
    await did('PUT', '/metrics/exploited/state', { state: 'mitigated' })
    const met = await initiative()
    expect(met.score.value).toBeCloseTo(scoreOf(before, { mitigated: ['exploited'] }), 6)
    // That is what the metric said that meeting it would gain.
    const gain = before.metric_list.find(({ id }) => id === 'exploited')!.score_impact!
    expect(gain).toBeGreaterThan(1)
    expect(met.score.value! - before.score.value!).toBeCloseTo(gain, 6)
    await did('PUT', '/metrics/exploited/state', { state: 'mitigated_elsewhere' })
    const out = await initiative()
    expect(out.score.value).toBeCloseTo(scoreOf(before, { out: ['exploited'] }), 6)
    expect(new Set([before, met, out].map(({ score }) => score.value)).size).toBe(3)
    // What it measures stays to be seen.
    const exposedOf = ({ metric_list }: Initiative) => Object.fromEntries(metric_list.map(({ id, exposed }) => [id, exposed]))
    expect(exposedOf(out)).toEqual(exposedOf(before))
    await did('DELETE', '/metrics/exploited/state')
    expect((await initiative()).score).toEqual(before.score)
  })

  it('the overview shows the metrics whose meeting gains most, each with the weight and exposure that make its gain', async () => {
    const { metric_list } = await initiative()
    const sum = metric_list.filter(({ total }) => total > 0).reduce((all, { weight }) => all + weightCounts[weight]!, 0)
    const gains = metric_list
      .filter(({ total }) => total > 0)
      .map(({ id, weight, exposed, total }) => ({ id, gain: (100 * weightCounts[weight]! * exposed) / total / sum }))
      .toSorted((a, b) => b.gain - a.gain)
    const { metrics } = await get<{ metrics: { id: string; score_impact: number }[] }>('/overview')
    expect(metrics.map(({ id, score_impact }) => ({ id, gain: score_impact }))).toEqual(
      gains.map(({ id, gain }) => ({ id, gain: expect.closeTo(gain, 6) })),
    )
  })

  it('a target stands beside the score until it is taken back', async () => {
    expect((await initiative()).score.target).toBe(90)
    await did('PUT', '/initiatives/followed/target', { score: 85.5, by: '2027-02-28', reason: 'Agreed' })
    expect((await initiative()).score.target).toBe(85.5)
    expect(await get('/initiatives/followed/settings')).toMatchObject({
      target: { score: 85.5, by: '2027-02-28', set: true, comes: 90 },
    })
    await did('PUT', '/initiatives/followed/target', { score: 100 })
    expect(await get('/initiatives/followed/settings')).toMatchObject({ target: { score: 100, by: null } })
    await did('DELETE', '/initiatives/followed/target')
    expect((await initiative()).score.target).toBe(90)
  })

  it('refuses weights, states and targets that cannot be, and keeps nothing of them', { timeout: 300_000 }, async () => {
    const weight = '/metrics/likely/weight'
    for (const wrong of [-1, 0, 'huge', null, ['high']]) await refused('PUT', weight, { weight: wrong }, 400, 'bad_request')
    await refused('PUT', weight, { weight: 'high', extra: 1 }, 400, 'bad_request')
    await refused('PUT', weight, { weight: 'high', reason: 'x'.repeat(2001) }, 400, 'bad_request')
    await refused('PUT', '/metrics/none/weight', { weight: 'high' }, 404, 'unknown_metric')
    await refused('PUT', weight, { weight: 'high', initiative: 'none' }, 404, 'unknown_initiative')
    await refused('PUT', `/metrics/${'%00'.repeat(3)}/weight`, { weight: 'high' }, 404, 'unknown_metric')
    await refused('PUT', '/metrics/likely/state', { state: 'fixed' }, 400, 'bad_request')
    await refused('PUT', '/metrics/none/state', { state: 'mitigated' }, 404, 'unknown_metric')
    const target = '/initiatives/followed/target'
    for (const score of [0, -5, 100.01, 1e300]) await refused('PUT', target, { score }, 400, 'bad_target')
    for (const score of ['90', null]) await refused('PUT', target, { score }, 400, 'bad_request')
    for (const by of ['2027-02-30', 'soon', '27-01-01'])
      expect(await refused('PUT', target, { score: 90, by }, 400, 'bad_target')).toContain(by)
    await refused('PUT', '/initiatives/none/target', { score: 90 }, 404, 'unknown_initiative')
  })

  it('a threshold holds for all scores, a kind or one of them, the narrowest first', async () => {
    interface Thresholds {
      default: number
      items: { about: string; title: string; points: number; actor: string; reason: string | null }[]
    }
    const drops = async (type: string) =>
      (
        await get<{ items: { score_id: string; score_before: number; score_after: number }[] }>(
          `/events?feed=posture&from=2026-05-01&limit=1000&type=${type}_worse`,
        )
      ).items
    const [metrics, initiatives] = [await drops('metric'), await drops('initiative')]
    expect(metrics.length).toBeGreaterThan(2)
    expect(await get<Thresholds>('/thresholds')).toEqual({ default: 2, items: [] })
    await did('PUT', '/thresholds/metric', { points: 100, reason: 'Noise', author: 'Ann' })
    // One went from nothing to everything: that is what 100 points are.
    const whole = await drops('metric')
    expect(whole.length).toBeLessThan(metrics.length)
    expect(whole.every((each) => each.score_before === 0 && each.score_after === 100)).toBe(true)
    expect(await drops('initiative')).toEqual(initiatives)
    await did('PUT', `/thresholds/${encodeURIComponent('metric/likely')}`, { points: 0.5 })
    const likely = (await drops('metric')).filter(({ score_id }) => score_id === 'likely')
    expect(likely.length).toBeGreaterThan(whole.filter(({ score_id }) => score_id === 'likely').length)
    await did('PUT', '/thresholds/all', { points: 99.5 })
    expect(await drops('initiative')).toEqual([])
    expect((await get<Thresholds>('/thresholds')).items).toMatchObject([
      { about: 'all', title: 'All scores', points: 99.5 },
      { about: 'metric', title: 'All metrics', points: 100, actor: 'Ann', reason: 'Noise' },
      { about: 'metric/likely', title: 'Likely to be exploited', points: 0.5 },
    ])
    for (const points of [0, -2, 100.5]) await refused('PUT', '/thresholds/all', { points }, 400, 'bad_threshold')
    for (const points of ['2', null]) await refused('PUT', '/thresholds/all', { points }, 400, 'bad_request')
    await refused('PUT', '/thresholds/everything', { points: 3 }, 400, 'bad_threshold')
    await refused('PUT', `/thresholds/${encodeURIComponent('secure/x')}`, { points: 3 }, 400, 'bad_threshold')
    await refused('PUT', `/thresholds/${encodeURIComponent('metric/none')}`, { points: 3 }, 404, 'unknown_metric')
    await refused('DELETE', `/thresholds/${encodeURIComponent('initiative/none')}`, undefined, 404, 'unknown_initiative')
    for (const about of ['all', 'metric', encodeURIComponent('metric/likely')]) await did('DELETE', `/thresholds/${about}`)
    expect((await get<Thresholds>('/thresholds')).items).toEqual([])
    expect([await drops('metric'), await drops('initiative')]).toEqual([metrics, initiatives])
  })

  const own = metricYaml('Red and severe', '{asset.asset_group: red}', '{vulnerability.severity: ">= high"}', 'weight: high\n')
  interface Trial {
    problems: { place: string; line: number | null; message: string }[]
    warnings: { place: string; message: string }[]
    answer: { exposed: number; total: number; history: { day: string; value: number | null }[]; assets: { asset_id: number }[] } | null
  }
  const tried = async (yaml: string, id = 'mine') => (await app.ask<Trial>('POST', '/metrics/try', { id, yaml })).body

  it('a metric is tried before it is saved, and then is what the trial said, with its history', async () => {
    const before = await log()
    const trial = await tried(own)
    expect([trial.problems, trial.warnings]).toEqual([[], []])
    expect(await log()).toEqual(before)
    expect(await app.ask('GET', '/metrics/mine')).toMatchObject({ status: 404 })
    await did('PUT', '/metrics/mine', { yaml: own, reason: 'Asked for', author: 'Ben' })
    const saved = await get<{ exposed: number; total: number; history: { day: string; value: number | null }[] }>('/metrics/mine')
    expect([saved.exposed, saved.total]).toEqual([trial.answer!.exposed, trial.answer!.total])
    // Assets 0, 2, 4, 6 and 8 are red and fresh; a severe vulnerability is the fourth of the list of each.
    expect([saved.exposed, saved.total]).toEqual([3, 5])
    const values = new Map(trial.answer!.history.map(({ day, value }) => [day, value]))
    expect(values.get('2026-05-31')).toBeNull()
    expect(saved.history.length).toBeGreaterThan(60)
    for (const { day, value } of saved.history) expect([day, values.get(day)]).toEqual([day, value])
    const listed = await get<{ items: { asset_id: number }[] }>('/metrics/mine/assets')
    expect(listed.items.map(({ asset_id }) => asset_id).toSorted()).toEqual(trial.answer!.assets.map(({ asset_id }) => asset_id).toSorted())
    // Nobody else has it.
    expect((await app.ask('GET', '/metrics/mine?org=south')).status).not.toBe(200)
  })

  it('says of a metric that cannot be what is wrong and at which line, and saves nothing', { timeout: 300_000 }, async () => {
    const cases: [string, string, number | null, RegExp][] = [
      ['title: [', '', 1, /Flow sequence/],
      [own.replace('vulnerability.severity', 'vulnerability.colour'), 'exposed_when.vulnerability.colour', 4, /is not a known field/],
      [own.replace('">= high"', '">= enormous"'), 'exposed_when.vulnerability.severity', 4, /must be one of/],
      [
        own.replace('asset.asset_group: red', 'vulnerability.severity: high'),
        'population.vulnerability.severity',
        3,
        /is not a known field/,
      ],
      [own.replace('weight: high', 'weight: -3'), 'weight', 6, /./],
      [own.replace('weight: high', 'colour: red'), 'colour', 6, /./],
      [`${own}needs: [weather]\n`, 'needs.0', 7, /there is no "weather"/],
      [
        own.replace('{vulnerability.severity: ">= high"}', '{not: {all: [{vulnerability.severity: high}, {asset.internet_facing: true}]}}'),
        'exposed_when',
        4,
        /"not" over both/,
      ],
      [own.replace(/why: .*/, 'why: x'), 'why', 2, /./],
    ]
    for (const [yaml, place, line, message] of cases) {
      const { problems, answer } = await tried(yaml)
      expect(answer, yaml).toBeNull()
      expect(
        problems.find((each) => each.place === place),
        `${yaml}${JSON.stringify(problems)}`,
      ).toMatchObject({ line })
      expect(problems.find((each) => each.place === place)!.message).toMatch(message)
      expect(await refused('PUT', '/metrics/broken', { yaml }, 400, 'metric_invalid')).toContain(problems[0]!.message)
    }
    expect((await tried(own, 'Not An Id')).problems).toMatchObject([{ place: 'id' }])
    await refused('PUT', '/metrics/Not%20An%20Id', { yaml: own }, 400, 'metric_invalid')
    await refused('PUT', '/metrics/likely', { yaml: own }, 409, 'duplicate_definition')
    await refused('PUT', '/metrics/huge', { yaml: `${own}# ${'x'.repeat(100_001)}` }, 400, 'bad_request')
  })

  it('a population that never held an asset divides by nothing: it is said, and saved only when that is meant', async () => {
    const empty = own.replace('red', 'green')
    expect(await tried(empty)).toMatchObject({ problems: [], warnings: [{ place: 'population' }], answer: { exposed: 0, total: 0 } })
    expect(await refused('PUT', '/metrics/empty', { yaml: empty }, 400, 'metric_empty')).toMatch(/divides by nothing/)
    await did('PUT', '/metrics/empty', { yaml: empty, may_be_empty: true })
    expect(await get('/metrics/empty')).toMatchObject({
      total: 0,
      exposure: null,
      state: 'no_data',
      no_data: expect.stringMatching(/^No asset is there that it asks: /),
    })
    // Whatever has no data says why, and nothing else does.
    const { items } = await get<{ items: { state: string; no_data: string | null }[] }>('/metrics')
    expect(items.map(({ no_data }) => no_data !== null)).toEqual(items.map(({ state }) => state === 'no_data'))
    await did('DELETE', '/metrics/empty')
  })

  it('an own metric in an own initiative has versions, and is archived without losing its past', async () => {
    await did('PUT', '/initiatives/ours', { yaml: initiativeYaml('Ours', 0.8, '[{id: mine, weight: high}, {id: likely, weight: low}]') })
    const first = await initiative('ours')
    expect(first.score.value).toBeCloseTo(scoreOf(first), 6)
    await refused(
      'PUT',
      '/initiatives/ours',
      { yaml: initiativeYaml('Ours', 0.8, '[{id: none, weight: high}]') },
      400,
      'initiative_invalid',
    )
    await refused(
      'PUT',
      '/initiatives/ours',
      { yaml: initiativeYaml('Ours', 1.8, '[{id: mine, weight: high}]') },
      400,
      'initiative_invalid',
    )
    await refused('PUT', '/initiatives/ours', { yaml: initiativeYaml('Ours', 0.8, '[{id: mine, weight: -1}]') }, 400, 'initiative_invalid')
    await refused(
      'PUT',
      '/initiatives/ours',
      { yaml: initiativeYaml('Ours', 0.8, '[{id: mine, weight: low}, {id: mine, weight: low}]') },
      400,
      'initiative_invalid',
    )
    await refused(
      'PUT',
      '/initiatives/followed',
      { yaml: initiativeYaml('Ours', 0.8, '[{id: mine, weight: low}]') },
      409,
      'duplicate_definition',
    )
    await did('PUT', '/metrics/mine', { yaml: own.replace('>= high', '>= medium'), reason: 'Wider' })
    const settings = await get<{ origin: string; log: Version[] }>('/metrics/mine/settings')
    expect(settings.origin).toBe('own')
    expect(settings.log.filter(({ kind }) => kind === 'metric').map(({ value, reason, to }) => [value, reason, to === null])).toEqual([
      [own.replace('>= high', '>= medium'), 'Wider', true],
      [own, 'Asked for', false],
    ])
    await refused('DELETE', '/metrics/likely', undefined, 409, 'not_own')
    await refused('DELETE', '/metrics/none', undefined, 404, 'unknown_metric')
    await did('DELETE', '/metrics/mine?reason=Done&author=Ann')
    expect(await app.ask('GET', '/metrics/mine')).toMatchObject({ status: 404 })
    expect((await initiative('ours')).metric_list.map(({ id }) => id)).toEqual(['likely'])
    expect(
      (await get<{ items: object[] }>('/definitions/archived')).items.find((each) => (each as { id: string }).id === 'mine'),
    ).toMatchObject({
      kind: 'metric',
      title: 'Red and severe',
      yaml: own.replace('>= high', '>= medium'),
      ended_by: 'Ann',
      end_reason: 'Done',
    })
    await did('DELETE', '/initiatives/ours')
    expect(await app.ask('GET', '/initiatives/ours')).toMatchObject({ status: 404 })
  })

  it('what is set of an initiative that is there no more applies to nothing: it is told, ended, or holds again when that is back', async () => {
    const idle = async () => (await log()).flatMap((each) => (each.idle ? [`${each.kind} ${each.id}`] : [])).toSorted()
    const yaml = initiativeYaml('Passing', 0.8, '[{id: likely, weight: low}]')
    await did('PUT', '/initiatives/passing', { yaml })
    await did('PUT', '/initiatives/passing/target', { score: 70 })
    await did('PUT', '/metrics/likely/weight', { weight: 'high', initiative: 'passing' })
    await did('PUT', `/thresholds/${encodeURIComponent('initiative/passing')}`, { points: 5 })
    await did('PUT', '/favourites', { initiatives: ['passing', 'followed'] })
    expect(await idle()).toEqual([])
    const end = (kind: string, id: string) => `/definitions?kind=${kind}&id=${encodeURIComponent(id)}`
    await refused('DELETE', end('target', 'passing'), undefined, 404, 'unknown_setting')
    await did('DELETE', '/initiatives/passing')
    const all = ['target passing', 'threshold initiative/passing', 'weight passing/likely']
    expect(await idle()).toEqual(all)
    // Everyone's favourites can still be changed.
    expect(await get('/favourites')).toEqual({ initiatives: ['followed'] })
    await did('PUT', '/initiatives/passing', { yaml })
    expect([await idle(), (await initiative('passing')).score.target]).toEqual([[], 70])
    await did('DELETE', '/initiatives/passing')
    await refused('DELETE', end('target', 'followed'), undefined, 404, 'unknown_setting')
    await refused('DELETE', end('favourites', ''), undefined, 400, 'bad_request')
    for (const [index, each] of all.entries()) {
      const [kind, id] = each.split(' ')
      await did('DELETE', `${end(kind!, id!)}&author=Ann`)
      expect(await idle()).toEqual(all.slice(index + 1))
    }
    expect((await log()).find(({ kind }) => kind === 'target')).toMatchObject({ id: 'passing', ended_by: 'Ann' })
    await did('PUT', '/initiatives/passing', { yaml })
    expect((await initiative('passing')).score.target).toBe(80)
    await did('DELETE', '/initiatives/passing')
    await did('PUT', '/favourites', { initiatives: [] })
  })

  it('a new initiative and a changed question are events, with what they are about (M-067)', async () => {
    const told = async (type: string) =>
      (
        await get<{ items: { day: string; headline: string; score_id: string | null; subjects: string[] }[] }>(
          `/events?feed=posture&from=2026-07-31&type=${type}`,
        )
      ).items
    const before = { made: await told('new_initiative'), changed: await told('content_changed') }
    app.wait(86_400_000_000)
    await did('PUT', '/metrics/news', { yaml: own })
    await did('PUT', '/initiatives/fresh', { yaml: initiativeYaml('Fresh', 0.8, '[{id: news, weight: high}]') })
    const made = await told('new_initiative')
    expect(made.length).toBe(before.made.length + 1)
    expect(made[0]).toMatchObject({ day: '2026-08-02', headline: 'New initiative: Fresh', score_id: 'fresh' })
    await did('PUT', '/metrics/news', { yaml: own.replace('>= high', 'critical') })
    const changed = await told('content_changed')
    expect(changed.length).toBe(before.changed.length + 1)
    expect(changed[0]).toMatchObject({ day: '2026-08-02', headline: expect.stringContaining('Red and severe') })
    expect(changed[0]!.subjects).toEqual(['metric:news'])
    // A weight is no content.
    await did('PUT', '/metrics/news/weight', { weight: 'low' })
    expect(await told('content_changed')).toEqual(changed)
    await did('DELETE', '/metrics/news/weight')
    await did('DELETE', '/initiatives/fresh')
    await did('DELETE', '/metrics/news')
  })

  it('a KPI whose last day passes without its target is an event; one that is met is none', async () => {
    const missed = async () =>
      (await get<{ items: { day: string; headline: string; score_id: string }[] }>('/events?feed=posture&from=2026-05-01&type=kpi_missed'))
        .items
    const kpi = { score: 'initiative', id: 'followed', due: '2026-08-04' }
    const made = await app.ask<{ kpi_id: string }>('POST', '/kpis', { ...kpi, name: 'Nearly all', target: 99.9 })
    expect(made.status).toBe(201)
    expect((await app.ask('POST', '/kpis', { ...kpi, name: 'Hardly any', target: 0 })).status).toBe(201)
    expect(await missed()).toEqual([])
    app.wait(4 * 86_400_000_000)
    await did('PUT', '/thresholds/all', { points: 3 })
    expect(await missed()).toMatchObject([
      { day: '2026-08-05', score_id: 'followed', headline: expect.stringMatching(/^KPI Nearly all: its target was not met on 2026-08-04/) },
    ])
    expect((await app.ask('DELETE', `/kpis/${made.body.kpi_id}`)).status).toBe(204)
    expect(await missed()).toEqual([])
  })

  it('an initiative that was added is called new for two weeks', async () => {
    const added = async () =>
      (await get<{ items: { id: string; new_since: string | null }[] }>('/initiatives')).items.flatMap(({ id, new_since }) =>
        new_since ? [[id, new_since]] : [],
      )
    app.wait(30 * 86_400_000_000)
    expect(await added()).toEqual([])
    const today = (await get<{ as_of: string }>('/initiatives')).as_of.slice(0, 10)
    await did('PUT', '/initiatives/latest', { yaml: initiativeYaml('Latest', 0.8, '[{id: likely, weight: high}]') })
    expect(await added()).toEqual([['latest', today]])
    app.wait(13 * 86_400_000_000)
    expect(await added()).toEqual([['latest', today]])
    app.wait(86_400_000_000)
    expect(await added()).toEqual([])
    await did('DELETE', '/initiatives/latest')
  })
})
