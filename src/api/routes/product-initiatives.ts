import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { compute } from '../../insights/compute.ts'
import { saveProduct } from '../../insights/programme.ts'
import { answerProductTrial, suggestProducts } from '../answers/product-initiatives.ts'
import { answerInitiativeSettings } from '../answers/programme.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment } from '../asked.ts'
import { Moment } from '../shapes.ts'
import { ProductQuestion, ProductSuggestions, ProductTrial } from '../shapes/product-initiatives.ts'
import { InitiativeSettings, Why } from '../shapes/programme.ts'
import { byOf, readPresent } from './programme.ts'

const AsOf = Moment.omit({ rules: true }).strict()

/** Initiatives for a product or vendor, made on demand. */
export const productInitiatives =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog } = api
    app.get(
      '/product-initiatives/suggestions',
      {
        schema: {
          operationId: 'suggestProducts',
          tags: ['programme'],
          summary: 'Products and vendors of the inventory with the most weaknesses that are known to be exploited',
          querystring: AsOf,
          response: answers(ProductSuggestions),
        },
      },
      async ({ query }) => suggestProducts(await readMoment(api, query)),
    )
    app.post(
      '/product-initiatives/try',
      {
        schema: {
          operationId: 'tryProduct',
          tags: ['programme'],
          summary: 'An initiative for a product or vendor as it would be: its metrics, its last two years. Nothing is saved',
          querystring: AsOf,
          body: ProductQuestion,
          response: answers(ProductTrial),
        },
      },
      async ({ query, body }) => answerProductTrial(await readMoment(api, query), body),
    )
    app.post(
      '/product-initiatives',
      {
        schema: {
          operationId: 'saveProduct',
          tags: ['programme'],
          summary: 'Save an initiative for a product or vendor with its metrics, all or nothing; again: a new version by what is known now',
          querystring: Moment.pick({ org: true }).strict(),
          body: ProductQuestion.extend(Why.pick({ author: true, reason: true }).shape),
          response: answers(InitiativeSettings),
        },
      },
      async ({ query, body: { author, reason, ...question } }) => {
        const { scope, today, moment } = await readPresent(api, query)
        const id = await saveProduct(store, scope.org_id, today, question, moment.day, byOf({ author, reason }))
        await compute(store, catalog)
        return answerInitiativeSettings(await readPresent(api, query), id)
      },
    )
  }
