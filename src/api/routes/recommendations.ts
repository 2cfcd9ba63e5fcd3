import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { recommendationAssets, recommendationSubjects } from '../../insights/recommendations.ts'
import { affectedColumns, listReasonedAssets } from '../../store/queries/assets/affected.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import { userImpacts } from '../../model/recommendation.ts'
import { severityWord, stageWord } from '../../store/queries/words.ts'
import { productUrl } from '../answers/recommendation-words.ts'
import { catalogue, catalogued, findCatalogued, gainTogether, recommendationFields } from '../answers/recommendations.ts'
import { openActivities } from '../answers/remediation.ts'
import { answerSurfaces } from '../answers/surfaces.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, readMoment, readPage } from '../asked.ts'
import { named } from '../named.ts'
import { list, Moment, Page, Problem } from '../shapes.ts'
import {
  CataloguedRecommendation,
  CataloguedRecommendationDetail,
  JointGain,
  JointGainQuestion,
  SurfaceSummary,
} from '../shapes/recommendation.ts'
import { AffectedAssets } from './metrics.ts'

/** A page of recommendations. */
export const RecommendationPage = named('RecommendationList', list(CataloguedRecommendation))
const Surfaces = named('SurfaceList', z.object({ total: SurfaceSummary.shape.recommendations, items: z.array(SurfaceSummary) }))
const Id = z.object({ id: z.string().max(500) })
const ByImpact = Page.extend({
  user_impact: z
    .enum(userImpacts)
    .optional()
    .describe('Only assets of which sources expect this impact on users when the setting is mended; default: all'),
}).strict()
export const recommendationColumns = givenColumns(recommendationFields)

/** What to do, ranked by what it gains. */
export const recommendations =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/recommendations',
      {
        schema: {
          operationId: 'listRecommendations',
          tags: ['recommendations'],
          summary: 'The catalogue of recommendations over all sources, the greatest gain first',
          querystring: Page.strict(),
          response: answers(RecommendationPage),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, recommendationColumns)
        const { items, ...rest } = await askGiven(
          asked.store.engine,
          await catalogue(asked),
          recommendationFields,
          ['title', 'component', 'id'],
          page,
        )
        return answerPage(asked, { ...rest, items: items.map(catalogued(asked, await openActivities(asked))) })
      },
    )
    app.get(
      '/recommendations/surfaces',
      {
        schema: {
          operationId: 'listSurfaces',
          tags: ['recommendations'],
          summary: 'Attack surfaces, each with its own scores and its recommendations by state',
          querystring: Moment.strict(),
          response: answers(Surfaces),
        },
      },
      async ({ query }) => answerSurfaces(await readMoment(api, query)),
    )
    app.post(
      '/recommendations/gain',
      {
        schema: {
          operationId: 'gainTogether',
          tags: ['recommendations'],
          summary: 'What some recommendations give back together: every score before and after',
          querystring: Moment.strict(),
          body: JointGainQuestion,
          response: { 200: JointGain, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }) => gainTogether(await readMoment(api, query), body.ids),
    )
    app.get(
      '/recommendations/:id',
      {
        schema: {
          operationId: 'getRecommendation',
          tags: ['recommendations'],
          summary: 'A recommendation',
          params: Id,
          querystring: Moment.strict(),
          response: answers(CataloguedRecommendationDetail),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const { catalog, scope, moment } = asked
        const found = await findCatalogued(asked, params.id)
        const [subjects, gains, activities] = await Promise.all([
          recommendationSubjects(asked.store.engine, scope, catalog, found.id, moment.day),
          gainTogether(asked, [found.id]),
          openActivities(asked),
        ])
        const titled = (ids: readonly string[], from: ReadonlyMap<string, { title: string }>) =>
          ids.map((id) => ({ id, title: from.get(id)?.title ?? id }))
        return {
          ...catalogued(asked, activities)(found),
          description: found.description,
          remediation: found.remediation,
          url: found.url,
          product_url: found.kind === 'setting' ? productUrl(found.url) : null,
          gains,
          related_metrics: titled(found.metrics, catalog.metrics),
          related_initiatives: titled(found.initiatives, catalog.initiatives),
          software: found.kind !== 'setting' && found.component !== null ? { name: found.component, vendor: found.vendor } : null,
          vulnerability_list: subjects
            .filter((subject) => subject.kind === 'vulnerability')
            .map(({ subject, severity, stage, assets }) => ({
              vulnerability_id: subject,
              severity: severityWord(severity),
              stage: stageWord(stage),
              assets,
            })),
        }
      },
    )
    app.get(
      '/recommendations/:id/assets',
      {
        schema: {
          operationId: 'listRecommendationAssets',
          tags: ['recommendations'],
          summary: 'The assets on which it is open',
          params: Id,
          querystring: ByImpact,
          response: answers(AffectedAssets),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const page = readPage(query, affectedColumns)
        const cleared = await recommendationAssets(asked.store.engine, asked.scope, asked.catalog, params.id, asked.moment.day, {
          limit: 100_000,
          user_impact: query.user_impact,
        })
        return answerPage(asked, await listReasonedAssets(asked.store.engine, asked.scope, asked.moment, cleared, page))
      },
    )
  }
