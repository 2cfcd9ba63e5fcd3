const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Problem } from '../shapes.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { NewOrganisation, Organisation } from '../shapes.ts'

const Organisations = named('OrganisationList', z.object({ items: z.array(Organisation) }))
const Slug = z.object({ slug: z.string().max(100) })

/** Organisations: each has assets, findings and scores of its own. */
export const organisations = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/organisations',
    { schema: { operationId: 'listOrganisations', tags: ['organisations'], summary: 'All organisations', response: answers(Organisations) } },
    async () => NOTYET(),
  )
  app.post(
    '/organisations',
    {
      schema: {
        operationId: 'addOrganisation', tags: ['organisations'], summary: 'Add an organisation',
        body: NewOrganisation.strict(), response: { 201: Organisation, '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ body }, reply) => NOTYET(),
  )
  app.delete(
    '/organisations/:slug',
    {
      schema: {
        operationId: 'removeOrganisation', tags: ['organisations'], summary: 'Remove an organisation with all that is known about it, for ever',
        params: Slug, response: { 204: z.undefined().describe('Removed'), '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ params }, reply) => NOTYET(),
  )
}
