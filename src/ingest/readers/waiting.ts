import { UserError } from '../../errors.ts'
import type { FileRecord } from '../../model/record.ts'

const MOST = 500_000

/** Records that wait for something that stands behind them in the file: which asset they are about, say. */
export class Waiting {
  private readonly records: FileRecord[] = []
  private readonly format: string
  private readonly most: number

  /** `format`: the name of the report for the error; `most`: how many records may wait. */
  constructor(format: string, most = MOST) {
    this.format = format
    this.most = most
  }

  /** Throws UserError('unreadable_report') when more than `most` wait. */
  add(...records: FileRecord[]): void {
    if (this.records.length + records.length > this.most)
      throw new UserError(
        'unreadable_report',
        `The ${this.format} report holds more than ${this.most} items before it says what they are about: split it`,
      )
    for (const record of records) this.records.push(record)
  }

  /** All of them in the order in which they came, and then none. */
  *take(): Generator<FileRecord> {
    yield* this.records.splice(0)
  }
}
