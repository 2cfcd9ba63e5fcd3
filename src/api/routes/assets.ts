import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { getAsset } from '../../store/queries/assets/get.ts'
import { assetListColumns, listAssets } from '../../store/queries/assets/list.ts'
import { installedColumns, listInstalled } from '../../store/queries/assets/software.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { AssetDetail, AssetSummary, InstalledSoftware, Moment, Page, list } from '../shapes.ts'
import { Findings } from './findings.ts'

const Assets = named('AssetList', list(AssetSummary))
const Installed = named('InstalledSoftwareList', list(InstalledSoftware))
const Id = z.object({ asset_id: z.coerce.number().int().positive() })

/** What can be exposed. */
export const assets =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/assets',
      { schema: { operationId: 'listAssets', tags: ['assets'], summary: 'Assets', querystring: Page.strict(), response: answers(Assets) } },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerPage(asked, await listAssets(asked.store.engine, asked.scope, asked.moment, readPage(query, assetListColumns)))
      },
    )
    app.get(
      '/assets/:asset_id',
      {
        schema: {
          operationId: 'getAsset',
          tags: ['assets'],
          summary: 'An asset',
          params: Id,
          querystring: Moment.strict(),
          response: answers(AssetDetail),
        },
      },
      async ({ params, query }) => {
        const { store, scope, moment } = await readMoment(api, query)
        return getAsset(store.engine, scope, moment, params.asset_id)
      },
    )
    app.get(
      '/assets/:asset_id/findings',
      {
        schema: {
          operationId: 'listAssetFindings',
          tags: ['assets'],
          summary: 'Open findings of an asset',
          params: Id,
          querystring: Page.strict(),
          response: answers(Findings),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, findingListColumns)
        await getAsset(asked.store.engine, asked.scope, asked.moment, params.asset_id) // throws when it is not in the scope
        return answerPage(asked, await listFindings(asked.store.engine, asked.scope, asked.moment, page, params.asset_id))
      },
    )
    app.get(
      '/assets/:asset_id/software',
      {
        schema: {
          operationId: 'listAssetSoftware',
          tags: ['assets'],
          summary: 'Software on an asset',
          params: Id,
          querystring: Page.strict(),
          response: answers(Installed),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, installedColumns)
        await getAsset(asked.store.engine, asked.scope, asked.moment, params.asset_id) // throws when it is not in the scope
        return answerPage(asked, await listInstalled(asked.store.engine, asked.scope, asked.moment, params.asset_id, page))
      },
    )
  }
