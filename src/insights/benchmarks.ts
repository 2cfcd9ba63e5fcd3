import { z } from 'zod'
import { UserError } from '../errors.ts'
import { groupedBy } from '../model/grouped-by.ts'
import { DAY_US, type Instant, NEVER } from '../model/time.ts'
import { dayText, parseDay } from '../store/days.ts'
import { changeDefinitions } from '../store/definitions/change.ts'
import { readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import { listSharing, readStatedBenchmarks, secureDeltasOf } from '../store/queries/benchmarks/read.ts'
import type { Store } from '../store/store.ts'
import { audienceOf, type ComparisonFact, maxOf } from './comparisons.ts'
import { everyDay, statesOf } from './history.ts'

/** A comparison between organisations is shown only where at least this many others contribute. DESIGN 10, issue of the secure score. */
const LEAST_CONTRIBUTORS = 5

/** `source` of the comparison between the organisations of this installation, and its basis. */
export const INSTALLATION = 'installation'
const INSTALLATION_BASIS = 'Installation'

const Line = z.string().trim().min(1).max(200)
const Count = z.number().int().min(1).max(1_000_000_000)

/** A value that a person enters or a file states; body of a definition of the kind `benchmark`. */
export const BenchmarkBody = z.strictObject({
  source: Line.describe('Who says so: a report, a provider, a survey'),
  basis: Line.describe('Whom it is about: AllTenants, TotalSeats, IndustryTypes, or a name of your own'),
  category: Line.default('Total').describe('Total, or a category: Identity, Device, Apps, Data, Infrastructure'),
  day: z.iso.date().describe('From when on it holds, until the next value of the same source, basis and category'),
  value: z.number().min(0).max(100).describe('Percent of the points'),
  sample_size: Count.nullable().default(null).describe('How many organisations stand behind it; null: not said'),
  seats_from: Count.optional(),
  seats_to: Count.optional(),
  industry: Line.optional(),
  note: z.string().max(2000).optional(),
})
export type BenchmarkBody = z.infer<typeof BenchmarkBody>

/** The id of a value: one for each source, basis, category and day. */
const benchmarkId = ({ source, basis, category, day }: Pick<BenchmarkBody, 'source' | 'basis' | 'category' | 'day'>): string =>
  [source, basis, category, day].map((part) => part.replaceAll('|', '/')).join('|')

/** The values that people and files gave, ordered by id. A text that today's program cannot read is left out. */
export async function readEntered(engine: Engine, org_id: number): Promise<(BenchmarkBody & { id: string })[]> {
  const definitions = await readDefinitions(engine, org_id, 'benchmark')
  return definitions.flatMap(({ id, body }) => {
    const read = BenchmarkBody.safeParse(parseJson(body))
    return read.success ? [{ ...read.data, id }] : []
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** DESIGN 3: what has only a date holds from 12:00 UTC of it. */
const noonOf = (day: string): Instant => parseDay(day)! * DAY_US + DAY_US / 2

/** Every comparison value of an organisation that held at some instant of [since, until): stated by reports, entered, and of this installation. */
export async function readComparisons(engine: Engine, org_id: number, since: Instant, until: Instant): Promise<ComparisonFact[]> {
  const [stated, entered, installation] = await Promise.all([
    readStatedBenchmarks(engine, org_id, since, until),
    readEntered(engine, org_id),
    readInstallation(engine, org_id, since, until),
  ])
  return [
    ...stated.map(({ details, value, ...rest }) => ({ ...rest, value: value / 1000, audience: audienceOf(details), sample_size: null })),
    ...heldBy(entered).filter(({ valid_from, valid_to }) => valid_from < until && valid_to > since),
    ...installation,
  ]
}

/** Entered values as intervals: each holds until the next of its line. */
function heldBy(entered: readonly BenchmarkBody[]): ComparisonFact[] {
  const lines = new Map<string, BenchmarkBody[]>()
  for (const each of entered) {
    const line = JSON.stringify([each.source, each.basis, each.category])
    lines.set(line, [...(lines.get(line) ?? []), each])
  }
  return [...lines.values()].flatMap((line) => {
    const inTime = line.toSorted((a, b) => (a.day < b.day ? -1 : 1))
    return inTime.map(({ source, basis, category, day, value, sample_size, seats_from, seats_to, industry }, index) => ({
      source,
      basis,
      category,
      value,
      audience: {
        ...(seats_from !== undefined && { seats_from }),
        ...(seats_to !== undefined && { seats_to }),
        ...(industry !== undefined && { industry }),
      },
      sample_size,
      valid_from: noonOf(day),
      valid_to: index + 1 < inTime.length ? noonOf(inTime[index + 1]!.day) : NEVER,
    }))
  })
}

/**
 * The mean of the secure scores of the other organisations that take part, where the asking one takes part too and at least LEAST_CONTRIBUTORS others
 * have a score that day; in whole percent, so that one that joins or leaves cannot be worked out from the step. Days are the others' own, cut at
 * UTC midnight.
 */
async function readInstallation(engine: Engine, org_id: number, since: Instant, until: Instant): Promise<ComparisonFact[]> {
  const sharing = await listSharing(engine)
  const others = sharing.filter((each) => each !== org_id)
  if (!sharing.includes(org_id) || others.length < LEAST_CONTRIBUTORS) return []
  const deltas = groupedBy(await secureDeltasOf(engine, others), ({ org_id: each }) => each)
  const firsts = [...deltas.values()].map((each) => each[0]!.day)
  if (firsts.length < LEAST_CONTRIBUTORS) return []
  const from = Math.max(
    firsts.reduce((a, b) => Math.min(a, b)),
    Math.floor(Math.max(since, 0) / DAY_US) - 1,
  )
  const to = Math.floor((until - 1) / DAY_US)
  const histories = [...deltas.values()].map((each) => everyDay(statesOf(each, 1000), from, to))
  const facts: ComparisonFact[] = []
  for (let index = 0; index <= to - from; index++) {
    const values = histories.flatMap((history) => history[index]!.value ?? [])
    const mean = values.length < LEAST_CONTRIBUTORS ? null : Math.round(values.reduce((a, b) => a + b, 0) / values.length)
    const starts = (from + index) * DAY_US
    const before = facts.at(-1)
    if (before?.valid_to === NEVER && (before.value !== mean || before.sample_size !== values.length)) before.valid_to = starts
    if (mean === null || before?.valid_to === NEVER) continue
    facts.push({
      source: INSTALLATION,
      basis: INSTALLATION_BASIS,
      category: 'Total',
      value: mean,
      audience: {},
      sample_size: values.length,
      valid_from: starts,
      valid_to: NEVER,
    })
  }
  return facts
}

/** A line of comparison: the values of one source about one basis and category, over time. */
export interface ComparisonLine {
  source: string
  basis: string
  category: string
  /** Percent of the points; points: the source does not say how many are possible there. */
  unit: 'percent' | 'points'
  audience: ComparisonFact['audience']
  sample_size: number | null
  /** What holds at the end of the range; null: nothing does. */
  latest: { day: string; value: number } | null
  /** Value at the end of each day on which it changed; null: missing from then on. */
  points: { day: string; value: number | null }[]
}

/** Comparison values as lines over days of UTC, both ends included. What a source states in points becomes percent where it says how many are possible. */
export function comparisonLines(facts: readonly ComparisonFact[], from_day: number, to_day: number): ComparisonLine[] {
  const byKey = groupedBy(facts, ({ source, basis, category }) => JSON.stringify([source, basis, category]))
  const maxima = (fact: ComparisonFact): ComparisonFact[] =>
    byKey.get(JSON.stringify([fact.source, fact.basis, maxOf(fact.category)])) ?? []
  return [...byKey.values()].flatMap((line): ComparisonLine[] => {
    const { source, basis, category } = line[0]!
    if (category.endsWith(' max')) return []
    const possible = maxima(line[0]!)
    const at = (day: number): number | null => {
      const end = (day + 1) * DAY_US
      const holds = (each: ComparisonFact) => each.valid_from < end && end <= each.valid_to
      const value = line.find(holds)?.value ?? null
      if (value === null || !possible.length) return value
      const most = possible.find(holds)?.value ?? 0
      return most > 0 ? (100 * value) / most : null
    }
    const points: ComparisonLine['points'] = []
    for (let day = from_day; day <= to_day; day++) {
      const value = at(day)
      const before = points.at(-1)
      if (before ? before.value !== value : value !== null) points.push({ day: dayText(day), value })
    }
    if (!points.length) return []
    const last = points.at(-1)!
    const newest = line.reduce((a, b) => (b.valid_from > a.valid_from ? b : a))
    const statesPoints = source === 'microsoft-secure-score' && category !== 'Total' && !possible.length
    return [
      {
        source,
        basis,
        category,
        unit: statesPoints ? 'points' : 'percent',
        audience: newest.audience,
        sample_size: newest.sample_size,
        latest: last.value === null ? null : { day: last.day, value: last.value },
        points,
      },
    ]
  })
}

/** Enters values, each in place of the one of its source, basis, category and day. `import_no` null: they were all there. */
export async function enterBenchmarks(
  store: Store,
  org_id: number,
  values: readonly BenchmarkBody[],
  by: { actor: string; reason?: string | undefined },
): Promise<{ import_no: number | null }> {
  for (const { seats_from = 0, seats_to = Infinity, day } of values) {
    if (seats_from > seats_to) throw new UserError('bad_benchmark', `seats from ${seats_from} to ${seats_to}: the first is the smaller one`)
    if (noonOf(day) > store.now() + DAY_US)
      throw new UserError('bad_benchmark', `${day} lies in the future: a value is known of days that were`)
  }
  return changeDefinitions(
    store,
    org_id,
    values.map((value) => ({ kind: 'benchmark' as const, id: benchmarkId(value), body: JSON.stringify(value) })),
    by,
  )
}

/** Ends a value. Throws UserError('unknown_benchmark'). */
export async function removeBenchmark(
  store: Store,
  org_id: number,
  id: string,
  by: { actor: string; reason?: string | undefined },
): Promise<void> {
  if (!(await readEntered(store.engine, org_id)).some((each) => each.id === id))
    throw new UserError('unknown_benchmark', `there is no entered comparison value "${id.slice(0, 200)}"`, { status: 404 })
  await changeDefinitions(store, org_id, [{ kind: 'benchmark', id, body: null }], by)
}

/** Whether the organisation takes part in the comparison of this installation. */
export async function setSharing(
  store: Store,
  org_id: number,
  shares: boolean,
  by: { actor: string; reason?: string | undefined },
): Promise<void> {
  await changeDefinitions(store, org_id, [{ kind: 'benchmark_sharing', id: 'secure_score', body: shares ? '{}' : null }], by)
}

/** How this installation's comparison stands for an organisation. Never says who takes part. */
export async function readSharing(engine: Engine, org_id: number): Promise<{ shares: boolean; least: number; enough: boolean }> {
  const sharing = await listSharing(engine)
  return {
    shares: sharing.includes(org_id),
    least: LEAST_CONTRIBUTORS,
    enough: sharing.filter((each) => each !== org_id).length >= LEAST_CONTRIBUTORS,
  }
}
