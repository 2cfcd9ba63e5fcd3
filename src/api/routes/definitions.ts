const NOTYET = (): any => { throw new Error('not yet') }
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { Definitions } from '../shapes.ts'

/** The formula and its constants. */
export const definitions = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/definitions',
    { schema: { operationId: 'getDefinitions', tags: ['definitions'], summary: 'The formula of the exposure score with all its constants', response: answers(Definitions) } },
    async () => NOTYET(),
  )
}
