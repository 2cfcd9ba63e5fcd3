import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { setAssetValues } from '../../insights/asset-changes.ts'
import { AssetValuesShape } from '../../insights/asset-values.ts'
import { answerValues } from '../answers/asset-rules.ts'
import { type Api, answers } from '../api.ts'
import { readMoment } from '../asked.ts'
import { named } from '../named.ts'
import { Moment } from '../shapes.ts'
import { AssetValueAnswer } from '../shapes/classifications.ts'
import { changing, OrgQuery, Reason } from './changing.ts'

const Values = named('AssetValues', AssetValueAnswer)

/** What assets weigh in the exposure score. */
export const assetValues =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/asset-values',
      {
        schema: {
          operationId: 'getAssetValues',
          tags: ['assets'],
          summary: "What assets of each level weigh, and each level's part of the exposure score",
          querystring: Moment.strict(),
          response: answers(Values),
        },
      },
      async ({ query }) => answerValues(await readMoment(api, query)),
    )
    app.post(
      '/asset-values/preview',
      {
        schema: {
          operationId: 'previewAssetValues',
          tags: ['assets'],
          summary: 'The same with other values, before they are kept',
          querystring: Moment.strict(),
          body: AssetValuesShape,
          response: answers(Values),
        },
      },
      async ({ query, body }) => answerValues(await readMoment(api, query), body),
    )
    app.put(
      '/asset-values',
      {
        schema: {
          operationId: 'setAssetValues',
          tags: ['assets'],
          summary: 'Set what assets weigh',
          querystring: OrgQuery.strict(),
          body: AssetValuesShape.extend({ reason: Reason }),
          response: answers(Values),
        },
      },
      async ({ query, body: { reason, ...values } }) => {
        await changing(api, query.org, reason, (org_id, by) => setAssetValues(api.store, org_id, values, by))
        return answerValues(await readMoment(api, query))
      },
    )
  }
