import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type EventAnswer, type EventAnswers, eventAssets, eventDays, listEvents as readEvents, readEvent } from '../../insights/events.ts'
import { POINT } from '../../insights/readable.ts'
import { causeOf } from '../../model/cause.ts'
import { directions, type ScoreName } from '../../insights/scores.ts'
import { eventStates } from '../../model/event.ts'
import { severities } from '../../model/severity.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText, endOfDay } from '../../store/days.ts'
import { listReasonedAssets } from '../../store/queries/assets/affected.ts'
import { eventEvidence, exploitableOf } from '../../store/queries/events/evidence.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import type { AskedMoment } from '../../store/queries/moment.ts'
import type { PageQuestion } from '../../store/queries/page.ts'
import { findVulnerabilities } from '../../store/queries/vulnerabilities/list.ts'
import { severityWord } from '../../store/queries/words.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { EventCounters, EventDay, EventDetail } from '../shapes/risk-feed.ts'
import type { Event, Overview } from '../shapes.ts'
import { answerPosture } from './posture.ts'
import { recommend } from './recommendations.ts'
import { groupedBy } from '../../model/grouped-by.ts'

/** Which events. */
interface EventQuestion {
  feed?: 'risk' | 'posture' | undefined
  types?: readonly string[] | undefined
  optional?: boolean | undefined
  min_share?: number | undefined
  from: number
  to: number
}

/** More events than any range holds that somebody reads. */
const ALL = 100_000

/** Events of some days, newest first, with how many there are of each type. */
export const eventsOf = (
  { store, catalog, scope, moment }: Asked,
  { from, to, feed, types, min_share, optional: all = false }: EventQuestion,
): Promise<EventAnswers> =>
  remember(store, ['events', scope, moment.day, from, to, feed, types, min_share, all], () => {
    const optional = all ? [] : [...catalog.events.values()].filter((each) => each.optional).map(({ id }) => id)
    return readEvents(store.engine, scope, { from_day: from, to_day: to, feed, types, optional, min_share }, moment.day, {
      limit: ALL,
      offset: 0,
    })
  })

/** Points of 0–100, in units of 1e-7, by which the score of a posture event got worse; below 0: better. */
function pointsWorse({ score, score_before, score_after }: EventAnswer): number | null {
  if (score === null || score_before === null || score_after === null) return null
  return directions[score as ScoreName] === 'lower_is_better' ? score_after - score_before : score_before - score_after
}

/** Only what got worse can recover. */
const recoveryOf = ({ feed, direction, recovered_day }: EventAnswer): string | null =>
  feed !== 'posture' || direction !== 'worse' ? null : recovered_day === null ? 'not_recovered' : 'recovered'

/** Fields by which events can be filtered and sorted. */
export const eventFields: GivenFields<EventAnswer> = new Map<string, GivenField<EventAnswer>>([
  ['event_id', { read: (row) => row.event_id, column: { type: 'text', title: 'id' } }],
  ['day', { read: (row) => row.day, column: { type: 'number', title: 'day' } }],
  ['happened_at', { read: (row) => row.happened_at, column: { type: 'number', title: 'happened at' } }],
  ['feed', { read: (row) => row.feed, column: { type: 'text', title: 'feed', values: ['risk', 'posture'] } }],
  ['type', { read: (row) => row.type, column: { type: 'text', title: 'type' } }],
  ['headline', { read: (row) => row.headline, column: { type: 'text', title: 'headline' } }],
  ['component', { read: (row) => row.component, column: { type: 'text', title: 'component' } }],
  ['direction', { read: (row) => row.direction, column: { type: 'text', title: 'direction', values: ['worse', 'better', 'neutral'] } }],
  ['severity', { read: (row) => row.severity, column: { type: 'ordered', title: 'severity', values: severities } }],
  ['source', { read: (row) => row.source, column: { type: 'text', title: 'source' } }],
  ['assets', { read: (row) => row.assets, column: { type: 'number', title: 'assets' } }],
  ['share', { read: (row) => Math.round(row.share * 1e9), column: { type: 'number', title: 'share of the assets', scale: 1e9 } }],
  ['assets_now', { read: (row) => row.assets_now, column: { type: 'number', title: 'assets now' } }],
  [
    'share_now',
    { read: (row) => Math.round(row.share_now * 1e9), column: { type: 'number', title: 'share of the assets now', scale: 1e9 } },
  ],
  ['effect', { read: (row) => row.score_effect, column: { type: 'number', title: 'effect on the exposure score', scale: 10_000_000 } }],
  [
    'impact',
    {
      read: (row) => (row.score_effect === null ? null : Math.abs(row.score_effect)),
      column: { type: 'number', title: 'size of the effect on the exposure score', scale: 10_000_000 },
    },
  ],
  ['score', { read: (row) => row.score, column: { type: 'text', title: 'score', values: ['exposure', 'secure', 'initiative', 'metric'] } }],
  ['score_id', { read: (row) => row.score_id, column: { type: 'text', title: 'initiative or metric' } }],
  ['points', { read: pointsWorse, column: { type: 'number', title: 'points worse', scale: 10_000_000 } }],
  ['state', { read: (row) => row.state, column: { type: 'text', title: 'state', values: eventStates } }],
  ['owner', { read: (row) => row.owner, column: { type: 'text', title: 'owner' } }],
  ['recovered', { read: (row) => recoveryOf(row), column: { type: 'text', title: 'recovered', values: ['recovered', 'not_recovered'] } }],
  ['subjects', { read: (row) => row.subjects.join(' '), column: { type: 'text', title: 'vulnerabilities' } }],
])

/** An event as it goes over the wire: scores 0–100. */
export const eventItem = ({
  day,
  happened_at,
  severity,
  score_before,
  score_after,
  score_effect,
  effects,
  recovered_day,
  ...event
}: EventAnswer): z.infer<typeof Event> => ({
  ...event,
  feed: event.feed as 'risk' | 'posture',
  direction: event.direction as 'worse' | 'better' | 'neutral',
  day: dayText(day),
  happened_at: formatInstant(happened_at),
  severity: severityWord(severity),
  effect: score_effect === null ? null : score_effect / 10_000_000,
  effects: effects.map(({ cause, units }) => ({ cause: causeOf(cause).id, part: units / POINT })),
  score_before: score_before === null ? null : score_before / 10_000_000,
  score_after: score_after === null ? null : score_after / 10_000_000,
  recovered_on: recovered_day === null ? null : dayText(recovered_day),
})

/** Events that a dot names. */
const TOP = 3

/** Days of a range with events that made the score worse, with those of the day that moved it most. */
export async function dotsOf(asked: Asked, range: { from: number; to: number }): Promise<z.infer<typeof Overview>['event_dots']> {
  const days = groupedBy((await eventsOf(asked, { feed: 'risk', ...range })).items, (event) => event.day)
  return [...days]
    .filter(([, events]) => events.some(({ direction }) => direction === 'worse'))
    .toSorted(([a], [b]) => a - b)
    .map(([day, events]) => {
      const top = events.toSorted(byImpact).slice(0, TOP)
      return {
        day: dayText(day),
        events: events.length,
        headline: top[0]!.headline,
        top: top.map(({ headline, score_effect }) => ({ headline, effect: score_effect === null ? null : score_effect / 10_000_000 })),
      }
    })
}

/** What moved the score most first, then what concerned most assets. */
export const byImpact = (a: EventAnswer, b: EventAnswer): number =>
  Math.abs(b.score_effect ?? 0) - Math.abs(a.score_effect ?? 0) || b.assets - a.assets || (a.event_id < b.event_id ? -1 : 1)

/** The days of a range on which the exposure score moved, newest first, each with its causes and how much of each its events tell. */
export async function answerEventDays(asked: Asked, { from, to }: { from: number; to: number }): Promise<z.infer<typeof EventDay>[]> {
  const { store, scope } = asked
  const [days, { items }] = await Promise.all([
    remember(store, ['event days', scope, from, to], () => eventDays(store.engine, scope, from, to)),
    eventsOf(asked, { feed: 'risk', from, to }),
  ])
  const events = new Map<number, number>()
  for (const { day } of items) events.set(day, (events.get(day) ?? 0) + 1)
  return days.toReversed().map(({ day, from_units, to_units, change, causes }) => ({
    day: dayText(day),
    from: from_units === null ? null : from_units / POINT,
    to: to_units === null ? null : to_units / POINT,
    change: change / POINT,
    causes: causes.map(({ cause, units, rest }) => {
      const { id, title } = causeOf(cause)
      return { cause: id, title, part: units / POINT, told: (units - rest) / POINT, rest: rest / POINT }
    }),
    events: events.get(day) ?? 0,
  }))
}

/** How many vulnerabilities were new in a range, and how many of those that its events are about have a known exploit at its end. */
export async function answerEventCounters(asked: Asked, range: { from: number; to: number }): Promise<z.infer<typeof EventCounters>> {
  const { items } = await eventsOf(asked, { feed: 'risk', ...range })
  const ids = (of: readonly EventAnswer[]) => [
    ...new Set(of.flatMap(({ subject_kind, subjects }) => (subject_kind === 'vulnerability' ? subjects : []))),
  ]
  return {
    new_vulnerabilities: ids(items.filter(({ type }) => type === 'new_vulnerability')).length,
    exploitable: (await exploitableOf(asked.store.engine, asked.scope.org_id, range.to, ids(items))).length,
  }
}

/** One event that had happened by the moment asked for. Throws UserError('unknown_event'). */
export async function findEvent({ store, scope, moment }: Asked, id: string): Promise<EventAnswer> {
  const event = await readEvent(store.engine, scope, id, moment.day)
  if (event.day <= moment.day) return event
  throw new UserError('unknown_event', `there was no event "${id.slice(0, 100)}" at that moment`, { status: 404 })
}

/** The end of an event's day, or the moment asked for when that is before. */
async function momentOf({ store, scope, moment }: Asked, day: number): Promise<AskedMoment> {
  return day >= moment.day ? moment : { at: (await endOfDay(store.engine, scope.org_id, day)) - 1, day }
}

/** A page of the assets that an event impacted, as they were on its day; `change`: of those that made a score worse or better. */
export async function affectedBy(asked: Asked, event: EventAnswer, page: PageQuestion, change?: 'worse' | 'better') {
  const {
    store: { engine },
    catalog,
  } = asked
  const moment = await momentOf(asked, event.day)
  return listReasonedAssets(
    engine,
    asked.scope,
    moment,
    await eventAssets(engine, asked.scope, catalog, event, { limit: ALL, offset: 0 }, change),
    page,
  )
}

/** How many vulnerabilities and assets an event shows by itself. */
const SHOWN = 100

/** Statements behind an event that it shows. */
const MOST_EVIDENCE = 50

/** All about one event; `present`: whom to ask what to do about it, for a replay the organisation as it is. */
export async function answerEvent(asked: Asked, event: EventAnswer, present: Asked = asked): Promise<z.infer<typeof EventDetail>> {
  const {
    store: { engine },
  } = asked
  const ids = event.subject_kind === 'vulnerability' ? event.subjects.slice(0, SHOWN) : []
  const [now, then, recommendations, assets, evidence] = await Promise.all([
    findVulnerabilities(engine, asked.scope, asked.moment, ids),
    findVulnerabilities(engine, asked.scope, await momentOf(asked, event.day), ids),
    recommend(present),
    affectedBy(asked, event, { limit: SHOWN }),
    event.feed === 'risk' ? eventEvidence(engine, asked.scope.org_id, event, MOST_EVIDENCE) : [],
  ])
  const known = new Map([...then.map((row) => ({ ...row, assets: 0 })), ...now].map((row) => [row.vulnerability_id, row]))
  const vulnerabilities = ids.map((vulnerability_id) => {
    const { title = null, severity = null, stage = 'none' as const, cvss = null, assets: count = 0 } = known.get(vulnerability_id) ?? {}
    return { vulnerability_id, title, severity, stage, cvss, assets: count }
  })
  const component = event.component?.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const recommendation = recommendations.find(
    ({ id }) =>
      (event.subject_kind === 'control' && event.subjects.some((subject) => id === `setting:${subject}`)) ||
      (component !== undefined &&
        (id === `update:${component}` || id.startsWith(`update:${component}:`) || id === `attention:${component}`)),
  )
  return {
    ...eventItem(event),
    vulnerabilities,
    recommendation: recommendation ? { id: recommendation.id, title: recommendation.title } : null,
    asset_list: assets.items,
    evidence: evidence.map(({ said_at, learned_at, ...said }) => ({
      ...said,
      said_at: formatInstant(said_at),
      learned_at: formatInstant(learned_at),
    })),
    ...(await answerPosture(asked, event)),
  }
}
