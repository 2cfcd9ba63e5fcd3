import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { causes } from '../../model/cause.ts'
import { dayText, parseDay } from '../../store/days.ts'
import { answerExplain } from '../answers/explain.ts'
import { answerStory, answerStoryPicture } from '../answers/story.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { readMoment } from '../asked.ts'
import { Explained, Moment, Problem, Range } from '../shapes.ts'
import { Story } from '../shapes/risk-feed.ts'
import { Replay } from './events.ts'

/** Days between the two ends when none is asked for. */
const DEFAULT_DAYS = 30

const Of = Moment.extend({
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']).default('exposure'),
  id: z.string().max(200).optional().describe('Of the initiative or metric'),
  from: Range.shape.from.describe('From the end of this day; default 30 days before the other'),
  to: Range.shape.to.describe('To the end of this day, or now where it is today; default the day of as_of. It may be the earlier one'),
  from_known_at: Moment.shape.known_at.describe(
    'What was known where it starts (a day, an instant or an import), when that is not what is known where it ends: the difference is a correction of the record',
  ),
  asset: z.coerce.number().int().min(1).optional().describe('Number of an asset: its own score, and what moved it'),
}).extend(Replay.shape)
const Query = Of.extend({
  cause: z
    .enum(causes.map(({ id }) => id) as [string, ...string[]])
    .optional()
    .describe('Only parts of this cause'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
}).strict()

/** Why a score moved. */
export const explanations =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/explain',
      {
        schema: {
          operationId: 'explainScore',
          tags: ['scores'],
          summary: 'Why a score moved: causes and parts that sum to the change exactly',
          querystring: Query,
          response: answers(Explained),
        },
      },
      async ({ query }) => {
        const { asked, before, days, question } = await readQuestion(api, query)
        return answerExplain(asked, before, days, question, query)
      },
    )
    app.get(
      '/story',
      {
        schema: {
          operationId: 'tellStory',
          tags: ['scores'],
          summary: 'What moved a score over a range, in words: plain, Markdown, HTML; the numbers are those of /explain',
          querystring: Of.strict(),
          response: answers(Story),
        },
      },
      async ({ query }) => {
        const { asked, before, days, question } = await readQuestion(api, query)
        return answerStory(asked, before, days, question)
      },
    )
    app.get(
      '/story.svg',
      {
        schema: {
          operationId: 'drawStory',
          tags: ['scores'],
          summary: 'The same as a picture: an SVG file',
          querystring: Of.strict(),
          response: { 200: { content: { 'image/svg+xml': { schema: z.string() } } }, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query }, reply) => {
        const { asked, before, days, question } = await readQuestion(api, query)
        const picture = await answerStoryPicture(asked, before, days, question)
        void reply
          .type('image/svg+xml')
          .header('content-disposition', 'inline; filename="story.svg"')
          .serializer((text) => String(text))
        return picture
      },
    )
  }

/** Reads which score between which days, and what was known at either end. Throws UserError('bad_range'), UserError('bad_replay'), UserError('future_moment'). */
async function readQuestion(api: Api, query: z.infer<typeof Of>) {
  if (query.replay && query.score !== 'exposure')
    throw new UserError('bad_replay', 'a replay holds the exposure score and the risk feed alone: ask for score=exposure')
  const asked = await readMoment(api, query)
  const day = (text: string | undefined, otherwise: number) => {
    if (text === undefined) return otherwise
    const read = parseDay(text)
    if (read === null) throw new UserError('bad_range', `"${text}" is not a day of the calendar`)
    if (read > asked.moment.day) throw new UserError('future_moment', `${text} lies after the day that the question is about`)
    return read
  }
  const to = day(query.to, asked.moment.day)
  const from = day(query.from, to - DEFAULT_DAYS)
  const before =
    query.from_known_at === undefined ? asked : await readMoment(api, { ...query, as_of: dayText(from), known_at: query.from_known_at })
  const question = { score: query.score, id: query.id ?? '', asset_id: query.asset ?? null }
  return { asked, before, days: { from, to }, question }
}
