import { z } from 'zod'
import { BenchmarkLine } from './benchmarks.ts'

const Day = z.string().describe('2026-03-19')
const Moved = z.object({
  change: z
    .number()
    .nullable()
    .describe('Points of 0–100 from the first to the last day, as written; null: there was no score on one of them'),
  groups: z.array(z.object({ title: z.string(), shown: z.number() })).describe('Whose doing it was; they sum to the change'),
  causes: z.array(z.object({ title: z.string(), shown: z.number() })),
  parts: z.array(z.object({ name: z.string(), shown: z.number() })).describe('The largest'),
})

/** Everything that the executive report prints, and nothing else. */
export const ExecutiveReport = z.object({
  organisation: z.string(),
  as_of: z.string(),
  from: Day,
  to: Day,
  known_at: z.number().nullable().describe('The last import that was known; null: what was known when it was made'),
  secure: z.object({
    value: z.number().nullable(),
    points: z.number().nullable(),
    max_points: z.number().nullable(),
    zone: z.enum(['good', 'okay', 'bad']).nullable(),
    okay_from: z.number(),
    good_from: z.number(),
    history: z.array(z.object({ day: Day, value: z.number().nullable() })),
    moved: Moved,
    goal: z.object({ target: z.number(), day: Day }).nullable(),
  }),
  exposure: z.object({
    value: z.number().nullable(),
    level: z.enum(['low', 'medium', 'high']).nullable(),
    history: z.array(z.object({ day: Day, value: z.number().nullable() })),
    moved: Moved,
  }),
  comparison: z.array(
    BenchmarkLine.pick({ basis_title: true, source_title: true, sample_size: true }).extend({ value: z.number(), day: Day }),
  ),
  categories: z
    .array(z.object({ category: z.string(), points: z.number(), max_points: z.number() }))
    .describe('Of the secure score, those with the most possible points first; they sum to it'),
  actions: z
    .array(
      z.object({
        title: z.string(),
        category: z.string(),
        product: z.string().nullable().describe('The product, else the source that recommends it'),
        points: z.number(),
        max_points: z.number(),
        gain: z.number().describe('Points of 0–100 if it were met fully'),
      }),
    )
    .describe('Those with the most to gain that nobody accepted'),
  acceptances: z.object({
    count: z.number(),
    points: z.number().describe('Points that are missing because of them'),
    items: z.array(
      z.object({ title: z.string(), since: Day.nullable(), by: z.string().nullable(), reason: z.string().nullable(), points: z.number() }),
    ),
  }),
  coverage: z.object({ assets: z.number(), scanned: z.number(), stale: z.number(), never_scanned: z.number() }),
  digest: z.string().describe('sha256 of all of the above as JSON: whoever asks for the same again must get the same'),
})
