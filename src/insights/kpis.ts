import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { KpiState } from '../model/kpi.ts'
import type { Instant } from '../model/time.ts'
import { dayOf, dayText, parseDay } from '../store/days.ts'
import { type Author, changeDefinitions } from '../store/definitions/change.ts'
import { readDefinition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import { storedEvents } from '../store/queries/events/read.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import type { HistoryPoint } from './history.ts'
import { worsening } from './posture/score-steps.ts'
import { directions, readHistory, type ScoreName } from './scores.ts'

/** The body of a definition of kind 'kpi': who answers for which score, where it shall be, and by when. */
const KpiShape = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** Who answers for it; null: nobody yet. */
  owner: z.string().trim().min(1).max(200).nullable().default(null),
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
  /** Of the initiative or metric; '' for the others. */
  id: z.string().max(200).default(''),
  /** 0–100 in the score's own direction; of a metric the per cent of assets that may be exposed. */
  target: z.number().min(0).max(100),
  /** Last day on which the target may be reached, YYYY-MM-DD. */
  due: z.iso.date(),
  /** Days over which the pace is measured. */
  review_days: z.number().int().min(1).max(366).default(30),
  note: z.string().trim().min(1).max(2000).nullable().default(null),
  /** The day on which it was set, YYYY-MM-DD. */
  set_on: z.iso.date(),
})
export const GivenKpi = KpiShape.omit({ set_on: true })

export interface Kpi extends z.infer<typeof KpiShape> {
  kpi_id: string
}

/** A KPI as it stands at the end of a day. Paces are points towards the target in one review period; below 0: away from it. */
export interface KpiStanding extends Kpi {
  title: string
  direction: 'lower_is_better' | 'higher_is_better'
  state: KpiState
  /** One sentence that says why it stands so. */
  why: string
  value: number | null
  /** On the day on which it was set; null: nothing to score then. */
  start_value: number | null
  /** Points that are missing to the target; 0: none; null: no value. */
  gap: number | null
  days_left: number
  /** Pace that would reach the target on the last day; null: reached, over, or no value. */
  needed_pace: number | null
  /** Pace over the last review period; null: no value at its beginning. */
  actual_pace: number | null
  /** First day since it was set at whose end the target was met; null: none. */
  reached_on: string | null
  /** Posture events since it was set, in which its score got worse. */
  drops: { event_id: string; day: string; headline: string }[]
  /** Its score over the last review period, day by day. */
  trend: (number | null)[]
}

/** Less than this much is noise of binary fractions. */
const NOISE = 1e-9

/** Adds a KPI, or replaces the one with this id. Throws UserError('bad_kpi'), UserError('unknown_kpi'). */
export async function setKpi(
  store: Store,
  catalog: Catalog,
  org_id: number,
  given: z.infer<typeof GivenKpi>,
  by: Author,
  kpi_id?: string,
): Promise<string> {
  const before = kpi_id === undefined ? null : await findKpi(store.engine, org_id, kpi_id)
  const { score, id } = given
  if (score === 'initiative' && !catalog.initiatives.has(id)) throw new UserError('bad_kpi', `there is no initiative "${id}"`)
  if (score === 'metric' && !catalog.metrics.has(id)) throw new UserError('bad_kpi', `there is no metric "${id}"`)
  if ((score === 'exposure' || score === 'secure') && id !== '') throw new UserError('bad_kpi', `the ${score} score has no id`)
  const today = await dayOf(store.engine, org_id, store.now())
  const set_on = before?.set_on ?? dayText(today)
  if (given.due < set_on) throw new UserError('bad_kpi', `the due day ${given.due} lies before the day on which the KPI was set, ${set_on}`)
  const key = kpi_id ?? randomUUID().slice(0, 8)
  await changeDefinitions(store, org_id, [{ kind: 'kpi', id: key, body: JSON.stringify({ ...given, set_on }) }], by)
  return key
}

/** Ends a KPI. Throws UserError('unknown_kpi'). */
export async function endKpi(store: Store, org_id: number, kpi_id: string, by: Author): Promise<void> {
  await findKpi(store.engine, org_id, kpi_id)
  await changeDefinitions(store, org_id, [{ kind: 'kpi', id: kpi_id, body: null }], by)
}

/** One KPI. Throws UserError('unknown_kpi'). */
export async function findKpi(engine: Engine, org_id: number, kpi_id: string): Promise<Kpi> {
  const found = await readDefinition(engine, org_id, 'kpi', kpi_id)
  if (!found) throw new UserError('unknown_kpi', `there is no KPI "${kpi_id.slice(0, 60)}"`, { status: 404 })
  return { ...KpiShape.parse(JSON.parse(found.body)), kpi_id }
}

/** All KPIs that hold at an instant, as they stand at the end of a day: those that need care first, then by due day. */
export async function listKpis(engine: Engine, scope: Scope, catalog: Catalog, day: number, at: number): Promise<KpiStanding[]> {
  const kpis = (await readDefinitions(engine, scope.org_id, 'kpi', at)).map(({ id, body }) => ({
    ...KpiShape.parse(JSON.parse(body)),
    kpi_id: id,
  }))
  const standings: KpiStanding[] = []
  for (const kpi of kpis) standings.push(await standingOf(engine, scope, catalog, kpi, day))
  const order: readonly KpiState[] = ['missed', 'at_risk', 'no_data', 'on_track', 'reached']
  return standings.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.due < b.due ? -1 : a.due > b.due ? 1 : a.kpi_id < b.kpi_id ? -1 : 1),
  )
}

async function standingOf(engine: Engine, scope: Scope, catalog: Catalog, kpi: Kpi, day: number): Promise<KpiStanding> {
  const set = parseDay(kpi.set_on)!
  const from = Math.min(set, day - kpi.review_days)
  const known = (kpi.score !== 'initiative' || catalog.initiatives.has(kpi.id)) && (kpi.score !== 'metric' || catalog.metrics.has(kpi.id))
  const history = known ? await readHistory(engine, scope, catalog, kpi.score, kpi.id, from, day) : []
  const drops = (await storedEvents(engine, scope.org_id, set, day))
    .filter((event) => event.feed === 'posture' && event.direction === 'worse' && event.score === kpi.score && event.score_id === kpi.id)
    .map((event) => ({ event_id: event.event_id, day: dayText(event.day), headline: event.headline }))
  const title =
    kpi.score === 'initiative'
      ? (catalog.initiatives.get(kpi.id)?.title ?? kpi.id)
      : kpi.score === 'metric'
        ? (catalog.metrics.get(kpi.id)?.title ?? kpi.id)
        : kpi.score === 'exposure'
          ? 'Exposure score'
          : 'Secure score'
  return { ...kpi, title, direction: directions[kpi.score], ...measure(kpi, history, day), drops }
}

/** How a history, one point for each day up to `day`, meets a KPI. */
export function measure(
  kpi: Pick<Kpi, 'score' | 'target' | 'due' | 'review_days' | 'set_on'>,
  history: readonly HistoryPoint[],
  day: number,
): Pick<
  KpiStanding,
  'state' | 'why' | 'value' | 'start_value' | 'gap' | 'days_left' | 'needed_pace' | 'actual_pace' | 'reached_on' | 'trend'
> {
  const { score, target, review_days } = kpi
  const [set, due] = [parseDay(kpi.set_on)!, parseDay(kpi.due)!]
  const valueOn = (asked: number): number | null => history.find((point) => point.day === asked)?.value ?? null
  const isMet = (value: number | null) => value !== null && worsening(score, target, value)! <= NOISE
  const value = valueOn(day)
  const gap = value === null ? null : Math.max(0, worsening(score, target, value)!)
  const reached = history.find((point) => point.day >= set && isMet(point.value))
  const before = valueOn(day - review_days)
  const actual_pace = toward(score, before, value)
  const days_left = due - day
  const open = value !== null && !isMet(value) && days_left > 0
  const needed_pace = open ? (gap! / days_left) * review_days : null
  const told = {
    value,
    start_value: valueOn(set),
    gap,
    days_left,
    needed_pace,
    actual_pace,
    reached_on: reached ? dayText(reached.day) : null,
    trend: history.filter((point) => point.day >= day - review_days).map((point) => point.value),
  }
  return { ...told, ...judge(kpi.due, told, day > due ? valueOn(due) : value, isMet, review_days) }
}

/** A day on which a KPI came to be at risk, or was missed. */
export interface KpiStep {
  /** Place in the history. */
  index: number
  state: 'at_risk' | 'missed'
  why: string
  before: number | null
  after: number | null
  /** Place of the first later day on which it stood well again; null: none. */
  recovered: number | null
}

/**
 * The days from `since` on at which a KPI, as it is set now, ceased to be on its way or met, and the day after its last one if it missed it. A KPI whose pace was
 * never enough tells nothing but that it was missed.
 */
export function kpiSteps(
  kpi: Pick<Kpi, 'score' | 'target' | 'due' | 'review_days' | 'set_on'>,
  history: readonly HistoryPoint[],
  since: number,
): KpiStep[] {
  const first = Math.max(since, parseDay(kpi.set_on)!)
  const stood = history.map(({ day }, index) => (day < first ? null : measure(kpi, history.slice(0, index + 1), day)))
  const isWell = (state: KpiState | undefined) => state === 'reached' || state === 'on_track'
  return stood.flatMap((now, index): KpiStep[] => {
    const before = stood[index - 1]
    const worse =
      now && before && ((now.state === 'at_risk' && isWell(before.state)) || (now.state === 'missed' && before.state !== 'missed'))
    if (!worse) return []
    const recovered = stood.findIndex((later, place) => place > index && later !== null && isWell(later.state))
    const state = now.state === 'missed' ? 'missed' : 'at_risk'
    return [{ index, state, why: now.why, before: before.value, after: now.value, recovered: recovered === -1 ? null : recovered }]
  })
}

/** The KPIs that hold now, each with the instant since which it is as it is. */
export const kpisNow = async (engine: Engine, org_id: number): Promise<(Kpi & { since: Instant })[]> =>
  (await readDefinitions(engine, org_id, 'kpi')).map(({ id, body, since }) => ({ ...KpiShape.parse(JSON.parse(body)), kpi_id: id, since }))

/** Points towards what is better. */
const toward = (score: ScoreName, before: number | null, after: number | null): number | null => {
  const worse = worsening(score, before, after)
  return worse === null ? null : worse === 0 ? 0 : -worse
}

const inPoints = (points: number): string => (Math.abs(points) < 0.05 ? points.toPrecision(1) : points.toFixed(1)).replace(/^-/, '')

/** The state and its reason. `decisive`: the value that decides, that of the due day once it has passed. */
function judge(
  due: string,
  { value, gap, days_left, needed_pace, actual_pace }: Pick<KpiStanding, 'value' | 'gap' | 'days_left' | 'needed_pace' | 'actual_pace'>,
  decisive: number | null,
  isMet: (value: number | null) => boolean,
  review_days: number,
): { state: KpiState; why: string } {
  if (days_left < 0) {
    if (isMet(decisive)) return { state: 'reached', why: `its target was met on ${due}${isMet(value) ? '' : ', and is not any more'}` }
    const late = isMet(value) ? '; it is met now' : gap === null ? '' : `; ${inPoints(gap)} points are missing now`
    return { state: 'missed', why: `its target was not met on ${due}${late}` }
  }
  if (value === null) return { state: 'no_data', why: 'nothing feeds its score at this moment' }
  if (isMet(value)) return { state: 'reached', why: 'its target is met' }
  const missing = `${inPoints(gap!)} points are missing`
  if (needed_pace === null) return { state: 'at_risk', why: `${missing} on its last day` }
  const period = review_days === 1 ? 'day' : `${review_days} days`
  const needed = `${inPoints(needed_pace)} points in every ${period} are needed`
  if (actual_pace === null) return { state: 'at_risk', why: `${missing}; ${needed}, and its pace is not known yet` }
  const made =
    actual_pace < 0
      ? `the last ${period} took ${inPoints(actual_pace)} away`
      : actual_pace === 0
        ? `the last ${period} brought none`
        : `the last ${period} brought ${inPoints(actual_pace)}`
  return { state: actual_pace >= needed_pace - NOISE ? 'on_track' : 'at_risk', why: `${missing}; ${needed}, ${made}` }
}
