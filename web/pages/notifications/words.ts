import type { Answer, Row } from '../../api.ts'
import { counted, word } from '../../format.ts'

export type Rule = Row<'/api/v1/notifications'>
export type Delivery = Row<'/api/v1/notifications/deliveries'>
export type Settings = Answer<'/api/v1/notifications/settings'>

/** Where a rule sends: of a webhook the host alone. */
export function toWords({ to }: Pick<Rule, 'to'>): string {
  if (to.channel === 'mail') return to.recipients.length === 1 ? to.recipients[0]! : `${to.recipients.length} mail addresses`
  return `${to.shape === 'json' ? 'Webhook' : word(to.shape)} at ${to.host}`
}

/** When a rule tells. */
export function whenWords({ when }: Pick<Rule, 'when'>): string {
  if (when.at === 'at_once') return 'at once'
  const hour = `${String(when.hour).padStart(2, '0')}:00`
  return when.at === 'daily' ? `daily at ${hour}` : `${word(when.weekday)}s at ${hour}`
}

/** What narrows a rule, in short phrases. */
export function scopeWords(rule: Rule): string[] {
  return [
    ...(rule.groups.length > 0 ? [`group ${rule.groups.join(', ')}`] : []),
    ...(rule.initiatives.length > 0 ? [counted(rule.initiatives.length, 'initiative')] : []),
    ...(rule.metrics.length > 0 ? [counted(rule.metrics.length, 'metric')] : []),
    ...(rule.points === null ? [] : [`${rule.points} points or more`]),
    ...(rule.percent === null ? [] : [`${rule.percent} % or more`]),
    ...(rule.severity === null ? [] : [`${rule.severity} or worse`]),
    ...(rule.share === null ? [] : [`${Math.round(rule.share * 1000) / 10} % of the assets or more`]),
    ...rule.limits.map(({ score, id, worse_than }) => `${id || word(score)} worse than ${worse_than}`),
  ]
}
