import { z } from 'zod'
import { deliveryStates } from '../../model/notice.ts'
import { GivenRule } from '../../notices/rules.ts'
import { RuleShape } from '../../notices/rule.ts'
import { list } from '../shapes.ts'
import { changed } from './changed.ts'

const Instant = z.string().describe('ISO 8601, UTC')
const Reason = z.string().trim().min(1).max(2000).optional().describe('Why, for the log')

/** A rule as a person sets it. */
export const NewNotification = GivenRule.extend({ reason: Reason })

/** What is changed of a rule; what is left out stays. */
export const ChangedNotification = changed(NewNotification)

/** A rule as it is shown: of a webhook the host, never the address or the key. */
export const Notification = RuleShape.omit({ created_at: true }).extend({
  rule_id: z.string(),
  created_at: Instant,
  address: z.boolean().describe('A webhook whose address can be opened; false: enter it again'),
  signed: z.boolean().describe('A webhook whose messages are signed'),
  sent: z.number().int().describe('Messages that were taken'),
  waiting: z.number().int(),
  dead: z.number().int().describe('Messages that were given up'),
  last_sent_at: Instant.nullable(),
})
export const NotificationList = list(Notification)

/** A message that was sent, waits, or was given up. */
export const Delivery = z.object({
  delivery_id: z.string(),
  rule_id: z.string(),
  rule_name: z.string().nullable().describe('null: the rule was ended'),
  state: z.enum(deliveryStates),
  digest: z.boolean(),
  test: z.boolean(),
  events: z.array(z.string()).describe('Ids of its events'),
  created_at: Instant,
  due_at: Instant.nullable().describe('When it is tried next; null: never again by itself'),
  tried_at: Instant.nullable(),
  attempts: z.number().int(),
  answer: z.string().nullable().describe('What the receiver answered the last time'),
  error: z.string().nullable(),
})
export const DeliveryList = list(Delivery)

/** What notifications can do on this server. */
export const NotificationSettings = z.object({
  mail: z.object({ from: z.string(), host: z.string() }).nullable().describe('null: mail is not set up'),
  private_webhooks: z.boolean().describe('Whether webhooks may go to addresses that are not of the public internet'),
  worker: z.boolean().describe('Whether this server sends by itself; else: plimsoll notify'),
  types: z.array(
    z.object({ id: z.string(), title: z.string(), why: z.string(), feed: z.enum(['risk', 'posture']), optional: z.boolean() }),
  ),
})

/** What one run of the rules did, in messages; events that were queued or left out. */
export const NotificationRun = z.object({
  queued: z.number().int().describe('Events that were put into messages'),
  left_out: z.number().int().describe('Events that lie too far back'),
  sent: z.number().int(),
  failed: z.number().int().describe('Messages that were not taken: they are tried again, or given up'),
})
