import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { recommendationAssets, recommendationMetrics, recommendationSubjects } from '../../insights/recommendations.ts'
import { affectedColumns, listReasonedAssets } from '../../store/queries/assets/affected.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import { severityWord, stageWord } from '../../store/queries/words.ts'
import { findRecommendation, recommend, recommendationFields } from '../answers/recommendations.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { named } from '../named.ts'
import { list, Moment, Page, RecommendationDetail, RecommendationSummary } from '../shapes.ts'
import { AffectedAssets } from './metrics.ts'

const Recommendations = named('RecommendationList', list(RecommendationSummary))
const Id = z.object({ id: z.string().max(500) })
const columns = givenColumns(recommendationFields)

/** What to do, ranked by what it gains. */
export const recommendations =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api
    app.get(
      '/recommendations',
      {
        schema: {
          operationId: 'listRecommendations',
          tags: ['recommendations'],
          summary: 'Recommendations, the greatest gain first',
          querystring: Page.strict(),
          response: answers(Recommendations),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, columns)
        return answerPage(asked, await askGiven(store.engine, await recommend(asked), recommendationFields, ['title', 'component'], page))
      },
    )
    app.get(
      '/recommendations/:id',
      {
        schema: {
          operationId: 'getRecommendation',
          tags: ['recommendations'],
          summary: 'A recommendation',
          params: Id,
          querystring: Moment.strict(),
          response: answers(RecommendationDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const { scope, moment } = asked
        const found = await findRecommendation(asked, params.id)
        const [subjects, metrics] = await Promise.all([
          recommendationSubjects(store.engine, scope, catalog, found.id, moment.day),
          recommendationMetrics(store.engine, scope, catalog, found.id, moment.day),
        ])
        return {
          ...found,
          vulnerability_list: subjects
            .filter((subject) => subject.kind === 'vulnerability')
            .map(({ subject, severity, stage, assets }) => ({
              vulnerability_id: subject,
              severity: severityWord(severity),
              stage: stageWord(stage),
              assets,
            })),
          metrics,
        }
      },
    )
    app.get(
      '/recommendations/:id/assets',
      {
        schema: {
          operationId: 'listRecommendationAssets',
          tags: ['recommendations'],
          summary: 'The assets that it would clear',
          params: Id,
          querystring: Page.strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, affectedColumns)
        const cleared = await recommendationAssets(store.engine, asked.scope, catalog, params.id, asked.moment.day, { limit: 100_000 })
        return answerPage(asked, await listReasonedAssets(store.engine, asked.scope, asked.moment, cleared, page))
      },
    )
  }
