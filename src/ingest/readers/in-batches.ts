/**
 * What a reader finds, one after another or many at a time. An async generator waits three times for each thing that it yields, which takes longer than parsing a
 * small one; here whoever asks for one waits once, and whoever takes a batch waits once for all that is in it.
 */
export class InBatches<T> implements AsyncIterable<T> {
  /** The same in its order. A batch may be lazy: it is to be gone through before the next one is asked for. Either this or the things one by one, once. */
  readonly batches: AsyncIterable<Iterable<T>>

  constructor(batches: AsyncIterable<Iterable<T>>) {
    this.batches = batches
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
      next() {
        const next = batch.next()
        return next.done ? nextBatch() : Promise.resolve(next)
      },
      async return() {
        batch.return?.()
        await batches.return?.()
        return END
      },
    }
  }
}
