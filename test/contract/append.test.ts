import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'

/** Texts with all that a format of lines, quotes and nulls might trip over; no NUL, which PostgreSQL cannot hold. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '\\N',
    'NULL',
    '"',
    '""',
    '\t',
    '\n',
    '\r\n',
    '\\',
    '\\t',
    ',',
    "'",
    ' ',
    '\u2028',
    '😀',
    '\u0001',
    '\u001e',
    'a\u001fb',
  ),
  fc.string({ unit: fc.constantFrom('a', '"', '\t', '\n', '\r', '\\', 'N', "'", ' ', 'é', '😀'), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((each) => each.replaceAll(/[\u0000\ufeff]/g, '')),
)
const row = fc.tuple(
  fc.option(text),
  fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  fc.option(fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })),
  fc.option(fc.integer({ min: -32_768, max: 32_767 })),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (Object.is(each, -0) ? 0 : each))),
  fc.option(fc.boolean()),
  fc.option(text),
)

describe.each(engines)('append on $name', ({ open }) => {
  it('keeps every value as it was, few rows or many, from a list or a stream', async () => {
    const engine = await open()
    try {
      await engine.run('create table held (a text, b integer, c bigint, d smallint, e double precision, f boolean, g text, place integer)')
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { minLength: 1, maxLength: 60 }),
          fc.constantFrom(1, 2500),
          fc.boolean(),
          async (some, most, stream) => {
            const rows: Value[][] = Array.from({ length: Math.max(some.length, most) }, (_, place) => [
              ...some[place % some.length]!,
              place,
            ])
            async function* later() {
              yield* rows
            }
            await engine.run('delete from held')
            // The table's own order of columns is another.
            const columns = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'place']
            const turned = columns.toReversed()
            const given = stream ? rows : rows.map((each) => each.toReversed())
            expect(await engine.append('held', stream ? columns : turned, stream ? later() : given)).toBe(rows.length)
            const kept = await engine.query('select * from held order by place')
            expect(kept.map((each) => columns.map((column) => each[column]))).toEqual(rows)
          },
        ),
        { numRuns: Number(process.env['PLIMSOLL_CASES'] ?? 25) },
      )
    } finally {
      await engine.close()
    }
  })

  it('takes texts of any length among many rows', async () => {
    const engine = await open()
    try {
      await engine.run('create table held (place integer, a text)')
      const rows = Array.from({ length: 3000 }, (_, place): Value[] => [place, place % 1000 === 7 ? 'long\n'.repeat(500_000) : 'short'])
      expect(await engine.append('held', ['place', 'a'], rows)).toBe(3000)
      expect(await engine.query('select count(*) as rows, sum(length(a)) as characters from held')).toEqual([
        { rows: 3000, characters: 2997 * 5 + 3 * 2_500_000 },
      ])
    } finally {
      await engine.close()
    }
  })

  it('appends all or nothing inside a transaction', async () => {
    const engine = await open()
    try {
      await engine.run('create table held (place integer)')
      const rows = Array.from({ length: 5000 }, (_, place): Value[] => [place])
      await expect(
        engine.transaction(async (transaction) => {
          await transaction.append('held', ['place'], rows)
          throw new Error('no')
        }),
      ).rejects.toThrow('no')
      expect(await engine.query('select count(*) as rows from held')).toEqual([{ rows: 0 }])
    } finally {
      await engine.close()
    }
  })
})
