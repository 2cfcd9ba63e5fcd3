import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { changeRemediation, type RemediationChange, requestRemediation, targetOf } from '../../insights/remediation/activities.ts'
import { PolicyShape } from '../../insights/remediation/bodies.ts'
import { criticalities } from '../../model/asset.ts'
import { dayText } from '../../store/days.ts'
import { changeDefinitions } from '../../store/definitions/change.ts'
import { askGiven, givenColumns, type GivenField, type GivenFields } from '../../store/queries/given.ts'
import { fixTimes } from '../../store/queries/remediation/age.ts'
import { targetAssets } from '../../store/queries/remediation/progress.ts'
import { severityWord } from '../../store/queries/words.ts'
import { activitiesOf, activityFields, activityRow, agesOf, findActivity, freeze, readDue } from '../answers/remediation.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { type Asked, answerPage, asksToChange, readMoment, readPage, readRange } from '../asked.ts'
import { named } from '../named.ts'
import { list, Moment, Page, Problem, Range } from '../shapes.ts'
import {
  ChangedRemediation,
  FixTimes,
  NewRemediation,
  RemediationActivity,
  RemediationAges,
  RemediationAsset,
  RemediationDetail,
  RemediationPolicy,
} from '../shapes/remediation.ts'

const Activities = named('RemediationList', list(RemediationActivity))
const Assets = named('RemediationAssetList', list(RemediationAsset))
const Id = z.object({ remediation_id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })
const Organisation = Moment.pick({ org: true }).strict()

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

type Asset = z.infer<typeof RemediationAsset>
const assetFields: GivenFields<Asset> = new Map<string, GivenField<Asset>>([
  ['name', { read: (row) => row.name, column: { type: 'text', title: 'name' } }],
  ['state', { read: (row) => row.state, column: { type: 'text', title: 'state', values: ['open', 'fixed', 'left'] } }],
  ['type', { read: (row) => row.type, column: { type: 'text', title: 'type' } }],
  ['asset_group', { read: (row) => row.asset_group, column: { type: 'text', title: 'asset group' } }],
  ['owner', { read: (row) => row.owner, column: { type: 'text', title: 'owner' } }],
  ['fixed_on', { read: (row) => row.fixed_on, column: { type: 'text', title: 'fixed on' } }],
  [
    'criticality',
    {
      read: (row) => (row.criticality === null ? null : criticalities.indexOf(row.criticality)),
      column: { type: 'ordered', title: 'criticality', values: criticalities },
    },
  ],
])
const activityColumns = givenColumns(activityFields)
const assetColumns = givenColumns(assetFields)

/** Who mends what by when, and how it goes. */
export const remediation =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store } = api

    const detail = async (asked: Asked, remediation_id: number) => {
      const found = await findActivity(asked, remediation_id)
      return {
        ...activityRow(asked)(found),
        subjects: found.body.subjects,
        course: found.course.map(({ day, open }) => ({ day: dayText(day), open })),
      }
    }

    app.get(
      '/remediation',
      {
        schema: {
          operationId: 'listRemediation',
          tags: ['remediation'],
          summary: 'Remediation activities, those that are not completed first',
          querystring: Page.strict(),
          response: answers(Activities),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const rows = (await activitiesOf(asked)).map(activityRow(asked))
        return answerPage(
          asked,
          await askGiven(asked.store.engine, rows, activityFields, ['title', 'component', 'owner'], readPage(query, activityColumns)),
        )
      },
    )
    app.post(
      '/remediation',
      {
        schema: {
          operationId: 'requestRemediation',
          tags: ['remediation'],
          summary: 'Request remediation of a recommendation: its assets of now are what progress is measured on',
          querystring: Organisation,
          body: NewRemediation,
          response: { 201: RemediationDetail, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }, reply) => {
        const asked = await asksToChange(api, query)
        const by = body.requested_by ?? ACTOR
        const remediation_id = await requestRemediation(store, asked.org.org_id, await freeze(asked, body, ACTOR), {
          actor: by,
          reason: body.notes || undefined,
        })
        return reply.code(201).send(await detail(await readMoment(api, query), remediation_id))
      },
    )
    app.get(
      '/remediation/policy',
      {
        schema: {
          operationId: 'getRemediationPolicy',
          tags: ['remediation'],
          summary: 'Within how many days findings shall be fixed',
          querystring: Moment.strict(),
          response: answers(RemediationPolicy),
        },
      },
      async ({ query }) => (await agesOf(await readMoment(api, query))).policy,
    )
    app.put(
      '/remediation/policy',
      {
        schema: {
          operationId: 'setRemediationPolicy',
          tags: ['remediation'],
          summary: 'Set within how many days findings shall be fixed, from now on',
          querystring: Organisation,
          body: PolicyShape,
          response: answers(RemediationPolicy),
        },
      },
      async ({ query, body }) => {
        const { org } = await asksToChange(api, query)
        const policy = [{ kind: 'remediation_policy' as const, id: '', body: JSON.stringify(body) }]
        await changeDefinitions(store, org.org_id, policy, { actor: ACTOR })
        return (await agesOf(await readMoment(api, query))).policy
      },
    )
    app.get(
      '/remediation/ageing',
      {
        schema: {
          operationId: 'getRemediationAges',
          tags: ['remediation'],
          summary: 'How old what is open is, and what of it is overdue by the policy',
          querystring: Moment.strict(),
          response: answers(RemediationAges),
        },
      },
      async ({ query }) => agesOf(await readMoment(api, query)),
    )
    app.get(
      '/remediation/time-to-fix',
      {
        schema: {
          operationId: 'getFixTimes',
          tags: ['remediation'],
          summary: 'How long it took to fix what was fixed in a range of days, and what came back',
          querystring: Moment.extend(Range.shape).strict(),
          response: answers(FixTimes),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const { from, to } = readRange(query, asked.moment)
        const rows = await fixTimes(asked.store.engine, asked.scope, from, to)
        return {
          from: dayText(from),
          to: dayText(to),
          items: rows.map(({ severity, ...row }) => ({ severity: severityWord(severity)!, ...row })),
        }
      },
    )
    app.get(
      '/remediation/:remediation_id',
      {
        schema: {
          operationId: 'getRemediation',
          tags: ['remediation'],
          summary: 'A remediation activity and its course',
          params: Id,
          querystring: Moment.strict(),
          response: answers(RemediationDetail),
        },
      },
      async ({ params, query }) => detail(await readMoment(api, query), params.remediation_id),
    )
    app.get(
      '/remediation/:remediation_id/assets',
      {
        schema: {
          operationId: 'listRemediationAssets',
          tags: ['remediation'],
          summary: 'The assets of an activity: open, fixed, or no longer there',
          params: Id,
          querystring: Page.strict(),
          response: answers(Assets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, assetColumns)
        const found = await findActivity(asked, params.remediation_id)
        const assets = await targetAssets(asked.store.engine, asked.scope.org_id, targetOf(found), asked.moment.day)
        const rows = assets.map(({ fixed_day, ...row }) => ({ ...row, fixed_on: fixed_day === null ? null : dayText(fixed_day) }) as Asset)
        return answerPage(asked, await askGiven(asked.store.engine, rows, assetFields, ['name'], page))
      },
    )
    app.patch(
      '/remediation/:remediation_id',
      {
        schema: {
          operationId: 'changeRemediation',
          tags: ['remediation'],
          summary: 'Change an activity, mark it as completed, or take that back',
          params: Id,
          querystring: Organisation,
          body: ChangedRemediation,
          response: answers(RemediationDetail),
        },
      },
      async ({ params, query, body }) => {
        const { org } = await asksToChange(api, query)
        const { completed, due, owner, priority, notes } = body
        const change: RemediationChange = {
          ...(priority === undefined ? {} : { priority }),
          ...(notes === undefined ? {} : { notes }),
          ...(owner === undefined ? {} : { owner: owner?.trim() || null }),
          ...(due === undefined ? {} : { due: due === null ? null : readDue(due) }),
          ...(completed === undefined ? {} : { done: completed === null ? null : { ...completed, at: store.now() } }),
        }
        if (Object.keys(change).length === 0) throw new UserError('bad_remediation', 'there is nothing to change: name at least one field')
        await changeRemediation(store, org.org_id, params.remediation_id, change, { actor: completed?.by ?? ACTOR })
        return detail(await readMoment(api, query), params.remediation_id)
      },
    )
  }
