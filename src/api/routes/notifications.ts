import { z } from 'zod'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { UserError } from '../../errors.ts'
import { mailSettings } from '../../notices/mail.ts'
import { type NotifierOptions, resend, runNotices, testRule } from '../../notices/notifier.ts'
import { endRule, findRule, GivenRule, listRules, setRule } from '../../notices/rules.ts'
import { askGiven, givenColumns } from '../../store/queries/given.ts'
import { deliveriesOf, deliveryFields, deliveryItem, notificationsOf } from '../answers/notifications.ts'
import { answers } from '../api.ts'
import type { Api } from '../api.ts'
import { answerAll, answerPage, readMoment, readPage } from '../asked.ts'
import { Moment, Page, Problem } from '../shapes.ts'
import {
  ChangedNotification,
  Delivery,
  DeliveryList,
  NewNotification,
  Notification,
  NotificationList,
  NotificationRun,
  NotificationSettings,
} from '../shapes/notifications.ts'

const Id = z.object({ rule_id: z.string().max(60) })
const Organisation = Moment.pick({ org: true }).strict()
const columns = givenColumns(deliveryFields)

/** Who acts, until there is sign-in. */
const ACTOR = 'api'

/** Which events are told to whom, and how that went. */
export const notifications =
  (api: Api): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, catalog, notices } = api
    const options = (): NotifierOptions => ({ ...notices, mail: mailSettings() })

    /** Throws UserError('unknown_organisation') also when there is none yet. */
    const askedOf = async (query: { org?: string | undefined }) => {
      const asked = await readMoment(api, query)
      if (!asked.org)
        throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
      return { ...asked, org_id: asked.org.org_id }
    }

    const answerOne = async (org_id: number, rule_id: string) => {
      const found = (await notificationsOf(store, org_id)).find((each) => each.rule_id === rule_id)
      if (!found) throw new UserError('unknown_notification', `there is no notification rule "${rule_id}"`, { status: 404 })
      return found
    }

    app.get(
      '/notifications',
      {
        schema: {
          operationId: 'listNotifications',
          tags: ['notifications'],
          summary: 'Notification rules by name',
          querystring: Organisation,
          response: answers(NotificationList),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        return answerAll(asked, asked.org ? await notificationsOf(store, asked.org.org_id) : [])
      },
    )
    app.post(
      '/notifications',
      {
        schema: {
          operationId: 'addNotification',
          tags: ['notifications'],
          summary: 'Make a rule: which events are told to whom, and when',
          querystring: Organisation,
          body: NewNotification,
          response: { 201: Notification, '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ query, body: { reason, ...given } }, reply) => {
        const { org_id } = await askedOf(query)
        const by = { actor: ACTOR, reason, allowPrivate: notices.allowPrivate }
        const { rule_id } = await setRule(store, catalog, org_id, given, by)
        return reply.code(201).send(await answerOne(org_id, rule_id))
      },
    )
    app.get(
      '/notifications/settings',
      {
        schema: {
          operationId: 'getNotificationSettings',
          tags: ['notifications'],
          summary: 'What this server can send, and the types of events',
          querystring: z.object({}).strict(),
          response: answers(NotificationSettings),
        },
      },
      async () => {
        const mail = mailSettings()
        return {
          mail: mail ? { from: mail.from, host: new URL(mail.url).host } : null,
          private_webhooks: notices.allowPrivate,
          worker: notices.worker,
          types: [...catalog.events.values()].map(({ id, title, why, feed, optional }) => ({ id, title, why, feed, optional })),
        }
      },
    )
    app.post(
      '/notifications/run',
      {
        schema: {
          operationId: 'runNotifications',
          tags: ['notifications'],
          summary: 'Queue what became known and send what is due, now',
          querystring: z.object({}).strict(),
          response: answers(NotificationRun),
        },
      },
      () => runNotices(store, catalog, options()),
    )
    app.get(
      '/notifications/deliveries',
      {
        schema: {
          operationId: 'listDeliveries',
          tags: ['notifications'],
          summary: 'The log of messages, newest first',
          querystring: Page.pick({ org: true, filter: true, search: true, sort: true, limit: true, cursor: true }).strict(),
          response: answers(DeliveryList),
        },
      },
      async ({ query }) => {
        const asked = await readMoment(api, query)
        const rows = asked.org ? await deliveriesOf(store, asked.org.org_id) : []
        return answerPage(asked, await askGiven(store.engine, rows, deliveryFields, ['rule_name', 'error'], readPage(query, columns)))
      },
    )
    app.post(
      '/notifications/deliveries/:delivery_id/resend',
      {
        schema: {
          operationId: 'resendDelivery',
          tags: ['notifications'],
          summary: 'Send a message again that was given up',
          params: z.object({ delivery_id: z.string().max(60) }),
          querystring: Organisation,
          response: answers(Delivery),
        },
      },
      async ({ params, query }) => {
        const { org_id } = await askedOf(query)
        return deliveryItem(await resend(store, catalog, org_id, params.delivery_id, options()), await listRules(store.engine, org_id))
      },
    )
    app.get(
      '/notifications/:rule_id',
      {
        schema: {
          operationId: 'getNotification',
          tags: ['notifications'],
          summary: 'A notification rule',
          params: Id,
          querystring: Organisation,
          response: answers(Notification),
        },
      },
      async ({ params, query }) => answerOne((await askedOf(query)).org_id, params.rule_id),
    )
    app.patch(
      '/notifications/:rule_id',
      {
        schema: {
          operationId: 'changeNotification',
          tags: ['notifications'],
          summary: 'Change a rule; address and key stay unless they are given',
          params: Id,
          querystring: Organisation,
          body: ChangedNotification,
          response: answers(Notification),
        },
      },
      async ({ params, query, body: { reason, ...given } }) => {
        const { org_id } = await askedOf(query)
        const { rule_id, created_at: _, to: heldTo, ...before } = await findRule(store.engine, org_id, params.rule_id)
        const kept = heldTo.channel === 'mail' ? heldTo : { channel: heldTo.channel, shape: heldTo.shape }
        const whole = GivenRule.parse({ ...before, ...given, to: given.to ?? kept })
        await setRule(store, catalog, org_id, whole, { actor: ACTOR, reason, allowPrivate: notices.allowPrivate }, rule_id)
        return answerOne(org_id, rule_id)
      },
    )
    app.delete(
      '/notifications/:rule_id',
      {
        schema: {
          operationId: 'endNotification',
          tags: ['notifications'],
          summary: 'End a rule: what waits is not sent, its address and key are removed',
          params: Id,
          querystring: Organisation,
          response: { 204: z.undefined().describe('Ended'), '4xx': Problem, '5xx': Problem },
        },
      },
      async ({ params, query }, reply) => {
        const { org_id } = await askedOf(query)
        await endRule(store, catalog, org_id, params.rule_id, { actor: ACTOR })
        return reply.code(204).send()
      },
    )
    app.post(
      '/notifications/:rule_id/test',
      {
        schema: {
          operationId: 'testNotification',
          tags: ['notifications'],
          summary: 'Send a test message now, and tell how it went',
          params: Id,
          querystring: Organisation,
          response: answers(Delivery),
        },
      },
      async ({ params, query }) => {
        const { org_id } = await askedOf(query)
        return deliveryItem(await testRule(store, catalog, org_id, params.rule_id, options()), await listRules(store.engine, org_id))
      },
    )
  }
