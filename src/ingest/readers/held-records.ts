import { UserError } from '../../errors.ts'
import type { FileRecord } from '../../model/record.ts'

/**
 * Keeps records until the file has said what they are about, for formats that tell it behind them. `what` names the report in the refusal.
 * Throws UserError('unreadable_report') at the record over `max`.
 */
export function holdRecords(what: string, max = 1_000_000): { add(records: Iterable<FileRecord>): void; held: readonly FileRecord[] } {
  const held: FileRecord[] = []
  return {
    held,
    add(records) {
      for (const record of records) {
        if (held.length >= max)
          throw new UserError(
            'unreadable_report',
            `The ${what} says only at its end what it is about, and holds more than ${max} items: scan or export parts of it`,
          )
        held.push(record)
      }
    },
  }
}
