import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Catalog } from '../insights/catalog.ts'
import { compute } from '../insights/compute.ts'
import { orgCatalog } from '../insights/org-catalog.ts'
import { webhookShapes } from '../model/notice.ts'
import { type Author, type DefinitionChange, changeDefinitionsIn } from '../store/definitions/change.ts'
import { readDefinition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import { dropWaiting } from '../store/notices/deliveries.ts'
import { readSecrets, writeSecret } from '../store/notices/secrets.ts'
import type { Store } from '../store/store.ts'
import { checkRule, type Rule, RuleShape } from './rule.ts'
import { keyOf, seal, unseal } from './seal.ts'
import { webhookUrl } from './webhook.ts'

/** Where a rule sends, as a person gives it: the address and the key of a webhook are secrets and never shown again. */
const GivenTo = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('webhook'),
    shape: z.enum(webhookShapes).default('json'),
    url: z.string().max(2000).optional().describe('https://…; shown again is its host alone. Left out when a rule is changed: it stays'),
    key: z
      .string()
      .min(16)
      .max(500)
      .nullable()
      .optional()
      .describe('Signs the messages (HMAC-SHA256, standardwebhooks.com); null: not signed; left out: it stays'),
  }),
  z.strictObject({ channel: z.literal('mail'), recipients: z.array(z.email().max(254)).min(1).max(100) }),
])

/** A rule as a person gives it. */
export const GivenRule = RuleShape.omit({ created_at: true, to: true }).extend({ to: GivenTo })
export type GivenRule = z.infer<typeof GivenRule>

/** What a webhook rule keeps sealed. */
interface Secret {
  url: string
  key: string | null
}

const secretId = (rule_id: string): string => `notification/${rule_id}`

/** The rules of an organisation by name. */
export async function listRules(engine: Engine, org_id: number): Promise<Rule[]> {
  const rules = (await readDefinitions(engine, org_id, 'notification')).map(({ id, body }) => readRule(id, body))
  return rules.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.rule_id < b.rule_id ? -1 : 1))
}

const readRule = (rule_id: string, body: string): Rule => ({ ...RuleShape.parse(JSON.parse(body)), rule_id })

/** One rule. Throws UserError('unknown_notification'). */
export async function findRule(engine: Engine, org_id: number, rule_id: string): Promise<Rule> {
  const found = await readDefinition(engine, org_id, 'notification', rule_id)
  if (!found) throw new UserError('unknown_notification', `there is no notification rule "${rule_id.slice(0, 60)}"`, { status: 404 })
  return readRule(rule_id, found.body)
}

/** The address and key of a rule; null: there are none, or the key of the data folder is another one than that which sealed them. */
export async function readSecret(store: Store, org_id: number, rule_id: string): Promise<Secret | null> {
  const sealed = (await readSecrets(store.engine, org_id)).get(secretId(rule_id))
  const opened = sealed === undefined ? null : unseal(keyOf(store.data), `${org_id}/${secretId(rule_id)}`, sealed)
  return opened === null ? null : (JSON.parse(opened) as Secret)
}

/** Which rules have an address that can be opened, and which of these a key. */
export async function secretsOf(
  store: Store,
  org_id: number,
  rules: readonly Rule[],
): Promise<Map<string, { address: boolean; key: boolean }>> {
  const found = new Map<string, { address: boolean; key: boolean }>()
  for (const { rule_id, to } of rules) {
    const secret = to.channel === 'webhook' ? await readSecret(store, org_id, rule_id) : null
    found.set(rule_id, { address: secret !== null, key: secret?.key != null })
  }
  return found
}

/**
 * Adds a rule, or replaces the one with this id; what becomes known from its first beginning on is told. Throws UserError('bad_notification'),
 * UserError('bad_webhook'), UserError('unknown_notification').
 */
export async function setRule(
  store: Store,
  catalog: Catalog,
  org_id: number,
  given: GivenRule,
  by: Author & { allowPrivate: boolean },
  rule_id?: string,
): Promise<Rule> {
  const before = rule_id === undefined ? null : await findRule(store.engine, org_id, rule_id)
  const id = rule_id ?? randomUUID().slice(0, 8)
  const { to: givenTo, ...rest } = given
  let secret: Secret | null = null
  let to: Rule['to']
  if (givenTo.channel === 'mail') to = givenTo
  else {
    const held = before ? await readSecret(store, org_id, id) : null
    const url = givenTo.url ?? held?.url
    if (url === undefined) throw new UserError('bad_webhook', 'a webhook needs its address: https://…')
    secret = { url, key: givenTo.key === undefined ? (held?.key ?? null) : givenTo.key }
    to = { channel: 'webhook', shape: givenTo.shape, host: webhookUrl(url, by.allowPrivate).host }
  }
  const rule: Rule = { ...rest, to, created_at: before?.created_at ?? store.now(), rule_id: id }
  const { rule_id: _, ...body } = rule
  checkRule(body, await orgCatalog(store.engine, catalog, org_id))
  const changes: DefinitionChange[] = [
    { kind: 'notification', id, body: JSON.stringify(body) },
    { kind: 'limit', id, body: rule.limits.length > 0 ? JSON.stringify(rule.limits) : null },
  ]
  await store.engine.transaction(async (transaction) => {
    await changeDefinitionsIn(transaction, store.now(), org_id, changes, by)
    const sealed = secret === null ? null : seal(keyOf(store.data), `${org_id}/${secretId(id)}`, JSON.stringify(secret))
    await writeSecret(transaction, org_id, secretId(id), sealed)
  })
  await compute(store, catalog)
  return rule
}

/** Ends a rule: what waits is not sent, its secrets are removed. Throws UserError('unknown_notification'). */
export async function endRule(store: Store, catalog: Catalog, org_id: number, rule_id: string, by: Author): Promise<void> {
  await findRule(store.engine, org_id, rule_id)
  await store.engine.transaction(async (transaction) => {
    const changes: DefinitionChange[] = [
      { kind: 'notification', id: rule_id, body: null },
      { kind: 'limit', id: rule_id, body: null },
    ]
    await changeDefinitionsIn(transaction, store.now(), org_id, changes, by)
    await writeSecret(transaction, org_id, secretId(rule_id), null)
    await dropWaiting(transaction, org_id, rule_id, 'the rule was ended before it was sent')
  })
  await compute(store, catalog)
}
