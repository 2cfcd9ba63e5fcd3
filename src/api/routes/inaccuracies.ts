import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { answerInaccuracy, reportInaccuracy } from '../../insights/inaccuracies.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import { inaccuraciesOf, inaccuracyDetail, inaccuracyFields, inaccuracySubject } from '../answers/inaccuracies.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerPage, asksToChange, readMoment, readPage } from '../asked.ts'
import { named } from '../named.ts'
import { list, Moment, Page, Problem } from '../shapes.ts'
import { Inaccuracy, InaccuracyAnswer, InaccuracyDetail, NewInaccuracy } from '../shapes/inaccuracies.ts'

const Inaccuracies = named('InaccuracyList', list(Inaccuracy))
const Id = z.object({ inaccuracy_id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })
const Organisation = Moment.pick({ org: true }).strict()
const columns = givenColumns(inaccuracyFields)

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

/** What people say is wrong, and what they were answered. */
export const inaccuracies =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/inaccuracies',
      {
        schema: {
          operationId: 'listInaccuracies',
          tags: ['inaccuracies'],
          summary: 'Reports of inaccuracies, those that are open first',
          querystring: Page.strict(),
          response: answers(Inaccuracies),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const rows = await inaccuraciesOf(asked)
        const search = ['title', 'subject', 'words', 'reported_by']
        return answerPage(asked, await askGiven(asked.store.engine, rows, inaccuracyFields, search, readPage(query, columns)))
      },
    )
    app.post(
      '/inaccuracies',
      {
        schema: {
          operationId: 'reportInaccuracy',
          tags: ['inaccuracies'],
          summary: 'Say that something shown is wrong: it is told to whoever answers, and changes nothing by itself',
          querystring: Organisation,
          body: NewInaccuracy,
          response: { 201: InaccuracyDetail, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body }, reply) => {
        const asked = await asksToChange(api, query)
        const { about, subject, reported_by = ACTOR, ...said } = body
        const known = await inaccuracySubject(asked, about, subject)
        const number = await reportInaccuracy(
          api.store,
          asked.org.org_id,
          { about, ...known, reported_by, ...said },
          { actor: reported_by, reason: said.words || undefined },
        )
        return reply.code(201).send(await inaccuracyDetail(await readMoment(api, query), number))
      },
    )
    app.get(
      '/inaccuracies/:inaccuracy_id',
      {
        schema: {
          operationId: 'getInaccuracy',
          tags: ['inaccuracies'],
          summary: 'A report of an inaccuracy and what became of it',
          params: Id,
          querystring: Moment.strict(),
          response: answers(InaccuracyDetail),
        },
      },
      async ({ params, query }) => inaccuracyDetail(await readMoment(api, query), params.inaccuracy_id),
    )
    app.post(
      '/inaccuracies/:inaccuracy_id/answer',
      {
        schema: {
          operationId: 'answerInaccuracy',
          tags: ['inaccuracies'],
          summary: 'Accept or reject a report with an answer, or open it again',
          params: Id,
          querystring: Organisation,
          body: InaccuracyAnswer,
          response: answers(InaccuracyDetail),
        },
      },
      async ({ params, query, body }) => {
        const { org } = await asksToChange(api, query)
        const { state, words, by = ACTOR } = body
        if (state !== 'open' && words === undefined)
          throw new UserError('bad_inaccuracy', 'whoever reported it wants to know why: say it in words')
        const answer = state === 'open' ? null : { state, by, words: words! }
        await answerInaccuracy(api.store, org.org_id, params.inaccuracy_id, answer, { actor: by, reason: words })
        return inaccuracyDetail(await readMoment(api, query), params.inaccuracy_id)
      },
    )
  }
