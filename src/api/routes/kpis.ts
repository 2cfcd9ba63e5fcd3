import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { endKpi, findKpi, GivenKpi, setKpi } from '../../insights/kpis.ts'
import { kpiStates } from '../../model/kpi.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import { kpiFields, kpisOf } from '../answers/kpis.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, asksToChange, readMoment, readPage } from '../asked.ts'
import { Moment, Page, Problem } from '../shapes.ts'
import { ChangedKpi, Kpi, KpiList, NewKpi } from '../shapes/kpis.ts'

const Id = z.object({ kpi_id: z.string().max(60) })
const Organisation = Moment.pick({ org: true }).strict()
const columns = givenColumns(kpiFields)

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

/** Scores with a target, a day and somebody who answers for them. */
export const kpis =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store } = api

    const answerOne = async (query: { org?: string | undefined }, kpi_id: string) => {
      const found = (await kpisOf(await asksToChange(api, query))).find((each) => each.kpi_id === kpi_id)
      if (!found) throw new UserError('unknown_kpi', `there is no KPI "${kpi_id}" at that moment`, { status: 404 })
      return found
    }

    app.get(
      '/kpis',
      {
        schema: {
          operationId: 'listKpis',
          tags: ['kpis'],
          summary: 'KPIs as they stand: those that need care first',
          querystring: Page.strict(),
          response: answers(KpiList),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const found = await kpisOf(asked)
        const answer = await askGiven(asked.store.engine, found, kpiFields, ['name', 'owner', 'title'], readPage(query, columns))
        const counts = kpiStates.map((state) => ({ state, kpis: found.filter((each) => each.state === state).length }))
        return { ...answerPage(asked, answer), counts: counts.filter(({ kpis: count }) => count > 0) }
      },
    )
    app.get(
      '/kpis/:kpi_id',
      {
        schema: {
          operationId: 'getKpi',
          tags: ['kpis'],
          summary: 'A KPI as it stands',
          params: Id,
          querystring: Moment.strict(),
          response: answers(Kpi),
        },
      },
      async ({ params, query }) => {
        const found = (await kpisOf(await readMoment(api, query))).find((each) => each.kpi_id === params.kpi_id)
        if (!found) throw new UserError('unknown_kpi', `there is no KPI "${params.kpi_id}" at that moment`, { status: 404 })
        return found
      },
    )
    app.post(
      '/kpis',
      {
        schema: {
          operationId: 'addKpi',
          tags: ['kpis'],
          summary: 'Set a KPI: a score, its target, the day by which it shall be met, and who answers for it',
          querystring: Organisation,
          body: NewKpi,
          response: { 201: Kpi, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body: { reason, ...given } }, reply) => {
        const { scope, catalog } = await asksToChange(api, query)
        const kpi_id = await setKpi(store, catalog, scope.org_id, given, { actor: ACTOR, reason })
        await compute(store, api.catalog)
        return reply.code(201).send(await answerOne(query, kpi_id))
      },
    )
    app.patch(
      '/kpis/:kpi_id',
      {
        schema: {
          operationId: 'changeKpi',
          tags: ['kpis'],
          summary: 'Change a KPI; the day on which it was set stays',
          params: Id,
          querystring: Organisation,
          body: ChangedKpi,
          response: answers(Kpi),
        },
      },
      async ({ params, query, body: { reason, ...given } }) => {
        const { scope, catalog } = await asksToChange(api, query)
        const { kpi_id, set_on: _, ...before } = await findKpi(store.engine, scope.org_id, params.kpi_id)
        await setKpi(store, catalog, scope.org_id, GivenKpi.parse({ ...before, ...given }), { actor: ACTOR, reason }, kpi_id)
        await compute(store, api.catalog)
        return answerOne(query, kpi_id)
      },
    )
    app.delete(
      '/kpis/:kpi_id',
      {
        schema: {
          operationId: 'endKpi',
          tags: ['kpis'],
          summary: 'End a KPI; its history stays',
          params: Id,
          querystring: Organisation,
          response: { 204: z.undefined().describe('Ended'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ params, query }, reply) => {
        const { scope } = await asksToChange(api, query)
        await endKpi(store, scope.org_id, params.kpi_id, { actor: ACTOR })
        await compute(store, api.catalog)
        return reply.code(204).send()
      },
    )
  }
