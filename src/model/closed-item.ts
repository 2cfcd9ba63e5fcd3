import type { FileRecord, FindingClosedRecord, FindingRecord } from './record.ts'
import type { Instant } from './time.ts'

/** How a report states an item as closed. */
export interface ClosedItem {
  /** The tool's own word. */
  reason: string
  /** Place in the file. */
  at: string
  /** Since when; null where the tool does not say. */
  closed_at?: Instant | null | undefined
}

/** The item as closed, of what it would be were it open: the same finding, by the names that make it. */
export function closedItem(open: Omit<FindingRecord, 'kind'>, { reason, at, closed_at }: ClosedItem): FindingClosedRecord {
  return {
    kind: 'closed',
    asset: open.asset,
    ...(open.control_id === undefined ? { vulnerability_ids: open.vulnerability_ids ?? [] } : { control_id: open.control_id }),
    ...(open.component && { component: { name: open.component.name } }),
    ...(open.place !== undefined && { place: open.place }),
    ...(closed_at != null && { closed_at }),
    reason: reason.slice(0, 200),
    at,
  }
}

/** The findings among the records of an open item as closed; what they describe is left out, it stands with open items. */
export function* closedItems(records: Iterable<FileRecord>, closed: ClosedItem): Generator<FindingClosedRecord> {
  for (const record of records) if (record.kind === 'finding') yield closedItem(record, closed)
}
