import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog, Handling, Initiative, Metric, Weight } from '../../src/insights/catalog.ts'
import { assetColumns, metricColumns } from '../../src/insights/condition-fields.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { explain, type Explanation } from '../../src/insights/explain.ts'
import type { ExplainQuestion } from '../../src/insights/explain-moves.ts'
import { writeHazards } from '../../src/insights/hazard.ts'
import { computeMetrics } from '../../src/insights/metrics.ts'
import { readHistory } from '../../src/insights/scores.ts'
import type { Rules } from '../../src/insights/rules.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { type CauseId, causeNumber } from '../../src/model/cause.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import { deriveAssetDays, deriveExposure } from '../../src/store/derive/asset-days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'
import { exact, type Exact, Model, type Part, split, type Told, walk } from './explain-model.ts'
import { append, DAY0, openWorlds, putWorld, startOf, type World } from './world.ts'

const LENGTH = 8
const ids = [1, 2, 3]
const cves = ['CVE-1', 'CVE-2', 'CVE-3']

const metricOf = (id: string, population: unknown, exposed_when: unknown): Metric => ({
  id,
  title: id,
  why: '',
  source: 'https://example.org/',
  reason: '',
  needs: [],
  example: { asset: [], vulnerability: [], control: [], finding: [], result: [], software: [], expect: { exposed: [], total: 0 } },
  yaml: '',
  population: parseCondition(population, assetColumns, 'population'),
  exposed_when: parseCondition(exposed_when, metricColumns, 'exposed_when'),
})
const initiative: Initiative = {
  id: 'both',
  title: 'Both',
  why: '',
  kind: 'threat',
  preview: false,
  threats: [],
  frameworks: [],
  target: 1,
  metrics: [
    { id: 'kev', weight: 'high' },
    { id: 'public', weight: 'low' },
  ],
  yaml: '',
}
const catalog: Catalog = {
  metrics: new Map(
    [
      metricOf('kev', {}, { 'vulnerability.exploit_stage': ['known_exploited', 'ransomware'] }),
      metricOf(
        'public',
        { 'asset.internet_facing': true },
        { 'vulnerability.exploit_stage': ['public', 'verified', 'kit', 'known_exploited', 'ransomware'] },
      ),
    ].map((metric) => [metric.id, metric]),
  ),
  initiatives: new Map([[initiative.id, initiative]]),
  events: new Map(),
  recommendations: new Map(),
  capabilities: new Map(),
  objectives: new Map(),
  classifications: new Map(),
}
const asks: Record<string, [(row: World['asset'][number]) => boolean, number]> = {
  kev: [() => true, 4],
  public: [(row) => row['internet_facing'] === true, 1],
}

/** Disjoint pieces of days, adjacent or apart. */
const pieces = <T>(value: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }), value), { maxLength: 4 })
    .chain((list) => fc.integer({ min: 0, max: 3 }).map((start) => ({ list, start })))
    .map(({ list, start }) => {
      let day = start
      return list.map(([apart, length, content], index) => {
        const from = day + (apart ? 1 : 0)
        day = from + length
        const last = index === list.length - 1 && day > LENGTH - 1
        return { ...content, from: DAY0 + from, to: last ? NEVER_DAY : DAY0 + day }
      })
    })

const versions = <T>(value: fc.Arbitrary<T>) =>
  fc.tuple(value, fc.array(fc.tuple(fc.integer({ min: 1, max: LENGTH }), value), { maxLength: 3 })).map(([first, list]) => {
    const starts = [...new Map(list).entries()].toSorted(([a], [b]) => a - b)
    const all: [number, T][] = [[0, first], ...starts.map(([day, content]): [number, T] => [DAY0 + day, content])]
    return all.map(([from, content], index) => ({ ...content, from, to: all[index + 1]?.[0] ?? NEVER_DAY }))
  })

interface Story {
  world: Partial<World>
  models: number[]
}

const story: fc.Arbitrary<Story> = fc
  .record({
    asset: fc.tuple(
      ...ids.map((asset_id) =>
        pieces(
          fc.record({
            asset_id: fc.constant(asset_id),
            internet_facing: fc.boolean(),
            value: fc.constantFrom(750, 1000, 5000),
            asset_group: fc.constantFrom('red', 'blue'),
          }),
        ),
      ),
    ),
    fresh: fc.tuple(
      ...ids.flatMap((asset_id) =>
        ['vulnerability', 'asset', 'control'].map((subject) =>
          pieces(fc.constant({ asset_id, subject })).map((rows) =>
            // Of one subject, looks that touch are one.
            rows.flatMap((row, index) =>
              index && rows[index - 1]!.to === row.from
                ? []
                : [{ ...row, to: rows.slice(index).reduce((to, next) => (next.from === to ? next.to : to), row.to) }],
            ),
          ),
        ),
      ),
    ),
    finding: fc.array(
      fc.tuple(
        fc.constantFrom(...ids),
        fc.constantFrom(...cves, 'tool:a'),
        fc.constantFrom('', 'openssl'),
        fc.constantFrom(2, 6, 8),
        pieces(
          fc.record({
            severity: fc.constantFrom(null, 0, 2, 4),
            cvss_tenths: fc.constantFrom(null, 71),
            stage: fc.constantFrom(0, 0, 1, 4),
          }),
        ),
      ),
      { maxLength: 7 },
    ),
    vulnerability: fc.tuple(
      ...cves.slice(0, 2).map((vulnerability_id) =>
        versions(
          fc.record({
            vulnerability_id: fc.constant(vulnerability_id),
            epss: fc.constantFrom(null, 1000, 50_000),
            stage: fc.constantFrom(0, 0, 1, 4),
            cvss_tenths: fc.constantFrom(null, 55, 98),
          }),
        ),
      ),
    ),
    models: fc.uniqueArray(fc.integer({ min: 1, max: LENGTH }), { maxLength: 2 }),
    result: fc.array(
      fc.tuple(
        fc.constantFrom(...ids),
        fc.constantFrom('tool:a', 'tool:b'),
        fc.integer({ min: 1, max: 9 }),
        pieces(
          fc.record({ status: fc.constantFrom('pass', 'fail', 'not_run', 'not_applicable'), points: fc.constantFrom(null, 0, 3000, 9000) }),
        ),
      ),
      { maxLength: 4 },
    ),
  })
  .map(({ asset, fresh, finding, vulnerability, models, result }) => {
    const distinct = [...new Map(finding.map((row) => [`${row[0]} ${row[1]} ${row[2]}`, row])).values()]
    return {
      models: models.map((day) => DAY0 + day),
      world: {
        asset: asset.flat(),
        fresh: fresh.flat(),
        vulnerability: vulnerability.flat(),
        finding: distinct.flatMap(([asset_id, subject, component, from_cause, rows], index) =>
          rows.map((row, place) => {
            const [before, after] = [rows[place - 1], rows[place + 1]]
            const change = (a: typeof row, b: typeof row) => (a.stage === b.stage ? 5 : 7)
            return {
              ...row,
              asset_id,
              subject,
              component,
              finding_id: index + 1,
              kind: subject === 'tool:a' ? 'control' : 'vulnerability',
              from_cause: before?.to === row.from ? change(before, row) : from_cause,
              to_cause: after?.from === row.to ? change(row, after) : 9,
            }
          }),
        ),
        result: result.flatMap(([asset_id, control_id, finding_id, rows]) =>
          rows.map((row) => ({ ...row, asset_id, control_id, finding_id })),
        ),
        control: [{ control_id: 'tool:a' }, { control_id: 'tool:b', max_points: 7777 }],
      },
    }
  })

/** CVSS, EPSS and stage change on one day: two causes, one after the other. */
const atOnce: Story = {
  models: [],
  world: {
    asset: [1, 2].map((asset_id) => ({ asset_id, value: 1000, internet_facing: false, asset_group: 'red', from: DAY0, to: NEVER_DAY })),
    fresh: [1, 2].flatMap((asset_id) => ['vulnerability', 'asset'].map((subject) => ({ asset_id, subject, from: DAY0, to: NEVER_DAY }))),
    finding: [
      {
        asset_id: 1,
        finding_id: 1,
        kind: 'vulnerability',
        subject: 'CVE-1',
        component: '',
        severity: 2,
        cvss_tenths: null,
        stage: 0,
        from: DAY0 + 1,
        to: NEVER_DAY,
        ...({ from_cause: 8, to_cause: 9 } as object),
      },
    ],
    vulnerability: [
      { vulnerability_id: 'CVE-1', epss: 1000, stage: 0, cvss_tenths: 55, from: 0, to: DAY0 + 3 },
      { vulnerability_id: 'CVE-1', epss: 50_000, stage: 4, cvss_tenths: 98, from: DAY0 + 3, to: NEVER_DAY },
    ],
    result: [],
    control: [],
  },
}

/** {@link atOnce} with both metrics asking somebody, so that an edit of either moves the initiative. */
const edited: Story = {
  ...atOnce,
  world: { ...atOnce.world, asset: atOnce.world.asset!.map((row) => ({ ...row, internet_facing: row['asset_id'] === 2 })) },
}

/** Puts a story into the store and works out everything that scores are read from. */
async function tell(engine: Engine, org_id: number, { world, models }: Story): Promise<void> {
  await putWorld(engine, org_id, world)
  await engine.transaction(async (transaction) => {
    await transaction.query('delete from asset_key')
    await append(
      transaction,
      'asset_key',
      ids.map((asset_id) => ({ asset_id, org_id, created_in: 1 })),
    )
    await append(
      transaction,
      'news',
      models.map((day) => ({ org_id: 0, kind: 'epss_model', subject: '', told_at: startOf(day) })),
    )
    await writeHazards(transaction)
    await transaction.query('drop table if exists touched')
    await transaction.query('create temporary table touched as select org_id, asset_id from asset_key')
    await deriveAssetDays(transaction)
    await deriveExposure(transaction, org_id)
    await computeMetrics(transaction, org_id, catalog)
    await computeSecureScore(transaction, org_id)
  })
}

const HUNDRED = exact(100_000_000)

/** The explanation is the model's, rounded so that it adds up. */
function compare(told: Explanation, model: Told, what: string): void {
  const close = (units: number, part: Exact | undefined, by: number, name: string) =>
    expect(Math.abs(units - (part ?? exact(0)).times(HUNDRED).toNumber()), `${what}: ${name}`).toBeLessThanOrEqual(by)
  expect(told.from_units === null, what).toBe(model.from === null)
  expect(told.to_units === null, what).toBe(model.to === null)
  close(told.from_units ?? 0, model.from ?? exact(0), 0.5, 'from')
  close(told.to_units ?? 0, model.to ?? exact(0), 0.5, 'to')
  for (const cause of new Set([...told.causes.map((each) => each.cause), ...model.causes.keys()]))
    close(told.causes.find((each) => each.cause === cause)?.units ?? 0, model.causes.get(cause), 2.01, `cause ${cause}`)
  const parts = new Map(told.parts.map(({ cause, id, units }) => [`${cause} ${id}`, units]))
  for (const key of new Set([...parts.keys(), ...model.parts.keys()])) close(parts.get(key) ?? 0, model.parts.get(key), 4.01, `part ${key}`)
}

/** What every explanation keeps: causes sum to the change, and the parts of each to it. */
function addsUp(told: Explanation, what: string): void {
  expect(told.change, what).toBe((told.to_units ?? 0) - (told.from_units ?? 0))
  expect(total(told.causes), `${what}: causes`).toBe(told.change)
  expect(total(told.parts), `${what}: parts`).toBe(told.change)
  for (const { cause, units } of told.causes)
    expect(total(told.parts.filter((part) => part.cause === cause)), `${what}: parts of cause ${cause}`).toBe(units)
}

const total = (list: readonly { units: number }[]): number => list.reduce((sum, { units }) => sum + units, 0)

describe.each(engines)('explain on $name', ({ name, open }) => {
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 8 : 10))
  let engine: Engine
  let org_id: number
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
  })
  afterAll(() => engine.close())

  it('tells causes and parts that sum to the change, and they are those of the model (law 4)', async () => {
    let moved = 0
    await fc.assert(
      fc.asyncProperty(story, fc.integer({ min: -1, max: LENGTH }), fc.integer({ min: 0, max: LENGTH }), async (told, start, length) => {
        await tell(engine, org_id, told)
        const [from, to] = [DAY0 + start, DAY0 + start + length]
        const ask = (question: Partial<ExplainQuestion> & Pick<ExplainQuestion, 'score'>, groups: string[] | null = null) =>
          explain({ engine, day: from }, { engine, day: to }, { org_id, groups }, catalog, { id: '', asset_id: null, ...question })
        for (const groups of [null, ['red']]) {
          const model = new Model(told.world, new Set(told.models), groups)
          const metric = (id: string) => (day: number, cause: number) => model.metric(day, cause, ...asks[id]!)
          const states: [ExplainQuestion['score'], string, (day: number, cause: number) => Map<string, Part>][] = [
            ['exposure', '', (day, cause) => model.exposure(day, cause)],
            ['metric', 'kev', metric('kev')],
            ['metric', 'public', metric('public')],
            [
              'initiative',
              'both',
              (day, cause) =>
                new Map(
                  initiative.metrics.flatMap(({ id, weight }): [string, Part][] => {
                    const each = [...metric(id)(day, cause).values()]
                    if (each.length === 0) return []
                    const exposed = each.filter(({ x }) => !x.zero).length
                    return [[id, { w: exact(weight === 'high' ? 10 : 1), x: exact(each.length - exposed).by(exact(each.length)) }]]
                  }),
                ),
            ],
          ]
          for (const [score, id, stateAt] of states) {
            const what = `${score} ${id} ${groups ?? 'all'}`
            const answer = await ask({ score, id }, groups)
            addsUp(answer, what)
            compare(answer, walk(from, to, stateAt), what)
            moved += answer.causes.length
          }
          const secure = await ask({ score: 'secure' }, groups)
          addsUp(secure, `secure ${groups ?? 'all'}`)
          const history = await readHistory(engine, { org_id, groups }, catalog, 'secure', '', from, to)
          for (const [units, value] of [[secure.from_units, history[0]!.value] as const, [secure.to_units, history.at(-1)!.value] as const])
            expect(units === null ? null : Math.abs(units / 1e6 - value!) < 1e-6).toBe(value === null ? null : true)
        }
        const model = new Model(told.world, new Set(told.models), null)
        for (const asset_id of ids) {
          for (const [score, id] of [
            ['metric', 'kev'],
            ['secure', ''],
            ['initiative', 'both'],
          ] as const)
            addsUp(await ask({ score, id, asset_id }), `${score} of asset ${asset_id}`)
          const answer = await ask({ score: 'exposure', asset_id })
          addsUp(answer, `exposure of asset ${asset_id}`)
          const alone = (day: number, cause: number) => new Map([...model.exposure(day, cause)].filter(([id]) => id === String(asset_id)))
          const { from: before, to: after, causes } = walk(from, to, alone)
          compare({ ...answer, parts: [] }, { from: before, to: after, causes, parts: new Map() }, `exposure of asset ${asset_id}`)
        }
        const back = await explain({ engine, day: to }, { engine, day: from }, { org_id, groups: null }, catalog, {
          score: 'exposure',
          id: '',
          asset_id: null,
        })
        const there = await ask({ score: 'exposure' })
        expect(back.change + there.change).toBe(0)
        expect(back.causes).toEqual(there.causes.map((each) => ({ ...each, units: -each.units })))
      }),
      {
        numRuns,
        examples: [
          [atOnce, 2, 2],
          [edited, -1, LENGTH],
        ],
        endOnFailure: Boolean(process.env['PLIMSOLL_CASES']),
      },
    )
    expect(moved).toBeGreaterThan(numRuns)
  })

  it('tells edits of weights, states and questions as steps, and the parts still sum to the change (law 4, rules=then)', async () => {
    const names: CauseId[] = ['content_changed', 'state_set', 'definition_edited']
    const edit = fc.record({
      day: fc.integer({ min: 0, max: LENGTH }),
      cause: fc.constantFrom(...names),
      metric: fc.constantFrom('kev', 'public'),
      weight: fc.constantFrom('high' as const, 'low' as const, 'accepted' as const),
      handled: fc.constantFrom(undefined, 'mitigated' as const, 'mitigated_elsewhere' as const),
      asks: fc.constantFrom('kev', 'public', 'gone'),
    })
    const edits = fc.uniqueArray(edit, { maxLength: 5, selector: ({ day, cause }) => `${day} ${cause}` })
    const rest = { weight: 'low' as const, handled: 'mitigated' as const, asks: 'gone' as const }
    const eachMoves = [
      { ...rest, day: 5, cause: 'definition_edited' as const, metric: 'kev' as const },
      { ...rest, day: 6, cause: 'content_changed' as const, metric: 'public' as const },
      { ...rest, day: 7, cause: 'state_set' as const, metric: 'kev' as const },
    ]
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(
        story,
        edits,
        fc.integer({ min: -1, max: LENGTH }),
        fc.integer({ min: 0, max: LENGTH }),
        async (told, list, start, length) => {
          await tell(engine, org_id, told)
          const [from, to] = [DAY0 + start, DAY0 + start + length]
          // How each metric stands in the initiative, from one step on.
          interface Stand {
            weight: Weight
            handled: Handling | undefined
            asks: string
          }
          const steps: { day: number; cause: number; stands: Map<string, Stand> }[] = []
          let stands = new Map<string, Stand>(initiative.metrics.map(({ id, weight }) => [id, { weight, handled: undefined, asks: id }]))
          const first = stands
          for (const each of list.toSorted((a, b) => a.day - b.day || names.indexOf(a.cause) - names.indexOf(b.cause))) {
            const was = stands.get(each.metric)!
            const is = {
              content_changed: { ...was, asks: each.asks },
              state_set: { ...was, handled: each.handled },
              definition_edited: { ...was, weight: each.weight },
            }[each.cause as 'content_changed']
            stands = new Map([...stands, [each.metric, is]])
            steps.push({ day: DAY0 + each.day, cause: causeNumber(each.cause), stands })
          }
          const catalogOf = (each: ReadonlyMap<string, Stand>): Catalog => {
            const held = [...each].filter(([, { asks }]) => asks !== 'gone')
            return {
              ...catalog,
              metrics: new Map(
                held.map(([id, { asks }]) => [
                  id,
                  { ...catalog.metrics.get(asks)!, id, yaml: asks, ...(asks === id ? {} : { past: true as const }) },
                ]),
              ),
              initiatives: new Map([
                [
                  'both',
                  { ...initiative, metrics: held.map(([id, { weight, handled }]) => ({ id, weight, ...(handled ? { handled } : {}) })) },
                ],
              ]),
            }
          }
          const rules: Rules = {
            first: catalogOf(steps.findLast(({ day }) => day <= from)?.stands ?? first),
            steps: steps
              .filter(({ day }) => from < day && day <= to)
              .map(({ stands: each, ...step }) => ({ ...step, catalog: catalogOf(each) })),
          }
          const standsAt = (day: number, cause: number) =>
            steps.findLast((step) => step.day < day || (step.day === day && step.cause <= cause))?.stands ?? first
          const model = new Model(told.world, new Set(told.models), null)
          const metricAt = (id: string) => (day: number, cause: number) => {
            const { asks: question } = standsAt(day, cause).get(id)!
            return question === 'gone' ? new Map<string, Part>() : model.metric(day, cause, ...asks[question]!)
          }
          const initiativeAt = (day: number, cause: number) =>
            new Map(
              [...standsAt(day, cause)].flatMap(([id, { weight, handled }]): [string, Part][] => {
                const each = [...metricAt(id)(day, cause).values()]
                const w = handled === 'mitigated_elsewhere' || weight === 'accepted' ? 0 : weight === 'high' ? 10 : 1
                if (each.length === 0 || w === 0) return []
                const exposed = handled === 'mitigated' ? 0 : each.filter(({ x }) => !x.zero).length
                return [[id, { w: exact(w), x: exact(each.length - exposed).by(exact(each.length)) }]]
              }),
            )
          for (const [score, id, stateAt] of [
            ['initiative', 'both', initiativeAt],
            ['metric', 'kev', metricAt('kev')],
          ] as const) {
            if (score === 'metric' && ![rules.first, ...rules.steps.map((step) => step.catalog)].some(({ metrics }) => metrics.has(id)))
              continue
            const question = { score, id, asset_id: null }
            const answer = await explain({ engine, day: from }, { engine, day: to }, { org_id, groups: null }, catalog, question, rules)
            addsUp(answer, score)
            compare(answer, walk(from, to, stateAt), score)
            for (const { cause } of answer.causes) seen.add(cause)
          }
        },
      ),
      {
        numRuns: 3 * numRuns,
        examples: [[edited, eachMoves, 2, 5]],
        endOnFailure: Boolean(process.env['PLIMSOLL_CASES']),
      },
    )
    for (const id of names) expect(seen, id).toContain(causeNumber(id))
  })

  it('tells what one knowledge corrects of another, asset by asset and finding by finding, before what came after', async () => {
    let corrected_findings = 0
    const other = await open()
    await openWorlds(other)
    await fc.assert(
      fc.asyncProperty(
        story,
        story,
        fc.integer({ min: 0, max: LENGTH }),
        fc.integer({ min: 0, max: 3 }),
        async (was, is, start, length) => {
          await tell(other, org_id, was)
          await tell(engine, org_id, is)
          const [from, to] = [DAY0 + start, DAY0 + start + length]
          for (const [score, id] of [
            ['exposure', ''],
            ['metric', 'public'],
            ['initiative', 'both'],
            ['secure', ''],
          ] as const) {
            const ask = (a: Engine, b: Engine, first = from, last = to) =>
              explain({ engine: a, day: first }, { engine: b, day: last }, { org_id, groups: null }, catalog, { score, id, asset_id: null })
            const answer = await ask(other, engine)
            addsUp(answer, score)
            const [then, now] = [await ask(other, other, from, from), await ask(engine, engine, from, from)]
            expect(answer.from_units, score).toBe(then.from_units)
            const corrected = (now.from_units ?? 0) - (then.from_units ?? 0)
            const correction = answer.causes.find(({ cause }) => cause === 1)?.units ?? 0
            expect(Math.abs(correction - corrected), score).toBeLessThanOrEqual(2)
            expect((await ask(other, engine, from, from)).change, `${score} on one day`).toBe(corrected)
            if (score !== 'exposure') continue
            // The correction alone is one step from the one state to the other.
            const [one, two] = [was, is].map((each) => new Model(each.world, new Set(each.models), null).exposure(from, 15))
            const shares = split(one!, two!)
            const parts = (await ask(other, engine, from, from)).parts
            for (const asset_id of ids.map(String)) {
              const units = parts.find((part) => part.id === asset_id)?.units ?? 0
              expect(
                Math.abs(units - (shares.get(asset_id) ?? exact(0)).times(HUNDRED).toNumber()),
                `asset ${asset_id}`,
              ).toBeLessThanOrEqual(2)
            }
            // Of one asset it is split among findings, by how much the hazard of each is another.
            for (const asset_id of ids) {
              const answer = await explain({ engine: other, day: from }, { engine, day: from }, { org_id, groups: null }, catalog, {
                score,
                id,
                asset_id,
              })
              addsUp(answer, `correction of asset ${asset_id}`)
              expect(answer.parts.every(({ kind }) => kind === 'finding')).toBe(true)
              const [A, B] = [was, is].map((each) => {
                const model = new Model(each.world, new Set(each.models), null)
                const units = model.exposure(from, 15).get(String(asset_id))?.x.times(HUNDRED).toNumber()
                return { units: units ?? 0, hazards: units === undefined ? new Map<string, number>() : model.hazards(asset_id, from, 15) }
              }) as [{ units: number; hazards: Map<string, number> }, { units: number; hazards: Map<string, number> }]
              const moved = (subject: string) => (B.hazards.get(subject) ?? 0) - (A.hazards.get(subject) ?? 0)
              const subjects = [...new Set([...A.hazards.keys(), ...B.hazards.keys()])]
              const all = subjects.reduce((sum, subject) => sum + moved(subject), 0)
              for (const subject of subjects) {
                const units = answer.parts.find((part) => part.id === subject)?.units ?? 0
                const expected = (moved(subject) / all) * (B.units - A.units)
                if (all !== 0) expect(Math.abs(units - expected), `${subject} on asset ${asset_id}`).toBeLessThanOrEqual(4)
                corrected_findings += units === 0 ? 0 : 1
              }
            }
          }
        },
      ),
      { numRuns: Math.ceil(numRuns / 2), endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    expect(corrected_findings).toBeGreaterThan(0)
    await other.close()
  })
})
