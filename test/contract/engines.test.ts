import { describe, expect, it } from 'vitest'
import { engines } from './engines.ts'

describe.each(engines)('a test database on $name', ({ name, open, database }) => {
  it('is of the engine that it says it is, and every one is new', async () => {
    const first = await open()
    const second = await open()
    try {
      expect(first.name).toBe(name)
      await first.query('create table mark (n integer)')
      await expect(second.query('select n from mark')).rejects.toThrow()
    } finally {
      await first.close()
      await second.close()
    }
  })

  it('can be opened again under its address', async () => {
    const { openEngine } = await import('../../src/store/engines/open.ts')
    const address = await database()
    const writer = await openEngine(address)
    await writer.query('create table mark (n integer)')
    await writer.query('insert into mark values (7)')
    await writer.close()
    const reader = await openEngine(address)
    try {
      expect(await reader.query('select n from mark')).toEqual([{ n: 7 }])
    } finally {
      await reader.close()
    }
  })

  it('finds what is among a list, and leaves texts and names that look like one alone', async () => {
    const engine = await open()
    try {
      const ask = (sql: string) => engine.query(sql, { ids: [2, 3], names: ['b'] })
      expect(
        await ask('select n, n in (select unnest($ids)) as found from (select 1 as n union all select 2 as n) numbers order by n'),
      ).toEqual([
        { n: 1, found: false },
        { n: 2, found: true },
      ])
      expect(await ask(`select 'n in (select unnest($ids))' as "in (select unnest($ids))" where 'b' in (select unnest($names))`)).toEqual([
        { 'in (select unnest($ids))': 'n in (select unnest($ids))' },
      ])
    } finally {
      await engine.close()
    }
  })
})
