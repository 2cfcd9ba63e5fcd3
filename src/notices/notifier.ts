import { randomUUID } from 'node:crypto'
import { UserError } from '../errors.ts'
import type { Catalog } from '../insights/catalog.ts'
import { orgCatalog } from '../insights/org-catalog.ts'
import { refreshEvents } from '../insights/refresh.ts'
import { severityWord } from '../store/queries/words.ts'
import { DAY_US, formatInstant, type Instant } from '../model/time.ts'
import { dayOf, dayText } from '../store/days.ts'
import type { Engine } from '../store/engines/engine.ts'
import {
  addDeliveries,
  changeDelivery,
  type Delivery,
  dueDeliveries,
  giveUpInterrupted,
  openDigest,
  readDelivery,
} from '../store/notices/deliveries.ts'
import { daysAround } from '../store/notices/days.ts'
import { type NewEvent, newEvents, noteNotified } from '../store/notices/seen.ts'
import { listOrgs, type Org } from '../store/orgs.ts'
import { impacts, storedEvent, type StoredEvent } from '../store/queries/events/read.ts'
import type { Store } from '../store/store.ts'
import { dueAt } from './digest-time.ts'
import { type MailSettings, sendMail } from './mail.ts'
import { tells } from './match.ts'
import { mailOf, type Message, MOST_EVENTS, type ToldEvent, webhookBody } from './message.ts'
import type { Rule } from './rule.ts'
import { findRule, listRules, readSecret } from './rules.ts'
import { type Outcome, postWebhook } from './webhook.ts'

export interface NotifierOptions {
  /** Where people reach the console: links in messages begin with it. */
  base: string
  /** Whether webhooks may go to addresses that are not of the public internet. */
  allowPrivate: boolean
  /** Null: mail is not set up. */
  mail: MailSettings | null
  /** How long a receiver may take, in milliseconds. */
  patience?: number
  stopped?: () => boolean
}

/** What one run did, in messages. */
export interface NoticeRun {
  queued: number
  left_out: number
  sent: number
  failed: number
}

/** Pauses before a message is tried again, in minutes; after the last one it is given up. */
const PAUSES = [1, 5, 30, 120, 480]

const MINUTE_US = 60_000_000

/** The longest pause that a receiver may ask for. */
const LONGEST = DAY_US

/** A message that has been on its way for longer was interrupted. */
const INTERRUPTED = 10 * MINUTE_US

/** How many messages are on their way at a time: a receiver that hangs does not hold up the others. */
const TOGETHER = 4

/** Queues what rules tell of what became known, then sends what is due. Each event is queued once per rule, whatever is worked out anew. */
export async function runNotices(store: Store, catalog: Catalog, options: NotifierOptions): Promise<NoticeRun> {
  await refreshEvents(store, catalog)
  const run: NoticeRun = { queued: 0, left_out: 0, sent: 0, failed: 0 }
  for (const org of await listOrgs(store.engine)) {
    const rules = (await listRules(store.engine, org.org_id)).filter(({ active }) => active)
    if (rules.length === 0) continue
    const own = await orgCatalog(store.engine, catalog, org.org_id)
    for (const rule of rules) {
      const queued = await queue(store, own, org.org_id, rule)
      run.queued += queued.told
      run.left_out += queued.left_out
    }
  }
  await store.engine.transaction((transaction) =>
    giveUpInterrupted(
      transaction,
      store.now() - INTERRUPTED,
      'interrupted while it was sent: nobody knows whether it arrived; send it again if it did not',
    ),
  )
  const due = await dueDeliveries(store.engine, store.now())
  for (let first = 0; first < due.length && !options.stopped?.(); first += TOGETHER) {
    const results = await Promise.all(
      due.slice(first, first + TOGETHER).map(({ org_id, ...delivery }) => attempt(store, catalog, org_id, delivery, options)),
    )
    for (const state of results) if (state !== null) run[state === 'sent' ? 'sent' : 'failed']++
  }
  return run
}

/** Puts what a rule tells of what became known since it was made into messages that wait. */
async function queue(store: Store, catalog: Catalog, org_id: number, rule: Rule): Promise<{ told: number; left_out: number }> {
  const now = store.now()
  const today = await dayOf(store.engine, org_id, now)
  const isOld = ({ day }: NewEvent) => day < today - rule.days
  const found = await newEvents(store.engine, org_id, rule.rule_id, rule.created_at, today)
  const recent = await inGroups(
    store.engine,
    org_id,
    rule,
    found.filter((event) => !isOld(event)),
    today,
  )
  const wanted = [...recent, ...found.filter(isOld)].filter((event) => tells(rule, event, catalog))
  if (wanted.length === 0) return { told: 0, left_out: 0 }
  const days = await daysAround(store.engine, org_id, today - 1, today + 9)
  return store.engine.transaction(async (transaction) => {
    // Another process may have queued them meanwhile.
    const fresh = new Set((await newEvents(transaction, org_id, rule.rule_id, rule.created_at, today)).map(({ event_id }) => event_id))
    const idsOf = (old: boolean) =>
      wanted.filter((event) => fresh.has(event.event_id) && isOld(event) === old).map(({ event_id }) => event_id)
    const [told, old] = [idsOf(false), idsOf(true)]
    const made = { rule_id: rule.rule_id, test: false, created_at: now, tried_at: null, attempts: 0, answer: null }
    if (old.length > 0) {
      const delivery_id = randomUUID()
      const error = `further back than ${rule.days === 1 ? 'a day' : `${rule.days} days`} when they became known`
      await addDeliveries(transaction, org_id, [
        { ...made, delivery_id, state: 'left_out', digest: false, events: old, due_at: now, error },
      ])
      await noteNotified(transaction, org_id, rule.rule_id, old, delivery_id)
    }
    if (told.length > 0) {
      const digest = rule.when.at !== 'at_once'
      const open = digest ? await openDigest(transaction, org_id, rule.rule_id) : null
      const delivery_id = open?.delivery_id ?? randomUUID()
      if (open) await changeDelivery(transaction, org_id, delivery_id, 'waiting', { events: [...open.events, ...told] })
      else
        await addDeliveries(transaction, org_id, [
          { ...made, delivery_id, state: 'waiting', digest, events: told, due_at: dueAt(rule.when, now, days), error: null },
        ])
      await noteNotified(transaction, org_id, rule.rule_id, told, delivery_id)
    }
    return { told: told.length, left_out: old.length }
  })
}

/** The events with what they impact within the groups of a rule; those that impact nothing there are left out. */
async function inGroups<T extends NewEvent>(engine: Engine, org_id: number, rule: Rule, events: readonly T[], day: number): Promise<T[]> {
  if (rule.groups.length === 0) return [...events]
  const full: StoredEvent[] = []
  for (const { event_id, feed, type } of events) {
    const event = feed === 'risk' && rule.types.includes(type) ? await storedEvent(engine, org_id, event_id) : null
    if (event) full.push(event)
  }
  const seen = await impacts(engine, { org_id, groups: rule.groups }, full, day)
  return events.flatMap((event) => {
    const impact = seen.get(event.event_id)
    return impact && impact.assets > 0 ? [{ ...event, assets: impact.assets, active_assets: impact.active_assets }] : []
  })
}

/** Tries to send a message; null: somebody else did. */
async function attempt(
  store: Store,
  catalog: Catalog,
  org_id: number,
  delivery: Delivery,
  options: NotifierOptions,
): Promise<Delivery['state'] | null> {
  const { delivery_id } = delivery
  const change = (from: Delivery['state'], what: Partial<Delivery>) =>
    store.engine.transaction((transaction) => changeDelivery(transaction, org_id, delivery_id, from, what))
  const attempts = delivery.attempts + 1
  // Said before it goes out: a process that dies here never sends it a second time.
  if (!(await change('waiting', { state: 'sending', attempts, tried_at: store.now() }))) return null
  const outcome = await dispatch(store, catalog, org_id, delivery, options).catch((error: unknown): Outcome => ({
    sent: false,
    answer: null,
    error: error instanceof UserError ? error.message : 'the message could not be made',
    again: false,
    after: null,
  }))
  // A test that fails is not tried again: whoever asked for it waits for the answer.
  const after = afterwards(delivery.test && !outcome.sent ? { ...outcome, again: false } : outcome, attempts, store.now())
  await change('sending', after)
  return after.state
}

/** What becomes of a delivery after a try. */
function afterwards(outcome: Outcome, attempts: number, now: Instant): Pick<Delivery, 'state' | 'answer' | 'error' | 'due_at'> {
  if (outcome.sent) return { state: 'sent', answer: outcome.answer, error: null, due_at: now }
  const { answer, error, again, after } = outcome
  const pause = PAUSES[attempts - 1]
  if (!again || pause === undefined) return { state: 'dead', answer, error, due_at: now }
  return { state: 'waiting', answer, error, due_at: now + Math.min(LONGEST, Math.max(pause * MINUTE_US, (after ?? 0) * 1000)) }
}

async function dispatch(store: Store, catalog: Catalog, org_id: number, delivery: Delivery, options: NotifierOptions): Promise<Outcome> {
  const rule = await findRule(store.engine, org_id, delivery.rule_id)
  const org = (await listOrgs(store.engine)).find((each) => each.org_id === org_id)!
  const message = await messageOf(store, catalog, org, rule, delivery, options.base)
  const failed = (error: string): Outcome => ({ sent: false, answer: null, error, again: false, after: null })
  if (message.events.length === 0) return failed('none of its events stands any more: what they were about was undone')
  const patience = options.patience === undefined ? {} : { patience: options.patience }
  if (rule.to.channel === 'mail') {
    if (!options.mail) return failed('mail is not set up: the server needs PLIMSOLL_SMTP_URL and PLIMSOLL_MAIL_FROM')
    return sendMail(options.mail, { id: delivery.delivery_id, recipients: rule.to.recipients, mail: mailOf(message) }, patience)
  }
  const secret = await readSecret(store, org_id, rule.rule_id)
  if (!secret) return failed('its address cannot be opened with the key of this data folder: enter it again')
  const seconds = Math.floor(store.now() / 1_000_000)
  const body = webhookBody(rule.to.shape, message)
  return postWebhook(
    { url: secret.url, key: secret.key, id: delivery.delivery_id, seconds, body },
    { allowPrivate: options.allowPrivate, ...patience },
  )
}

/** What a delivery says now: its events as they are known at this moment. */
async function messageOf(store: Store, catalog: Catalog, org: Org, rule: Rule, delivery: Delivery, base: string): Promise<Message> {
  const link = (change: Record<string, string>) => `${base}/events?${new URLSearchParams({ ...change, org: org.slug })}`
  const events: ToldEvent[] = []
  for (const event_id of delivery.events.slice(0, MOST_EVENTS)) {
    const stored = await storedEvent(store.engine, org.org_id, event_id)
    if (!stored) continue
    const seen =
      rule.groups.length > 0 ? await impacts(store.engine, { org_id: org.org_id, groups: rule.groups }, [stored], stored.day) : null
    const event = { ...stored, ...seen?.get(event_id) }
    events.push({
      ...toldEvent(catalog, event),
      url: link({ ...(event.feed === 'posture' ? { feed: 'posture' } : {}), open: event_id }),
    })
  }
  if (delivery.test && events.length === 0) events.push({ ...sample(store.now()), url: link({}) })
  return {
    delivery: delivery.delivery_id,
    rule: { id: rule.rule_id, name: rule.name },
    organisation: rule.organisation ? { slug: org.slug, name: org.name } : null,
    test: delivery.test,
    digest: delivery.digest,
    events,
    more: Math.max(0, delivery.events.length - MOST_EVENTS),
    url: link({}),
  }
}

const points = (billionths: number | null): number | null => (billionths === null ? null : billionths / 10_000_000)

const toldEvent = (catalog: Catalog, event: StoredEvent): Omit<ToldEvent, 'url'> => ({
  event_id: event.event_id,
  feed: event.feed,
  type: event.type,
  title: catalog.events.get(event.type)?.title ?? event.type,
  headline: event.headline,
  day: dayText(event.day),
  happened_at: formatInstant(event.happened_at),
  direction: event.direction,
  severity: severityWord(event.severity),
  assets: event.assets,
  share: event.active_assets === 0 ? 0 : Math.min(1, event.assets / event.active_assets),
  effect: points(event.score_effect),
  score: event.score,
  score_id: event.score_id,
  score_before: points(event.score_before),
  score_after: points(event.score_after),
})

/** What a test says while there is no event that the rule would tell. */
const sample = (now: Instant): Omit<ToldEvent, 'url'> => ({
  event_id: 'test',
  feed: 'posture',
  type: 'test',
  title: 'Test',
  headline: 'This is a test: nothing happened',
  day: formatInstant(now).slice(0, 10),
  happened_at: formatInstant(now),
  direction: 'neutral',
  severity: null,
  assets: 0,
  share: 0,
  effect: null,
  score: null,
  score_id: null,
  score_before: null,
  score_after: null,
})

/** Sends a message about nothing at once, to see whether it arrives. Throws UserError('unknown_notification'). */
export async function testRule(
  store: Store,
  catalog: Catalog,
  org_id: number,
  rule_id: string,
  options: NotifierOptions,
): Promise<Delivery> {
  await findRule(store.engine, org_id, rule_id)
  const now = store.now()
  const delivery: Delivery = {
    delivery_id: randomUUID(),
    rule_id,
    state: 'waiting',
    digest: false,
    test: true,
    events: [],
    created_at: now,
    due_at: now,
    tried_at: null,
    attempts: 0,
    answer: null,
    error: null,
  }
  await store.engine.transaction((transaction) => addDeliveries(transaction, org_id, [delivery]))
  await attempt(store, catalog, org_id, delivery, options)
  return (await readDelivery(store.engine, org_id, delivery.delivery_id))!
}

/** Sends a message that was given up once more, at once. Throws UserError('unknown_delivery'), UserError('not_dead'). */
export async function resend(
  store: Store,
  catalog: Catalog,
  org_id: number,
  delivery_id: string,
  options: NotifierOptions,
): Promise<Delivery> {
  const dead = await readDelivery(store.engine, org_id, delivery_id)
  if (!dead) throw new UserError('unknown_delivery', `there is no message "${delivery_id.slice(0, 60)}"`, { status: 404 })
  const taken = await store.engine.transaction((transaction) =>
    changeDelivery(transaction, org_id, delivery_id, 'dead', { state: 'waiting', attempts: 0, due_at: store.now(), error: null }),
  )
  if (!taken) throw new UserError('not_dead', `the message is ${dead.state}: only what was given up is sent again`, { status: 409 })
  await attempt(store, catalog, org_id, { ...dead, attempts: 0 }, options)
  return (await readDelivery(store.engine, org_id, delivery_id))!
}
