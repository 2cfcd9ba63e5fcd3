import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerSources } from '../answers/overview.ts'
import { readMoment } from '../asked.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Moment, SourceSummary } from '../shapes.ts'

const Sources = named('SourceList', z.object({ items: z.array(SourceSummary) }))

/** Who reports to us, and how fresh that is. */
export const sources =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/sources',
      {
        schema: {
          operationId: 'listSources',
          tags: ['sources'],
          summary: 'Sources of reports and feeds',
          querystring: Moment.strict(),
          response: answers(Sources),
        },
      },
      async ({ query }) => ({ items: await answerSources(await readMoment(api, query)) }),
    )
  }
