const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { EventDetail, EventList, Moment, Page, Range } from '../shapes.ts'
import { AffectedAssets } from './metrics.ts'

const Id = z.object({ id: z.string().max(500) })
const texts = z.union([z.string().max(200), z.array(z.string().max(200)).max(50)])
const Question = Page.extend(Range.shape).extend({
  feed: z.enum(['risk', 'posture']).optional(),
  type: texts.optional().describe('Only events of these types'),
  min_share: z.coerce.number().min(0).max(1).optional().describe('Only events that impacted at least this share of the active assets'),
})

/** What moved our scores: the risk feed and the posture events. */
export const events = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/events',
    { schema: { operationId: 'listEvents', tags: ['events'], summary: 'Events, newest first, with how many there are of each type', querystring: Question.strict(), response: answers(EventList) } },
    async ({ query }) => NOTYET(),
  )
  app.get(
    '/events/:id',
    { schema: { operationId: 'getEvent', tags: ['events'], summary: 'An event', params: Id, querystring: Moment.strict(), response: answers(EventDetail) } },
    async ({ params, query }) => NOTYET(),
  )
  app.get(
    '/events/:id/assets',
    { schema: { operationId: 'listEventAssets', tags: ['events'], summary: 'The assets that it impacted on its day', params: Id, querystring: Page.strict(), response: answers(AffectedAssets) } },
    async ({ params, query }) => NOTYET(),
  )
}
