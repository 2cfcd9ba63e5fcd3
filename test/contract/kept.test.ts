import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kept, presentInstant } from '../../src/store/kept.ts'
import { engines } from './engines.ts'

describe.each(engines)('kept answers on $name', ({ open }) => {
  it('are those that asking anew would give, whoever writes in between and how', async () => {
    const engine = await open()
    try {
      await engine.run('create table number (n integer)')
      const ways: readonly ((n: number) => Promise<unknown>)[] = [
        (n) => engine.run('insert into number values ($n)', { n }),
        (n) => engine.query(`insert into number values (${n})`),
        (n) => engine.append('number', ['n'], [[n]]),
        (n) => engine.transaction((transaction) => transaction.run('insert into number values ($n)', { n })),
        (n) =>
          engine
            .transaction(async (transaction) => {
              await transaction.run('insert into number values ($n)', { n })
              throw new Error('no')
            })
            .catch(() => {}),
        () => engine.run('delete from number where n % 2 = 0'),
      ]
      const question = (least: number) => engine.query('select count(*) as numbers, sum(n) as sum from number where n >= $least', { least })
      const step = fc.oneof(
        fc.record({ write: fc.nat(ways.length - 1), n: fc.integer({ min: 1, max: 9 }) }),
        fc.record({ ask: fc.integer({ min: 1, max: 3 }), together: fc.integer({ min: 1, max: 4 }) }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          for (const each of steps) {
            if ('write' in each) await ways[each.write]!(each.n)
            else {
              const answers = await Promise.all(
                Array.from({ length: each.together }, () => kept(engine, ['numbers', each.ask], () => question(each.ask))),
              )
              const anew = await question(each.ask)
              for (const answer of answers) expect(answer).toEqual(anew)
            }
          }
        }),
        { numRuns: Number(process.env['PLIMSOLL_CASES'] ?? 30) },
      )
    } finally {
      await engine.close()
    }
  })

  it('are worked out once while nothing is written, and again after an error', async () => {
    const engine = await open()
    try {
      let asked = 0
      const ask = () => kept(engine, ['once'], () => Promise.resolve(++asked))
      expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
      await engine.run('create table mark (n integer)')
      expect(await ask()).toBe(2)
      const fail = () => kept(engine, ['fails'], () => Promise.reject(new Error(`for the ${++asked}. time`)))
      await expect(fail()).rejects.toThrow('for the 3. time')
      await expect(fail()).rejects.toThrow('for the 4. time')
    } finally {
      await engine.close()
    }
  })

  it('keep now still for at most a minute, and not over a write', async () => {
    const engine = await open()
    try {
      expect(await presentInstant(engine, 1_000_000_000)).toBe(1_000_000_000)
      expect(await presentInstant(engine, 1_059_999_999)).toBe(1_000_000_000)
      expect(await presentInstant(engine, 1_060_000_000)).toBe(1_060_000_000)
      expect(await presentInstant(engine, 1_000_000_000)).toBe(1_000_000_000)
      await engine.run('create table mark (n integer)')
      expect(await presentInstant(engine, 1_000_000_001)).toBe(1_000_000_001)
    } finally {
      await engine.close()
    }
  })
})
