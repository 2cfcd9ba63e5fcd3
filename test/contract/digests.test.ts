import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/store/engines/engine.ts'
import { digestTables } from '../../src/store/fact-digests.ts'
import { engines } from './engines.ts'

/** The digest of rows as it has been since there are digests: stores of today must fit what stores of then said. */
function digestOf(names: readonly string[], rows: readonly (readonly Value[])[]): string {
  const sums = [0n, 0n]
  for (const row of rows) {
    const written = names.map((name, place) => ({ name, value: row[place]! })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const text = written
      .map(({ name, value }) => {
        if (value === null) return ''
        return typeof value === 'string' ? `${name}:${[...value].length}:${value}` : `${name}=${String(value)}`
      })
      .join('|')
    const hash = createHash('md5').update(text).digest('hex')
    sums[0]! += BigInt(`0x${hash.slice(0, 12)}`)
    sums[1]! += BigInt(`0x${hash.slice(12, 24)}`)
  }
  return [rows.length, ...sums.map((sum) => sum % 2n ** 48n)].join(' ')
}

describe.each(engines)('digests of rows on $name', ({ open }) => {
  it('are sums of hashes of each row as one text, in which null leaves nothing', async () => {
    const engine = await open()
    try {
      const names = ['b', 'a', 'd', 'c', 'e']
      const rows: Value[][] = [
        [1, 'é|x', true, null, 9007199254740991],
        [null, null, null, null, 0],
        [-7, '', false, 'c:1:|', 3],
        [2, 'long '.repeat(2000), null, '😀', 4],
      ]
      await engine.run('create table held (b integer, a text, d boolean, c text, e bigint not null)')
      await engine.append('held', names, rows)
      expect(await digestTables(engine, ['held'])).toEqual({ held: digestOf(names, rows) })
    } finally {
      await engine.close()
    }
  })

  it('are the same for tables of more columns than a function takes', async () => {
    const engine = await open()
    try {
      const names = Array.from({ length: 60 }, (_, place) => `c${place}`)
      const rows = Array.from({ length: 5 }, (_, row) => names.map((_name, place) => ((row + place) % 4 === 0 ? null : `${row} ${place}`)))
      await engine.run(`create table held (${names.map((name) => `${name} text`).join(', ')})`)
      await engine.append('held', names, rows)
      expect(await digestTables(engine, ['held'])).toEqual({ held: digestOf(names, rows) })
    } finally {
      await engine.close()
    }
  })
})
