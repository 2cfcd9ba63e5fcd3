const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { AffectedAsset, MetricDetail, MetricSummary, Moment, Page, Range, list } from '../shapes.ts'

const Metrics = named('MetricList', list(MetricSummary))
/** A page of assets, each with the reason why it is in the list. */
export const AffectedAssets = named('AffectedAssetList', list(AffectedAsset))
const Id = z.object({ id: z.string().max(200) })

/** Questions asked of every asset: exposed or not, and why. */
export const metrics = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/metrics',
    { schema: { operationId: 'listMetrics', tags: ['metrics'], summary: 'All metrics, the greatest exposure first', querystring: Moment.strict(), response: answers(Metrics) } },
    async ({ query }) => NOTYET(),
  )
  app.get(
    '/metrics/:id',
    {
      schema: {
        operationId: 'getMetric', tags: ['metrics'], summary: 'A metric, its definition and its history',
        params: Id, querystring: Moment.extend(Range.shape).strict(), response: answers(MetricDetail),
      },
    },
    async ({ params, query }) => NOTYET(),
  )
  app.get(
    '/metrics/:id/assets',
    { schema: { operationId: 'listMetricAssets', tags: ['metrics'], summary: 'The assets that a metric counts as exposed', params: Id, querystring: Page.strict(), response: answers(AffectedAssets) } },
    async ({ params, query }) => NOTYET(),
  )
}
