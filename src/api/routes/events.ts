import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { affectedColumns } from '../../store/queries/assets/affected.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import {
  affectedBy,
  answerEvent,
  answerEventCounters,
  answerEventDays,
  eventFields,
  eventItem,
  eventsOf,
  findEvent,
} from '../answers/events.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerAll, answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { EventList, list, Moment, Page, Range } from '../shapes.ts'
import { EventCounters, EventDay, EventDetail } from '../shapes/risk-feed.ts'
import { EventTracking } from '../shapes/events.ts'
import { trackEvent } from '../../insights/event-tracking.ts'
import { AffectedAssets } from './metrics.ts'

const Id = z.object({ id: z.string().max(500) })
const texts = z.union([z.string().max(200), z.array(z.string().max(200)).max(50)])
/** For questions about a replay too. */
export const Replay = z.object({
  replay: z
    .literal('true')
    .optional()
    .describe(
      'As if the inventory of the moment had been there all the time: exposure score and risk feed, from what the feeds say of the past',
    ),
})
const Question = Page.extend(Range.shape)
  .extend(Replay.shape)
  .extend({
    feed: z.enum(['risk', 'posture']).optional(),
    type: texts.optional().describe('Only events of these types'),
    optional: z
      .enum(['true', 'false'])
      .optional()
      .describe('Also events of the types that are listed only when they are named, as scores that got better'),
    min_share: z.coerce.number().min(0).max(1).optional().describe('Only events that impacted at least this share of the active assets'),
  })
const EventDays = named('EventDays', list(EventDay))
const columns = givenColumns(eventFields)

/** What moved our scores: the risk feed and the posture events. */
export const events =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/events',
      {
        schema: {
          operationId: 'listEvents',
          tags: ['events'],
          summary: 'Events, newest first, with how many there are of each type',
          querystring: Question.strict(),
          response: answers(EventList),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, columns)
        const types = query.type === undefined ? undefined : [query.type].flat()
        const found = await eventsOf(asked, {
          ...readRange(query, asked.moment),
          feed: query.feed,
          types,
          optional: query.optional === 'true',
          min_share: query.min_share,
        })
        const answer = await askGiven(asked.store.engine, found.items, eventFields, ['headline', 'component', 'subjects'], {
          ...page,
          sort: page.sort ?? '-day',
        })
        return { ...answerPage(asked, { ...answer, items: answer.items.map(eventItem) }), counts: found.counts }
      },
    )
    app.get(
      '/events/days',
      {
        schema: {
          operationId: 'listEventDays',
          tags: ['events'],
          summary: 'The days on which the exposure score moved, newest first: its causes, and how much of each the events of the day tell',
          querystring: Moment.extend(Range.shape).extend(Replay.shape).strict(),
          response: answers(EventDays),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerAll(asked, await answerEventDays(asked, readRange(query, asked.moment)))
      },
    )
    app.get(
      '/events/counters',
      {
        schema: {
          operationId: 'countEvents',
          tags: ['events'],
          summary: 'New and exploitable vulnerabilities of a range, each counted once',
          querystring: Moment.extend(Range.shape).extend(Replay.shape).strict(),
          response: answers(EventCounters),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerEventCounters(asked, readRange(query, asked.moment))
      },
    )
    app.get(
      '/events/:id',
      {
        schema: {
          operationId: 'getEvent',
          tags: ['events'],
          summary: 'An event',
          params: Id,
          querystring: Moment.extend(Replay.shape).strict(),
          response: answers(EventDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const present = query.replay ? await readMoment(api, { ...query, replay: undefined }) : asked
        return answerEvent(asked, await findEvent(asked, params.id), present)
      },
    )
    app.patch(
      '/events/:id',
      {
        schema: {
          operationId: 'trackEvent',
          tags: ['events'],
          summary: 'Acknowledge an event, give it an owner, or note something about it',
          params: Id,
          querystring: Moment.pick({ org: true }).strict(),
          body: EventTracking,
          response: answers(EventDetail),
        },
      },
      async ({ params, query, body: { reason, state, owner, note } }) => {
        const before = await readMoment(api, query)
        await findEvent(before, params.id)
        const change = {
          ...(state === undefined ? {} : { state }),
          ...(owner === undefined ? {} : { owner }),
          ...(note === undefined ? {} : { note }),
        }
        await trackEvent(api.store, before.scope.org_id, params.id, change, { actor: 'api', reason })
        const asked = await readMoment(api, query)
        return answerEvent(asked, await findEvent(asked, params.id))
      },
    )
    app.get(
      '/events/:id/assets',
      {
        schema: {
          operationId: 'listEventAssets',
          tags: ['events'],
          summary: 'The assets that it impacted on its day',
          params: Id,
          querystring: Page.extend(Replay.shape)
            .extend({
              change: z.enum(['worse', 'better']).optional().describe('Of a score that moved: only assets that made it worse, or better'),
            })
            .strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, affectedColumns)
        return answerPage(asked, await affectedBy(asked, await findEvent(asked, params.id), page, query.change))
      },
    )
  }
