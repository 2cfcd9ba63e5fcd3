import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { controlHazard, hazardOf, INTERNAL_REACH, writeHazards } from '../../src/insights/hazard.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { type Justification, justifications } from '../../src/model/exception.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import { deriveAssetDays } from '../../src/store/derive/asset-days.ts'
import { deriveAssets } from '../../src/store/derive/assets.ts'
import { deriveFindings } from '../../src/store/derive/findings.ts'
import { deriveFresh, deriveStaleness } from '../../src/store/derive/fresh.ts'
import { takeTouched } from '../../src/store/derive/touched.ts'
import { deriveVulnerabilities } from '../../src/store/derive/vulnerabilities.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { addException, changeException, endException } from '../../src/store/exceptions/change.ts'
import { storedDeltas } from '../../src/store/queries/scores/deltas.ts'
import type { Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
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
    .constantFrom<Partial<Said>>({}, { asset_ids: [1] }, { asset_ids: [1, 2] }, { asset_group: 'red' }, { asset_group: 'blue' })
    .chain((place) =>
      fc
        .constantFrom<Partial<Said>>(
          {},
          { kind: 'vulnerability', subject: 'CVE-1' },
          { kind: 'vulnerability', subject: 'CVE-1', component: 'b' },
          { kind: 'vulnerability', subject: 'CVE-2', component: '' },
          { kind: 'control', subject: 'tool:c' },
        )
        .map((subject) => ({ ...place, ...subject })),
    ),
)
const end = fc.option(quarter, { freq: 2 })

interface Said {
  asset_ids: number[] | null
  asset_group: string | null
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
  asset_group: null,
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

  covered(key: Key, instant: number, moving = true): boolean {
    return this.exceptions().some(
      (each) =>
        (!moving || each.justification === 'third_party_control' || each.justification === 'alternate_mitigation') &&
        within(each, instant) &&
        (each.asset_ids === null || each.asset_ids.includes(key.asset_id)) &&
        (each.asset_group === null || each.asset_group === this.group(key.asset_id, instant)) &&
        (each.subject === null || (each.subject === key.subject && each.kind === key.kind)) &&
        (each.component === null || each.component === key.component),
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

const derive = (engine: Engine, org_id: number): Promise<void> =>
  engine.transaction(async (transaction) => {
    await takeTouched(transaction)
    await deriveStaleness(transaction)
    await deriveVulnerabilities(transaction)
    await deriveAssets(transaction)
    await deriveFresh(transaction)
    await deriveFindings(transaction)
    await deriveAssetDays(transaction)
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
          if (index === tiny.before) await derive(engine, org_id)
          if (!(await take(model, given, numbers))) continue
          const [last] = await engine.query<{ last: number }>('select max(import_no) as last from import')
          known.push({ import_no: last!.last, covers: keys.flatMap((key) => moments.map((moment) => model.covered(key, moment, false))) })
        }
        await derive(engine, org_id)

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
          'select asset_id, day, hazard from asset_day order by day',
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
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    expect(covered).toBeGreaterThan(0)
    expect(split).toBeGreaterThan(0)
  })
})
