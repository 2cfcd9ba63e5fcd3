import { UserError } from '../../errors.ts'
import { accountName, type CliCommand, type Context, jsonOption, listOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { table } from '../table.ts'

interface Activity {
  remediation_id: number
  title: string
  priority: string
  owner: string | null
  due_on: string | null
  overdue: boolean
  status: string
  completed_by: string | null
  reopened_on: string | null
  targets: number
  fixed: number
  left: number
  open: number
  tracked: boolean
}

interface Ages {
  open: { severity: string; criticality: string | null; allowed_days: number; findings: number; overdue: number; oldest: number }[]
}

export const command: CliCommand = {
  summary: 'list, request and complete remediation, and how old what is open is',
  usage: '[verb] [what]',
  options: [
    { flags: '--status <status>', summary: 'list: only active or completed ones' },
    { flags: '--group <name...>', summary: 'request: only the assets of these groups' },
    { flags: '--without-user-impact', summary: 'request: only the assets whose users are expected to notice nothing' },
    { flags: '--priority <priority>', summary: 'request: high, medium (default) or low' },
    { flags: '--due <day>', summary: 'request: last day; default: by the policy' },
    { flags: '--owner <name>', summary: 'request: who does it' },
    { flags: '--notes <text>', summary: 'request, complete: what there is to say' },
    { flags: '--author <name>', summary: 'request, complete: who says so; default: the account of this machine' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll remediation --status active',
    'plimsoll remediation request update:openssl --group Servers --owner "Server team" --due 2026-12-31',
    'plimsoll remediation complete 3 --notes "Replaced by another product"',
    'plimsoll remediation ageing',
  ],
  async run(context) {
    const [verb = 'list', what] = context.words
    if (verb === 'list' && what === undefined) return list(context)
    if (verb === 'request' && what !== undefined) return request(context, what)
    if (verb === 'complete' && /^[1-9]\d{0,14}$/.test(what ?? '')) return complete(context, what!)
    if (verb === 'ageing' && what === undefined) return ageing(context)
    throw new UserError(
      'unknown_command',
      'expected: plimsoll remediation, plimsoll remediation request <recommendation id>, plimsoll remediation complete <number>, plimsoll remediation ageing',
    )
  },
}

const show = (context: Context, answer: unknown, sentence: string): void => {
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : sentence)
}

async function list(context: Context): Promise<void> {
  const status = textOption(context, 'status')
  const filter = status === undefined ? undefined : JSON.stringify({ status })
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Activity[] }>('/remediation', { ...moment(context), filter, limit: 1000 }),
  )
  const rows = items.map((each) => [
    each.remediation_id,
    each.reopened_on && each.status === 'active' ? 'reopened' : each.overdue ? 'overdue' : each.status,
    each.priority,
    each.tracked ? `${each.fixed + each.left} of ${each.targets}` : null,
    each.due_on,
    each.owner,
    each.title,
  ])
  show(
    context,
    items,
    rows.length ? table(['number', 'state', 'priority', 'fixed', 'due', 'owner', 'what'], rows) : 'There is no remediation activity.',
  )
}

async function request(context: Context, recommendation: string): Promise<void> {
  const added = await withConnection(context, (connection) =>
    connection.send<Activity>('POST', '/remediation', {
      query: { org: textOption(context, 'org') },
      json: {
        recommendation,
        groups: listOption(context, 'group'),
        without_user_impact: context.options['withoutUserImpact'] === true,
        priority: textOption(context, 'priority') ?? 'medium',
        due: textOption(context, 'due'),
        owner: textOption(context, 'owner'),
        notes: textOption(context, 'notes') ?? '',
        requested_by: accountName(context),
      },
    }),
  )
  show(
    context,
    added,
    `Remediation ${added.remediation_id} is requested: ${added.title}, on ${counted(added.targets, 'asset')}${added.due_on ? `, by ${added.due_on}` : ''}.`,
  )
}

async function complete(context: Context, number: string): Promise<void> {
  const done = await withConnection(context, (connection) =>
    connection.send<Activity>('PATCH', `/remediation/${number}`, {
      query: { org: textOption(context, 'org') },
      json: { completed: { by: accountName(context), note: textOption(context, 'notes') ?? '' } },
    }),
  )
  show(context, done, `Remediation ${number} is completed by ${done.completed_by}.`)
}

async function ageing(context: Context): Promise<void> {
  const ages = await withConnection(context, (connection) => connection.get<Ages>('/remediation/ageing', moment(context)))
  const rows = ages.open.map((each) => [
    each.severity,
    each.criticality ?? 'not stated',
    each.allowed_days,
    each.findings,
    each.overdue,
    each.oldest,
  ])
  show(
    context,
    ages,
    rows.length ? table(['severity', 'criticality', 'days allowed', 'findings', 'overdue', 'oldest'], rows) : 'Nothing is open.',
  )
}
