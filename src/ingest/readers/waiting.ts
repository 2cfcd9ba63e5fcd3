import { UserError } from '../../errors.ts'
import type { FileRecord } from '../../model/record.ts'

const MOST = 500_000

/** Records that wait for something that stands behind them in the file: which asset they are about, say. */
export class Waiting {
  private records: FileRecord[] = []
  private readonly format: string
  private readonly most: number

  /** `format`: the name of the report for the error; `most`: how many records may wait. */
  constructor(format: string, most = MOST) {
    this.format = format
    this.most = most
  }

  /** Throws UserError('unreadable_report') when more than `most` wait. */
  add(record: FileRecord): void {
    if (this.records.length >= this.most)
      throw new UserError(
        'unreadable_report',
        `The ${this.format} report holds more than ${this.most} items before it says what they are about: split it`,
      )
    this.records.push(record)
  }

  /** The same for each of several. */
  addAll(records: Iterable<FileRecord>): void {
    for (const record of records) this.add(record)
  }

  /** All of them in the order in which they came, and then none. */
  *take(): Generator<FileRecord> {
    const records = this.records
    this.records = []
    yield* records
  }
}
