import { describe, expect, it } from 'vitest'
import { inspectFile } from '../../src/ingest/ingest.ts'
import { inputsOf } from './inputs.ts'
import { Judge, unclear } from './judge.ts'
import { fuzz } from './run.ts'
import { findSeeds } from './seeds.ts'

describe('fuzz', () => {
  it('finds no crash, hang, unclear error or half-written import in changed samples', { timeout: 300_000 }, async () => {
    // The long form is npm run fuzz.
    const { done, taken, refused, found } = await fuzz({ inputs: 80, seed: 20_260_801, real: false, workers: 1, seconds: 280 })
    expect(found.map(({ problem, index, from }) => ({ ...problem, index, from }))).toEqual([])
    // It tries something: reports that are still taken, and reports that are refused.
    expect(done).toBe(80)
    expect(taken).toBeGreaterThan(done / 10)
    expect([...refused.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(done / 10)
  })

  it('makes the same input of the same number, and others of others', async () => {
    const seeds = await findSeeds(false)
    const one = inputsOf(seeds, 5, null)
    const two = inputsOf(seeds, 5, null)
    const other = inputsOf(seeds, 6, null)
    const numbers = [...Array(40).keys()]
    expect(numbers.map((index) => one(index))).toEqual(numbers.map((index) => two(index)))
    expect(numbers.filter((index) => one(index).bytes.equals(other(index).bytes)).length).toBeLessThan(5)
  })

  it('knows an unclear error from a clear one', () => {
    expect(unclear('unreadable_report', 'Line 3: expected a number', 'x')).toBeNull()
    expect(unclear('unknown_format', 'x is of no format: it is text that begins with "undefined"', 'x')).toBeNull()
    expect(unclear('unreadable_report', 'bad', 'x')).toMatch(/too short/)
    expect(unclear('unreadable_report', 'the value [object Object] cannot be read', 'x')).toMatch(/program/)
    expect(unclear('unreadable_report', "Cannot read properties of undefined (reading 'a')", 'x')).toMatch(/program/)
    expect(unclear('unreadable_report', 'this report is somehow not right', 'x')).toMatch(/neither where/)
  })

  it('tells what is wrong with a reader that is', async () => {
    const judge = new Judge(async (input, options) => {
      const text = 'bytes' in (input as object) ? Buffer.from((input as { bytes: Uint8Array }).bytes).toString() : ''
      if (text === 'crash') throw new TypeError('x is not a function')
      if (text === 'slow') for (const end = process.cpuUsage().user + 120_000; process.cpuUsage().user < end;);
      if (text === 'pollute') Object.assign(Object.prototype, { polluted: true })
      const told = await inspectFile(input, options)
      return text === 'unclear' ? { ...told, error: { code: 'unreadable_report', message: 'it did not work at all' } } : told
    }, 100)
    const kinds: Record<string, string | undefined> = {}
    for (const text of ['crash', 'slow', 'unclear', 'fine', 'pollute']) {
      const { problem } = await judge.judge({ name: 'x', bytes: Buffer.from(text), format: null, store: false })
      kinds[text] = problem?.kind
      delete (Object.prototype as { polluted?: unknown }).polluted
    }
    await judge.close()
    expect(kinds).toEqual({ crash: 'crash', slow: 'slow', unclear: 'unclear', fine: undefined, pollute: 'polluted' })
  })
})
