import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { changeDefinitions } from '../../store/definitions/change.ts'
import { readDefinition } from '../../store/definitions/read.ts'
import { findOrg } from '../../store/orgs.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { Arrangement } from '../shapes/arrangements.ts'

const Page = z.object({ page: z.enum(['overview']) })
const Whose = z.strictObject({ org: z.string().max(100).optional().describe('Slug of the organisation') })
const Arranged = named('Arrangement', Arrangement)

/** Who changes things, until there is sign-in. */
const ACTOR = 'api'

/** Nothing is arranged: the cards stand as the program puts them. */
const nothing = { order: [], hidden: [] }

/** How the cards of a page are arranged for everyone of an organisation; a browser may keep an arrangement of its own. */
export const arrangements =
  ({ store }: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const orgOf = async (slug: string | undefined): Promise<number> => {
      const org = await findOrg(store.engine, slug)
      if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
      return org.org_id
    }
    app.get(
      '/arrangements/:page',
      {
        schema: {
          operationId: 'getArrangement',
          tags: ['definitions'],
          summary: 'How the cards of a page are arranged for everyone',
          params: Page,
          querystring: Whose,
          response: answers(Arranged),
        },
      },
      async ({ params, query }) => {
        const org = await findOrg(store.engine, query.org)
        const set = org && (await readDefinition(store.engine, org.org_id, 'arrangement', params.page))
        return set ? Arrangement.parse(JSON.parse(set.body)) : nothing
      },
    )
    app.put(
      '/arrangements/:page',
      {
        schema: {
          operationId: 'setArrangement',
          tags: ['definitions'],
          summary: 'Arrange the cards of a page for everyone',
          params: Page,
          querystring: Whose,
          body: Arranged,
          response: answers(Arranged),
        },
      },
      async ({ params, query, body }) => {
        await changeDefinitions(
          store,
          await orgOf(query.org),
          [{ kind: 'arrangement', id: params.page, body: JSON.stringify({ order: body.order, hidden: body.hidden }) }],
          { actor: ACTOR },
        )
        return body
      },
    )
    app.delete(
      '/arrangements/:page',
      {
        schema: {
          operationId: 'resetArrangement',
          tags: ['definitions'],
          summary: 'Let the cards of a page stand as the program puts them',
          params: Page,
          querystring: Whose,
          response: answers(Arranged),
        },
      },
      async ({ params, query }) => {
        await changeDefinitions(store, await orgOf(query.org), [{ kind: 'arrangement', id: params.page, body: null }], { actor: ACTOR })
        return nothing
      },
    )
  }
