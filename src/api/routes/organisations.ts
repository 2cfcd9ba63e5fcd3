import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { addOrg, removeOrg } from '../../store/orgs.ts'
import { listOrganisations } from '../../store/queries/overview/organisations.ts'
import { formatInstant } from '../../model/time.ts'
import { presentInstant } from '../../store/kept.ts'
import { answerOrganisations } from '../answers/organisations.ts'
import type { Api } from '../api.ts'
import { OrganisationStanding } from '../shapes/organisation-overview.ts'
import { named } from '../named.ts'
import { NewOrganisation, Organisation, Problem } from '../shapes.ts'

const Organisations = named('OrganisationList', z.object({ items: z.array(Organisation) }))
const Standings = named(
  'OrganisationStandings',
  z.object({ items: z.array(named('OrganisationStanding', OrganisationStanding)), as_of: z.string() }),
)
/** Who changes things, until there is sign-in. */
const ACTOR = 'api'

const Slug = z.object({ slug: z.string().max(100) })

/** Organisations: each has assets, findings and scores of its own. */
export const organisations =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/organisations',
      {
        schema: {
          operationId: 'listOrganisations',
          tags: ['organisations'],
          summary: 'All organisations',
          response: answers(Organisations),
        },
      },
      async () => ({ items: await listOrganisations(api.store.engine, api.store.now()) }),
    )
    app.get(
      '/organisations/standing',
      {
        schema: {
          operationId: 'listOrganisationStandings',
          tags: ['organisations'],
          summary: 'How all organisations stand beside each other: scores, trend, coverage, freshness, events',
          response: answers(Standings),
        },
      },
      async () => {
        const at = await presentInstant(api.store.engine, api.store.now())
        return { items: await answerOrganisations(api.store.engine, at), as_of: formatInstant(at) }
      },
    )
    app.post(
      '/organisations',
      {
        schema: {
          operationId: 'addOrganisation',
          tags: ['organisations'],
          summary: 'Add an organisation',
          body: NewOrganisation.strict(),
          response: { 201: Organisation, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ body }, reply) => {
        const { name, zone, tenants } = body
        const org = await addOrg(api.store, {
          name,
          ...(zone === undefined ? {} : { zone }),
          ...(tenants === undefined ? {} : { tenants }),
        })
        return reply.code(201).send({ ...org, assets: 0 })
      },
    )
    app.delete(
      '/organisations/:slug',
      {
        schema: {
          operationId: 'removeOrganisation',
          tags: ['organisations'],
          summary: 'Remove an organisation with all that is known about it, for ever',
          params: Slug,
          response: { 204: z.undefined().describe('Removed'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ params }, reply) => {
        await removeOrg(api.store, params.slug, ACTOR)
        return reply.code(204).send()
      },
    )
  }
