import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { saveGroupRules } from '../../insights/asset-changes.ts'
import { GroupRuleShape } from '../../insights/classification.ts'
import { answerGroupRules } from '../answers/asset-rules.ts'
import { type Api, answers } from '../api.ts'
import { readMoment } from '../asked.ts'
import { named } from '../named.ts'
import { Moment } from '../shapes.ts'
import { GroupRuleList } from '../shapes/classifications.ts'
import { changing, OrgQuery, Reason } from './changing.ts'

const Rules = named('GroupRuleList', GroupRuleList)
const Rule = GroupRuleShape.omit({ position: true }).extend({
  id: z
    .string()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/)
    .max(100),
})

/** Rules that put assets into groups. */
export const assetGroups =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/group-rules',
      {
        schema: {
          operationId: 'listGroupRules',
          tags: ['assets'],
          summary: 'Rules that put assets into groups, in their order',
          querystring: Moment.strict(),
          response: answers(Rules),
        },
      },
      async ({ query }) => answerGroupRules(await readMoment(api, query)),
    )
    app.put(
      '/group-rules',
      {
        schema: {
          operationId: 'saveGroupRules',
          tags: ['assets'],
          summary: 'Replace the group rules; the first that fits an asset counts',
          querystring: OrgQuery.strict(),
          body: z.strictObject({ items: z.array(Rule).max(500), reason: Reason }),
          response: answers(Rules),
        },
      },
      async ({ query, body }) => {
        await changing(api, query.org, body.reason, (org_id, by) => saveGroupRules(api.store, org_id, body.items, by))
        return answerGroupRules(await readMoment(api, query))
      },
    )
  }
