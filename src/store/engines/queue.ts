import { UserError } from '../../errors.ts'

/** Seconds after which somebody who was sent away may ask again. */
export const RETRY_AFTER_S = 2

/** Lends a few things to many askers, in the order of asking; beyond `most` waiting ones it sends askers away. */
export class Queue<T> {
  private readonly free: T[]
  private readonly size: number
  private readonly most: number
  private readonly waiting: ((thing: T) => void)[] = []

  /** `most`: how many may wait at once; default: any number. */
  constructor(things: readonly T[], most = Infinity) {
    this.free = [...things]
    this.size = things.length
    this.most = most
  }

  /** Waits for a free one; give it back with `give`. Throws UserError('busy') when too many wait already. */
  take(): Promise<T> {
    const thing = this.free.pop()
    if (thing !== undefined) return Promise.resolve(thing)
    if (this.waiting.length >= this.most) {
      return Promise.reject(
        new UserError('busy', `${this.waiting.length} questions are waiting already: ask again in ${RETRY_AFTER_S} seconds`, {
          status: 503,
        }),
      )
    }
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
    await Promise.all(Array.from({ length: this.size }, () => new Promise<T>((resolve) => this.takeAnyway(resolve))))
  }

  private takeAnyway(resolve: (thing: T) => void): void {
    const thing = this.free.pop()
    if (thing === undefined) this.waiting.push(resolve)
    else resolve(thing)
  }
}
