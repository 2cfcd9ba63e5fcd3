import { readFileSync } from 'node:fs'
import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, listOption, orgOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Rule {
  rule_id: string
  name: string
  active: boolean
  types: string[]
  to: { channel: 'webhook'; shape: string; host: string } | { channel: 'mail'; recipients: string[] }
  when: { at: string; hour?: number; weekday?: string }
  sent: number
  waiting: number
  dead: number
}

interface Delivery {
  delivery_id: string
  rule_name: string | null
  state: string
  test: boolean
  events: string[]
  created_at: string
  attempts: number
  answer: string | null
  error: string | null
}

export const command: CliCommand = {
  summary: 'tell people about events: send what is due, and keep the rules',
  usage: '[verb] [id]',
  options: [
    { flags: '--name <text>', summary: 'add: name of the rule' },
    { flags: '--type <type...>', summary: 'add: types of events that it tells, as metric_worse' },
    { flags: '--url-file <file>', summary: 'add: a file whose first line is the address of the webhook, https://…' },
    { flags: '--key-file <file>', summary: 'add: a file whose first line is the key that signs the messages' },
    { flags: '--shape <shape>', summary: 'add: json (default), slack or teams' },
    { flags: '--mail <address...>', summary: 'add: mail addresses instead of a webhook' },
    { flags: '--group <name...>', summary: 'add: only risk events that impact assets of these groups' },
    { flags: '--initiative <id...>', summary: 'add: only events about these initiatives and their metrics' },
    { flags: '--metric <id...>', summary: 'add: only events about these metrics' },
    { flags: '--points <number>', summary: 'add: only when the score moved by at least this many points' },
    { flags: '--severity <severity>', summary: 'add: only risk events of at least this severity' },
    { flags: '--limit <score=value...>', summary: 'add: tell when a score gets worse than this: exposure=40, initiative/ransomware=70' },
    { flags: '--daily <hour>', summary: 'add: gather and send once a day at this hour of the organisation’s zone' },
    { flags: '--days <number>', summary: 'add: how far back an event may lie when it becomes known; default 7' },
    { flags: '--reason <text>', summary: 'add: why, for the log' },
    orgOption,
    jsonOption,
  ],
  examples: [
    'plimsoll notify',
    'plimsoll notify add --name "Board" --type initiative_worse target_missed --url-file hook.txt --shape teams',
    'plimsoll notify add --name "Alerts" --limit exposure=40 secure=60 --mail security@example.org',
    'plimsoll notify log',
  ],
  async run(context) {
    const [verb = 'run', id] = context.words
    const named = id !== undefined
    if (verb === 'run' && !named) return run(context)
    if (verb === 'rules' && !named) return rules(context)
    if (verb === 'log' && !named) return log(context)
    if (verb === 'add' && !named) return add(context)
    if (verb === 'test' && named) return sendNow(context, `/notifications/${encodeURIComponent(id)}/test`)
    if (verb === 'resend' && named) return sendNow(context, `/notifications/deliveries/${encodeURIComponent(id)}/resend`)
    if (verb === 'end' && named) return end(context, id)
    throw new UserError(
      'unknown_command',
      'expected: plimsoll notify, notify rules, notify add, notify test <rule>, notify end <rule>, notify log, notify resend <message>',
    )
  },
}

const show = (context: Context, answer: unknown, sentence: string): void =>
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : sentence)

const orgOf = (context: Context) => ({ org: textOption(context, 'org') })

async function run(context: Context): Promise<void> {
  const done = await withConnection(context, (connection) =>
    connection.send<{ queued: number; left_out: number; sent: number; failed: number }>('POST', '/notifications/run'),
  )
  const old = done.left_out > 0 ? `, ${done.left_out} left out because they lie too far back` : ''
  show(context, done, `${done.queued} events queued${old}; ${done.sent} messages sent, ${done.failed} not taken.`)
}

const toOf = ({ to }: Rule): string => (to.channel === 'mail' ? `mail to ${to.recipients.length}` : `${to.shape} to ${to.host}`)

const whenOf = ({ when }: Rule): string =>
  when.at === 'at_once' ? 'at once' : `${when.at}${when.weekday ? ` on ${when.weekday}` : ''} at ${when.hour}:00`

async function rules(context: Context): Promise<void> {
  const { items } = await withConnection(context, (connection) => connection.get<{ items: Rule[] }>('/notifications', orgOf(context)))
  const rows = items.map((rule) => [
    rule.rule_id,
    rule.name,
    rule.active ? 'active' : 'paused',
    toOf(rule),
    whenOf(rule),
    rule.sent,
    rule.waiting,
    rule.dead,
  ])
  show(
    context,
    items,
    rows.length ? table(['rule', 'name', 'state', 'to', 'when', 'sent', 'waiting', 'given up'], rows) : 'There is no rule.',
  )
}

async function log(context: Context): Promise<void> {
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Delivery[] }>('/notifications/deliveries', { ...orgOf(context), limit: 1000 }),
  )
  const rows = items.map((each) => [
    each.delivery_id,
    each.created_at,
    each.rule_name ?? '(ended)',
    each.test ? 'test' : each.events.length,
    each.state,
    each.attempts,
    each.error ?? each.answer ?? '',
  ])
  show(
    context,
    items,
    rows.length ? table(['message', 'made at', 'rule', 'events', 'state', 'attempts', 'how it went'], rows) : 'Nothing was sent yet.',
  )
}

const listOf = (context: Context, name: string): string[] => listOption(context, name) ?? []

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

/** The first line of a file that holds a secret. Throws UserError('no_such_file'). */
function secretOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8').split('\n')[0]!.trim()
  } catch (error) {
    throw new UserError('no_such_file', `${file} cannot be read`, { cause: error })
  }
}

/** "exposure=40", "initiative/ransomware=70". Throws UserError('bad_notification'). */
function limitOf(text: string): { score: string; id: string; worse_than: number } {
  const [, score, id = '', value] = /^(exposure|secure|initiative|metric)(?:\/([^=]+))?=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (!score)
    throw new UserError('bad_notification', `"${text.slice(0, 60)}" is no limit: expected exposure=40, secure=60 or initiative/<id>=70`)
  return { score, id, worse_than: Number(value) }
}

async function add(context: Context): Promise<void> {
  const text = (name: string) => textOption(context, name)
  const recipients = listOf(context, 'mail')
  const daily = numberOf(text('daily'))
  const json = {
    name: text('name'),
    types: listOf(context, 'type'),
    limits: listOf(context, 'limit').map(limitOf),
    groups: listOf(context, 'group'),
    initiatives: listOf(context, 'initiative'),
    metrics: listOf(context, 'metric'),
    points: numberOf(text('points')),
    severity: text('severity'),
    days: numberOf(text('days')),
    when: daily === undefined ? { at: 'at_once' } : { at: 'daily', hour: daily },
    to:
      recipients.length > 0
        ? { channel: 'mail', recipients }
        : { channel: 'webhook', shape: text('shape') ?? 'json', url: secretOf(text('urlFile')), key: secretOf(text('keyFile')) },
    reason: text('reason'),
  }
  const made = await withConnection(context, (connection) =>
    connection.send<Rule>('POST', '/notifications', { query: orgOf(context), json }),
  )
  show(context, made, `Rule ${made.rule_id} tells ${toOf(made)}, ${whenOf(made)}. Try it: plimsoll notify test ${made.rule_id}`)
}

async function sendNow(context: Context, path: string): Promise<void> {
  const sent = await withConnection(context, (connection) => connection.send<Delivery>('POST', path, { query: orgOf(context) }))
  show(context, sent, sent.state === 'sent' ? `Sent: ${sent.answer}.` : `Not sent: ${sent.error}.`)
  if (sent.state !== 'sent' && !context.options['json']) throw new UserError('not_delivered', `the message was not taken: ${sent.error}`)
}

async function end(context: Context, id: string): Promise<void> {
  await withConnection(context, (connection) =>
    connection.send('DELETE', `/notifications/${encodeURIComponent(id)}`, { query: orgOf(context) }),
  )
  show(context, { ended: id }, `Rule ${id} ended; its address and key are removed.`)
}
