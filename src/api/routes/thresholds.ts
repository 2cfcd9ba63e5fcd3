import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { compute } from '../../insights/compute.ts'
import { setThreshold } from '../../insights/posture/thresholds.ts'
import { answerThresholds } from '../answers/programme.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment } from '../asked.ts'
import { Moment } from '../shapes.ts'
import { NewThreshold, Thresholds, Why } from '../shapes/programme.ts'
import { byOf, readPresent } from './programme.ts'

const About = z.object({
  about: z.string().max(250).describe('all, exposure, secure, initiative, metric, initiative/<id> or metric/<id>, with %2F for the stroke'),
})
const Organisation = Moment.pick({ org: true }).strict()

/** From how many points within a day a move of a score is an event. */
export const thresholds =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const set = async (query: { org?: string | undefined }, about: string, points: number | null, by: Parameters<typeof byOf>[0]) => {
      const { scope, today } = await readPresent(api, query)
      await setThreshold(api.store, scope.org_id, today, about, points, byOf(by))
      await compute(api.store, api.catalog)
      return answerThresholds(await readPresent(api, query))
    }
    app.get(
      '/thresholds',
      {
        schema: {
          operationId: 'listThresholds',
          tags: ['programme'],
          summary: 'From how many points within a day a move of a score is an event, as set by people',
          querystring: Organisation,
          response: answers(Thresholds),
        },
      },
      async ({ query }) => answerThresholds(await readMoment(api, { org: query.org })),
    )
    app.put(
      '/thresholds/:about',
      {
        schema: {
          operationId: 'setThreshold',
          tags: ['programme'],
          summary: 'Set it of all scores, of a kind of scores or of one; what is set of less wins over what is set of more',
          params: About,
          querystring: Organisation,
          body: NewThreshold,
          response: answers(Thresholds),
        },
      },
      async ({ params, query, body }) => set(query, params.about, body.points, body),
    )
    app.delete(
      '/thresholds/:about',
      {
        schema: {
          operationId: 'clearThreshold',
          tags: ['programme'],
          summary: 'Let a threshold be what holds of more, in the end 2 points',
          params: About,
          querystring: Why,
          response: answers(Thresholds),
        },
      },
      async ({ params, query }) => set(query, params.about, null, query),
    )
  }
