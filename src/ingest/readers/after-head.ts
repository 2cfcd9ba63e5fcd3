import type { FileRecord } from '../../model/record.ts'
import { Waiting } from './waiting.ts'

/**
 * Records that come after what the report says of itself, wherever in the file that stands: they wait until it is known, and from then on pass at once. Most
 * tools write it first, so mostly none of them waits.
 */
export class AfterHead {
  private told = false
  private readonly waiting: Waiting
  private readonly head: () => Iterable<FileRecord>

  /** `format`: the name of the report for the error of too many that wait; `head`: what to tell first, of what is known by then. */
  constructor(format: string, head: () => Iterable<FileRecord>) {
    this.waiting = new Waiting(format)
    this.head = head
  }

  /** What of these records, and of those before them, can be told. `known`: all that the head needs has been read. */
  *tell(records: Iterable<FileRecord>, known: boolean): Generator<FileRecord> {
    if (known) yield* this.begin()
    if (this.told) yield* records
    else this.waiting.addAll(records)
  }

  /** What has not been told by the end of the report. */
  *end(): Generator<FileRecord> {
    yield* this.begin()
  }

  private *begin(): Generator<FileRecord> {
    if (this.told) return
    this.told = true
    yield* this.head()
    yield* this.waiting.take()
  }
}
