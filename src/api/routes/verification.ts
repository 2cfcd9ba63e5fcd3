import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { brokenLinks } from '../../store/imports.ts'
import { readKnowledge } from '../../store/queries/imports/knowledge.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { Verification } from '../shapes.ts'

/** Whether nobody changed the past. */
export const verification =
  ({ store }: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/verify',
      {
        schema: {
          operationId: 'verify',
          tags: ['imports'],
          summary: 'Check every import against its digest and the one before',
          response: answers(Verification),
        },
      },
      async () => ({ imports: (await readKnowledge(store.engine)).imports, broken: await brokenLinks(store.engine) }),
    )
  }
