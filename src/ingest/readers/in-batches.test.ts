import { expect, it } from 'vitest'
import type { FileRecord } from '../../model/record.ts'
import { type Importer, reads } from '../importer.ts'
import { InBatches } from './in-batches.ts'

const skipped = (at: string): FileRecord => ({ kind: 'skipped', at, reason: 'x' })

/** Numbers in batches, some empty, and a note of what happened when. */
function numbers(happened: string[]): InBatches<number> {
  return new InBatches(
    (async function* () {
      try {
        yield [1, 2]
        yield []
        happened.push('third batch')
        yield (function* () {
          yield 3
          happened.push('end of third batch')
        })()
      } finally {
        happened.push('closed')
      }
    })(),
  )
}

const listed = async <T>(all: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const one of all) list.push(one)
  return list
}

it('gives the same one by one and in batches', async () => {
  expect(await listed(numbers([]))).toEqual([1, 2, 3])
  expect((await listed(numbers([]).into((batch) => [[...batch]]))).flatMap((batch) => [...batch])).toEqual([[1, 2], [], [3]])
})

it('goes through a lazy batch before it asks for the next', async () => {
  const happened: string[] = []
  for await (const number of numbers(happened)) happened.push(String(number))
  expect(happened).toEqual(['1', '2', 'third batch', '3', 'end of third batch', 'closed'])
})

it('closes what it reads when nobody goes on, or when a batch breaks', async () => {
  const happened: string[] = []
  for await (const number of numbers(happened)) if (number === 1) break
  expect(happened).toEqual(['closed'])
  const broken = new InBatches(
    numbers(happened).into(function* (batch) {
      for (const number of batch) {
        if (number === 2) throw new Error('two')
        yield number
      }
    }),
  )
  await expect(listed(broken)).rejects.toThrow('two')
  expect(happened).toEqual(['closed', 'closed'])
})

it('makes an importer of one that tells records one at a time and many at once', async () => {
  const importer: Importer = reads({
    id: 'x',
    title: 'X',
    version: 1,
    detect: () => false,
    async *parse() {
      yield skipped('a')
      yield [skipped('b'), skipped('c')]
      yield* numbers([]).tell(function* (batch) {
        for (const number of batch) yield skipped(String(number))
      })
    },
  })
  const places = (await listed(importer.parse({ name: '', bytes: () => numbersOfBytes() }, {}))).map((record) =>
    record.kind === 'skipped' ? record.at : '',
  )
  expect(places).toEqual(['a', 'b', 'c', '1', '2', '3'])
})

async function* numbersOfBytes(): AsyncGenerator<Uint8Array> {}
