import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { removeClassification, reviewAssets, saveClassification, setClassification } from '../../insights/asset-changes.ts'
import {
  type Classification,
  ClassificationSettingShape,
  OwnClassificationShape,
  readClassification,
  ruleFields,
} from '../../insights/classification.ts'
import { affectedColumns, listReasonedAssets } from '../../store/queries/assets/affected.ts'
import { listMembers } from '../../store/queries/classifications/members.ts'
import { conditionWords } from '../../insights/condition-words.ts'
import { answerClassifications, answerStatedWords, findClassification, previewRule, previewSetting } from '../answers/asset-rules.ts'
import { type Api, answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { named } from '../named.ts'
import { Moment, Page } from '../shapes.ts'
import * as shapes from '../shapes/classifications.ts'
import { changing, OrgQuery, Reason } from './changing.ts'
import { AffectedAssets } from './metrics.ts'

const Classifications = named('ClassificationList', shapes.ClassificationList)
const Fields = named('RuleFieldList', shapes.RuleFieldList)
const Words = named('StatedCriticalityList', shapes.StatedWordList)
const Setting = named('ClassificationSettingPreview', shapes.SettingPreview)
const Preview = named('RulePreview', shapes.RulePreview)
const Acted = named('Acted', shapes.Acted)
const Id = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/)
    .max(100),
})
const Own = OwnClassificationShape

/** Which assets are critical, and by which rule. */
export const classifications =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/classifications',
      {
        schema: {
          operationId: 'listClassifications',
          tags: ['assets'],
          summary: 'Rules that say how critical assets are, with the number of their assets',
          querystring: Moment.strict(),
          response: answers(Classifications),
        },
      },
      async ({ query }) => answerClassifications(await readMoment(api, query)),
    )
    app.get(
      '/classifications/fields',
      {
        schema: {
          operationId: 'listRuleFields',
          tags: ['assets'],
          summary: 'What classifications and group rules may ask',
          response: answers(Fields),
        },
      },
      async () => ({
        items: [...ruleFields].map(([field, { title, type, values }]) => ({ field, title, type, values: values ? [...values] : null })),
      }),
    )
    app.post(
      '/classifications/preview',
      {
        schema: {
          operationId: 'previewClassification',
          tags: ['assets'],
          summary: 'Which assets a classification or a group rule would find, before it is kept',
          querystring: Moment.strict(),
          body: Own.pick({ clues: true, threshold: true }),
          response: answers(Preview),
        },
      },
      async ({ query, body }) => {
        const asked = await readMoment(api, query)
        return previewRule(
          asked,
          readClassification('preview', { ...body, title: 'preview', why: '', criticality: 'low', on: true }, false),
        )
      },
    )
    app.get(
      '/classifications/words',
      {
        schema: {
          operationId: 'listStatedCriticalities',
          tags: ['assets'],
          summary: 'How critical sources call assets in scales of their own, and which classification translates that',
          querystring: Moment.strict(),
          response: answers(Words),
        },
      },
      async ({ query }) => answerStatedWords(await readMoment(api, query)),
    )
    app.post(
      '/classifications/:id/preview',
      {
        schema: {
          operationId: 'previewClassificationSetting',
          tags: ['assets'],
          summary: 'Which assets would have another level, were a classification set otherwise, and what the exposure score would be',
          params: Id,
          querystring: Moment.strict(),
          body: ClassificationSettingShape,
          response: answers(Setting),
        },
      },
      async ({ params, query, body }) => previewSetting(await readMoment(api, query), params.id, body),
    )
    app.get(
      '/classifications/:id/assets',
      {
        schema: {
          operationId: 'listClassifiedAssets',
          tags: ['assets'],
          summary: 'Assets of a classification, or those to review, with the clue',
          params: Id,
          querystring: Page.extend({ which: z.enum(['members', 'review', 'dismissed']).default('members') }).strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query: { which, ...query } }) => {
        const asked = await readMoment(api, query)
        const rule = await findClassification(asked, params.id)
        const page = readPage(query, affectedColumns)
        const members = await listMembers(asked.store.engine, asked.scope, asked.moment, 'criticality', rule, which)
        const reasoned = members.map(({ asset_id, clue, certainty, decision, since_day }) => ({
          asset_id,
          reason: reasonOf(rule, clue, certainty, decision),
          since_day,
        }))
        return answerPage(asked, await listReasonedAssets(asked.store.engine, asked.scope, asked.moment, reasoned, page))
      },
    )
    app.put(
      '/classifications/:id',
      {
        schema: {
          operationId: 'saveClassification',
          tags: ['assets'],
          summary: "Add or change a classification of the organisation's own",
          params: Id,
          querystring: OrgQuery.strict(),
          body: Own.extend({ reason: Reason }),
          response: answers(Acted),
        },
      },
      ({ params, query, body: { reason, ...body } }) =>
        changing(api, query.org, reason, (org_id, by) =>
          saveClassification(api.store, org_id, api.catalog.classifications, params.id, body, by),
        ),
    )
    app.patch(
      '/classifications/:id',
      {
        schema: {
          operationId: 'setClassification',
          tags: ['assets'],
          summary: 'Switch a predefined classification on or off, set its level or its threshold',
          params: Id,
          querystring: OrgQuery.strict(),
          body: ClassificationSettingShape.extend({ reason: Reason }),
          response: answers(Acted),
        },
      },
      ({ params, query, body: { reason, ...body } }) =>
        changing(api, query.org, reason, (org_id, by) =>
          setClassification(api.store, org_id, api.catalog.classifications, params.id, body, by),
        ),
    )
    app.delete(
      '/classifications/:id',
      {
        schema: {
          operationId: 'removeClassification',
          tags: ['assets'],
          summary: "Delete a classification of the organisation's own",
          params: Id,
          querystring: OrgQuery.extend({ reason: Reason }).strict(),
          response: answers(Acted),
        },
      },
      ({ params, query }) =>
        changing(api, query.org, query.reason, (org_id, by) =>
          removeClassification(api.store, org_id, api.catalog.classifications, params.id, by),
        ),
    )
    app.post(
      '/classifications/:id/review',
      {
        schema: {
          operationId: 'reviewClassifiedAssets',
          tags: ['assets'],
          summary: 'Say of assets whether they are what the classification takes them for',
          params: Id,
          querystring: OrgQuery.strict(),
          body: z.strictObject({
            asset_ids: z.array(z.number().int().positive()).min(1).max(10_000),
            decision: z.enum(['yes', 'no']).nullable().describe('null: nobody decided'),
            reason: Reason,
          }),
          response: answers(Acted),
        },
      },
      async ({ params, query, body }) => {
        await findClassification(await readMoment(api, query), params.id)
        return changing(api, query.org, body.reason, (org_id, by) =>
          reviewAssets(api.store, org_id, params.id, body.asset_ids, body.decision, by),
        )
      },
    )
  }

/** Why an asset is in the list, as a sentence. */
function reasonOf({ clues }: Classification, clue: number, certainty: number, decision: 'yes' | 'no' | null): string {
  const condition = clues[clue]?.when
  const words = condition ? conditionWords(condition, ruleFields) : 'by a former clue'
  const said = decision === 'yes' ? 'confirmed by a person; ' : decision === 'no' ? 'dismissed by a person; ' : ''
  return `${said}${words} (${certainty} % certain)`
}
