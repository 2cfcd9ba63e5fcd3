import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { UserError } from '../../src/errors.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { compute, derive } from '../../src/insights/compute.ts'
import { controlHazard, hazardOf, INTERNAL_REACH, writeHazards } from '../../src/insights/hazard.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { type Justification, justifications } from '../../src/model/exception.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { addException, changeException, endException } from '../../src/store/exceptions/change.ts'
import { storedDeltas } from '../../src/store/queries/scores/deltas.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'
import { append, DAY0, openWorlds, startOf } from './world.ts'

const DAYS = 6
/** Times of these worlds are quarters of days after the first, so that several things happen within a day. */
const QUARTERS = DAYS * 4
const at = (quarter: number): number => startOf(DAY0) + (quarter * DAY_US) / 4
const quarter = fc.integer({ min: 0, max: QUARTERS })

interface Span {
  from: number
  /** Null: never ends. */
  to: number | null
}
const spans = fc.uniqueArray(quarter, { maxLength: 4 }).map((points): Span[] => {
  const sorted = points.toSorted((a, b) => a - b)
  return sorted.flatMap((from, index) => (index % 2 ? [] : [{ from, to: sorted[index + 1] ?? null }]))
})

const assets = [1, 2]
const keys = assets.flatMap((asset_id) => [
  { asset_id, kind: 'vulnerability' as const, subject: 'CVE-1', component: 'a', severity: 4 },
  { asset_id, kind: 'vulnerability' as const, subject: 'CVE-1', component: 'b', severity: 2 },
  { asset_id, kind: 'vulnerability' as const, subject: 'CVE-2', component: '', severity: 3 },
  { asset_id, kind: 'control' as const, subject: 'tool:c', component: '', severity: 3 },
])
type Key = (typeof keys)[number]

const scope = fc.oneof(
  fc
    .constantFrom<Partial<Said>>(
      {},
      { asset_ids: [1] },
      { asset_ids: [1, 2] },
      { asset_groups: ['red'] },
      { asset_groups: ['red', 'blue'] },
    )
    .chain((place) =>
      fc
        .constantFrom<Partial<Said>>(
          {},
          { kind: 'vulnerability', subject: 'CVE-1' },
          { kind: 'vulnerability', subject: 'CVE-1', component: 'b' },
          { kind: 'vulnerability', subject: 'CVE-2', component: '' },
          { kind: 'control', subject: 'tool:c' },
          { component: 'b' },
        )
        .map((subject) => ({ ...place, ...subject })),
    ),
)
const end = fc.option(quarter, { freq: 2 })

interface Said {
  asset_ids: number[] | null
  asset_groups: string[] | null
  kind: 'vulnerability' | 'control' | null
  subject: string | null
  component: string | null
  justification: Justification
  from: number
  to: number | null
}
type Act =
  | { act: 'add'; said: Said }
  | { act: 'change'; of: number; said: Partial<Said> }
  | { act: 'end'; of: number; to: number }
  | { act: 'undo'; of: number }

const nowhere: Omit<Said, 'justification' | 'from' | 'to'> = {
  asset_ids: null,
  asset_groups: null,
  kind: null,
  subject: null,
  component: null,
}
const actArbitrary: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(scope, fc.constantFrom(...justifications), quarter, end)
      .map(([scope, justification, from, to]): Act => ({ act: 'add', said: { ...nowhere, ...scope, justification, from, to } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(5), fc.record({ justification: fc.constantFrom(...justifications), from: quarter, to: end }, { requiredKeys: [] }))
      .map(([of, said]): Act => ({ act: 'change', of, said })),
  },
  { weight: 1, arbitrary: fc.tuple(fc.nat(5), quarter).map(([of, to]): Act => ({ act: 'end', of, to })) },
  { weight: 1, arbitrary: fc.nat(8).map((of): Act => ({ act: 'undo', of })) },
)

const world = fc.record({
  /** Per asset: its groups, one after another; '' = none. */
  groups: fc.tuple(
    ...assets.map(() =>
      fc.uniqueArray(fc.record({ from: quarter, group: fc.constantFrom('red', 'blue') }), { maxLength: 3, selector: (each) => each.from }),
    ),
  ),
  findings: fc.tuple(...keys.map(() => spans)),
  /** How many of the acts come before the computation: the others are taken in by a second one. */
  before: fc.nat(6),
  acts: fc.array(actArbitrary, { minLength: 1, maxLength: 8 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

/** A world in which an exception surely begins and ends while findings are open. */
const splitting: World = {
  groups: [[], []],
  findings: keys.map(() => [{ from: 2, to: null }]) as World['findings'],
  before: 1,
  acts: [
    {
      act: 'add',
      said: { ...nowhere, kind: 'vulnerability', subject: 'CVE-1', component: 'b', justification: 'third_party_control', from: 6, to: 14 },
    },
  ],
}

/** A world in which a global exception that moves no score surely suspends one of two groups that does, for a while. */
const suspending: World = {
  groups: [[{ from: 0, group: 'red' }], [{ from: 4, group: 'blue' }]],
  findings: keys.map(() => [{ from: 2, to: null }]) as World['findings'],
  before: 1,
  acts: [
    {
      act: 'add',
      said: {
        ...nowhere,
        asset_groups: ['red', 'blue'],
        kind: 'vulnerability',
        subject: 'CVE-2',
        justification: 'third_party_control',
        from: 3,
        to: null,
      },
    },
    { act: 'add', said: { ...nowhere, kind: 'vulnerability', subject: 'CVE-2', justification: 'risk_accepted', from: 8, to: 12 } },
    { act: 'add', said: { ...nowhere, justification: 'planned', from: 11, to: 15 } },
  ],
}

const within = ({ from, to }: Span, instant: number): boolean => at(from) <= instant && (to === null || instant < at(to))

/** Says what holds, by asking every exception about every instant. */
class Model {
  private readonly world: World
  /** Acts that were taken, in order; an undone one is null. */
  readonly log: ({ exception: number; said: Partial<Said>; adds: boolean } | null)[] = []
  constructor(world: World) {
    this.world = world
  }

  exceptions(): Said[] {
    const held = new Map<number, Said>()
    for (const act of this.log) {
      if (!act) continue
      const before = held.get(act.exception)
      if (act.adds) held.set(act.exception, act.said as Said)
      else if (before) held.set(act.exception, { ...before, ...act.said })
    }
    return [...held.values()].filter(({ from, to }) => to === null || from < to)
  }

  group(asset_id: number, instant: number): string | null {
    const told = this.world.groups[asset_id - 1]!.filter(({ from }) => at(from) <= instant).toSorted((a, b) => b.from - a.from)
    return told[0]?.group ?? null
  }

  /** The exceptions that say something of a finding at an instant. */
  private about(key: Key, instant: number): Said[] {
    return this.exceptions().filter(
      (each) =>
        within(each, instant) &&
        (each.asset_ids === null || each.asset_ids.includes(key.asset_id)) &&
        (each.asset_groups === null || each.asset_groups.includes(this.group(key.asset_id, instant) ?? '')) &&
        (each.subject === null || (each.subject === key.subject && each.kind === key.kind)) &&
        (each.component === null || each.component === key.component),
    )
  }

  stated(key: Key, instant: number): boolean {
    return this.about(key, instant).length > 0
  }

  /** A global one is heard alone: what those of groups say of the same, or of a part of it, waits until it ends. */
  private suspended(one: Said, instant: number): boolean {
    return this.exceptions().some(
      (each) =>
        one.asset_groups !== null &&
        each.asset_ids === null &&
        each.asset_groups === null &&
        within(each, instant) &&
        (each.subject === null || (each.subject === one.subject && each.kind === one.kind)) &&
        (each.component === null || each.component === one.component),
    )
  }

  covered(key: Key, instant: number): boolean {
    return this.about(key, instant).some(
      (each) =>
        (each.justification === 'third_party_control' || each.justification === 'alternate_mitigation') && !this.suspended(each, instant),
    )
  }

  open(index: number, instant: number): boolean {
    return this.world.findings[index]!.some((span) => within(span, instant))
  }
}

const facts = { opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
const tables = [
  'asset_key',
  'attribute_history',
  'presence_history',
  'coverage_history',
  'finding_key',
  'sighting_history',
  'control_result_history',
  'exception_history',
  'import',
  'asset_history',
  'fresh_history',
  'finding_history',
  'asset_day',
  'score_delta',
  'touched_asset',
]

async function putFacts(engine: Engine, org_id: number, { groups, findings }: World): Promise<void> {
  const tool = { org_id, source: 'tool' }
  for (const table of tables) await engine.run(`delete from ${table}`)
  const begin = at(0) - DAY_US
  const put = (table: string, rows: Parameters<typeof append>[2]) => append(engine, table, rows)
  await put(
    'asset_key',
    assets.map((asset_id) => ({ asset_id, org_id, created_in: 1 })),
  )
  await put(
    'presence_history',
    assets.map((asset_id) => ({ ...tool, asset_id, valid_from: begin, valid_to: NEVER, ...facts })),
  )
  await put(
    'attribute_history',
    assets.map((asset_id) => ({ ...tool, asset_id, attribute: 'type', value: 'device', valid_from: begin, valid_to: NEVER, ...facts })),
  )
  await put(
    'attribute_history',
    groups.flatMap((told, index) => {
      const sorted = told.toSorted((a, b) => a.from - b.from)
      return sorted.map(({ from, group }, place) => ({
        ...tool,
        asset_id: index + 1,
        attribute: 'asset_group',
        value: group,
        valid_from: at(from),
        valid_to: sorted[place + 1] ? at(sorted[place + 1]!.from) : NEVER,
        ...facts,
      }))
    }),
  )
  await put(
    'coverage_history',
    assets.flatMap((asset_id) =>
      ['asset', 'vulnerability', 'control'].map((subject) => ({
        ...tool,
        asset_id,
        subject,
        access: 2,
        min_severity: 0,
        checks: '',
        observed_at: begin,
        record_id: asset_id,
        stated_in: 1,
        opened_in: 1,
        retracted_in: NEVER,
      })),
    ),
  )
  await put(
    'finding_key',
    keys.map(({ severity: _, ...key }, index) => ({ ...key, finding_id: index + 1, org_id, created_in: 1 })),
  )
  const rows = keys.flatMap((key, index) =>
    findings[index]!.map(({ from, to }) => ({
      key,
      row: {
        ...tool,
        asset_id: key.asset_id,
        finding_id: index + 1,
        valid_from: at(from),
        valid_to: to === null ? NEVER : at(to),
        ...facts,
      },
    })),
  )
  await put(
    'sighting_history',
    rows
      .filter(({ key }) => key.kind === 'vulnerability')
      .map(({ key, row }) => ({
        ...row,
        kind: key.kind,
        severity: key.severity,
        cvss_tenths: null,
        stage: 0,
        version: null,
        fixed_version: null,
        place: null,
        title: null,
        access: 2,
        checks: '',
        purl: null,
      })),
  )
  await put(
    'control_result_history',
    rows
      .filter(({ key }) => key.kind === 'control')
      .map(({ key, row }) => ({
        ...row,
        control_id: key.subject,
        status: 'fail',
        severity: key.severity,
        points: null,
        max_points: null,
        passed: null,
        total: null,
        evidence: null,
        place: null,
      })),
  )
  await put(
    'touched_asset',
    assets.map((asset_id) => ({ org_id, asset_id })),
  )
}

const computeAll = (engine: Engine, org_id: number): Promise<void> =>
  engine.transaction(async (transaction) => {
    await derive(transaction, { classifications: new Map() })
    await computeSecureScore(transaction, org_id)
  })

describe.each(engines)('exceptions on $name', ({ name, open }) => {
  let engine: Engine
  let store: Store
  let org_id: number
  const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 25 : 10))
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
    store = { engine, data: '/nowhere', now: () => at(QUARTERS) }
    await engine.transaction((transaction) => writeHazards(transaction))
  })
  afterAll(() => engine.close())

  /** Takes an act; false where it is refused because it would end an exception before it begins, or there is none. */
  async function take(model: Model, given: Act, numbers: { exceptions: number[]; imports: (number | null)[] }): Promise<boolean> {
    const times = (said: Partial<Said>) => ({
      ...(said.from === undefined ? {} : { starts_at: at(said.from) }),
      ...(said.to === undefined ? {} : { ends_at: said.to === null ? null : at(said.to) }),
    })
    try {
      if (given.act === 'add') {
        const { from, to, ...rest } = given.said
        const terms = { reason: 'tested', author: 'someone', starts_at: at(from), ends_at: to === null ? null : at(to) }
        const added = await addException(store, org_id, { ...rest, ...terms }, 'test')
        numbers.exceptions.push(added.exception_id)
        numbers.imports.push(added.import_no)
        model.log.push({ exception: added.exception_id, said: given.said, adds: true })
        return true
      }
      if (given.act === 'undo') {
        const index = given.of % Math.max(1, numbers.imports.length)
        if (!model.log[index]) return false
        await undoImport(store, numbers.imports[index]!, 'test')
        model.log[index] = null
        return true
      }
      const exception = numbers.exceptions[given.of % Math.max(1, numbers.exceptions.length)]
      if (exception === undefined) return false
      if (given.act === 'change') {
        const { justification } = given.said
        const { import_no } = await changeException(
          store,
          org_id,
          exception,
          { ...(justification ? { justification } : {}), ...times(given.said) },
          'test',
        )
        numbers.imports.push(import_no)
        model.log.push({ exception, said: given.said, adds: false })
      } else {
        const { import_no } = await endException(store, org_id, exception, at(given.to), 'test')
        numbers.imports.push(import_no)
        model.log.push({ exception, said: { to: given.to }, adds: false })
      }
      return true
    } catch (error) {
      if (error instanceof UserError && ['bad_exception', 'unknown_exception'].includes(error.code)) return false
      throw error
    }
  }

  it('cover what asking every exception about every moment says, and scores leave exactly that out', async () => {
    let covered = 0
    let split = 0
    await fc.assert(
      fc.asyncProperty(world, async (tiny) => {
        await putFacts(engine, org_id, tiny)
        const model = new Model(tiny)
        const numbers = { exceptions: [], imports: [] }
        const known: { import_no: number; covers: boolean[] }[] = []
        const moments = Array.from({ length: QUARTERS + 2 }, (_, index) => at(index))
        for (const [index, given] of tiny.acts.entries()) {
          if (index === tiny.before) await computeAll(engine, org_id)
          if (!(await take(model, given, numbers))) continue
          const [last] = await engine.query<{ last: number }>('select max(import_no) as last from import')
          known.push({ import_no: last!.last, covers: keys.flatMap((key) => moments.map((moment) => model.stated(key, moment))) })
        }
        await computeAll(engine, org_id)

        // Every moment, as known now.
        const rows = await engine.query<{ finding_id: number; excepted: boolean; valid_from: number; valid_to: number }>(
          'select finding_id, excepted, valid_from, valid_to from finding_history order by finding_id, valid_from',
        )
        for (const [index, key] of keys.entries()) {
          for (const moment of moments) {
            const holding = rows.filter((row) => row.finding_id === index + 1 && row.valid_from <= moment && moment < row.valid_to)
            const isOpen = model.open(index, moment)
            expect(holding.length).toBe(isOpen ? 1 : 0)
            if (isOpen) expect(holding[0]!.excepted).toBe(model.covered(key, moment))
            if (isOpen && holding[0]!.excepted) covered++
          }
        }
        if (rows.some((row, index) => rows[index + 1]?.finding_id === row.finding_id && rows[index + 1]!.valid_from === row.valid_to))
          split++

        // Every moment, as known after each act: what an exception covers is never forgotten.
        for (const { import_no, covers } of known) {
          const standing = await engine.query<Record<string, string | number | null>>(
            `select asset_id, asset_group, kind, subject, component, valid_from, case when closed_in <= $import_no then valid_to else ${NEVER} end as valid_to
             from exception_history where opened_in <= $import_no and $import_no < retracted_in`,
            { import_no },
          )
          const says = keys.flatMap((key) =>
            moments.map((moment) =>
              standing.some(
                (row) =>
                  Number(row['valid_from']) <= moment &&
                  moment < Number(row['valid_to']) &&
                  (row['asset_id'] === null || row['asset_id'] === key.asset_id) &&
                  (row['asset_group'] === null || row['asset_group'] === model.group(key.asset_id, moment)) &&
                  (row['subject'] === null || (row['subject'] === key.subject && row['kind'] === key.kind)) &&
                  (row['component'] === null || row['component'] === key.component),
              ),
            ),
          )
          expect(says).toEqual(covers)
        }

        // Scores at the end of every day.
        const hazards = await engine.query<{ asset_id: number; day: number; hazard: number }>(
          'select asset_id, day, hazard from asset_day order by day, cause',
        )
        const secure = await storedDeltas(engine, org_id, 'secure', '')
        for (let day = DAY0; day <= DAY0 + DAYS; day++) {
          const moment = startOf(day + 1) - 1
          const counts = keys.filter((key, index) => model.open(index, moment) && !model.covered(key, moment))
          for (const asset_id of assets) {
            const greatest = new Map<string, number>()
            for (const { kind, subject, severity } of counts.filter((key) => key.asset_id === asset_id)) {
              const cvss = [0, 2.5, 5.5, 8, 9.5][severity]!
              const h = kind === 'control' ? controlHazard(severity, INTERNAL_REACH) : hazardOf(0, null, cvss, INTERNAL_REACH)
              greatest.set(subject, Math.max(greatest.get(subject) ?? 0, h))
            }
            const expected = [...greatest.values()].reduce((sum, h) => sum + h, 0)
            const stored = hazards.filter((row) => row.asset_id === asset_id && row.day <= day).at(-1)
            expect(stored?.hazard ?? 0).toBe(expected)
          }
          const failing = keys.filter((key, index) => key.kind === 'control' && model.open(index, moment))
          const got = failing.filter((key) => model.covered(key, moment)).length * 10_000
          const until = secure.filter((delta) => delta.day <= day)
          const sum = (column: 'numerator_delta' | 'denominator_delta') => until.reduce((total, delta) => total + delta[column], 0)
          expect(sum('denominator_delta')).toBe(failing.length ? 10_000 : 0)
          expect(sum('numerator_delta')).toBe(failing.length ? Math.floor(got / failing.length) : 0)
        }
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']), examples: [[splitting], [suspending]] },
    )
    expect(covered).toBeGreaterThan(0)
    expect(split).toBeGreaterThan(0)
  })
})

describe.each(engines)('exceptions through the API on $name', ({ open }) => {
  let world: SmallWorld
  let app: FastifyInstance
  beforeAll(async () => {
    world = await makeSmallWorld(await open())
    await world.store.engine.query('insert into touched_asset select org_id, asset_id from asset_key')
    await world.store.engine.query(`insert into counter values ('import_no', 1000)`) // the small world numbers its imports itself
    // Every act computes the scores anew: two metrics are enough to be sure that it does.
    const whole = shippedCatalog
    const catalog = { ...whole, metrics: new Map([...whole.metrics].slice(0, 2)), initiatives: new Map(), recommendations: new Map() }
    await compute(world.store, catalog)
    app = buildApp({ store: world.store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await world.store.engine.close()
  })

  interface Said {
    exception_id: number
    state: string
    moves_scores: boolean
    covered_findings: number
    covered_assets: number
    starts_at: string
    ends_at: string | null
    import_no: number
    acts: { import_no: number; act: string; undone: boolean }[]
    error: { code: string; message: string }
  }
  const ask = async <T>(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object): Promise<{ status: number; body: T }> => {
    const answer = await app.inject({ method, url: `/api/v1${url}`, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.json<T>() }
  }
  const exposure = async (org: string) => (await ask<{ exposure: { value: number } }>('GET', `/scores?org=${org}`)).body.exposure.value
  const say = { justification: 'third_party_control', reason: 'Behind the proxy', starts_at: '2026-07-20' }

  it('are added, shown beside what they cover, corrected, ended and undone', async () => {
    const [north, south] = [await exposure('north'), await exposure('south')]
    const added = await ask<Said>('POST', '/exceptions?org=north', {
      ...say,
      kind: 'vulnerability',
      subject: 'CVE-2',
      asset_groups: ['red'],
      author: 'Risk board',
    })
    expect(added.status).toBe(201)
    // Red are the even assets; of those that have CVE-2, 2 to 10 have not left.
    expect(added.body).toMatchObject({ state: 'active', moves_scores: true, ends_at: null, covered_findings: 5, covered_assets: 5 })
    expect(await exposure('north')).toBeLessThan(north)
    expect(await exposure('south')).toBe(south)

    const id = added.body.exception_id
    const covered = await ask<{
      items: { subject: string; excepted: boolean; share: number | null; exception: { exception_id: number } }[]
      total: number
    }>('GET', `/exceptions/${id}/findings?org=north`)
    expect(covered.body.total).toBe(5)
    for (const finding of covered.body.items)
      expect(finding).toMatchObject({
        subject: 'CVE-2',
        excepted: true,
        exception: { exception_id: id, justification: 'third_party_control' },
      })
    const seen = await ask<{ assets: number; excepted_assets: number }>('GET', '/vulnerabilities/CVE-2?org=north')
    expect(seen.body).toMatchObject({ excepted_assets: 5 })
    const excepted = await ask<{ total: number }>('GET', `/findings?org=north&filter=${encodeURIComponent('{"excepted": true}')}`)
    expect(excepted.body.total).toBe(5)
    const asset = world.assetsOf(world.north)[2]!.asset_id
    expect((await ask<{ exceptions: object[] }>('GET', `/assets/${asset}?org=north`)).body.exceptions).toEqual([
      { exception_id: id, justification: 'third_party_control', moves_scores: true, status: null, ends_at: null, covered_findings: 1 },
    ])

    // Correcting the justification to one that moves nothing gives the score back, and undoing that takes it again.
    const corrected = await ask<Said>('PATCH', `/exceptions/${id}?org=north`, { justification: 'risk_accepted', ends_at: '2026-12-31' })
    expect(corrected.body).toMatchObject({ moves_scores: false, ends_at: '2027-01-01T00:00:00Z', covered_findings: 5 })
    expect(await exposure('north')).toBe(north)
    const undone = await ask('POST', `/imports/${corrected.body.import_no}/undo?org=north`)
    expect(undone.status).toBe(200)
    expect(await exposure('north')).toBeLessThan(north)

    const ended = await ask<Said>('POST', `/exceptions/${id}/end?org=north`, {})
    expect(ended.body).toMatchObject({ state: 'ended', covered_findings: 0 })
    expect(await exposure('north')).toBe(north)
    expect(ended.body.acts.map(({ act, undone }) => [act, undone])).toEqual([
      ['add', false],
      ['change', true],
      ['end', false],
    ])
    await ask('POST', `/imports/${added.body.import_no}/undo?org=north`)
    expect((await ask<Said>('GET', `/exceptions/${id}?org=north`)).body.error.code).toBe('unknown_exception')
  })

  it('give a control its full points, where it counts', async () => {
    const secure = async () => (await ask<{ secure: { value: number; points: number } }>('GET', '/scores?org=north')).body.secure
    const before = await secure()
    const added = await ask<Said>('POST', '/exceptions?org=north', { ...say, kind: 'control', subject: 'scanner:check-1' })
    expect(added.body.covered_findings).toBeGreaterThan(0)
    const after = await secure()
    expect(before.value).toBeLessThan(100)
    expect(after.value).toBe(100)
    const control = await ask<{ excepted: number; failed: number; results: { status: string; exception: object | null }[] }>(
      'GET',
      '/controls/scanner%3Acheck-1?org=north',
    )
    expect(control.body.excepted).toBe(control.body.failed)
    for (const { status, exception } of control.body.results) expect(exception === null).toBe(status !== 'fail')
    await ask('POST', `/imports/${added.body.import_no}/undo?org=north`)
    expect(await secure()).toEqual(before)
  })

  it('are about several groups, those that a person makes among them, or about all that there are now', async () => {
    const before = await exposure('north')
    const [first, second] = world.assetsOf(world.north).filter(({ asset_id }) => asset_id % 10 === 2 || asset_id % 10 === 3)
    const moved = [first!.asset_id, second!.asset_id]
    expect((await ask('POST', '/assets/set?org=north', { asset_ids: moved, asset_group: 'hand made', reason: 'tested' })).status).toBe(200)
    const openOf = async (asset_ids: number[]) =>
      (
        await Promise.all(
          asset_ids.map((asset_id) => ask<{ items: { subject: string }[] }>('GET', `/assets/${asset_id}/findings?org=north&limit=1000`)),
        )
      )
        .flatMap(({ body }) => body.items)
        .filter(({ subject }) => subject === 'CVE-2').length
    const held = { ...say, kind: 'vulnerability', subject: 'CVE-2' }
    const byHand = await ask<Said & { asset_groups: string[] }>('POST', '/exceptions?org=north', { ...held, asset_groups: ['hand made'] })
    const open = await openOf(moved)
    expect(open).toBeGreaterThan(0)
    expect(byHand.body).toMatchObject({ covered_findings: open, asset_groups: ['hand made'] })
    const after = await exposure('north')
    expect(after).toBeLessThan(before)
    await ask('POST', `/imports/${byHand.body.import_no}/undo?org=north`)
    expect(await exposure('north')).toBe(before)

    const all = await ask<Said & { asset_groups: string[]; group_count: number }>('POST', '/exceptions?org=north', {
      ...held,
      all_groups: true,
    })
    const groups = (await ask<{ items: { asset_group: string }[] }>('GET', '/scores/groups?org=north')).body.items
    expect(all.body.asset_groups).toEqual(groups.map(({ asset_group }) => asset_group).toSorted())
    expect(all.body.group_count).toBe(groups.length)
    expect(groups.length).toBeGreaterThan(2)
    // An asset that goes to a group of later is no longer covered.
    await ask('POST', '/assets/set?org=north', { asset_ids: [moved[0]], asset_group: 'later', reason: 'tested' })
    const now = await ask<Said>('GET', `/exceptions/${all.body.exception_id}?org=north`)
    expect(all.body.covered_findings - now.body.covered_findings).toBe(await openOf([moved[0]!]))
    const listed = await ask<{ total: number }>('GET', `/exceptions?org=north&filter=${encodeURIComponent('{"asset_group": "hand made"}')}`)
    expect(listed.body.total).toBe(1)
    await ask('POST', `/imports/${all.body.import_no}/undo?org=north`)
  })

  it('of groups stand back behind a global one about the same, and hold again after it', async () => {
    const before = await exposure('north')
    const held = { ...say, kind: 'vulnerability', subject: 'CVE-2' }
    const group = await ask<Said>('POST', '/exceptions?org=north', { ...held, asset_groups: ['red'] })
    const asset = await ask<Said>('POST', '/exceptions?org=north', {
      ...held,
      justification: 'planned',
      asset_ids: [world.assetsOf(world.north)[0]!.asset_id],
    })
    const excepted = await exposure('north')
    expect(excepted).toBeLessThan(before)
    const whole = await ask<Said>('POST', '/exceptions?org=north', { ...held, justification: 'risk_accepted', starts_at: undefined })
    const state = async (said: { body: Said }) => (await ask<Said>('GET', `/exceptions/${said.body.exception_id}?org=north`)).body
    expect(await state(group)).toMatchObject({ state: 'suspended', covered_findings: 0 })
    expect((await state(asset)).state).toBe('active')
    expect(await exposure('north')).toBe(before)
    const listed = await ask<{ items: Said[] }>('GET', `/exceptions?org=north&filter=${encodeURIComponent('{"state": "suspended"}')}`)
    expect(listed.body.items.map(({ exception_id }) => exception_id)).toEqual([group.body.exception_id])
    // One about another component stands beside it, not above.
    await ask('POST', `/imports/${whole.body.import_no}/undo?org=north`)
    const beside = await ask<Said>('POST', '/exceptions?org=north', { ...held, component: 'elsewhere', justification: 'risk_accepted' })
    expect((await state(group)).state).toBe('active')
    expect(await exposure('north')).toBe(excepted)
    for (const said of [group, asset, beside]) await ask('POST', `/imports/${said.body.import_no}/undo?org=north`)
    expect(await exposure('north')).toBe(before)
  })

  it('look ahead: on the day on which one ends, scores do what they do when it ends now', async () => {
    const held = { ...say, kind: 'vulnerability', subject: 'CVE-2' }
    const scores = async () => {
      const { exposure, secure } = (await ask<{ exposure: { value: number }; secure: { value: number } }>('GET', '/scores?org=north')).body
      return [exposure.value, secure.value]
    }
    const none = await scores()
    const first = await ask<Said>('POST', '/exceptions?org=north', { ...held, asset_groups: ['red'], ends_at: '2026-12-31' })
    const second = await ask<Said>('POST', '/exceptions?org=north', {
      ...say,
      kind: 'control',
      subject: 'scanner:check-1',
      ends_at: '2027-02-01',
    })
    const still = await ask<Said>('POST', '/exceptions?org=north', {
      ...held,
      justification: 'planned',
      asset_groups: ['blue'],
      ends_at: '2026-11-30',
    })
    const all = await scores()
    interface Ahead {
      items: {
        day: string
        ends: { exception_id: number }[]
        support: { name: string; assets: number }[]
        counts_again: number
        left_out: number
        scores: { score: string; before: number; after: number }[]
      }[]
    }
    const { items } = (await ask<Ahead>('GET', '/exceptions/ahead?org=north&to=2027-06-30')).body
    const ahead = items.filter(({ ends }) => ends.length > 0)
    // Software of this world loses its support meanwhile: that is told too, and moves nothing.
    const unsupported = items.filter(({ support }) => support.length > 0)
    expect(unsupported.length + ahead.length).toBe(items.length)
    expect(unsupported.length).toBeGreaterThan(0)
    for (const { scores: moved, counts_again } of unsupported) expect([moved, counts_again]).toEqual([[], 0])
    expect(ahead.map(({ day, ends, counts_again }) => [day, ends.map(({ exception_id }) => exception_id), counts_again])).toEqual([
      ['2026-12-01', [still.body.exception_id], 0],
      ['2027-01-01', [first.body.exception_id], first.body.covered_findings],
      ['2027-02-02', [second.body.exception_id], second.body.covered_findings],
    ])
    const [planned, mitigated, control] = ahead.map((each) => each.scores)
    expect(planned).toEqual([])
    expect(mitigated!.map(({ before }) => before)).toEqual(all)
    expect(control!.map(({ before }) => before)).toEqual(mitigated!.map(({ after }) => after))
    await ask('POST', `/exceptions/${first.body.exception_id}/end?org=north`, {})
    expect(mitigated!.map(({ after }) => after)).toEqual(await scores())
    await ask('POST', `/exceptions/${second.body.exception_id}/end?org=north`, {})
    expect(control!.map(({ after }) => after)).toEqual(await scores())
    expect(await scores()).toEqual(none)
    expect(all[0]).toBeLessThan(none[0]!)
    expect(all[1]).toBeGreaterThan(none[1]!)
    const foreign = (await ask<Ahead>('GET', '/exceptions/ahead?org=south&to=2027-06-30')).body.items
    expect(foreign.filter(({ ends }) => ends.length > 0)).toEqual([])
    expect((await ask<Said>('GET', '/exceptions/ahead?org=north&to=2020-01-01')).body.error.code).toBe('bad_range')
    for (const said of [first, second, still]) await ask('POST', `/imports/${said.body.import_no}/undo?org=north`)
  })

  it('are told two weeks before they end, and not when a person ends them', async () => {
    const told = async () =>
      (await ask<{ items: { headline: string; day: string }[] }>('GET', '/events?org=north&feed=posture&type=exception_ends_soon')).body
        .items
    const dayIn = (days: number) => new Date((world.store.now() + days * DAY_US) / 1000).toISOString().slice(0, 10)
    const held = { ...say, kind: 'vulnerability', subject: 'CVE-2' }
    const near = await ask<Said>('POST', '/exceptions?org=north', { ...held, ends_at: dayIn(5) })
    const far = await ask<Said>('POST', '/exceptions?org=north', { ...held, ends_at: dayIn(40) })
    expect(await told()).toMatchObject([
      { day: dayIn(0), headline: `The exception of CVE-2 ends after ${dayIn(5)}: what it covers counts again` },
    ])
    await ask('PATCH', `/exceptions/${near.body.exception_id}?org=north`, { ends_at: dayIn(60) })
    expect(await told()).toEqual([])
    await ask('POST', `/exceptions/${far.body.exception_id}/end?org=north`, {})
    expect(await told()).toEqual([])
    for (const said of [near, far]) await ask('POST', `/imports/${said.body.import_no}/undo?org=north`)
  })

  it('never reach into another organisation', async () => {
    const north = await exposure('north')
    const foreign = world.assetsOf(world.north)[1]!.asset_id
    expect((await ask<Said>('POST', '/exceptions?org=south', { ...say, asset_ids: [foreign] })).body.error.code).toBe('unknown_asset')
    expect((await ask<Said>('POST', '/exceptions?org=south', { ...say, finding_id: world.north.org_id * 10_000 })).body.error.code).toBe(
      'unknown_finding',
    )
    const everything = await ask<Said>('POST', '/exceptions?org=south', { ...say, everything: true })
    expect(everything.body.covered_findings).toBeGreaterThan(0)
    expect(await exposure('north')).toBe(north)
    const id = everything.body.exception_id
    for (const [method, url] of [
      ['GET', `/exceptions/${id}?org=north`],
      ['GET', `/exceptions/${id}/findings?org=north`],
      ['POST', `/exceptions/${id}/end?org=north`],
    ] as const)
      expect((await ask<Said>(method, url, method === 'POST' ? {} : undefined)).body.error.code, url).toBe('unknown_exception')
    expect((await ask<{ total: number }>('GET', '/exceptions?org=north')).body.total).toBe(0)
    expect((await ask<Said>('POST', `/imports/${everything.body.import_no}/undo?org=north`)).body.error.code).toBe('unknown_import')
    await ask('POST', `/imports/${everything.body.import_no}/undo?org=south`)
  })

  it('are refused with what to mend', async () => {
    for (const [body, code] of [
      [{ ...say }, 'bad_exception'],
      [{ ...say, everything: true, subject: 'CVE-1', kind: 'vulnerability' }, 'bad_exception'],
      [{ ...say, subject: 'CVE-1' }, 'bad_exception'],
      [{ ...say, asset_groups: ['red'], asset_ids: [world.assetsOf(world.north)[0]!.asset_id] }, 'bad_exception'],
      [{ ...say, finding_id: 1, asset_groups: ['red'] }, 'bad_exception'],
      [{ ...say, asset_groups: ['red'], starts_at: '2026-07-02', ends_at: '2026-07-01' }, 'bad_exception'],
      [{ ...say, asset_groups: ['red'], starts_at: 'yesterday' }, 'bad_instant'],
      [{ ...say, asset_groups: ['red'], starts_at: '1970-01-01' }, 'day_out_of_range'],
      [{ ...say, asset_groups: ['red'], reason: '  ' }, 'bad_request'],
      [{ ...say, asset_groups: ['r\u0000d'] }, 'bad_exception'],
      [{ ...say, asset_groups: ['red'], justification: 'whim' }, 'bad_request'],
      [{ ...say, asset_groups: ['red'], moves_scores: true }, 'bad_request'],
    ] as const)
      expect((await ask<Said>('POST', '/exceptions?org=north', body)).body.error.code, JSON.stringify(body)).toBe(code)
    const one = await ask<Said>('POST', '/exceptions?org=north', {
      ...say,
      asset_groups: ['red'],
      starts_at: '2026-07-01',
      ends_at: '2026-07-02',
    })
    expect(one.body).toMatchObject({ state: 'ended', starts_at: '2026-07-01T00:00:00Z', ends_at: '2026-07-03T00:00:00Z' })
    const id = one.body.exception_id
    expect((await ask<Said>('POST', `/exceptions/${id}/end?org=north`, {})).body.error.code).toBe('bad_exception')
    expect((await ask<Said>('PATCH', `/exceptions/${id}?org=north`, {})).body.error.code).toBe('bad_exception')
    expect((await ask<Said>('PATCH', `/exceptions/${id}?org=north`, { ends_at: '2026-06-01' })).body.error.code).toBe('bad_exception')
  })

  it('page by page and filtered, the list is the whole list', async () => {
    for (let n = 0; n < 7; n++)
      await ask('POST', '/exceptions?org=south', {
        ...say,
        justification: 'risk_accepted',
        asset_groups: [n % 2 ? 'red' : 'blue'],
        reason: `Reason ${n}`,
      })
    const ids: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { body: { items: Said[]; next_cursor: string | null; total: number } } = await ask(
        'GET',
        `/exceptions?org=south&sort=place&limit=3${cursor ? `&cursor=${cursor}` : ''}`,
      )
      expect(page.body.total).toBe(7)
      ids.push(...page.body.items.map((item) => item.exception_id))
      cursor = page.body.next_cursor
    }
    expect(new Set(ids).size).toBe(7)
    expect(ids.length).toBe(7)
    const filtered = await ask<{ total: number }>(
      'GET',
      `/exceptions?org=south&search=reason%203&filter=${encodeURIComponent('{"state": "active", "moves_scores": false}')}`,
    )
    expect(filtered.body.total).toBe(1)
    expect((await ask<{ total: number }>('GET', '/exceptions?org=south&group=red')).body.total).toBe(3)
    expect((await ask<{ items: { state: string }[] }>('GET', '/exceptions?org=south&as_of=2026-07-05')).body.items[0]!.state).toBe(
      'upcoming',
    )
  })
})
