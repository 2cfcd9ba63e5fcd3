import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerOverview } from '../answers/overview.ts'
import { readMoment, readRange } from '../asked.ts'
import { Moment, Overview, Range } from '../shapes.ts'

/** The first page: where we stand, which way it moves, why, what to do. */
export const overview =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/overview',
      {
        schema: {
          operationId: 'getOverview',
          tags: ['overview'],
          summary: 'All that the overview shows',
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(Overview),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerOverview(asked, readRange(query, asked.moment))
      },
    )
  }
