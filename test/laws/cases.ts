import { appendFileSync } from 'node:fs'
import fc from 'fast-check'
import { seed } from '../seed.ts'

/** How many cases a law tries on an engine: `npm run test:laws` sets it. */
const asked = (engine: string): number =>
  Number(process.env[engine === 'duckdb' ? 'PLIMSOLL_CASES' : 'PLIMSOLL_CASES_POSTGRES'] ?? process.env['PLIMSOLL_CASES'] ?? 0)
const summary = process.env['PLIMSOLL_LAWS_SUMMARY']

/** How many assets a world has at the most: in the short form `short`, more in the long form, because statements cost more than rows. */
export const assetsOf = (engine: string, short = 20): number => (asked(engine) > 100 ? 60 : short)

export interface Trial {
  law: number
  title: string
  engine: string
  /** Cases of the short form, which runs with all other tests. */
  short: number
  /** Cases that one run of the property makes in the short form, about. */
  each: number
}

/**
 * Asserts a property of random worlds often enough that the number of cases is reached, and notes it in the summary. The property returns
 * how many cases it really looked at. A failure names the seed with which it happens again.
 */
export async function assertLaw<T>(trial: Trial, arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<number>): Promise<void> {
  const wanted = asked(trial.engine) || trial.short
  const started = performance.now()
  let cases = 0
  let outcome = 'holds'
  try {
    // Runs have random sizes: go on until there were enough.
    for (let round = 0; cases < wanted; round++) {
      // The long form looks again after every few runs: its worlds hold more cases.
      const numRuns = Math.min(asked(trial.engine) > 100 ? 10 : 1000, Math.max(1, Math.ceil((wanted - cases) / trial.each)))
      await fc.assert(
        fc.asyncProperty(arbitrary, async (value) => {
          cases += await property(value)
        }),
        { numRuns, seed: seed + round * 7919, endOnFailure: process.env['PLIMSOLL_SHRINK'] !== '1' },
      )
      if (round > 2000) throw new Error(`only ${cases} of ${wanted} cases were made`)
    }
  } catch (error) {
    outcome = 'broken'
    throw error
  } finally {
    if (summary) {
      const seconds = Math.round((performance.now() - started) / 100) / 10
      const { law, title, engine } = trial
      appendFileSync(summary, `${JSON.stringify({ law, title, engine, cases, seconds, seed, outcome })}\n`)
    }
  }
}
