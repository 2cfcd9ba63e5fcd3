import { randomUUID } from 'node:crypto'
import { EventEmitter, on } from 'node:events'
import type { z } from 'zod'
import { mendable, UserError } from '../errors.ts'
import type { ArchiveResult, ImportResult, Progress } from './shapes.ts'

type Snapshot = z.infer<typeof Progress>
type Result = z.infer<typeof ImportResult> | z.infer<typeof ArchiveResult>

/** One piece of work: it tells how far it is and gives a result. */
export type Work = (tell: (progress: Partial<Pick<Snapshot, 'state' | 'bytes' | 'total_bytes' | 'records'>>) => void) => Promise<Result>

/** Imports that run one at a time, in the order in which they came. */
export interface Jobs {
  /** Queues work. `done` settles when it ends, and throws what the work threw. */
  add(file_name: string, total_bytes: number | null, work: Work): { job: string; done: Promise<Result> }
  /** How far a job is. Throws UserError('unknown_job'). */
  get(job: string): Snapshot
  /** Jobs that wait or run, and those that ended lately; newest first. */
  list(): Snapshot[]
  /** The snapshot now and at every change, until the job has ended. Throws UserError('unknown_job'). */
  follow(job: string, signal: AbortSignal): AsyncGenerator<Snapshot>
  /** Waits for what runs; what still waits fails with UserError('closing'). */
  close(): Promise<void>
}

/** How many jobs may wait, and how many ended ones are remembered. */
const MOST_WAITING = 200
const MOST_REMEMBERED = 100

/** Opens a queue. `report` is told of failures that are bugs. */
export function openJobs(report: (error: unknown) => void = () => {}): Jobs {
  const jobs = new Map<string, Snapshot>()
  const changes = new EventEmitter().setMaxListeners(0)
  let last: Promise<unknown> = Promise.resolve()
  let closing = false

  const ended = ({ state }: Snapshot) => state === 'done' || state === 'failed'
  const change = (job: string, part: Partial<Snapshot>) => {
    const now = { ...jobs.get(job)!, ...part }
    jobs.set(job, now)
    changes.emit(job, now)
  }
  const get = (job: string) => {
    const snapshot = jobs.get(job)
    if (!snapshot)
      throw new UserError('unknown_job', `there is no import job ${job}: it ended long ago, or the server was started anew since`, {
        status: 404,
      })
    return snapshot
  }
  const forget = () => {
    const old = [...jobs.values()].filter(ended)
    for (const { job } of old.slice(0, Math.max(0, old.length - MOST_REMEMBERED))) jobs.delete(job)
  }

  return {
    add(file_name, total_bytes, work) {
      if (closing) throw new UserError('closing', 'the server is closing: import again when it runs', { status: 503 })
      if ([...jobs.values()].filter((job) => !ended(job)).length >= MOST_WAITING) {
        throw new UserError('too_many_jobs', `${MOST_WAITING} imports are waiting: try again when some are done`, { status: 429 })
      }
      const job = randomUUID()
      jobs.set(job, { job, file_name, state: 'waiting', bytes: 0, total_bytes, records: 0, result: null, error: null })
      forget()
      const done = last.then(async () => {
        try {
          if (closing) throw new UserError('closing', 'the server was closed before it came to this file', { status: 503 })
          change(job, { state: 'reading' })
          const result = await work((progress) => change(job, progress))
          change(job, { state: 'done', result })
          return result
        } catch (error) {
          const known = mendable(error)
          if (!known) report(error)
          const told = known
            ? { code: known.code, message: known.message }
            : { code: 'internal', message: 'Something went wrong inside; the log of the server says what.' }
          change(job, { state: 'failed', error: told })
          throw error
        }
      })
      last = done.catch(() => {}) // told by the job itself
      return { job, done }
    },
    get,
    list: () => [...jobs.values()].toReversed(),
    async *follow(job, signal) {
      const first = get(job)
      const events = on(changes, job, { signal })
      yield first
      if (ended(first)) return
      try {
        for await (const [snapshot] of events as AsyncIterable<[Snapshot]>) {
          yield snapshot
          if (ended(snapshot) || signal.aborted) return
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    async close() {
      closing = true
      await last
    },
  }
}
