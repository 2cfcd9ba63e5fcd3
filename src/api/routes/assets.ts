const NOTYET = (): any => { throw new Error('not yet') }
import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { AssetDetail, AssetSummary, InstalledSoftware, Moment, Page, list } from '../shapes.ts'
import { Findings } from './findings.ts'

const Assets = named('AssetList', list(AssetSummary))
const Installed = named('InstalledSoftwareList', list(InstalledSoftware))
const Id = z.object({ asset_id: z.coerce.number().int().positive() })

/** What can be exposed. */
export const assets = (api: Api): FastifyPluginAsyncZod => async (app) => {
  app.get(
    '/assets',
    { schema: { operationId: 'listAssets', tags: ['assets'], summary: 'Assets', querystring: Page.strict(), response: answers(Assets) } },
    async ({ query }) => NOTYET(),
  )
  app.get(
    '/assets/:asset_id',
    { schema: { operationId: 'getAsset', tags: ['assets'], summary: 'An asset', params: Id, querystring: Moment.strict(), response: answers(AssetDetail) } },
    async ({ params, query }) => NOTYET(),
  )
  app.get(
    '/assets/:asset_id/findings',
    { schema: { operationId: 'listAssetFindings', tags: ['assets'], summary: 'Open findings of an asset', params: Id, querystring: Page.strict(), response: answers(Findings) } },
    async ({ params, query }) => NOTYET(),
  )
  app.get(
    '/assets/:asset_id/software',
    { schema: { operationId: 'listAssetSoftware', tags: ['assets'], summary: 'Software on an asset', params: Id, querystring: Page.strict(), response: answers(Installed) } },
    async ({ params, query }) => NOTYET(),
  )
}
