import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { metricAssetsOf } from '../../insights/metric-recommendations.ts'
import { affectedColumns, listReasonedAssets } from '../../store/queries/assets/affected.ts'
import { readHistoryAsked } from '../answers/scores.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { exposedBy, findMetric, metricWords, pointsOf, summarizeMetrics } from '../answers/metrics.ts'
import { recommendationsOfMetric } from '../answers/recommendations.ts'
import { answerAll, answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { AffectedAsset, MetricDetail, MetricSummary, Moment, Page, Range, list } from '../shapes.ts'

const Metrics = named('MetricList', list(MetricSummary))
/** A page of assets, each with the reason why it is in the list. */
export const AffectedAssets = named('AffectedAssetList', list(AffectedAsset))
const Id = z.object({ id: z.string().max(200) })

/** Questions asked of every asset: exposed or not, and why. */
export const metrics =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/metrics',
      {
        schema: {
          operationId: 'listMetrics',
          tags: ['metrics'],
          summary: 'All metrics, the greatest exposure first',
          querystring: Moment.strict(),
          response: answers(Metrics),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerAll(asked, await summarizeMetrics(asked))
      },
    )
    app.get(
      '/metrics/:id',
      {
        schema: {
          operationId: 'getMetric',
          tags: ['metrics'],
          summary: 'A metric, its definition and its history',
          params: Id,
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(MetricDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const metric = findMetric(asked, params.id)
        const { from, to } = readRange(query, asked.moment)
        const [summaries, history, recommendations] = await Promise.all([
          summarizeMetrics(asked),
          readHistoryAsked(asked, 'metric', metric.id, { from, to }),
          recommendationsOfMetric(asked, metric),
        ])
        return { ...summaries.find(({ id }) => id === metric.id)!, ...metricWords(metric), history: pointsOf(history), recommendations }
      },
    )
    app.get(
      '/metrics/:id/assets',
      {
        schema: {
          operationId: 'listMetricAssets',
          tags: ['metrics'],
          summary: 'The assets that a metric counts as exposed',
          params: Id,
          querystring: Page.extend({
            recommendation: z.string().max(500).optional().describe('Only those that this recommendation of the metric is for'),
          }).strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, affectedColumns)
        const metric = findMetric(asked, params.id)
        const exposed = await exposedBy(asked, metric.id)
        const only =
          query.recommendation === undefined
            ? null
            : await metricAssetsOf(
                asked.store.engine,
                asked.scope,
                metric,
                asked.moment.day,
                exposed.map(({ asset_id }) => asset_id),
                query.recommendation,
              )
        const shown = only ? exposed.filter(({ asset_id }) => only.has(asset_id)) : exposed
        return answerPage(asked, await listReasonedAssets(asked.store.engine, asked.scope, asked.moment, shown, page))
      },
    )
  }
