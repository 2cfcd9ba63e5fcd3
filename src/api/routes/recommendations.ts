const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Page, Moment, RecommendationDetail, RecommendationSummary, list } from '../shapes.ts'
import { AffectedAssets } from './metrics.ts'

const Recommendations = named('RecommendationList', list(RecommendationSummary))
const Id = z.object({ id: z.string().max(500) })

/** What to do, ranked by what it gains. */
export const recommendations = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/recommendations',
    { schema: { operationId: 'listRecommendations', tags: ['recommendations'], summary: 'Recommendations, the greatest gain first', querystring: Page.strict(), response: answers(Recommendations) } },
    async ({ query }) => NOTYET(),
  )
  app.get(
    '/recommendations/:id',
    { schema: { operationId: 'getRecommendation', tags: ['recommendations'], summary: 'A recommendation', params: Id, querystring: Moment.strict(), response: answers(RecommendationDetail) } },
    async ({ params, query }) => NOTYET(),
  )
  app.get(
    '/recommendations/:id/assets',
    { schema: { operationId: 'listRecommendationAssets', tags: ['recommendations'], summary: 'The assets that it would clear', params: Id, querystring: Page.strict(), response: answers(AffectedAssets) } },
    async ({ params, query }) => NOTYET(),
  )
}
