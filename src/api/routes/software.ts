import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerSoftwareHistory } from '../answers/software-history.ts'
import { type Asked, answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { SoftwareHistory } from '../shapes/software-history.ts'
import { affectedColumns, listSoftwareAssets } from '../../store/queries/assets/affected.ts'
import { getSoftware } from '../../store/queries/software/get.ts'
import { listSoftware, softwareColumns } from '../../store/queries/software/list.ts'
import { tellSoftware } from '../../store/queries/software/told.ts'
import type { Api } from '../api.ts'
import { rememberFew } from '../memory.ts'
import { named } from '../named.ts'
import { Moment, Page, SoftwareDetail, SoftwareSummary, list } from '../shapes.ts'
import { AffectedAssets } from './metrics.ts'

const SoftwareList = named('SoftwareList', list(SoftwareSummary))
const Name = z.object({ name: z.string().max(500) })
const vendor = { vendor: z.string().max(500).optional().describe('Where several vendors have software of this name') }

/** What the weaknesses of all software come to, asked once for each state of the store. */
const toldOf = ({ store, scope, moment, now }: Asked) =>
  rememberFew(store, ['software told', scope, moment.day, now ? null : moment.at], () => tellSoftware(store.engine, scope, moment))

/** What is installed. */
export const software =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/software',
      {
        schema: {
          operationId: 'listSoftware',
          tags: ['software'],
          summary: 'Software by name and vendor',
          querystring: Page.strict(),
          response: answers(SoftwareList),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, softwareColumns)
        return answerPage(asked, await listSoftware(asked.store.engine, asked.scope, asked.moment, page, await toldOf(asked)))
      },
    )
    app.get(
      '/software/:name',
      {
        schema: {
          operationId: 'getSoftware',
          tags: ['software'],
          summary: 'A software',
          params: Name,
          querystring: Moment.extend(vendor).strict(),
          response: answers(SoftwareDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        return getSoftware(asked.store.engine, asked.scope, asked.moment, params.name, query.vendor, await toldOf(asked))
      },
    )
    app.get(
      '/software/:name/history',
      {
        schema: {
          operationId: 'getSoftwareHistory',
          tags: ['software'],
          summary: 'On how many assets each version was, day by day',
          params: Name,
          querystring: Moment.extend({ ...vendor, from: z.string().max(10).optional(), to: z.string().max(10).optional() }).strict(),
          response: answers(SoftwareHistory),
        },
      },
      async ({ params, query: { from, to, vendor: of, ...query } }) => {
        const asked = await readMoment(api, query)
        const range = readRange({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, asked.moment)
        return answerSoftwareHistory(asked, { name: params.name, vendor: of ?? null }, range)
      },
    )
    app.get(
      '/software/:name/assets',
      {
        schema: {
          operationId: 'listSoftwareAssets',
          tags: ['software'],
          summary: 'The assets that have it; the reason names the versions',
          params: Name,
          querystring: Page.extend(vendor).strict(),
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const software = { name: params.name, vendor: query.vendor ?? null }
        return answerPage(
          asked,
          await listSoftwareAssets(asked.store.engine, asked.scope, asked.moment, software, readPage(query, affectedColumns)),
        )
      },
    )
  }
