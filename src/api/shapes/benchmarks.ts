import { z } from 'zod'
import { BenchmarkBody } from '../../insights/benchmarks.ts'

/** A value that a person enters or a file states. */
export const NewBenchmark = BenchmarkBody

/** One that was entered. */
const EnteredBenchmark = BenchmarkBody.extend({ id: z.string() })

/** The values of one source about one basis and category, over time. */
export const BenchmarkLine = z.object({
  source: z.string(),
  source_title: z.string(),
  basis: z.string(),
  basis_title: z.string(),
  category: z.string(),
  unit: z.enum(['percent', 'points']).describe('points: the source does not say how many are possible there'),
  audience: z.object({ seats_from: z.number().optional(), seats_to: z.number().optional(), industry: z.string().optional() }),
  sample_size: z.number().nullable().describe('How many stand behind it; null: not said'),
  latest: z
    .object({ day: z.string(), value: z.number() })
    .nullable()
    .describe('What holds at the end of the range, and since when; null: nothing does'),
  points: z
    .array(z.object({ day: z.string(), value: z.number().nullable() }))
    .describe('At the end of each day on which it changed; null: missing from then on'),
})

export const Benchmarks = z.object({
  from: z.string(),
  to: z.string(),
  items: z.array(BenchmarkLine),
  entered: z.array(EnteredBenchmark).describe('What people and files gave, each with its id'),
  sharing: z.object({
    shares: z.boolean().describe('Whether the organisation takes part in the comparison of this installation'),
    least: z.number().describe('How many others must take part before anybody sees it'),
    enough: z.boolean().describe('Whether as many do; who they are is never told'),
  }),
})
