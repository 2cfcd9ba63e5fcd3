import type { z } from 'zod'
import { formatInstant } from '../../model/time.ts'
import { deliveryStates } from '../../model/notice.ts'
import type { Rule } from '../../notices/rule.ts'
import { listRules, secretsOf } from '../../notices/rules.ts'
import { type Delivery as Stored, listDeliveries } from '../../store/notices/deliveries.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import type { Store } from '../../store/store.ts'
import type { Delivery, Notification } from '../shapes/notifications.ts'

type NotificationAnswer = z.infer<typeof Notification>
type DeliveryAnswer = z.infer<typeof Delivery>

/** The rules of an organisation with how their messages went. */
export async function notificationsOf(store: Store, org_id: number): Promise<NotificationAnswer[]> {
  const rules = await listRules(store.engine, org_id)
  const secrets = await secretsOf(store, org_id, rules)
  const deliveries = await listDeliveries(store.engine, org_id)
  return rules.map(({ created_at, ...rule }) => {
    const own = deliveries.filter((each) => each.rule_id === rule.rule_id && !each.test)
    const count = (state: Stored['state']) => own.filter((each) => each.state === state).length
    const last = own.find((each) => each.state === 'sent')
    return {
      ...rule,
      created_at: formatInstant(created_at),
      address: secrets.get(rule.rule_id)!.address,
      signed: secrets.get(rule.rule_id)!.key,
      sent: count('sent'),
      waiting: count('waiting'),
      dead: count('dead'),
      last_sent_at: formatInstant(last?.tried_at ?? null),
    }
  })
}

/** The log of messages, newest first. */
export async function deliveriesOf(store: Store, org_id: number): Promise<DeliveryAnswer[]> {
  const rules = await listRules(store.engine, org_id)
  return (await listDeliveries(store.engine, org_id)).map((each) => deliveryItem(each, rules))
}

/** A message as it goes over the wire. */
export const deliveryItem = (delivery: Stored, rules: readonly Rule[]): DeliveryAnswer => ({
  ...delivery,
  rule_name: rules.find(({ rule_id }) => rule_id === delivery.rule_id)?.name ?? null,
  created_at: formatInstant(delivery.created_at),
  due_at: delivery.state === 'waiting' ? formatInstant(delivery.due_at) : null,
  tried_at: formatInstant(delivery.tried_at),
})

/** Fields by which the log can be filtered and sorted. */
export const deliveryFields: GivenFields<DeliveryAnswer> = new Map<string, GivenField<DeliveryAnswer>>([
  ['delivery_id', { read: (row) => row.delivery_id, column: { type: 'text', title: 'id' } }],
  ['rule_id', { read: (row) => row.rule_id, column: { type: 'text', title: 'rule' } }],
  ['rule_name', { read: (row) => row.rule_name, column: { type: 'text', title: 'name of the rule' } }],
  ['state', { read: (row) => row.state, column: { type: 'text', title: 'state', values: deliveryStates } }],
  ['test', { read: (row) => (row.test ? 'yes' : 'no'), column: { type: 'text', title: 'test', values: ['yes', 'no'] } }],
  ['events', { read: (row) => row.events.length, column: { type: 'number', title: 'events' } }],
  ['attempts', { read: (row) => row.attempts, column: { type: 'number', title: 'attempts' } }],
  ['created_at', { read: (row) => Date.parse(row.created_at), column: { type: 'number', title: 'made at' } }],
  ['tried_at', { read: (row) => (row.tried_at === null ? null : Date.parse(row.tried_at)), column: { type: 'number', title: 'tried at' } }],
  ['error', { read: (row) => row.error, column: { type: 'text', title: 'error' } }],
])
