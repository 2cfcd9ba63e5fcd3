import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { formatInstant } from '../../model/time.ts'
import { findOrg } from '../../store/orgs.ts'
import { applyRetention, readPolicy, setPolicy, WORLD } from '../../store/retention.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { Retention, RetentionRun } from '../shapes.ts'

const Whose = z.strictObject({
  org: z.string().max(100).optional().describe('Slug of the organisation'),
  feeds: z.enum(['true', 'false']).default('false').describe('true: not an organisation but the feeds about the world'),
})
const Apply = Whose.extend({ dry_run: z.enum(['true', 'false']).default('false').describe('true: only say what would be removed') })

/** Who changes things, until there is sign-in. */
const ACTOR = 'api'

/** How long things are kept, and the removal of what is older. */
export const retention =
  ({ store, catalog }: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const ownerOf = async ({ org, feeds }: { org?: string | undefined; feeds: 'true' | 'false' }): Promise<number> => {
      if (feeds === 'true') return WORLD
      const found = await findOrg(store.engine, org)
      if (!found) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
      return found.org_id
    }
    app.get(
      '/retention',
      {
        schema: {
          operationId: 'getRetention',
          tags: ['operations'],
          summary: 'How long raw inputs and ended facts are kept',
          querystring: Whose,
          response: answers(Retention),
        },
      },
      async ({ query }) => readPolicy(store.engine, await ownerOf(query)),
    )
    app.post(
      '/retention',
      {
        schema: {
          operationId: 'setRetention',
          tags: ['operations'],
          summary: 'Set how long raw inputs and ended facts are kept; nothing is removed by this alone',
          querystring: Whose,
          body: Retention.strict(),
          response: answers(Retention),
        },
      },
      async ({ query, body }) => {
        const owner = await ownerOf(query)
        await setPolicy(store, owner, body, ACTOR)
        return readPolicy(store.engine, owner)
      },
    )
    app.post(
      '/retention/apply',
      {
        schema: {
          operationId: 'applyRetention',
          tags: ['operations'],
          summary: 'Remove what is older than the policy keeps, for ever and logged',
          querystring: Apply,
          response: answers(RetentionRun),
        },
      },
      async ({ query }) => {
        const run = await applyRetention(store, await ownerOf(query), { actor: ACTOR, dry: query.dry_run === 'true' })
        if (run.import_no !== null) await compute(store, catalog)
        return { ...run, horizon: formatInstant(run.horizon) }
      },
    )
  }
