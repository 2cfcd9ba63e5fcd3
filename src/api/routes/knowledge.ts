import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answerKnowledge, answerPublished } from '../answers/knowledge.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment, readRange } from '../asked.ts'
import { Knowledge, Moment, Published, Range } from '../shapes.ts'

/** What was told then, what is known now, and why the two differ. */
export const knowledge =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/knowledge',
      {
        schema: {
          operationId: 'getKnowledge',
          tags: ['scores'],
          summary: 'A past day as published then and as known now, and what was learned since',
          querystring: Moment.strict(),
          response: answers(Knowledge),
        },
      },
      async ({ query: { known_at: _known, rules: _rules, ...query } }) => answerKnowledge(api, query, await readMoment(api, query)), // both sides are answered, whichever is shown
    )
    app.get(
      '/scores/:score/published',
      {
        schema: {
          operationId: 'getPublishedScores',
          tags: ['scores'],
          summary: 'The numbers of a score that were published day by day; they never change',
          params: z.object({ score: z.enum(['exposure', 'secure', 'initiative', 'metric']) }),
          querystring: Moment.pick({ org: true, as_of: true })
            .extend(Range.shape)
            .extend({ id: z.string().max(200).optional().describe('Of the initiative or metric') })
            .strict(),
          response: answers(Published),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        return answerPublished(asked, params.score, query.id ?? '', readRange(query, asked.moment))
      },
    )
  }
