import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { recommendationsOfAsset } from '../../insights/asset-recommendations.ts'
import { compute } from '../../insights/compute.ts'
import { nameTypes } from '../../model/asset.ts'
import { mergeAssets, splitAsset, type SplitBy } from '../../store/identity/change.ts'
import { setAssets, settableLevels } from '../../insights/asset-changes.ts'
import { findOrg } from '../../store/orgs.ts'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { answerExposures, answerLevels, previewLevels } from '../answers/asset-rules.ts'
import { answers } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { getAsset } from '../../store/queries/assets/get.ts'
import { assetListColumns, findAssets, listAssets } from '../../store/queries/assets/list.ts'
import { installedColumns, listInstalled } from '../../store/queries/assets/software.ts'
import { findingListColumns, listFindings } from '../../store/queries/findings/list.ts'
import type { Api } from '../api.ts'
import { named } from '../named.ts'
import { AssetDetail, AssetSummary, IdentityChanged, InstalledSoftware, Moment, Page, list } from '../shapes.ts'
import { AssetLevels, AssetRecommendations, AssetsSet, ExposureOfAssets } from '../shapes/classifications.ts'
import { changing } from './changing.ts'
import { Findings } from './findings.ts'

const Assets = named('AssetList', list(AssetSummary))
const Installed = named('InstalledSoftwareList', list(InstalledSoftware))
const Id = z.object({ asset_id: z.coerce.number().int().positive() })
const Changed = named('IdentityChanged', IdentityChanged)
const Org = z.object({ org: z.string().max(100).optional().describe('Slug of the organisation') })
const AssetId = z.number().int().positive()
const Reason = z.string().max(1000).describe('Why, for whoever looks at it next year')

const Set = named('AssetsSet', AssetsSet)
const Exposures = named('ExposureOfAssets', ExposureOfAssets)
const Levels = named('AssetLevels', AssetLevels)
const Recommended = named('AssetRecommendations', AssetRecommendations)

/** Most assets that one act sets. */
const MOST_SET = 100_000

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
    app.post(
      '/assets/set',
      {
        schema: {
          operationId: 'setAssets',
          tags: ['assets'],
          summary: 'Set level or group of assets by hand: those named, or all that meet a filter',
          querystring: Moment.omit({ as_of: true, known_at: true, rules: true }).strict(),
          body: z.strictObject({
            asset_ids: z.array(AssetId).min(1).max(MOST_SET).optional(),
            filter: z.string().max(4000).optional().describe('Instead of asset_ids: a condition as JSON, as in the list of assets'),
            search: z.string().max(200).optional(),
            criticality: z.enum(settableLevels).nullable().optional().describe("'' = none, null = take a person's word back"),
            asset_group: z.string().max(200).nullable().optional().describe("'' = none, null = take a person's word back"),
            reason: Reason.optional(),
            preview: z.boolean().default(false).describe('Only say what it would do'),
          }),
          response: answers(Set),
        },
      },
      async ({ query, body }) => {
        const asked = await readMoment(api, query)
        const { criticality, asset_group, reason, preview } = body
        const { engine } = asked.store
        const { asset_ids } =
          body.asset_ids === undefined
            ? await findAssets(
                engine,
                asked.scope,
                asked.moment,
                readPage({ ...body, sort: 'asset_id', limit: MOST_SET }, assetListColumns),
              )
            : { asset_ids: body.asset_ids }
        const { before, after } =
          criticality === undefined || criticality === null
            ? { before: null, after: null }
            : await previewLevels(asked, [{ asset_ids, criticality }])
        const { import_no } = preview
          ? { import_no: null }
          : await changing(api, query.org, reason, (org_id, by) =>
              setAssets(api.store, org_id, asset_ids, { criticality, asset_group }, by),
            )
        return { assets: asset_ids.length, import_no, score_before: before, score_after: after }
      },
    )
    app.get(
      '/assets/exposure',
      {
        schema: {
          operationId: 'countAssetExposure',
          tags: ['assets'],
          summary: 'Assets by exposure level, those beside the score, and the part of it that has no fix',
          querystring: Moment.strict(),
          response: answers(Exposures),
        },
      },
      async ({ query }) => answerExposures(await readMoment(api, query)),
    )
    app.get(
      '/assets/:asset_id/levels',
      {
        schema: {
          operationId: 'getAssetLevels',
          tags: ['assets'],
          summary: 'Why an asset has its level, its group and its value, and its groups through time',
          params: Id,
          querystring: Moment.strict(),
          response: answers(Levels),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        await getAsset(asked.store.engine, asked.scope, asked.moment, params.asset_id) // throws when it is not in the scope
        return answerLevels(asked, params.asset_id)
      },
    )
    app.get(
      '/assets/:asset_id/recommendations',
      {
        schema: {
          operationId: 'listAssetRecommendations',
          tags: ['assets'],
          summary: 'What to do on an asset: updates that are missing and settings that are not met',
          params: Id,
          querystring: Moment.strict(),
          response: answers(Recommended),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        await getAsset(asked.store.engine, asked.scope, asked.moment, params.asset_id) // throws when it is not in the scope
        return { items: await recommendationsOfAsset(asked.store.engine, asked.scope, asked.moment.day, params.asset_id) }
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
