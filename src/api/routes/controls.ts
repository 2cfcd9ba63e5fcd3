import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { getControl } from '../../store/queries/controls/get.ts'
import { controlColumns, listControls } from '../../store/queries/controls/list.ts'
import { countByObjective } from '../../store/queries/controls/objectives.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { ControlDetail, ControlObjective, ControlSummary, Moment, Page, list } from '../shapes.ts'

const Controls = named('ControlList', list(ControlSummary))
const Objectives = named('ControlObjectiveList', z.object({ items: z.array(ControlObjective) }))
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
      '/objectives',
      {
        schema: {
          operationId: 'listObjectives',
          tags: ['controls'],
          summary: 'What controls are for, whichever tool checks them',
          querystring: Moment.strict(),
          response: answers(Objectives),
        },
      },
      async ({ query }) => {
        const { store, scope } = await readMoment(api, query)
        const counts = await countByObjective(store.engine, scope)
        return {
          items: [...api.catalog.objectives.values()].map(({ id, title, why, source }) => ({
            id,
            title,
            why,
            source,
            controls: counts.get(id) ?? 0,
          })),
        }
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
