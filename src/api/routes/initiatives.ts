import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readHistoryAsked } from '../answers/scores.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { findInitiative, initiativeLines, sectionsOf, summarizeInitiatives } from '../answers/initiatives.ts'
import { pointsOf, summarizeMetrics } from '../answers/metrics.ts'
import { catalogued, recommendationFields, recommendationsOfInitiative } from '../answers/recommendations.ts'
import { askGiven } from '../../store/queries/given.ts'
import { answerAll, answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { InitiativeDetail, InitiativeSummary, Moment, Page, Point, Range, list } from '../shapes.ts'
import { recommendationColumns, RecommendationPage } from './recommendations.ts'

const Initiatives = named('InitiativeList', list(InitiativeSummary))
const Histories = named(
  'InitiativeHistories',
  z.object({ items: z.array(z.object({ id: z.string(), title: z.string(), points: z.array(Point) })), as_of: z.string() }),
)
const Id = z.object({ id: z.string().max(200) })

/** Named sets of weighted metrics with a target. */
export const initiatives =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/initiatives',
      {
        schema: {
          operationId: 'listInitiatives',
          tags: ['initiatives'],
          summary: 'All initiatives with their scores',
          querystring: Moment.strict(),
          response: answers(Initiatives),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerAll(asked, await summarizeInitiatives(asked))
      },
    )
    app.get(
      '/initiatives/histories',
      {
        schema: {
          operationId: 'listInitiativeHistories',
          tags: ['initiatives'],
          summary: 'The scores of all initiatives that have data, day by day',
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(Histories),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return { items: await initiativeLines(asked, readRange(query, asked.moment)), as_of: asked.as_of }
      },
    )
    app.get(
      '/initiatives/:id',
      {
        schema: {
          operationId: 'getInitiative',
          tags: ['initiatives'],
          summary: 'An initiative, its metrics and its history',
          params: Id,
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(InitiativeDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const initiative = findInitiative(asked, params.id)
        const { from, to } = readRange(query, asked.moment)
        const [summaries, metrics, sections, history] = await Promise.all([
          summarizeInitiatives(asked),
          summarizeMetrics(asked, initiative),
          sectionsOf(asked, initiative),
          readHistoryAsked(asked, 'initiative', initiative.id, { from, to }),
        ])
        return {
          ...summaries.find(({ id }) => id === initiative.id)!,
          metric_list: metrics,
          sections,
          history: pointsOf(history),
        }
      },
    )
    app.get(
      '/initiatives/:id/recommendations',
      {
        schema: {
          operationId: 'listInitiativeRecommendations',
          tags: ['initiatives'],
          summary: 'The recommendations that close something which an initiative is about',
          params: Id,
          querystring: Page.strict(),
          response: answers(RecommendationPage),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const rows = await recommendationsOfInitiative(asked, findInitiative(asked, params.id))
        const page = readPage(query, recommendationColumns)
        const { items, ...rest } = await askGiven(asked.store.engine, rows, recommendationFields, ['title', 'component', 'id'], page)
        return answerPage(asked, { ...rest, items: items.map(catalogued(asked, new Map())) })
      },
    )
  }
