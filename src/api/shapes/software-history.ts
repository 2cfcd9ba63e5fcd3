import { z } from 'zod'
import { Day } from '../shapes.ts'

const points = z.array(z.object({ day: Day, value: z.number().int().describe('Assets that have it at the end of the day') }))

/** The versions of a software over time. */
export const SoftwareHistory = z.object({
  versions: z.array(z.object({ version: z.string(), points })).describe('Those on most assets at the end, at most 6'),
  others: z.object({ versions: z.number().int(), points }).nullable().describe('All others: an asset with several of them counts for each'),
})
