import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { listFeeds } from '../../ingest/updating/schedule.ts'
import { findFeed, updateFeed } from '../../ingest/updating/update.ts'
import { compute } from '../../insights/compute.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { FeedState, FeedUpdate } from '../shapes.ts'

const Feeds = named('FeedList', z.object({ items: z.array(FeedState) }))
const Which = z.object({ feed: z.string().max(100).describe('Id of a feed') })
// No address: who may ask a server to update a feed could otherwise make it ask any other.
const How = z.strictObject({
  again: z.enum(['true', 'false']).default('false').describe('Fetch even what the source says is unchanged'),
  accept_shrunken: z.enum(['true', 'false']).default('false').describe('Take a list that became much shorter than the one before'),
})

/** Who updates, until there is sign-in. */
const ACTOR = 'api'

/** Public intelligence: where it comes from, and fetching it. */
export const feeds =
  ({ store, catalog }: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/feeds',
      {
        schema: {
          operationId: 'listFeeds',
          tags: ['sources'],
          summary: 'Feeds, where they come from and when they were last asked',
          response: answers(Feeds),
        },
      },
      async () => ({ items: await listFeeds(store) }),
    )
    app.post(
      '/feeds/:feed/update',
      {
        schema: {
          operationId: 'updateFeed',
          tags: ['sources'],
          summary: 'Fetch a feed and import what is new; what we have stays when its source answers something else',
          params: Which,
          querystring: How,
          response: answers(FeedUpdate),
        },
      },
      async ({ params, query }) => {
        const result = await updateFeed(store, findFeed(params.feed), {
          again: query.again === 'true',
          accept_shrunken: query.accept_shrunken === 'true',
          actor: ACTOR,
          // Somebody waits for the answer.
          download: { retries: 1 },
        })
        if (result.state === 'imported') await compute(store, catalog)
        return result
      },
    )
  }
