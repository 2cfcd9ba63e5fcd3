import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { getControl } from '../../store/queries/controls/get.ts'
import { controlColumns, listControls } from '../../store/queries/controls/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { ControlDetail, ControlSummary, Moment, Page, list } from '../shapes.ts'

const Controls = named('ControlList', list(ControlSummary))
const Id = z.object({ control_id: z.string().max(500) })

/** Rules of good configuration and what they gave. */
export const controls =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/controls',
      {
        schema: {
          operationId: 'listControls',
          tags: ['controls'],
          summary: 'Controls and how far they are met',
          querystring: Page.strict(),
          response: answers(Controls),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerPage(asked, await listControls(asked.store.engine, asked.scope, asked.moment, readPage(query, controlColumns)))
      },
    )
    app.get(
      '/controls/:control_id',
      {
        schema: {
          operationId: 'getControl',
          tags: ['controls'],
          summary: 'A control and its result on each asset',
          params: Id,
          querystring: Moment.strict(),
          response: answers(ControlDetail),
        },
      },
      async ({ params, query }) => {
        const { store, scope, moment } = await readMoment(api, query)
        return getControl(store.engine, scope, moment, params.control_id)
      },
    )
  }
