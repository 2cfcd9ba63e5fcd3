import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerSources } from '../answers/overview.ts'
import { readMoment } from '../asked.ts'
import type { Api } from '../api.ts'
import { setStaleness } from '../../insights/asset-changes.ts'
import { named } from '../named.ts'
import { Acted as ActedShape } from '../shapes/classifications.ts'
import { changing, OrgQuery, Reason } from './changing.ts'
import { Moment, SourceSummary } from '../shapes.ts'

const Acted = named('Acted', ActedShape)
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
    app.put(
      '/sources/:source/staleness',
      {
        schema: {
          operationId: 'setStaleness',
          tags: ['sources'],
          summary: 'How many days a look of a source stays fresh',
          params: z.object({ source: z.string().max(200) }),
          querystring: OrgQuery.strict(),
          body: z.strictObject({
            days: z.number().int().min(1).max(3650).nullable().describe('null: three times its usual interval, at least 30 days'),
            reason: Reason,
          }),
          response: answers(Acted),
        },
      },
      ({ params, query, body }) =>
        changing(api, query.org, body.reason, (org_id, by) => setStaleness(api.store, org_id, params.source, body.days, by)),
    )
  }
