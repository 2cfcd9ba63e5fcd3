import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readKnowledge } from '../../store/queries/imports/knowledge.ts'
import type { Api } from '../api.ts'
import { Health, Problem, Ready } from '../shapes.ts'

/** For whatever watches the server; outside of /api/v1, without a token. */
export const health =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/health',
      { schema: { operationId: 'getHealth', tags: ['health'], summary: 'The program runs', response: { 200: Health } } },
      async () => ({ status: 'ok' as const, version: api.version }),
    )
    app.get(
      '/ready',
      {
        schema: {
          operationId: 'getReadiness',
          tags: ['health'],
          summary: 'It can answer questions',
          response: { 200: Ready, 503: Ready, '4xx': Problem },
        },
      },
      async (_request, reply) => {
        const { engine } = api.store
        const answered = await readKnowledge(engine).then(
          () => true,
          (error: unknown) => {
            app.log.error(error)
            return false
          },
        )
        return reply
          .code(answered ? 200 : 503)
          .send({ status: answered ? 'ready' : 'not_ready', database: engine.name, version: api.version })
      },
    )
  }
