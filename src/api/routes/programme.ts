import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { assetColumns, metricColumns } from '../../insights/condition-fields.ts'
import { LEAST_CHANGE } from '../../insights/initiative-changes.ts'
import {
  archiveDefinition,
  endIdle,
  readFavourites,
  saveInitiative,
  saveMetric,
  setFavourites,
  setHandling,
  setTarget,
  setWeight,
} from '../../insights/programme.ts'
import type { Author } from '../../store/definitions/change.ts'
import { dayText, parseDay } from '../../store/days.ts'
import {
  allVersions,
  answerChange,
  answerInitiativeSettings,
  answerInitiativeTrial,
  answerMetricSettings,
  answerMetricTrial,
  archived,
  readChangedAssets,
  readChanges,
} from '../answers/programme.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { type Asked, answerAll, readMoment, readRange } from '../asked.ts'
import { Moment, Range } from '../shapes.ts'
import {
  Archived,
  ChangeDetail,
  ChangedAssets,
  ChangePoints,
  DraftBody,
  Favourites,
  Fields,
  IdleSetting,
  InitiativeSettings,
  InitiativeTrial,
  MetricSettings,
  MetricTrial,
  NewFavourites,
  NewInitiative,
  NewMetric,
  NewState,
  NewTarget,
  NewWeight,
  Versions,
  Why,
} from '../shapes/programme.ts'

const Id = z.object({ id: z.string().max(200) })
const OnDay = Id.extend({ day: z.string().max(40) })
const Organisation = Moment.pick({ org: true }).strict()

/** Who acts where nobody is named, until there is sign-in. */
const ACTOR = 'api'

/** Who sets it, and why. */
export const byOf = ({ author, reason }: { author?: string | undefined; reason?: string | undefined }): Author => ({
  actor: author ?? ACTOR,
  ...(reason ? { reason } : {}),
})

/** What a question is about as it is now, of an organisation that is there. Throws UserError('unknown_organisation'). */
export async function readPresent(api: Api, query: { org?: string | undefined }): Promise<Asked> {
  const asked = await readMoment(api, { org: query.org })
  if (!asked.org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
  return asked
}

/** What people set of metrics and initiatives: weights, states, targets, favourites, metrics and initiatives of their own. */
export const programme =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api

    /** Does an act and takes it into the scores; answers what `tell` says of the organisation afterwards. */
    const change = async <T>(
      query: { org?: string | undefined },
      work: (asked: Asked) => Promise<unknown>,
      tell: (asked: Asked) => Promise<T>,
    ): Promise<T> => {
      await work(await readPresent(api, query))
      await compute(store, catalog)
      return tell(await readPresent(api, query))
    }
    const metricNow = (query: { org?: string | undefined }, id: string, work: (asked: Asked) => Promise<unknown>) =>
      change(query, work, (asked) => answerMetricSettings(asked, id))
    const initiativeNow = (query: { org?: string | undefined }, id: string, work: (asked: Asked) => Promise<unknown>) =>
      change(query, work, (asked) => answerInitiativeSettings(asked, id))

    app.get(
      '/metrics/:id/settings',
      {
        schema: {
          operationId: 'getMetricSettings',
          tags: ['programme'],
          summary: 'What is set of a metric, by whom and why: weights, state, its own text',
          params: Id,
          querystring: Organisation,
          response: answers(MetricSettings),
        },
      },
      async ({ params, query }) => answerMetricSettings(await readPresent(api, query), params.id),
    )
    app.put(
      '/metrics/:id/weight',
      {
        schema: {
          operationId: 'setWeight',
          tags: ['programme'],
          summary: 'Set how much a metric counts, in all initiatives or in one; accepted leaves it out',
          params: Id,
          querystring: Organisation,
          body: NewWeight,
          response: answers(MetricSettings),
        },
      },
      async ({ params: { id }, query, body }) =>
        metricNow(query, id, ({ scope, today }) =>
          setWeight(store, scope.org_id, today, { metric: id, initiative: body.initiative ?? null }, body.weight, byOf(body)),
        ),
    )
    app.delete(
      '/metrics/:id/weight',
      {
        schema: {
          operationId: 'clearWeight',
          tags: ['programme'],
          summary: 'Let a metric count again as the initiatives say',
          params: Id,
          querystring: Why.extend({ initiative: z.string().max(200).optional() }),
          response: answers(MetricSettings),
        },
      },
      async ({ params: { id }, query }) =>
        metricNow(query, id, ({ scope, today }) =>
          setWeight(store, scope.org_id, today, { metric: id, initiative: query.initiative ?? null }, null, byOf(query)),
        ),
    )
    app.put(
      '/metrics/:id/state',
      {
        schema: {
          operationId: 'setMetricState',
          tags: ['programme'],
          summary: 'Say that a metric is mitigated elsewhere (it counts nothing) or mitigated (it counts as met)',
          params: Id,
          querystring: Organisation,
          body: NewState,
          response: answers(MetricSettings),
        },
      },
      async ({ params: { id }, query, body }) =>
        metricNow(query, id, ({ scope, today }) => setHandling(store, scope.org_id, today, id, body.state, byOf(body))),
    )
    app.delete(
      '/metrics/:id/state',
      {
        schema: {
          operationId: 'clearMetricState',
          tags: ['programme'],
          summary: 'Let a metric count again as it is measured',
          params: Id,
          querystring: Why,
          response: answers(MetricSettings),
        },
      },
      async ({ params: { id }, query }) =>
        metricNow(query, id, ({ scope, today }) => setHandling(store, scope.org_id, today, id, null, byOf(query))),
    )
    app.put(
      '/metrics/:id',
      {
        schema: {
          operationId: 'saveMetric',
          tags: ['programme'],
          summary: 'Add a metric of your own, or a new version of it; it has its history since the first import',
          params: Id,
          querystring: Organisation,
          body: NewMetric,
          response: answers(MetricSettings),
        },
      },
      async ({ params: { id }, query, body }) =>
        metricNow(query, id, ({ scope, today, moment }) =>
          saveMetric(store, scope.org_id, today, { id, yaml: body.yaml, empty: body.may_be_empty }, moment.day, byOf(body)),
        ),
    )
    for (const [kind, operationId, summary] of [
      ['metric', 'archiveMetric', 'Archive a metric of your own; the past keeps it'],
      ['initiative', 'archiveInitiative', 'Archive an initiative of your own; the past keeps it'],
    ] as const)
      app.delete(
        `/${kind}s/:id`,
        { schema: { operationId, tags: ['programme'], summary, params: Id, querystring: Why, response: answers(Archived) } },
        async ({ params: { id }, query }) =>
          change(
            query,
            ({ scope, today }) => archiveDefinition(store, scope.org_id, today, kind, id, byOf(query)),
            async (asked) => answerAll(asked, await archived(asked)),
          ),
      )
    app.post(
      '/metrics/try',
      {
        schema: {
          operationId: 'tryMetric',
          tags: ['programme'],
          summary: 'Ask a metric that is not saved: what is wrong with it, which assets are exposed now, its last two years',
          querystring: Moment.omit({ rules: true }).strict(),
          body: DraftBody,
          response: answers(MetricTrial),
        },
      },
      async ({ query, body }) => answerMetricTrial(await readMoment(api, query), body.id, body.yaml),
    )
    app.get(
      '/initiatives/:id/settings',
      {
        schema: {
          operationId: 'getInitiativeSettings',
          tags: ['programme'],
          summary: 'What is set of an initiative, by whom and why: target, weights, its own text',
          params: Id,
          querystring: Organisation,
          response: answers(InitiativeSettings),
        },
      },
      async ({ params, query }) => answerInitiativeSettings(await readPresent(api, query), params.id),
    )
    app.put(
      '/initiatives/:id/target',
      {
        schema: {
          operationId: 'setTarget',
          tags: ['programme'],
          summary: 'Set the score that an initiative shall reach, and by which day',
          params: Id,
          querystring: Organisation,
          body: NewTarget,
          response: answers(InitiativeSettings),
        },
      },
      async ({ params: { id }, query, body }) =>
        initiativeNow(query, id, ({ scope, today }) =>
          setTarget(store, scope.org_id, today, id, { score: Math.round(body.score * 1e6) / 1e8, by: body.by || null }, byOf(body)),
        ),
    )
    app.delete(
      '/initiatives/:id/target',
      {
        schema: {
          operationId: 'clearTarget',
          tags: ['programme'],
          summary: 'Let the target be the one that the initiative comes with',
          params: Id,
          querystring: Why,
          response: answers(InitiativeSettings),
        },
      },
      async ({ params: { id }, query }) =>
        initiativeNow(query, id, ({ scope, today }) => setTarget(store, scope.org_id, today, id, null, byOf(query))),
    )
    app.put(
      '/initiatives/:id',
      {
        schema: {
          operationId: 'saveInitiative',
          tags: ['programme'],
          summary: 'Add an initiative of your own, or a new version of it',
          params: Id,
          querystring: Organisation,
          body: NewInitiative,
          response: answers(InitiativeSettings),
        },
      },
      async ({ params: { id }, query, body }) =>
        initiativeNow(query, id, ({ scope, today }) => saveInitiative(store, scope.org_id, today, { id, yaml: body.yaml }, byOf(body))),
    )
    app.post(
      '/initiatives/try',
      {
        schema: {
          operationId: 'tryInitiative',
          tags: ['programme'],
          summary: 'Score an initiative that is not saved: what is wrong with it, its last two years',
          querystring: Moment.omit({ rules: true }).strict(),
          body: DraftBody,
          response: answers(InitiativeTrial),
        },
      },
      async ({ query, body }) => answerInitiativeTrial(await readMoment(api, query), body.id, body.yaml),
    )
    app.get(
      '/initiatives/:id/changes',
      {
        schema: {
          operationId: 'listInitiativeChanges',
          tags: ['initiatives'],
          summary: "Days on which an initiative's score changed, by the definitions of each day, with the reasons",
          params: Id,
          querystring: Moment.extend(Range.shape)
            .extend({ least: z.coerce.number().min(0).max(100).default(LEAST_CHANGE).describe('Points of 0–100; 0: every change') })
            .strict(),
          response: answers(ChangePoints),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const { from, to } = readRange(query, asked.moment)
        const points = await readChanges(asked, params.id, { from, to, least: query.least })
        const items = points.map((point) => ({ ...point, day: dayText(point.day) }))
        return { items, total: items.length, least: query.least, from: dayText(from), to: dayText(to) }
      },
    )
    const dayOfAddress = (asked: Asked, text: string): number => {
      const day = parseDay(text)
      if (day === null) throw new UserError('bad_range', `"${text.slice(0, 40)}" is not a day of the calendar`)
      if (day > asked.moment.day) throw new UserError('future_moment', `${text} lies after the day that the question is about`)
      return day
    }
    app.get(
      '/initiatives/:id/changes/:day',
      {
        schema: {
          operationId: 'getInitiativeChange',
          tags: ['initiatives'],
          summary: "Why an initiative's score changed on a day: each metric with its reason and its part, which sum to the change",
          params: OnDay,
          querystring: Moment.strict(),
          response: answers(ChangeDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        return answerChange(asked, params.id, dayOfAddress(asked, params.day))
      },
    )
    app.get(
      '/metrics/:id/changes/:day',
      {
        schema: {
          operationId: 'listChangedAssets',
          tags: ['metrics'],
          summary: 'All assets that a metric began or ceased to find exposed on a day',
          params: OnDay,
          querystring: Moment.extend({
            limit: z.coerce.number().int().min(1).max(1000).default(100),
            cursor: z.string().max(100).optional(),
          }).strict(),
          response: answers(ChangedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const all = await readChangedAssets(asked, params.id, dayOfAddress(asked, params.day))
        const start = query.cursor === undefined ? 0 : Number(/^\d{1,9}$/.test(query.cursor) ? query.cursor : Number.NaN)
        if (Number.isNaN(start))
          throw new UserError('bad_cursor', 'the cursor is not one that this server gave: ask for the first page without one')
        const end = start + query.limit
        return { items: all.slice(start, end), total: all.length, next_cursor: end < all.length ? String(end) : null, as_of: asked.as_of }
      },
    )
    app.get(
      '/favourites',
      {
        schema: {
          operationId: 'getFavourites',
          tags: ['programme'],
          summary: 'The favourite initiatives of everyone who chose none',
          querystring: Organisation,
          response: answers(Favourites),
        },
      },
      async ({ query }) => {
        const { org, scope, today } = await readMoment(api, { org: query.org })
        return { initiatives: org ? await readFavourites(store, scope.org_id, today) : null }
      },
    )
    app.put(
      '/favourites',
      {
        schema: {
          operationId: 'setFavourites',
          tags: ['programme'],
          summary: 'Set the favourite initiatives of everyone who chose none; an empty list takes them away',
          querystring: Organisation,
          body: NewFavourites,
          response: answers(Favourites),
        },
      },
      async ({ query, body }) =>
        change(
          query,
          ({ scope, today }) => setFavourites(store, scope.org_id, today, body.initiatives, byOf(body)),
          async ({ scope, today }) => ({ initiatives: await readFavourites(store, scope.org_id, today) }),
        ),
    )
    app.get(
      '/definitions/log',
      {
        schema: {
          operationId: 'listDefinitionVersions',
          tags: ['programme'],
          summary: 'All that was ever set of metrics and initiatives: who, when, why',
          querystring: Organisation,
          response: answers(Versions),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, { org: query.org })
        return answerAll(asked, await allVersions(asked))
      },
    )
    app.delete(
      '/definitions',
      {
        schema: {
          operationId: 'endIdleSetting',
          tags: ['programme'],
          summary: 'End a target, weight, state or threshold that applies to nothing, as its metric or initiative is there no more',
          querystring: IdleSetting,
          response: answers(Versions),
        },
      },
      async ({ query }) =>
        change(
          query,
          ({ scope, today }) => endIdle(store, scope.org_id, today, query, byOf(query)),
          async (asked) => answerAll(asked, await allVersions(asked)),
        ),
    )
    app.get(
      '/definitions/archived',
      {
        schema: {
          operationId: 'listArchivedDefinitions',
          tags: ['programme'],
          summary: 'Metrics and initiatives of your own that were archived',
          querystring: Organisation,
          response: answers(Archived),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, { org: query.org })
        return answerAll(asked, await archived(asked))
      },
    )
    app.get(
      '/definitions/fields',
      {
        schema: {
          operationId: 'listConditionFields',
          tags: ['programme'],
          summary: 'What the conditions of a metric may read',
          response: answers(Fields),
        },
      },
      async () => ({
        items: [...metricColumns].map(([field, { title, type, values, several }]) => ({
          field,
          title,
          about: assetColumns.has(field) ? ('asset' as const) : ('finding' as const),
          type,
          values: values ? [...values] : null,
          several: several ?? false,
        })),
        needs: [...catalog.capabilities.values()].map(({ id, title }) => ({ id, title })),
        objectives: [...catalog.objectives.values()].map(({ id, title }) => ({ id, title })),
      }),
    )
  }
