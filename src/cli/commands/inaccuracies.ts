import { UserError } from '../../errors.ts'
import { accountName, type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Inaccuracy {
  inaccuracy_id: number
  about: string
  title: string
  kind: string
  words: string
  reported_by: string
  reported_at: string
  state: string
  answer: { by: string; words: string } | null
}

export const command: CliCommand = {
  summary: 'say that something shown is wrong, and answer what others said',
  usage: '[verb] [what...]',
  options: [
    { flags: '--state <state>', summary: 'list: only open, accepted or rejected ones' },
    {
      flags: '--kind <kind>',
      summary: 'report: not_installed, wrong_version, already_fixed, wrong_severity, new_action or other (default)',
    },
    { flags: '--words <text>', summary: 'report, accept, reject: what there is to say' },
    { flags: '--author <name>', summary: 'report, accept, reject, reopen: who says so; default: the account of this machine' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll inaccuracies --state open',
    'plimsoll inaccuracies report vulnerability CVE-2024-3094 --kind not_installed --words "The package was never on these hosts"',
    'plimsoll inaccuracies reject 1 --words "The scanner read it from the package database"',
  ],
  async run(context) {
    const [verb = 'list', what, subject, ...more] = context.words
    const number = /^[1-9]\d{0,14}$/.test(what ?? '') && subject === undefined
    if (verb === 'list' && what === undefined) return list(context)
    if (verb === 'report' && subject !== undefined && more.length === 0) return report(context, what!, subject)
    if (verb === 'accept' && number) return answer(context, what!, 'accepted')
    if (verb === 'reject' && number) return answer(context, what!, 'rejected')
    if (verb === 'reopen' && number) return answer(context, what!, 'open')
    throw new UserError(
      'unknown_command',
      'expected: plimsoll inaccuracies, inaccuracies report <vulnerability, recommendation, finding, metric or initiative> <id>, inaccuracies accept, reject or reopen <number>',
    )
  },
}

const show = (context: Context, answered: unknown, sentence: string): void =>
  context.print(context.options['json'] ? JSON.stringify(answered, null, 2) : sentence)

const plain = (word: string): string => word.replaceAll('_', ' ')

async function list(context: Context): Promise<void> {
  const state = textOption(context, 'state')
  const filter = state === undefined ? undefined : JSON.stringify({ state })
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Inaccuracy[] }>('/inaccuracies', { ...moment(context), filter, limit: 1000 }),
  )
  const rows = items.map((each) => [
    each.inaccuracy_id,
    each.state,
    `${each.about}: ${each.title}`,
    plain(each.kind),
    each.reported_by,
    each.reported_at.slice(0, 10),
    each.answer ? `${each.answer.words} (${each.answer.by})` : each.words || null,
  ])
  show(
    context,
    items,
    rows.length ? table(['number', 'state', 'about', 'kind', 'by', 'on', 'words'], rows) : 'Nobody has reported an inaccuracy.',
  )
}

async function report(context: Context, about: string, subject: string): Promise<void> {
  const json = {
    about,
    subject,
    kind: textOption(context, 'kind') ?? 'other',
    words: textOption(context, 'words') ?? '',
    reported_by: accountName(context),
  }
  const added = await withConnection(context, (connection) =>
    connection.send<Inaccuracy>('POST', '/inaccuracies', { query: { org: textOption(context, 'org') }, json }),
  )
  show(context, added, `Report ${added.inaccuracy_id} is open: ${added.title}, ${plain(added.kind)}.`)
}

async function answer(context: Context, number: string, state: 'accepted' | 'rejected' | 'open'): Promise<void> {
  const json = { state, words: textOption(context, 'words'), by: accountName(context) }
  const answered = await withConnection(context, (connection) =>
    connection.send<Inaccuracy>('POST', `/inaccuracies/${number}/answer`, { query: { org: textOption(context, 'org') }, json }),
  )
  show(context, answered, `Report ${number} is ${answered.state}.`)
}
