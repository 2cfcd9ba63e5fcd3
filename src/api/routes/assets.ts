import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { compute } from '../../insights/compute.ts'
import { nameTypes } from '../../model/asset.ts'
import { mergeAssets, splitAsset, type SplitBy } from '../../store/identity/change.ts'
import { findOrg } from '../../store/orgs.ts'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { getAsset } from '../../store/queries/assets/get.ts'
import { assetListColumns, listAssets } from '../../store/queries/assets/list.ts'
import { installedColumns, listInstalled } from '../../store/queries/assets/software.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { AssetDetail, AssetSummary, IdentityChanged, InstalledSoftware, Moment, Page, list } from '../shapes.ts'
import { Findings } from './findings.ts'

const Assets = named('AssetList', list(AssetSummary))
const Installed = named('InstalledSoftwareList', list(InstalledSoftware))
const Id = z.object({ asset_id: z.coerce.number().int().positive() })
const Changed = named('IdentityChanged', IdentityChanged)
const Org = z.object({ org: z.string().max(100).optional().describe('Slug of the organisation') })
const AssetId = z.number().int().positive()
const Reason = z.string().max(1000).describe('Why, for whoever looks at it next year')

/** Who says so, until there is sign-in. */
const ACTOR = 'api'

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
    app.post(
      '/assets/merge',
      {
        schema: {
          operationId: 'mergeAssets',
          tags: ['assets'],
          summary: 'Say that two assets are one',
          querystring: Org.strict(),
          body: z.strictObject({ asset_ids: z.tuple([AssetId, AssetId]), reason: Reason }),
          response: answers(Changed),
        },
      },
      async ({ query, body }) => {
        const org = await findOrg(api.store.engine, query.org)
        if (!org) throw new UserError('unknown_asset', 'there is no asset yet: import a report', { status: 404 })
        const changed = await mergeAssets(api.store, org.org_id, body.asset_ids, { reason: body.reason, actor: ACTOR })
        await compute(api.store, api.catalog)
        return changed
      },
    )
    app.post(
      '/assets/:asset_id/split',
      {
        schema: {
          operationId: 'splitAsset',
          tags: ['assets'],
          summary: 'Say that one asset is several: a name identifies nothing, or a source means another asset by its names',
          params: Id,
          querystring: Org.strict(),
          body: z.strictObject({
            name: z.string().max(600).optional().describe('Kind and name, as serial:ABC123: it links nothing any more'),
            source: z.string().max(100).optional().describe('What this source calls by these names is another asset'),
            reason: Reason,
          }),
          response: answers(Changed),
        },
      },
      async ({ params, query, body }) => {
        const org = await findOrg(api.store.engine, query.org)
        if (!org) throw new UserError('unknown_asset', 'there is no asset yet: import a report', { status: 404 })
        const by = readSplit(body.name, body.source)
        const changed = await splitAsset(api.store, org.org_id, params.asset_id, by, { reason: body.reason, actor: ACTOR })
        await compute(api.store, api.catalog)
        return changed
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

/** Throws UserError('bad_split'). */
function readSplit(name: string | undefined, source: string | undefined): SplitBy {
  if ((name === undefined) === (source === undefined))
    throw new UserError('bad_split', 'say by what to split: either a name (serial:ABC123) or a source (nessus), not both')
  if (source !== undefined) return { source }
  const type = nameTypes.find((each) => name!.startsWith(`${each}:`))
  if (!type)
    throw new UserError('bad_split', `"${name}" is no name: write its kind before it, one of ${nameTypes.join(', ')}, as in serial:ABC123`)
  return { name: { type, name: name!.slice(type.length + 1) } }
}
