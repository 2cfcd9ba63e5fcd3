import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { describeActions, setActionStates } from '../../insights/secure/set.ts'
import { changeDefinitions, type DefinitionChange } from '../../store/definitions/change.ts'
import { findOrg } from '../../store/orgs.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import {
  actionFields,
  activityFields,
  answerActionDetail,
  answerActions,
  answerActivities,
  answerCompare,
  answerSecureHistory,
  answerSecureOverview,
  answerSecureSettings,
  answerTrends,
} from '../answers/secure-score.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { Moment, Page, Problem, Range } from '../shapes.ts'
import {
  ActionsDescribed,
  ChangeSettings,
  DescribeActions,
  SecureActionDetail,
  SecureActionList,
  SecureActivityList,
  SecureCompare,
  SecureHistory,
  SecureOverview,
  SecureSettings,
  SecureTrends,
  SetStates,
  StatesSet,
} from '../shapes/secure-score.ts'

const Overview = named('SecureOverview', SecureOverview)
const Actions = named('SecureActionList', SecureActionList)
const Activities = named('SecureActivityList', SecureActivityList)
const Detail = named('SecureActionDetail', SecureActionDetail)
const DaysAndChanges = named('SecureHistory', SecureHistory)
const TwoDays = named('SecureCompare', SecureCompare)
const Trends = named('SecureTrends', SecureTrends)
const Settings = named('SecureSettings', SecureSettings)
const Organisation = Moment.pick({ org: true }).strict()
const Ranged = Moment.extend(Range.shape)

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

/** Recommended actions, their states, and how the secure score moves. */
export const secureScore =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api
    const actionColumns = givenColumns(actionFields)
    const activityColumns = givenColumns(activityFields)

    /** The organisation of a change. Throws UserError('unknown_organisation') also when there is none yet. */
    const orgOf = async (slug: string | undefined) => {
      const org = await findOrg(store.engine, slug)
      if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
      return org
    }

    app.get(
      '/secure-score',
      {
        schema: {
          operationId: 'getSecureScore',
          tags: ['secure score'],
          summary: 'The secure score with its lines, categories, actions to review and comparisons',
          querystring: Moment.strict(),
          response: answers(Overview),
        },
      },
      async ({ query }) => answerSecureOverview(await readMoment(api, query)),
    )
    app.get(
      '/secure-score/actions',
      {
        schema: {
          operationId: 'listSecureActions',
          tags: ['secure score'],
          summary: 'Recommended actions, in the order of work',
          querystring: Page.strict(),
          response: answers(Actions),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, actionColumns)
        return answerPage(
          asked,
          await askGiven(store.engine, await answerActions(asked), actionFields, ['title', 'product', 'action_id'], page),
        )
      },
    )
    app.get(
      '/secure-score/actions/:action_id',
      {
        schema: {
          operationId: 'getSecureAction',
          tags: ['secure score'],
          summary: 'A recommended action with its results and its history',
          params: z.object({ action_id: z.string().max(600) }),
          querystring: Moment.strict(),
          response: answers(Detail),
        },
      },
      async ({ params, query }) => answerActionDetail(await readMoment(api, query), params.action_id),
    )
    app.post(
      '/secure-score/states',
      {
        schema: {
          operationId: 'setSecureActionStates',
          tags: ['secure score'],
          summary: 'Set the states of actions, in one organisation or in several',
          querystring: Organisation,
          body: SetStates,
          response: { ...answers(named('SecureStatesSet', StatesSet)), 409: Problem },
        },
      },
      async ({ query, body }) => {
        const orgs = []
        for (const slug of body.organisations ?? [query.org]) orgs.push(await orgOf(slug))
        const results = []
        for (const org of orgs) {
          const by = { actor: body.actor ?? ACTOR, reason: body.reason }
          const told = await setActionStates(store, org.org_id, body.actions, by, body.organisations === undefined ? 'throw' : 'tell')
          results.push({
            organisation: org.slug,
            import_no: told.import_no,
            set: told.outcomes.filter(({ refused }) => refused === null).length,
            refused: told.outcomes.flatMap(({ action_id, refused, message }) =>
              refused === null ? [] : [{ action_id, code: refused, message: message! }],
            ),
          })
        }
        await compute(store, catalog)
        return { results }
      },
    )
    app.post(
      '/secure-score/descriptions',
      {
        schema: {
          operationId: 'describeSecureActions',
          tags: ['secure score'],
          summary: 'Describe actions: points, checks, category, product, licence, tags, notes',
          querystring: Organisation,
          body: DescribeActions,
          response: answers(named('SecureActionsDescribed', ActionsDescribed)),
        },
      },
      async ({ query, body }) => {
        const { org_id } = await orgOf(query.org)
        const told = await describeActions(store, org_id, body.actions, { actor: body.actor ?? ACTOR, reason: body.reason })
        await compute(store, catalog)
        return told
      },
    )
    app.get(
      '/secure-score/history',
      {
        schema: {
          operationId: 'getSecureHistory',
          tags: ['secure score'],
          summary: 'The secure score day by day with its lines, and whose doing its change was',
          querystring: Ranged.extend({ category: z.string().max(100).optional() }).strict(),
          response: answers(DaysAndChanges),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerSecureHistory(asked, readRange(query, asked.moment), query.category ?? null)
      },
    )
    app.get(
      '/secure-score/activities',
      {
        schema: {
          operationId: 'listSecureActivities',
          tags: ['secure score'],
          summary: 'What happened to recommended actions, newest first',
          querystring: Page.extend(Range.shape).strict(),
          response: answers(Activities),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const told = await answerActivities(asked, readRange(query, asked.moment))
        return answerPage(
          asked,
          await askGiven(store.engine, told, activityFields, ['title', 'action_id'], readPage(query, activityColumns)),
        )
      },
    )
    app.get(
      '/secure-score/compare',
      {
        schema: {
          operationId: 'compareSecureScore',
          tags: ['secure score'],
          summary: 'Two days side by side: which actions moved, by how much and why',
          querystring: Ranged.strict(),
          response: answers(TwoDays),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerCompare(asked, readRange(query, asked.moment))
      },
    )
    app.get(
      '/secure-score/trends',
      {
        schema: {
          operationId: 'getSecureTrends',
          tags: ['secure score'],
          summary: 'Zone, regressions, comparison, risk acceptance, changes and goal over one range of days',
          querystring: Ranged.strict(),
          response: answers(Trends),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerTrends(asked, readRange(query, asked.moment))
      },
    )
    app.get(
      '/secure-score/settings',
      {
        schema: {
          operationId: 'getSecureSettings',
          tags: ['secure score'],
          summary: 'Zone, goal, comparison lines and templates',
          querystring: Organisation,
          response: answers(Settings),
        },
      },
      async ({ query }) => answerSecureSettings(await readMoment(api, query)),
    )
    app.post(
      '/secure-score/settings',
      {
        schema: {
          operationId: 'changeSecureSettings',
          tags: ['secure score'],
          summary: 'Change zone, goal, comparison lines and templates',
          querystring: Organisation,
          body: ChangeSettings,
          response: answers(Settings),
        },
      },
      async ({ query, body }) => {
        const { org_id } = await orgOf(query.org)
        const said = (value: unknown) => (value === null ? null : JSON.stringify(value))
        const changes: DefinitionChange[] = [
          ...(body.zone === undefined ? [] : [{ kind: 'score_zone' as const, id: 'secure', body: said(body.zone) }]),
          ...(body.goal === undefined ? [] : [{ kind: 'score_goal' as const, id: 'secure', body: said(body.goal) }]),
          ...(body.comparisons ?? []).map((each) => ({ kind: 'score_comparison' as const, id: each.id, body: said(each.body) })),
          ...(body.templates ?? []).map((each) => ({ kind: 'action_template' as const, id: each.id, body: said(each.body) })),
        ]
        await changeDefinitions(store, org_id, changes, { actor: body.actor ?? ACTOR, reason: body.reason })
        return answerSecureSettings(await readMoment(api, query))
      },
    )
  }
