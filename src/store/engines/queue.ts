/** Lends a few things to many askers, in the order of asking. */
export class Queue<T> {
  private readonly free: T[]
  private readonly size: number
  private readonly waiting: ((thing: T) => void)[] = []

  constructor(things: readonly T[]) {
    this.free = [...things]
    this.size = things.length
  }

  /** Waits for a free one; give it back with `give`. */
  take(): Promise<T> {
    const thing = this.free.pop()
    if (thing !== undefined) return Promise.resolve(thing)
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  give(thing: T): void {
    const next = this.waiting.shift()
    if (next) next(thing)
    else this.free.push(thing)
  }

  async use<R>(work: (thing: T) => Promise<R>): Promise<R> {
    const thing = await this.take()
    try {
      return await work(thing)
    } finally {
      this.give(thing)
    }
  }

  /** Waits until all are back, and keeps them. */
  async drain(): Promise<void> {
    await Promise.all(Array.from({ length: this.size }, () => this.take()))
  }
}
