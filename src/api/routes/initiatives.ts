import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readHistoryAsked } from '../answers/scores.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { findInitiative, initiativeLines, summarizeInitiatives } from '../answers/initiatives.ts'
import { pointsOf, summarizeMetrics } from '../answers/metrics.ts'
import { answerAll, readMoment, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { InitiativeDetail, InitiativeSummary, Moment, Point, Range, list } from '../shapes.ts'

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
        const [summaries, metrics, history] = await Promise.all([
          summarizeInitiatives(asked),
          summarizeMetrics(asked),
          readHistoryAsked(asked, 'initiative', initiative.id, { from, to }),
        ])
        const inside = new Set(initiative.metrics.map(({ id }) => id))
        return {
          ...summaries.find(({ id }) => id === initiative.id)!,
          metric_list: metrics.filter(({ id }) => inside.has(id)),
          history: pointsOf(history),
        }
      },
    )
  }
