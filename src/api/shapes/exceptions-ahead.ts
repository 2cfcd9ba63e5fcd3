import { z } from 'zod'
import { Day, ExceptionSummary } from '../shapes.ts'

const Value = z.number().nullable().describe('0–100 in its own direction; null: nothing to score')

/** What ends when, and what each score will then do. */
export const ExceptionsAhead = z.object({
  from: Day.describe('The day after which it looks ahead'),
  to: Day,
  items: z
    .array(
      z.object({
        day: Day,
        ends: z.array(ExceptionSummary).describe('Exceptions that no longer hold at the end of this day'),
        begins: z.array(ExceptionSummary).describe('Exceptions that hold from this day on'),
        support: z
          .array(z.object({ name: z.string(), version: z.string(), assets: z.number().int() }))
          .describe('Software that gets no fixes any more from this day on; what it does to scores is not worked out'),
        counts_again: z.number().int().describe('Findings that count in the scores again'),
        left_out: z.number().int().describe('Findings that no longer count in the scores'),
        assets: z.number().int().describe('On which these findings are'),
        scores: z
          .array(
            z.object({
              score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
              id: z.string(),
              title: z.string(),
              before: Value,
              after: Value,
            }),
          )
          .describe(
            'At the end of the day before and at the end of this day, had nothing else happened meanwhile; initiatives only where they move',
          ),
      }),
    )
    .describe('Only days on which something ends or begins'),
})
