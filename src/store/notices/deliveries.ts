import type { DeliveryState } from '../../model/notice.ts'
import type { Instant } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** A row of the table `delivery`. */
export interface Delivery {
  delivery_id: string
  rule_id: string
  state: DeliveryState
  digest: boolean
  test: boolean
  /** Ids of events. */
  events: string[]
  created_at: Instant
  due_at: Instant
  tried_at: Instant | null
  attempts: number
  answer: string | null
  error: string | null
}

const columns = [
  'delivery_id',
  'rule_id',
  'state',
  'digest',
  'test',
  'events',
  'created_at',
  'due_at',
  'tried_at',
  'attempts',
  'answer',
  'error',
] as const

type Row = Omit<Delivery, 'events'> & { events: string }
const read = (row: Row): Delivery => ({ ...row, events: JSON.parse(row.events) as string[] })

/** All deliveries of an organisation, newest first. */
export async function listDeliveries(engine: Engine, org_id: number): Promise<Delivery[]> {
  const rows = await engine.query<Row>(
    `select ${columns.join(', ')} from delivery where org_id = $org_id order by created_at desc, delivery_id`,
    { org_id },
  )
  return rows.map(read)
}

/** One of them; null: there is none. */
export async function readDelivery(engine: Engine, org_id: number, delivery_id: string): Promise<Delivery | null> {
  const [row] = await engine.query<Row>(
    `select ${columns.join(', ')} from delivery where org_id = $org_id and delivery_id = $delivery_id`,
    {
      org_id,
      delivery_id,
    },
  )
  return row ? read(row) : null
}

/** The digest of a rule that still gathers events; null: there is none. */
export async function openDigest(transaction: Engine, org_id: number, rule_id: string): Promise<Delivery | null> {
  const [row] = await transaction.query<Row>(
    `select ${columns.join(', ')} from delivery where org_id = $org_id and rule_id = $rule_id and state = 'waiting' and digest and attempts = 0
     order by created_at limit 1`,
    { org_id, rule_id },
  )
  return row ? read(row) : null
}

/** Writes new deliveries. */
export async function addDeliveries(transaction: Engine, org_id: number, deliveries: readonly Delivery[]): Promise<void> {
  await transaction.append(
    'delivery',
    ['org_id', ...columns],
    deliveries.map((each) => [org_id, ...columns.map((column) => (column === 'events' ? JSON.stringify(each.events) : each[column]))]),
  )
}

/** Changes what is named of a delivery. Only one in the state `from` is changed: false when it is in another by now. */
export async function changeDelivery(
  transaction: Engine,
  org_id: number,
  delivery_id: string,
  from: DeliveryState,
  change: Partial<Omit<Delivery, 'delivery_id' | 'rule_id'>>,
): Promise<boolean> {
  const entries = Object.entries(change).map(([name, value]) => [name, name === 'events' ? JSON.stringify(value) : value] as const)
  const changed = await transaction.run(
    `update delivery set ${entries.map(([name]) => `${name} = $${name}_now`).join(', ')} where org_id = $org_id and delivery_id = $delivery_id and state = $from`,
    {
      org_id,
      delivery_id,
      from,
      ...Object.fromEntries(entries.map(([name, value]) => [`${name}_now`, value as string | number | boolean | null])),
    },
  )
  return changed > 0
}

/** Deliveries of all organisations that are to be tried at $now, the longest waiting first. */
export async function dueDeliveries(engine: Engine, now: Instant): Promise<(Delivery & { org_id: number })[]> {
  const rows = await engine.query<Row & { org_id: number }>(
    `select org_id, ${columns.join(', ')} from delivery where state = 'waiting' and due_at <= $now order by due_at, delivery_id`,
    { now },
  )
  return rows.map((row) => ({ ...row, ...read(row) }))
}

/** Gives up what was on its way before $before: whoever sent it is gone, and nobody knows whether it arrived. Returns how many. */
export const giveUpInterrupted = (transaction: Engine, before: Instant, error: string): Promise<number> =>
  transaction.run(`update delivery set state = 'dead', error = $error where state = 'sending' and tried_at < $before`, { before, error })

/** Removes what a rule has not told yet: it ended. */
export const dropWaiting = (transaction: Engine, org_id: number, rule_id: string, error: string): Promise<number> =>
  transaction.run(
    `update delivery set state = 'dead', error = $error where org_id = $org_id and rule_id = $rule_id and state = 'waiting'`,
    {
      org_id,
      rule_id,
      error,
    },
  )
