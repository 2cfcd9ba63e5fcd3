import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { compute } from '../../insights/compute.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerMakeup } from '../answers/makeup.ts'
import { answerGroups, answerHistory, answerScores } from '../answers/scores.ts'
import { answerPage, readMoment, readPage, readRange } from '../asked.ts'
import { askGiven, givenColumns, type GivenField, type GivenFields } from '../../store/queries/given.ts'
import { named } from '../named.ts'
import { GroupScore, History, list, Moment, Page, Point, Range, Scores } from '../shapes.ts'
import { ScoreMakeup } from '../shapes/risk-feed.ts'

const Computed = named('Computed', z.object({ computed: z.literal(true) }))
const Groups = named('GroupScores', z.object({ items: z.array(GroupScore) }))

const ScoreDays = named('ScoreDays', list(Point))
type ScoreDay = z.infer<typeof Point>
const dayFields: GivenFields<ScoreDay> = new Map<string, GivenField<ScoreDay>>([
  ['day', { read: (row) => row.day, column: { type: 'text', title: 'day' } }],
  [
    'value',
    { read: (row) => (row.value === null ? null : Math.round(row.value * 1e9)), column: { type: 'number', title: 'value', scale: 1e9 } },
  ],
])

/** Scores, of the organisation and of its asset groups, now and over time. */
export const scores =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/scores',
      {
        schema: {
          operationId: 'getScores',
          tags: ['scores'],
          summary: 'Exposure score, secure score, initiatives and coverage',
          querystring: Moment.strict(),
          response: answers(Scores),
        },
      },
      async ({ query }) => answerScores(await readMoment(api, query)),
    )
    app.post(
      '/scores/compute',
      {
        schema: {
          operationId: 'computeScores',
          tags: ['scores'],
          summary: 'Compute what imports with scores=later left to do',
          response: answers(Computed),
        },
      },
      async () => {
        await compute(api.store, api.catalog)
        return { computed: true as const }
      },
    )
    app.get(
      '/scores/groups',
      {
        schema: {
          operationId: 'listGroupScores',
          tags: ['scores'],
          summary: 'Exposure score of each asset group',
          querystring: Moment.strict(),
          response: answers(Groups),
        },
      },
      async ({ query }) => ({ items: await answerGroups(await readMoment(api, query)) }),
    )
    app.get(
      '/scores/exposure/makeup',
      {
        schema: {
          operationId: 'getExposureMakeup',
          tags: ['scores'],
          summary:
            'What makes up the exposure score: assets, software, findings, exploit stages, severities and fixes, whose parts add up to it',
          querystring: Moment.extend({
            limit: z.coerce.number().int().min(1).max(100).default(10).describe('Rows of each division'),
          }).strict(),
          response: answers(ScoreMakeup),
        },
      },
      async ({ query }) => answerMakeup(await readMoment(api, query), query.limit),
    )
    app.get(
      '/scores/:score/days',
      {
        schema: {
          operationId: 'listScoreDays',
          tags: ['scores'],
          summary: 'The history of a score as a list, newest day first, to filter, sort and export',
          params: z.object({ score: z.enum(['exposure', 'secure', 'initiative', 'metric']) }),
          querystring: Page.extend(Range.shape)
            .extend({ id: z.string().max(200).optional().describe('Of the initiative or metric') })
            .strict(),
          response: answers(ScoreDays),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        const { points } = await answerHistory(asked, params.score, query.id ?? '', readRange(query, asked.moment))
        const page = readPage(query, givenColumns(dayFields))
        return answerPage(asked, await askGiven(asked.store.engine, points, dayFields, ['day'], { ...page, sort: page.sort ?? '-day' }))
      },
    )
    app.get(
      '/scores/:score/history',
      {
        schema: {
          operationId: 'getScoreHistory',
          tags: ['scores'],
          summary: 'A score, day by day',
          params: z.object({ score: z.enum(['exposure', 'secure', 'initiative', 'metric']) }),
          querystring: Moment.extend(Range.shape)
            .extend({ id: z.string().max(200).optional().describe('Of the initiative or metric') })
            .strict(),
          response: answers(History),
        },
      },
      async ({ params, query }) => {
        const asked = await readMoment(api, query)
        return answerHistory(asked, params.score, query.id ?? '', readRange(query, asked.moment))
      },
    )
  }
