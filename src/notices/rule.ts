import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Catalog } from '../insights/catalog.ts'
import { weekdays, webhookShapes } from '../model/notice.ts'
import { severities } from '../model/severity.ts'

const ids = z.array(z.string().min(1).max(200)).max(200)

/** A value of a score that is not to be passed: told on the day on which the score gets worse than it. */
const LimitShape = z.strictObject({
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
  /** Of the initiative or metric; '' for the others. */
  id: z.string().max(200).default(''),
  /** 0–100 in the score's own direction. */
  worse_than: z.number().min(0).max(100),
})

/** The body of a definition of kind 'notification': which events are told, to whom, and when. Addresses and keys of webhooks are kept apart, sealed. */
export const RuleShape = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(120)
    // oxlint-disable-next-line no-control-regex -- a name stands in the head of a mail
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'a name has no line breaks'),
  description: z.string().trim().max(2000).default(''),
  active: z.boolean().default(true),
  /** Types of events, of both feeds. */
  types: ids,
  limits: z.array(LimitShape).max(20).default([]),
  /** Risk events that impact an asset of these groups; posture events are about the whole, so a rule with groups tells none. Empty: all assets. */
  groups: ids.default([]),
  /** Of posture events about an initiative or metric those about one of these; metrics of a named initiative count. Both empty: all. */
  initiatives: ids.default([]),
  metrics: ids.default([]),
  /** Least points that the score moved by; of risk events the exposure score. Null: any. */
  points: z.number().gt(0).max(100).nullable().default(null),
  /** Least share of its value before that a score lost, in per cent. */
  percent: z.number().gt(0).max(100).nullable().default(null),
  /** Least severity of risk events. */
  severity: z.enum(severities).nullable().default(null),
  /** Least share of the active assets that a risk event impacted, 0–1. */
  share: z.number().gt(0).max(1).nullable().default(null),
  to: z.discriminatedUnion('channel', [
    /** `host` is shown; the whole address is a secret. */
    z.strictObject({ channel: z.literal('webhook'), shape: z.enum(webhookShapes), host: z.string().max(300) }),
    z.strictObject({ channel: z.literal('mail'), recipients: z.array(z.email().max(254)).min(1).max(100) }),
  ]),
  when: z.discriminatedUnion('at', [
    z.strictObject({ at: z.literal('at_once') }),
    z.strictObject({ at: z.literal('daily'), hour: z.number().int().min(0).max(23) }),
    z.strictObject({ at: z.literal('weekly'), hour: z.number().int().min(0).max(23), weekday: z.enum(weekdays) }),
  ]),
  /** Events that lie further back than this, in days, are not told: a first import or a late report does not flood. */
  days: z.number().int().min(1).max(365).default(7),
  /** Whether messages name the organisation. */
  organisation: z.boolean().default(true),
  /** Instant in microseconds: only what became known since then is told. */
  created_at: z.number().int(),
})

export interface Rule extends z.infer<typeof RuleShape> {
  rule_id: string
}

/** The type of the events that limits make. */
export const LIMIT_TYPE = 'score_beyond'

/** Throws UserError('bad_notification') for a rule that names what there is not, or would never tell anything. */
export function checkRule(rule: z.infer<typeof RuleShape>, catalog: Catalog): void {
  const bad = (what: string) => new UserError('bad_notification', what)
  const unknown = (kind: string, list: readonly string[], known: ReadonlyMap<string, unknown>) => {
    const missing = list.find((id) => !known.has(id))
    if (missing !== undefined) throw bad(`there is no ${kind} "${missing}"`)
  }
  unknown('type of event', rule.types, catalog.events)
  unknown('initiative', rule.initiatives, catalog.initiatives)
  unknown('metric', rule.metrics, catalog.metrics)
  for (const { score, id } of rule.limits) {
    if (score === 'initiative') unknown('initiative', [id], catalog.initiatives)
    else if (score === 'metric') unknown('metric', [id], catalog.metrics)
    else if (id !== '') throw bad(`a limit of the ${score} score has no id`)
  }
  if (rule.types.length === 0 && rule.limits.length === 0)
    throw bad('a rule tells nothing without a type of event or a limit: name at least one')
}
