import { z } from 'zod'

const Score = z.object({
  value: z.number().nullable().describe('0–100; null: nothing to score'),
  change: z.number().nullable().describe('Value minus that of 14 days before; null when either is missing'),
  history: z.array(z.number().nullable()).describe('At the end of each of the last 30 days, today last'),
})

/** How an organisation stands beside the others. */
export const OrganisationStanding = z.object({
  slug: z.string(),
  name: z.string(),
  demo: z.boolean(),
  exposure: Score.extend({ level: z.enum(['low', 'medium', 'high']).nullable() }),
  secure: Score,
  coverage: z.object({ assets: z.number(), scanned: z.number(), stale: z.number(), never_scanned: z.number() }),
  last_observed_at: z.string().nullable().describe('When any of its sources last looked'),
  sources: z.number().int(),
  stale_sources: z.number().int().describe('Sources that have not looked within their staleness'),
  events: z
    .object({ risk: z.number().int(), drops: z.number().int().describe('Posture events for the worse') })
    .describe('In the last 30 days'),
})
