import type { Engine } from './engines/engine.ts'

/** Draws `count` numbers of a counter inside a transaction; returns the first. Numbers start at 1 and are never drawn twice. */
export async function draw(transaction: Engine, name: string, count = 1): Promise<number> {
  const add = 'update counter set last = last + $count where name = $name returning last'
  let rows = await transaction.query<{ last: number }>(add, { name, count })
  if (!rows.length) {
    await transaction.run('insert into counter values ($name, 0)', { name })
    rows = await transaction.query<{ last: number }>(add, { name, count })
  }
  return rows[0]!.last - count + 1
}
