const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { InitiativeDetail, InitiativeSummary, Moment, Range, list } from '../shapes.ts'

const Initiatives = named('InitiativeList', list(InitiativeSummary))
const Id = z.object({ id: z.string().max(200) })

/** Named sets of weighted metrics with a target. */
export const initiatives = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/initiatives',
    { schema: { operationId: 'listInitiatives', tags: ['initiatives'], summary: 'All initiatives with their scores', querystring: Moment.strict(), response: answers(Initiatives) } },
    async ({ query }) => NOTYET(),
  )
  app.get(
    '/initiatives/:id',
    {
      schema: {
        operationId: 'getInitiative', tags: ['initiatives'], summary: 'An initiative, its metrics and its history',
        params: Id, querystring: Moment.extend(Range.shape).strict(), response: answers(InitiativeDetail),
      },
    },
    async ({ params, query }) => NOTYET(),
  )
}
