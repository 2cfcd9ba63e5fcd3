import { UserError } from '../errors.ts'
import { packageVersion } from '../root.ts'
import type { Instant } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { dayOf, dayText } from '../store/days.ts'
import { noteFirstSeen } from '../store/notices/seen.ts'
import { noteEventsUntil } from '../store/notices/until.ts'
import { eventAssetRows, impacts, type StoredEvent, storedEvent, storedEvents } from '../store/queries/events/read.ts'
import { firstChangedDay } from '../store/queries/events/basis.ts'
import { allEventEffects } from '../store/queries/events/effects.ts'
import { type RiskChange, riskChanges, SEPARATOR } from '../store/queries/events/risk-changes.ts'
import { type EventRow, findingsSince, writeEvents } from '../store/queries/events/write.ts'
import type { Scope } from '../store/scope.ts'
import type { Catalog } from './catalog.ts'
import { type AffectedAsset, metricAssets } from './metrics.ts'
import { dayCauses } from './day-causes.ts'
import { type DayLedger, effectsOf, type EventEffect } from './event-effects.ts'
import { readTracking, type Tracking, untracked } from './event-tracking.ts'
import { changedBy } from './posture/changed-by.ts'
import { postureEvents } from './posture/posture-events.ts'

/**
 * The first day of which anything that scores and events are made of is not as it was when this was last asked; 0: nothing is known of what was. What was worked out of
 * the days before it holds. Ask it once, when all is derived, and bring scores and events up to date by it.
 */
export async function changedSince(transaction: Engine, org_id: number, catalog: Catalog, now: Instant): Promise<number> {
  const today = await dayOf(transaction, org_id, now)
  return firstChangedDay(transaction, org_id, today, JSON.stringify([packageVersion(), ...catalog.events.values()]))
}

/**
 * Makes all events of an organisation right, from its first day to the day of `now`: the risk feed from the intervals, each compared with the one before, from
 * day `since` on; posture events from the histories of the scores. Call it after all scores.
 */
export async function computeEvents(transaction: Engine, org_id: number, catalog: Catalog, now: Instant, since: number): Promise<void> {
  const today = await dayOf(transaction, org_id, now)
  if (since <= today) await computeRiskEvents(transaction, org_id, catalog, today, since)
  await computePostureEvents(transaction, org_id, catalog, now)
}

/** As {@link computeEvents}, posture events alone. */
export async function computePostureEvents(transaction: Engine, org_id: number, catalog: Catalog, now: Instant): Promise<void> {
  const today = await dayOf(transaction, org_id, now)
  await writeEvents(transaction, org_id, 'posture', 0, await postureEvents(transaction, org_id, catalog, today, now))
}

/** The events of so many findings are worked out at once at most: what bounds the memory that they take. */
const FINDINGS_AT_ONCE = 500_000

/** Works out the risk feed from a day on; a piece of the time after the other where there are very many findings. */
export async function computeRiskEvents(
  transaction: Engine,
  org_id: number,
  catalog: Catalog,
  today: number,
  since = 0,
  at_once = FINDINGS_AT_ONCE,
): Promise<void> {
  const { findings, first_day } = await findingsSince(transaction, org_id, since)
  const days = Math.max(1, Math.ceil(((today - first_day + 1) * at_once) / Math.max(findings, 1)))
  for (let from = since; from <= today;) {
    const until = Math.min(today, Math.max(from, first_day) + days - 1)
    const start = from
    await transaction.inBulk(async () => {
      const changes = await riskChanges(transaction, org_id, start, until)
      const events = changes.map((change) => riskEvent(org_id, catalog, change))
      await addEffects(transaction, org_id, events, changes, until, start)
      await writeEvents(transaction, org_id, 'risk', start, events)
    })
    from = until + 1
  }
}

/**
 * Keeps since when each event is known, and up to which day they were worked out. Of what is known now, never of what was known before. `since`: the first day
 * whose risk events were worked out anew.
 */
export async function noteEvents(transaction: Engine, org_id: number, now: Instant, since: number): Promise<void> {
  await noteFirstSeen(transaction, org_id, now, since)
  await noteEventsUntil(transaction, org_id, await dayOf(transaction, org_id, now))
}

/** Adds to events what each moved the exposure score by; one that can move nothing moved 0. */
async function addEffects(
  transaction: Engine,
  org_id: number,
  events: readonly EventRow[],
  changes: readonly RiskChange[],
  today: number,
  since: number,
): Promise<void> {
  const { effects } = await effectsOf(
    transaction,
    { org_id, groups: null },
    events.map(({ event_id, type, day }, place) => ({ event_id, type, day, subjects: subjectsOf(changes[place]!) })),
    since,
    today,
    allEventEffects,
  )
  for (const event of events) Object.assign(event, told(effects.get(event.event_id)))
}

const subjectsOf = ({ subjects }: RiskChange): string[] => subjects.split(SEPARATOR)

const told = (effects: readonly EventEffect[] = []): Pick<EventRow, 'score_effect' | 'effects'> => ({
  score_effect: 10 * effects.reduce((sum, { units }) => sum + units, 0),
  effects: JSON.stringify(effects.map(({ cause, units }) => [cause, units])),
})

function riskEvent(org_id: number, catalog: Catalog, change: RiskChange): EventRow {
  const { type, subject_kind, day, happened_at, component_key, component, assets, active_assets, severity, source } = change
  const subjects = subjectsOf(change)
  const definition = catalog.events.get(type)
  // A vulnerability without a component stands for itself: "CVE-1 has a new vulnerability, CVE-1" would say nothing.
  const named = component !== subjects[0]
  const template = (subjects.length > 1 ? definition?.headline_of_several : undefined) ?? definition?.headline ?? '{component}: {subject}'
  const values: Record<string, string> = {
    subject: subject_kind === 'control' && type !== 'new_configuration_assessment' ? 'the failed check' : subjects[0]!,
    component: named ? component : 'an unnamed component',
    count: String(subjects.length),
    assets: assets === 1 ? '1 asset' : `${assets} assets`,
  }
  const headline = template.replace(/\{(subject|component|count|assets)\}/g, (_, name: string) => values[name]!)
  return {
    org_id,
    event_id: `${dayText(day)}:${type}:${subject_kind === 'control' ? 'check:' : ''}${component_key}`,
    feed: 'risk',
    type,
    happened_at,
    day,
    component: named ? component : null,
    score: null,
    score_id: null,
    score_before: null,
    score_after: null,
    direction: definition?.direction ?? 'neutral',
    subject_kind,
    subjects: JSON.stringify(subjects),
    assets,
    active_assets,
    severity,
    source,
    headline:
      headline.charAt(0).toUpperCase() +
      headline.slice(1).replace(/\b1 asset (have|fail)\b/, (_, verb: string) => `1 asset ${verb === 'have' ? 'has' : 'fails'}`),
    score_effect: null,
    effects: '[]',
    recovered_day: null,
  }
}

/** Which events: null and left out narrow nothing. */
export interface EventQuery {
  feed?: 'risk' | 'posture' | undefined
  types?: readonly string[] | undefined
  /** Types that are listed only when `types` names them; they are counted all the same. */
  optional?: readonly string[] | undefined
  from_day: number
  to_day: number
  /** Least share of the active assets that it impacted, 0–1. */
  min_share?: number | undefined
}

/** An event as it is read: with what it impacts at the end of `now_day`. */
export interface EventAnswer extends Omit<StoredEvent, 'subjects' | 'effects'>, Tracking {
  subjects: string[]
  /** What it moved the exposure score by, cause by cause; they sum to score_effect. */
  effects: EventEffect[]
  /** Of the assets that were active on its day, 0–1. */
  share: number
  assets_now: number
  share_now: number
}

/** Events, newest first, and how many there are of each type. */
export interface EventAnswers {
  items: EventAnswer[]
  total: number
  counts: { type: string; events: number }[]
}

const shareOf = (assets: number, active: number): number => (active === 0 ? 0 : Math.min(1, assets / active))

/**
 * A page of events. For some groups only, risk events count the assets and the effect on the score of these groups, and those without any asset
 * are left out; posture events are left out: they are about the whole. `counts` counts before `types` narrows, so that they can be used as filters.
 */
export async function listEvents(
  engine: Engine,
  scope: Scope,
  query: EventQuery,
  now_day: number,
  page: { limit: number; offset: number },
): Promise<EventAnswers> {
  let events = await scopedEvents(engine, scope, query.from_day, query.to_day, now_day)
  if (query.feed) events = events.filter((event) => event.feed === query.feed)
  events = events.filter((event) => shareOf(event.assets, event.active_assets) >= (query.min_share ?? 0))
  const byType = new Map<string, number>()
  for (const event of events) byType.set(event.type, (byType.get(event.type) ?? 0) + 1)
  events = query.types
    ? events.filter((event) => query.types!.includes(event.type))
    : events.filter((event) => !query.optional?.includes(event.type))
  const items = await withImpactNow(engine, scope, events.slice(page.offset, page.offset + page.limit), now_day)
  return {
    items,
    total: events.length,
    counts: [...byType]
      .map(([type, count]) => ({ type, events: count }))
      .toSorted((a, b) => b.events - a.events || (a.type < b.type ? -1 : 1)),
  }
}

/** The events of some days as a scope sees them: for groups, with the assets and the effects that are theirs. */
async function scopedEvents(engine: Engine, scope: Scope, from_day: number, to_day: number, now_day: number): Promise<StoredEvent[]> {
  return scope.groups === null
    ? storedEvents(engine, scope.org_id, from_day, to_day)
    : (await groupEvents(engine, scope, from_day, to_day, now_day)).events
}

async function groupEvents(engine: Engine, scope: Scope, from_day: number, to_day: number, now_day: number) {
  const risk = (await storedEvents(engine, scope.org_id, from_day, to_day)).filter((event) => event.feed === 'risk')
  const seen = await impacts(engine, scope, risk, now_day)
  const own = risk.flatMap((event) => {
    const impact = seen.get(event.event_id)
    return impact && impact.assets > 0 ? [{ ...event, assets: impact.assets, active_assets: impact.active_assets }] : []
  })
  const { effects, days } = await effectsOf(engine, scope, own.map(parsed), from_day, to_day)
  return { events: own.map((event) => ({ ...event, ...told(effects.get(event.event_id)) })), days }
}

const parsed = <T extends { subjects: string }>(event: T) => ({ ...event, subjects: JSON.parse(event.subjects) as string[] })

/**
 * Why the exposure score of a scope moved on each day that it did, with how much of each cause no event of the day tells: of every day and
 * cause, the effects of its events and the rest sum to the cause.
 */
export async function eventDays(engine: Engine, scope: Scope, from_day: number, to_day: number): Promise<DayLedger[]> {
  if (scope.groups !== null) return (await groupEvents(engine, scope, from_day, to_day, to_day)).days
  const toldBy = new Map<string, number>()
  for (const { day, effects } of await storedEvents(engine, scope.org_id, from_day, to_day))
    for (const [cause, units] of JSON.parse(effects) as [number, number][])
      toldBy.set(`${day} ${cause}`, (toldBy.get(`${day} ${cause}`) ?? 0) + units)
  return (await dayCauses(engine, scope, from_day, to_day)).map(({ causes, ...day }) => ({
    ...day,
    causes: causes.map(({ cause, units }) => ({ cause, units, rest: units - (toldBy.get(`${day.day} ${cause}`) ?? 0) })),
  }))
}

async function withImpactNow(engine: Engine, scope: Scope, events: readonly StoredEvent[], now_day: number): Promise<EventAnswer[]> {
  const seen = await impacts(
    engine,
    scope,
    events.filter((event) => event.feed === 'risk'),
    now_day,
  )
  const tracked = await readTracking(engine, scope.org_id)
  return events.map((event) => {
    const impact = seen.get(event.event_id)
    return {
      ...event,
      ...(tracked.get(event.event_id) ?? untracked),
      // What comes later than the moment is not known then.
      recovered_day: event.recovered_day !== null && event.recovered_day <= now_day ? event.recovered_day : null,
      subjects: JSON.parse(event.subjects) as string[],
      effects: (JSON.parse(event.effects) as [number, number][]).map(([cause, units]) => ({ cause, units })),
      share: shareOf(event.assets, event.active_assets),
      assets_now: impact?.assets_now ?? 0,
      share_now: shareOf(impact?.assets_now ?? 0, impact?.active_now ?? 0),
    }
  })
}

/** One event. Throws UserError('unknown_event'). */
export async function readEvent(engine: Engine, scope: Scope, event_id: string, now_day: number): Promise<EventAnswer> {
  const stored = await storedEvent(engine, scope.org_id, event_id)
  const found = stored
    ? (await scopedEvents(engine, scope, stored.day, stored.day, now_day)).find((event) => event.event_id === event_id)
    : undefined
  const [event] = found ? await withImpactNow(engine, scope, [found], now_day) : []
  if (!event) throw new UserError('unknown_event', `there is no event "${event_id.slice(0, 100)}"`, { status: 404 })
  return event
}

/**
 * The assets that an event impacted at the end of its day: those that had one of its vulnerabilities open, or on which one was mitigated
 * that day; for a metric those that it found exposed. Other posture events name none. `change`: only those that made the score of a posture event worse
 * or better on that day.
 */
export async function eventAssets(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  event: EventAnswer,
  page: { limit: number; offset: number },
  change?: 'worse' | 'better',
): Promise<Pick<AffectedAsset, 'asset_id' | 'reason' | 'since_day'>[]> {
  if (change !== undefined)
    return event.feed === 'risk' ? [] : (await changedBy(engine, scope, catalog, event)).filter((each) => each.change === change)
  if (event.feed === 'risk') {
    const rows = await eventAssetRows(engine, scope, event, page)
    const verb = event.type === 'vulnerability_mitigated' || event.type === 'software_removed' ? 'no longer has' : 'has'
    return rows.map(({ subject, subjects, ...asset }) => ({
      ...asset,
      reason: `${verb} ${subject}${subjects > 1 ? ` and ${subjects - 1} more` : ''}`,
    }))
  }
  const metric = event.score === 'metric' ? catalog.metrics.get(event.score_id ?? '') : undefined
  return metric ? metricAssets(engine, scope, metric, event.day, page) : []
}
