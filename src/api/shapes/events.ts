import { z } from 'zod'
import { eventStates } from '../../model/event.ts'
import { Explained } from '../shapes.ts'

/** What somebody keeps about an event; what is left out stays, null takes it away. */
export const EventTracking = z
  .object({
    state: z.enum(eventStates).optional(),
    owner: z.string().trim().min(1).max(200).nullable().optional().describe('Who sees to it'),
    note: z.string().trim().min(1).max(4000).nullable().optional(),
    reason: z.string().trim().min(1).max(2000).optional().describe('Why, for the log'),
  })
  .strict()

/** Why the score of a posture event moved on its day. Parts are points in the score's own direction. */
const ScoreMove = Explained.pick({ direction: true, change: true, causes: true, groups: true, parts: true }).extend({
  worse_assets: z.number().int().describe('Assets that made it worse'),
  better_assets: z.number().int(),
})

/** What the detail of an event tells beside its row, when it is a posture event; of others it is empty. */
export const PostureDetail = z.object({
  why: z.string().describe('What events of this type tell'),
  move: ScoreMove.nullable().describe(
    'Of a score that moved: why, from the end of the day before to the end of its day; null: no such event',
  ),
  initiatives: z
    .array(z.object({ id: z.string(), title: z.string(), weight: z.string(), effect: z.number().nullable() }))
    .describe(
      "Of a metric: the initiatives that it is in, its weight there, and the points that it moved each by on that day, in the initiative's direction",
    ),
  recommendations: z
    .array(z.object({ id: z.string(), title: z.string(), gain: z.number() }))
    .describe('Of a metric or initiative: what would help most now'),
  threats: z
    .array(z.object({ event_id: z.string(), type: z.string(), day: z.string(), headline: z.string(), assets: z.number().int() }))
    .describe(
      'Of a score that got worse: risk events of the week up to its day that stand open on assets which made it worse, on the most of them first',
    ),
  about: z
    .array(
      z.object({
        kind: z.string(),
        id: z.string(),
        title: z.string(),
        change: z
          .object({
            before: z.number().nullable(),
            after: z.number().nullable(),
            notes: z.array(z.string()).describe('What differs, a sentence each'),
          })
          .nullable()
          .describe(
            'Of a metric or initiative: 0–100 by its definition before the day and by that of its end, from the same findings at its end; of a metric the share exposed. Null: neither',
          ),
      }),
    )
    .describe('Recommended actions that regressed; definitions that changed, and initiatives whose score moved with their metrics'),
})
