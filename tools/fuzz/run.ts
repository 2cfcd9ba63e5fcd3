import { inputsOf } from './inputs.ts'
import type { Input, Problem, Verdict } from './judge.ts'
import { Worker } from './pool.ts'
import { findSeeds } from './seeds.ts'

export interface FuzzOptions {
  inputs: number
  seed: number
  /** Also from the real files beside the project. */
  real: boolean
  workers: number
  /** Only files of this format. */
  format?: string | null
  /** Ends after this many seconds, whatever is left. */
  seconds?: number
  onProgress?: (done: number, problems: number) => void
}

/** One mistake: its first input, made as small as it would get. */
export interface Found {
  problem: Problem
  index: number
  from: string
  times: number
  input: Input
}

export interface FuzzResult {
  seeds: number
  done: number
  taken: number
  /** How many inputs were refused with which code. */
  refused: Map<string, number>
  /** How many inputs each format took. */
  formats: Map<string, number>
  found: Found[]
}

const more = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

/** Tries inputs until they or the time are at an end. Each mistake is reported once. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, real, format = null, seconds = Infinity } = options
  const seeds = await findSeeds(real)
  const make = inputsOf(seeds, seed, format)
  const result: FuzzResult = { seeds: seeds.length, done: 0, taken: 0, refused: new Map(), formats: new Map(), found: [] }
  const known = new Map<string, Found>()
  const end = performance.now() + seconds * 1000
  let next = 0
  const work = async () => {
    const worker = new Worker(seed, real, format)
    try {
      while (next < options.inputs && performance.now() < end) {
        const index = next++
        const verdict = await worker.ask({ index })
        tally(result, verdict)
        if (verdict.problem) await report(worker, index, verdict.problem)
        options.onProgress?.(result.done, known.size)
      }
    } finally {
      await worker.close()
    }
  }
  const report = async (worker: Worker, index: number, problem: Problem) => {
    const before = known.get(problem.signature)
    if (before) {
      before.times++
      return
    }
    const { from, ...input } = make(index)
    const found: Found = { problem, index, from, times: 1, input }
    known.set(problem.signature, found)
    result.found.push(found)
    if (problem.kind !== 'hang' && problem.kind !== 'slow') found.input = await shrink(worker, input, problem.signature)
  }
  await Promise.all(Array.from({ length: options.workers }, work))
  return result
}

function tally(result: FuzzResult, { format, code }: Verdict): void {
  result.done++
  if (format !== null) {
    result.taken++
    more(result.formats, format)
  } else more(result.refused, code ?? 'crash')
}

/** How often a smaller input is tried for each mistake. */
const TRIES = 150

/** Takes parts out while the mistake stays the same. */
async function shrink(worker: Worker, input: Input, signature: string): Promise<Input> {
  let { bytes } = input
  let tries = 0
  for (let size = Math.ceil(bytes.length / 2); size >= 1 && tries < TRIES; size = Math.floor(size / 2)) {
    for (let at = 0; at < bytes.length && tries < TRIES; tries++) {
      const less = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)])
      const { bytes: _, ...rest } = input
      const { problem } = await worker.ask({ input: { ...rest, base64: less.toString('base64') } })
      if (problem?.signature === signature) bytes = less
      else at += size
    }
  }
  return { ...input, bytes }
}
