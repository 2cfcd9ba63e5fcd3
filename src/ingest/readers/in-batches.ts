import type { FileRecord } from '../../model/record.ts'

/**
 * Things that are found many at a time. An async generator waits three times for each thing that it yields, which takes longer than parsing a small one; here
 * whoever goes through them one by one waits once for each, and whoever takes them in batches waits once for all of a batch. Either way, once.
 */
export class InBatches<T> implements AsyncIterable<T> {
  /** All of them in their order. A batch may be lazy: it is to be gone through before the next one is asked for. */
  readonly batches: AsyncIterable<Iterable<T>>

  constructor(batches: AsyncIterable<Iterable<T>>) {
    this.batches = batches
  }

  /** What an importer tells of each batch, lazily: `yield* readJson(bytes, ['$[*]']).tell(function* (matches) { … })`. */
  tell(records: (batch: Iterable<T>) => Iterable<FileRecord>): AsyncGenerator<Iterable<FileRecord>> {
    return this.into(records)
  }

  /** The same for what a layout of a format is read into first. */
  async *into<R>(made: (batch: Iterable<T>) => Iterable<R>): AsyncGenerator<Iterable<R>> {
    for await (const batch of this.batches) yield made(batch)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const batches = this.batches[Symbol.asyncIterator]()
    let batch: Iterator<T> = [][Symbol.iterator]()
    const END = { value: undefined, done: true } as const
    const nextBatch = async (): Promise<IteratorResult<T, undefined>> => {
      for (;;) {
        const following = await batches.next()
        if (following.done) return END
        batch = following.value[Symbol.iterator]()
        const first = batch.next()
        if (!first.done) return first
      }
    }
    return {
      async next() {
        try {
          const next = batch.next()
          return next.done ? await nextBatch() : next
        } catch (error) {
          // Whoever goes through them does not close what broke; the file below it would stay open.
          await batches.return?.()
          throw error
        }
      },
      async return() {
        batch.return?.()
        await batches.return?.()
        return END
      },
    }
  }
}
