import { describe, expect, it } from 'vitest'
import { UserError } from '../errors.ts'
import { openJobs, type Work } from './jobs.ts'

const result = {
  unchanged: false,
  import_no: 1,
  org: 'north',
  format: 'trivy',
  title: 'Trivy',
  kind: 'report',
  counts: { assets: 0, findings: 0, vulnerabilities: 0, controls: 0, results: 0, software: 0, skipped: 0, opened: 0, closed: 0, notes: [] },
} as const
type Result = Awaited<ReturnType<Work>>
const give = (import_no: number): Result => ({ ...result, import_no, counts: { ...result.counts, notes: [] } })

/** Work that waits until it is told to go on. */
function gate(): { work: Work; go: () => void } {
  let go = () => {}
  const opened = new Promise<void>((resolve) => (go = resolve))
  return {
    go: () => go(),
    work: async (tell) => {
      tell({ records: 1 })
      await opened
      tell({ state: 'storing', records: 2 })
      return give(7)
    },
  }
}

describe('openJobs', () => {
  it('runs one at a time, in order, also after a failure', async () => {
    const jobs = openJobs()
    const order: string[] = []
    let running = 0
    const work =
      (name: string, fails = false): Work =>
      async () => {
        expect(++running).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(name)
        running--
        if (fails) throw new UserError('empty_file', 'nothing in it')
        return give(1)
      }
    const a = jobs.add('a', 1, work('a', true))
    const b = jobs.add('b', 1, work('b'))
    await expect(a.done).rejects.toMatchObject({ code: 'empty_file' })
    await expect(b.done).resolves.toMatchObject({ import_no: 1 })
    expect(order).toEqual(['a', 'b'])
    expect(jobs.get(a.job)).toMatchObject({ state: 'failed', error: { code: 'empty_file', message: 'nothing in it' }, result: null })
    expect(jobs.list().map((job) => [job.file_name, job.state])).toEqual([
      ['b', 'done'],
      ['a', 'failed'],
    ])
  })

  it('tells every step to whoever follows, and the end to whoever comes late', async () => {
    const jobs = openJobs()
    const { work, go } = gate()
    const { job } = jobs.add('report.json', 100, work)
    const seen: [string, number][] = []
    for await (const { state, records } of jobs.follow(job, new AbortController().signal)) {
      seen.push([state, records])
      if (records === 1) go()
    }
    expect(seen).toEqual([
      ['waiting', 0],
      ['reading', 0],
      ['reading', 1],
      ['storing', 2],
      ['done', 2],
    ])
    const late = []
    for await (const snapshot of jobs.follow(job, new AbortController().signal)) late.push(snapshot.state)
    expect(late).toEqual(['done'])
  })

  it('stops telling when the follower goes away', async () => {
    const jobs = openJobs()
    const { work, go } = gate()
    const { job, done } = jobs.add('report.json', null, work)
    const gone = new AbortController()
    let told = 0
    for await (const _ of jobs.follow(job, gone.signal)) if (++told === 2) gone.abort()
    expect(told).toBe(2)
    go()
    await done
  })

  it('keeps bugs to itself and reports them', async () => {
    const reported: unknown[] = []
    const jobs = openJobs((error) => reported.push(error))
    const { job, done } = jobs.add('report.json', 1, async () => {
      throw new Error('secret of the inside')
    })
    await expect(done).rejects.toThrow('secret')
    expect(jobs.get(job).error).toMatchObject({ code: 'internal', message: expect.not.stringContaining('secret') as string })
    expect(reported).toHaveLength(1)
  })

  it('lets what runs end when it closes, and refuses the rest', async () => {
    const jobs = openJobs()
    const { work, go } = gate()
    const running = jobs.add('a', 1, work)
    await new Promise((resolve) => setImmediate(resolve))
    const waiting = jobs.add('b', 1, work)
    waiting.done.catch(() => {})
    const closed = jobs.close()
    expect(() => jobs.add('c', 1, work)).toThrow(UserError)
    go()
    await closed
    await expect(running.done).resolves.toMatchObject({ import_no: 7 })
    await expect(waiting.done).rejects.toMatchObject({ code: 'closing' })
  })

  it('knows no job that never was, and not too many', () => {
    const jobs = openJobs()
    expect(() => jobs.get('nothing')).toThrow(expect.objectContaining({ code: 'unknown_job', status: 404 }) as Error)
    for (let n = 0; n < 200; n++) jobs.add(`${n}`, 1, () => new Promise(() => {}))
    expect(() => jobs.add('one more', 1, async () => give(1))).toThrow(
      expect.objectContaining({ code: 'too_many_jobs', status: 429 }) as Error,
    )
  })
})
