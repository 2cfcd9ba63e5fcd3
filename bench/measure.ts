/** What a run took and gave. */
export interface Measured<T> {
  /** Median over the runs, in milliseconds. */
  ms: number
  result: T
}

/** The middle of an odd number of figures. */
export const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1]!

/** Runs once and takes the time. */
export async function timed<T>(work: () => Promise<T>): Promise<Measured<T>> {
  const began = performance.now()
  const result = await work()
  return { ms: performance.now() - began, result }
}

/**
 * Runs two pieces of work in turn, `runs` times each after one run of each that is not counted, so that what disturbs the machine or warms its
 * caches disturbs and warms both. Medians; the results are those of the last run.
 */
export async function inTurn<A, B>(first: () => Promise<A>, second: () => Promise<B>, runs: number): Promise<[Measured<A>, Measured<B>]> {
  let a = await timed(first)
  let b = await timed(second)
  const times: [number[], number[]] = [[], []]
  for (let run = 0; run < runs; run++) {
    a = await timed(first)
    b = await timed(second)
    times[0].push(a.ms)
    times[1].push(b.ms)
  }
  return [{ ms: median(times[0]), result: a.result }, { ms: median(times[1]), result: b.result }]
}

/** The most memory that this process ever held, in bytes: with DuckDB the database's own included, with PostgreSQL not. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024
