/** What a run took and gave. */
export interface Measured<T> {
  /** Median over the runs, in milliseconds. */
  ms: number
  /** Median of the processor time of this process, all threads together, in milliseconds: DuckDB works inside it, PostgreSQL does not. */
  processor_ms: number
  result: T
}

/** The middle of an odd number of figures. */
const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1]!

/** The figure that so many of a hundred do not exceed. */
export const percentile = (figures: readonly number[], of: number): number =>
  figures.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((figures.length * of) / 100) - 1)] ?? 0

/** Processor time that this process has used so far, in milliseconds. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Runs once and takes the time. */
export async function timed<T>(work: () => Promise<T>): Promise<Measured<T>> {
  const began = performance.now()
  const used = processorTime()
  const result = await work()
  return { ms: performance.now() - began, processor_ms: processorTime() - used, result }
}

/**
 * Runs pieces of work in turn, `runs` (odd) times each after one run of each that is not counted, so that what disturbs the machine or
 * warms its caches disturbs and warms all. Medians; the results are those of the last run.
 */
export async function inTurn<T extends unknown[]>(
  work: { [K in keyof T]: () => Promise<T[K]> },
  runs: number,
): Promise<{ [K in keyof T]: Measured<T[K]> }> {
  const all: Measured<unknown>[][] = work.map(() => [])
  for (let run = 0; run <= runs; run++) for (const [index, one] of work.entries()) all[index]!.push(await timed<unknown>(one))
  return all.map(summary) as { [K in keyof T]: Measured<T[K]> }
}

function summary<T>([, ...counted]: readonly Measured<T>[]): Measured<T> {
  return {
    ms: median(counted.map((run) => run.ms)),
    processor_ms: median(counted.map((run) => run.processor_ms)),
    result: counted.at(-1)!.result,
  }
}

/** The most memory that this process ever held, in bytes: with DuckDB the database's own included, with PostgreSQL not. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024
