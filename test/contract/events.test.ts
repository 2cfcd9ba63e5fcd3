import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computeEvents, computeRiskEvents, eventAssets, eventDays, listEvents, readEvent } from '../../src/insights/events.ts'
import { explain } from '../../src/insights/explain.ts'
import { worsening } from '../../src/insights/posture/score-steps.ts'
import { DROP_THRESHOLD } from '../../src/insights/posture/thresholds.ts'
import { type CauseId, causeNumber } from '../../src/model/cause.ts'
import { NEVER } from '../../src/model/time.ts'
import { dayText, NEVER_DAY } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { storedEvents } from '../../src/store/queries/events/read.ts'
import { engines } from './engines.ts'
import { putScored } from './measure.ts'
import { append, DAY0, openWorlds, putWorld, startOf, type World } from './world.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const LENGTH = 8
const today = DAY0 + LENGTH - 1
const facts = { opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
const types = ['', 'new_public_exploit', 'exploit_verified', 'exploit_in_kit', 'known_exploited', 'used_by_ransomware']

interface EventWorld extends Partial<World> {
  /** First look at an asset, as a day. */
  look: Map<number, number>
  published: { vulnerability_id: string; day: number }[]
}

/** A finding's versions: from a day on, with severities, with or without a gap in the middle. */
const versions = fc
  .tuple(
    fc.integer({ min: 0, max: LENGTH }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.constantFrom(null, 1, 3), fc.constantFrom(0, 0, 2, 4)), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.boolean(),
  )
  .map(([start, list, open]) => {
    const rows: { from: number; to: number; severity: number | null; stage: number }[] = []
    let day = DAY0 + start
    for (const [index, [length, gap, severity, stage]] of list.entries()) {
      const from = day + (gap && index ? 1 : 0)
      rows.push({ from, to: index === list.length - 1 && open ? NEVER_DAY : from + length, severity, stage })
      day = from + length
    }
    return rows
  })

const cves = ['CVE-1', 'CVE-2', 'CVE-3']
const world: fc.Arbitrary<EventWorld> = fc
  .record({
    looks: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
    leaves: fc.option(fc.integer({ min: 3, max: LENGTH })),
    finding: fc.array(
      fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom(...cves), fc.constantFrom('', 'openssl', 'OpenSSL', 'curl'), versions),
      { maxLength: 6 },
    ),
    steps: fc.tuple(
      ...cves
        .slice(0, 2)
        .map(() => fc.array(fc.tuple(fc.integer({ min: 1, max: LENGTH + 1 }), fc.constantFrom(0, 1, 2, 3, 4, 5)), { maxLength: 3 })),
    ),
    published: fc.array(fc.tuple(fc.constantFrom(...cves), fc.constantFrom(-40, -20, 2, 40)), { maxLength: 2 }),
  })
  .map(({ looks, leaves, finding, steps, published }) => {
    const distinct = [...new Map(finding.map((row) => [`${row[0]} ${row[1]} ${row[2]}`, row])).values()]
    const rows = distinct.flatMap(([asset_id, subject, component, list], index) =>
      list
        .map(({ from, ...row }) => ({
          asset_id,
          subject,
          component,
          finding_id: index + 1,
          ...row,
          from: Math.max(from, DAY0 + looks[asset_id - 1]!),
        }))
        .filter((row) => row.from < row.to),
    )
    return {
      asset: [{ asset_id: 1 }, { asset_id: 2, to: leaves === null ? NEVER_DAY : DAY0 + leaves }].map((row) => ({
        from: DAY0,
        to: NEVER_DAY,
        ...row,
      })),
      fresh: [
        { asset_id: 1, subject: 'asset', from: DAY0, to: NEVER_DAY },
        { asset_id: 2, subject: 'asset', from: DAY0 + 1, to: NEVER_DAY },
      ],
      look: new Map(looks.map((day, index) => [index + 1, DAY0 + day])),
      finding: rows,
      fix: rows.map(({ asset_id, finding_id, from, to }) => ({ asset_id, finding_id, from, to, fixed_version: '2' })),
      vulnerability: steps.flatMap((list, index) => {
        const days = [...new Map([[-1, 0] as [number, number], ...list]).entries()].toSorted(([a], [b]) => a - b)
        return days.map(([day, stage], place) => ({
          vulnerability_id: cves[index]!,
          stage,
          from: day < 0 ? 0 : DAY0 + day,
          to: days[place + 1] ? DAY0 + days[place + 1]![0] : NEVER_DAY,
        }))
      }),
      published: [...new Map(published).entries()].map(([vulnerability_id, day]) => ({ vulnerability_id, day: DAY0 + day })),
    }
  })

async function put(engine: Engine, org_id: number, tiny: EventWorld, scored = false): Promise<void> {
  await (scored ? putScored : putWorld)(engine, org_id, tiny)
  await append(
    engine,
    'look_span',
    [...tiny.look].map(([asset_id, day]) => ({
      org_id,
      asset_id,
      source: 'tool',
      subject: 'vulnerability',
      first_at: startOf(day),
      last_at: startOf(day),
    })),
  )
  await append(
    engine,
    'description_history',
    tiny.published.map(({ vulnerability_id, day }) => ({
      vulnerability_id,
      source: 'cve',
      title: null,
      description: null,
      published_at: startOf(day),
      state: null,
      ssvc_exploitation: null,
      ssvc_automatable: null,
      ssvc_technical_impact: null,
      affected: '[]',
      valid_from: 0,
      valid_to: NEVER,
      ...facts,
    })),
  )
}

/** The risk feed in the plainest way: `<day>:<type>:<component>` to its subjects and how many assets. */
function feed(tiny: EventWorld): Map<string, { subjects: string[]; assets: number; active: number }> {
  const rows = tiny.finding!
  const openOn = (row: World['finding'][number], day: number) => row.from! <= day && day < row.to!
  const groups = new Map<string, { subjects: Set<string>; assets: Set<number>; day: number }>()
  const componentOf = (subject: string): string => {
    const counts = new Map<string, number>()
    for (const row of rows) if (row.subject === subject && row.component) counts.set(row.component, (counts.get(row.component) ?? 0) + 1)
    const [best] = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    return best ? best[0] : subject
  }
  const tell = (day: number, type: string, subject: string, assets: number[]) => {
    if (day > today || assets.length === 0) return
    const key = `${dayText(day)}:${type}:${componentOf(subject).toLowerCase()}`
    const group = groups.get(key) ?? { subjects: new Set(), assets: new Set(), day }
    group.subjects.add(subject)
    for (const asset of assets) group.assets.add(asset)
    groups.set(key, group)
  }
  for (const subject of cves) {
    const own = rows.filter((row) => row.subject === subject)
    if (!own.length) continue
    const having = (day: number) => own.filter((row) => openOn(row, day)).map((row) => row.asset_id)
    const first = Math.min(...own.map((row) => row.from!))
    const published = tiny.published.find((each) => each.vulnerability_id === subject)?.day
    const news = published !== undefined && first - published >= 0 && first - published <= 30
    if (news || own.some((row) => row.from === first && tiny.look.get(row.asset_id)! < first))
      tell(first, 'new_vulnerability', subject, having(first))
    const world = tiny.vulnerability!.filter((row) => row.vulnerability_id === subject)
    for (const [index, row] of world.entries())
      if (index && row.stage! > world[index - 1]!.stage!) tell(row.from!, types[row.stage!]!, subject, having(row.from!))
    for (const row of own) {
      const before = own.find((each) => each.finding_id === row.finding_id && each.to === row.from)
      const known = world.find((each) => each.from! <= row.from! && row.from! < each.to!)?.stage ?? 0
      if (before && row.stage! > before.stage! && row.stage! > known) tell(row.from!, types[row.stage!]!, subject, having(row.from!))
      const begins = !own.some((each) => each.finding_id === row.finding_id && each.to === row.from)
      if (begins && row.from! > first && row.from! > tiny.look.get(row.asset_id)!)
        tell(row.from!, 'known_vulnerability_found', subject, having(row.from!))
      const goes = !own.some((each) => each.finding_id === row.finding_id && each.from === row.to)
      if (goes && tiny.asset!.some((asset) => asset.asset_id === row.asset_id && asset.from! <= row.to! && row.to! < asset.to!))
        tell(row.to!, 'vulnerability_mitigated', subject, [row.asset_id])
    }
  }
  const active = (day: number) =>
    tiny.asset!.filter(
      (asset) =>
        asset.from! <= day &&
        day < asset.to! &&
        tiny.fresh!.some((row) => row.asset_id === asset.asset_id && row.from! <= day && day < row.to!),
    ).length
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      { subjects: [...group.subjects].toSorted(), assets: group.assets.size, active: active(group.day) },
    ]),
  )
}

describe.each(engines)('events on $name', ({ name, open }) => {
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())
  const compute = () =>
    engine.transaction(async (transaction) => {
      const now = startOf(today) + 1
      await computeEvents(transaction, org_id, catalog, now, 0)
    })

  it('the risk feed is what reading the intervals by hand gives', async () => {
    const told = new Set<string>()
    await fc.assert(
      fc.asyncProperty(world, async (tiny) => {
        await put(engine, org_id, tiny)
        await compute()
        const stored = await storedEvents(engine, org_id, 0, NEVER_DAY)
        expect(
          new Map(
            stored.map((event) => [
              event.event_id,
              { subjects: JSON.parse(event.subjects) as string[], assets: event.assets, active: event.active_assets },
            ]),
          ),
        ).toEqual(feed(tiny))
        for (const event of stored) {
          told.add(event.type)
          expect(event.headline).not.toMatch(/[{}]|undefined|null/)
          expect(event.direction).toBe(event.type === 'vulnerability_mitigated' ? 'better' : 'worse')
        }
        await engine.transaction((transaction) => computeRiskEvents(transaction, org_id, catalog, today, 0, 8))
        expect(await storedEvents(engine, org_id, 0, NEVER_DAY), 'a piece of the time after the other').toEqual(stored)
        const all = await listEvents(engine, { org_id, groups: null }, { from_day: 0, to_day: NEVER_DAY }, today, {
          limit: 1000,
          offset: 0,
        })
        expect(all.total).toBe(stored.length)
        expect(all.counts.reduce((sum, each) => sum + each.events, 0)).toBe(stored.length)
        for (const event of all.items.slice(0, 3)) {
          const now = new Set(
            tiny
              .finding!.filter((row) => event.subjects.includes(row.subject) && row.from! <= today && today < row.to!)
              .map((row) => row.asset_id),
          )
          expect(event.assets_now).toBe(now.size)
          const assets = await eventAssets(engine, { org_id, groups: null }, catalog, event, { limit: 100, offset: 0 })
          // An asset that has left still counts until its findings close; the list names only those that are there.
          expect(assets.length).toBeLessThanOrEqual(event.assets)
          expect(await readEvent(engine, { org_id, groups: null }, event.event_id, today)).toEqual(event)
        }
      }),
      { numRuns: 20 },
    )
    expect(told.size).toBeGreaterThanOrEqual(3)
  })

  it('each event moved the score by what the explanation says of its findings, asset by asset', async () => {
    const scope = { org_id, groups: null }
    let moved = 0
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const weights = [1000, 3000]
        const tiny = {
          ...given,
          asset: given.asset!.map((row, index) => ({ ...row, value: weights[index]! })),
          fresh: [
            ...given.fresh!,
            ...given.asset!.map(({ asset_id }) => ({ asset_id, subject: 'vulnerability', from: DAY0, to: NEVER_DAY })),
          ],
        }
        await put(engine, org_id, tiny, true)
        await compute()
        const stored = await storedEvents(engine, org_id, 0, NEVER_DAY)
        const ledgers = new Map((await eventDays(engine, scope, DAY0, today)).map((day) => [day.day, day]))
        const ask = (day: number, asset_id: number | null) =>
          explain({ engine, day: day - 1 }, { engine, day }, scope, catalog, { score: 'exposure', id: '', asset_id })
        for (let day = DAY0 + 1; day <= today; day++) {
          const { causes } = await ask(day, null)
          expect(ledgers.get(day)?.causes.map(({ cause, units }) => ({ cause, units })) ?? []).toEqual(causes)
          const inScore = tiny.asset.filter((row) => row.from! <= day && day < row.to!)
          // On a day on which an asset leaves, that is what moved the mean.
          if (tiny.asset.some((row) => row.to === day)) continue
          const weight = inScore.reduce((sum, row) => sum + row.value, 0)
          const parts = await Promise.all(
            inScore.map(async ({ asset_id, value }) =>
              (await ask(day, asset_id)).parts.map(({ kind, id, cause, units }) => ({ kind, id, cause, points: (units * value) / weight })),
            ),
          )
          const told = stored.filter((event) => event.day === day)
          for (const event of told) {
            const later = types.slice(types.indexOf(event.type) + 1)
            const subjects = (JSON.parse(event.subjects) as string[]).filter(
              (subject) =>
                !types.includes(event.type) || !told.some((other) => later.includes(other.type) && other.subjects.includes(`"${subject}"`)),
            )
            const through = types.includes(event.type)
              ? ['exploit_intelligence']
              : event.type === 'vulnerability_mitigated'
                ? ['remediated']
                : ['new_vulnerability', 'configuration_changed', ...(event.type === 'new_vulnerability' ? ['coverage_changed'] : [])]
            const numbers = through.map((cause) => causeNumber(cause as CauseId))
            const expected = parts
              .flat()
              .filter(({ kind, id, cause }) => kind === 'finding' && subjects.includes(id) && numbers.includes(cause))
              .reduce((sum, { points }) => sum + points, 0)
            // Each part is rounded to a whole unit of 1e-6 points before it is added up here.
            expect(Math.abs((event.score_effect ?? 0) / 10 - expected), `${event.event_id} ${expected}`).toBeLessThan(10)
            if (Math.abs(expected) > 1000) moved++
          }
        }
      }),
      { numRuns: name === 'duckdb' ? 8 : 12 },
    )
    // Random worlds: that none had moved anything would be a test of nothing.
    expect(moved).toBeGreaterThan(0)
  })

  it('a group sees its own assets only', async () => {
    await put(engine, org_id, {
      asset: [
        { asset_id: 1, asset_group: 'red' },
        { asset_id: 2, asset_group: 'blue' },
      ],
      fresh: [
        { asset_id: 1, subject: 'asset' },
        { asset_id: 2, subject: 'asset' },
      ],
      look: new Map([
        [1, DAY0],
        [2, DAY0],
      ]),
      finding: [
        { asset_id: 1, finding_id: 1, subject: 'CVE-1', component: 'Chrome', from: DAY0 + 2 },
        { asset_id: 2, finding_id: 2, subject: 'CVE-2', component: 'Chrome', from: DAY0 + 2 },
      ],
      fix: [
        { asset_id: 1, finding_id: 1, fixed_version: '2', from: DAY0 + 2 },
        { asset_id: 2, finding_id: 2, fixed_version: '2', from: DAY0 + 2 },
      ],
      published: [],
    })
    await compute()
    const list = (groups: string[] | null) =>
      listEvents(engine, { org_id, groups }, { from_day: DAY0, to_day: today }, today, { limit: 10, offset: 0 })
    expect((await list(null)).items).toMatchObject([
      {
        type: 'new_vulnerability',
        component: 'Chrome',
        subjects: ['CVE-1', 'CVE-2'],
        assets: 2,
        share: 1,
        headline: 'Chrome has 2 new vulnerabilities on 2 assets',
      },
    ])
    expect((await list(['red'])).items).toMatchObject([{ assets: 1, active_assets: 1, assets_now: 1 }])
    expect((await list(['green'])).items).toEqual([])
    await expect(readEvent(engine, { org_id, groups: null }, '2024-01-01:nothing:', today)).rejects.toMatchObject({ code: 'unknown_event' })
  })

  it('a check that its source, known for longer, states for the first time is a new configuration assessment', async () => {
    const failed = (finding_id: number, asset_id: number, subject: string, from: number) => ({
      finding_id,
      asset_id,
      kind: 'control',
      subject,
      from,
    })
    await put(engine, org_id, {
      asset: [{ asset_id: 1 }, { asset_id: 2 }],
      fresh: [1, 2].map((asset_id) => ({ asset_id, subject: 'asset' })),
      look: new Map(),
      finding: [
        failed(1, 1, 'old-check', DAY0),
        failed(2, 1, 'new-check', DAY0 + 3),
        failed(3, 2, 'new-check', DAY0 + 3),
        failed(4, 1, 'told-before', DAY0 + 5),
      ],
      published: [],
    })
    const told = (control_id: string, source: string, from: number) => ({
      org_id,
      source,
      control_id,
      title: control_id,
      severity: 3,
      category: null,
      description: null,
      remediation: null,
      url: null,
      product: 'Windows',
      max_points: null,
      frameworks: '[]',
      valid_from: startOf(from),
      valid_to: NEVER,
      ...facts,
    })
    await engine.query('delete from control_history')
    await append(engine, 'control_history', [
      told('old-check', 'tool', DAY0), // what a source states on its first day is not new
      told('new-check', 'tool', DAY0 + 3),
      told('told-before', 'other', DAY0), // another source knew it
      told('told-before', 'tool', DAY0 + 5),
      told('passes', 'tool', DAY0 + 4), // fails nowhere: it is new all the same
    ])
    await compute()
    const stored = await storedEvents(engine, org_id, DAY0, today)
    expect(
      stored
        .filter(({ type }) => type === 'new_configuration_assessment')
        .map(({ day, component, subject_kind, subjects, assets, source, happened_at }) => [
          day - DAY0,
          component,
          subject_kind,
          subjects,
          assets,
          source,
          happened_at,
        ])
        .toSorted(),
    ).toEqual([
      [3, 'Windows', 'control', '["new-check"]', 2, 'tool', startOf(DAY0 + 3)],
      [4, 'Windows', 'control', '["passes"]', 0, 'tool', startOf(DAY0 + 4)],
    ])
    await engine.query('delete from control_history')
  })

  it('software that reaches its end of support is told once, on its day', async () => {
    await put(engine, org_id, {
      asset: [{ asset_id: 1 }],
      fresh: [{ asset_id: 1, subject: 'asset' }],
      look: new Map(),
      finding: [],
      published: [],
    })
    await engine.query('delete from software_history')
    const software = (version: string, from: number, end: number) => ({
      org_id,
      asset_id: 1,
      source: 'tool',
      name: 'Windows',
      version,
      vendor: null,
      purl: null,
      cpe: null,
      place: null,
      end_of_support_at: startOf(end),
      valid_from: startOf(from),
      valid_to: NEVER,
      ...facts,
    })
    await append(engine, 'software_history', [
      software('7', DAY0, DAY0 + 3),
      software('10', DAY0, DAY0 + 100),
      software('8', DAY0 + 4, DAY0 + 3),
    ])
    await compute()
    const stored = await storedEvents(engine, org_id, DAY0, today)
    expect(stored).toMatchObject([
      {
        event_id: `${dayText(DAY0 + 3)}:end_of_support_reached:windows`,
        subjects: '["Windows 7"]',
        assets: 1,
        happened_at: startOf(DAY0 + 3),
      },
    ])
    await engine.query('delete from software_history')
  })

  it('a score that gets worse or better by the threshold is told with the day on which it was back, one that moves by less is not', async () => {
    await put(engine, org_id, { look: new Map(), published: [] })
    const delta = (score: string, id: string, day: number, numerator_delta: number, denominator_delta: number) => ({
      org_id,
      score,
      id,
      day: DAY0 + day,
      cause: 8,
      numerator_delta,
      denominator_delta,
    })
    await append(engine, 'score_delta', [
      delta('exposure', '', 0, 300_000_000_000, 1000),
      delta('exposure', '', 1, 19_990_000_000, 0),
      delta('exposure', '', 2, 20_010_000_000, 0),
      delta('exposure', '', 3, -100_000_000_000, 0),
      delta('secure', '', 0, 50_000, 100_000),
      delta('secure', '', 1, -2000, 0),
      delta('secure', '', 2, 10_000, 0),
      delta('metric', 'images-with-critical-vulnerabilities', 0, 0, 50),
      delta('metric', 'images-with-critical-vulnerabilities', 4, 1, 0),
      delta('metric', 'images-with-critical-vulnerabilities', 100, 10, 0),
    ])
    await compute()
    const stored = await storedEvents(engine, org_id, 0, NEVER_DAY)
    const told = (direction: string) =>
      stored
        .filter((event) => event.direction === direction)
        .map((event) => [event.day - DAY0, event.type, event.score_id, event.score_before, event.score_after, event.headline])
    // Told as the optional types; the threshold is the same.
    expect(told('better')).toEqual([
      [3, 'exposure_score_better', '', 340_000_000, 240_000_000, 'Exposure score: 10.0 points better'],
      [2, 'secure_score_better', '', 480_000_000, 580_000_000, 'Secure score: 10.0 points better'],
    ])
    expect(stored.map((event) => [event.type, event.recovered_day]).filter(([, day]) => day !== null)).toEqual([
      ['exposure_score_worse', DAY0 + 3],
      ['secure_score_worse', DAY0 + 2],
    ])
    expect(told('worse')).toEqual([
      // Every initiative that has the metric, by id; no other of its metrics has data.
      ...[...catalog.initiatives.values()]
        .filter(({ metrics }) => metrics.some(({ id }) => id === 'images-with-critical-vulnerabilities'))
        .map(({ id, title }) => [4, 'initiative_worse', id, 1_000_000_000, 980_000_000, `${title}: score 2.0 points worse`]),
      [
        4,
        'metric_worse',
        'images-with-critical-vulnerabilities',
        0,
        20_000_000,
        'Container images with critical vulnerabilities: 2.0 points more exposed',
      ],
      [2, 'exposure_score_worse', '', 319_990_000, 340_000_000, 'Exposure score 2.0 points worse'],
      [1, 'secure_score_worse', '', 500_000_000, 480_000_000, 'Secure score 2.0 points worse'],
    ])
    expect(worsening('exposure', null, 50)).toBeNull()
    expect(DROP_THRESHOLD).toBe(2)
  })
})
