import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, listOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { table } from '../table.ts'

interface Exception {
  exception_id: number
  assets: { asset_id: number; name: string }[] | null
  asset_count: number | null
  asset_groups: string[] | null
  group_count: number | null
  subject: string | null
  component: string | null
  justification: string
  moves_scores: boolean
  statement: { status: string; product: string; package: string | null } | null
  author: string
  starts_at: string
  ends_at: string | null
  state: string
  covered_findings: number
  covered_assets: number
}

export const command: CliCommand = {
  summary: 'list, add and end exceptions, and tell what their ends will do',
  usage: '[verb] [number]',
  options: [
    { flags: '--state <state>', summary: 'list: only upcoming, active, suspended or ended ones' },
    { flags: '--vulnerability <id>', summary: 'add: findings of this vulnerability' },
    { flags: '--control <id>', summary: 'add: findings of this control' },
    { flags: '--component <name>', summary: 'add: only findings in this component, of the vulnerability or control or whatever they are' },
    { flags: '--finding <number>', summary: 'add: this finding alone' },
    { flags: '--asset <number...>', summary: 'add: on these assets' },
    {
      flags: '--group <name...>',
      summary: 'add: on the assets of these groups, while they are in one; end: for these of its groups alone',
    },
    { flags: '--all-groups', summary: 'add: on the assets of all groups that there are now, not of those to come' },
    { flags: '--everything', summary: 'add: everything, not narrowed at all' },
    {
      flags: '--justification <why>',
      summary: 'add: third_party_control, alternate_mitigation, risk_accepted, planned, no_patch (of a vulnerability) or false_positive',
    },
    { flags: '--reason <text>', summary: 'add: the reason, in a sentence' },
    { flags: '--author <name>', summary: 'add: who decided it; default: the account of this machine' },
    { flags: '--from <when>', summary: 'add: a day or an instant, also of the past; default now' },
    {
      flags: '--until <when>',
      summary:
        'add, end: a day (to its end) or an instant; add: default open, end: default now; ahead: the last day, default in half a year',
    },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll exceptions --state active',
    'plimsoll exceptions add --vulnerability CVE-2021-44228 --group lab --justification alternate_mitigation --reason "No route to the lab" --until 2026-12-31',
    'plimsoll exceptions end 3',
    'plimsoll exceptions ahead',
  ],
  async run(context) {
    const [verb = 'list', number] = context.words
    if (verb === 'list') return list(context)
    if (verb === 'ahead' && number === undefined) return ahead(context)
    if (verb === 'add' && number === undefined) return add(context)
    if (verb === 'end' && /^[1-9]\d{0,14}$/.test(number ?? '')) return end(context, number!)
    throw new UserError(
      'unknown_command',
      'expected: plimsoll exceptions, plimsoll exceptions ahead, plimsoll exceptions add with --justification and --reason, plimsoll exceptions end <number>',
    )
  },
}

const show = (context: Context, answer: unknown, sentence: string): void =>
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : sentence)

async function list(context: Context): Promise<void> {
  const state = textOption(context, 'state')
  const filter = state === undefined ? undefined : JSON.stringify({ state })
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Exception[] }>('/exceptions', { ...moment(context), filter, limit: 1000 }),
  )
  const rows = items.map((each) => [
    each.exception_id,
    each.state,
    each.statement ? `${each.statement.status} (statement)` : each.justification,
    subjectOf(each),
    placeOf(each),
    each.ends_at?.slice(0, 10) ?? 'open',
    each.covered_findings,
    each.moves_scores ? 'yes' : 'no',
    each.author,
  ])
  show(
    context,
    items,
    rows.length
      ? table(['number', 'state', 'justification', 'what', 'where', 'until', 'findings', 'moves scores', 'by'], rows)
      : 'There is no exception.',
  )
}

interface Ahead {
  items: {
    day: string
    ends: Exception[]
    begins: Exception[]
    support: { name: string; version: string; assets: number }[]
    counts_again: number
    left_out: number
    scores: { score: string; title: string; before: number | null; after: number | null }[]
  }[]
}

/** What ends when, and what each score will then do. */
async function ahead(context: Context): Promise<void> {
  const { known_at: _, rules, ...query } = moment(context)
  const answer = await withConnection(context, (connection) =>
    connection.get<Ahead>('/exceptions/ahead', { ...query, rules, to: textOption(context, 'until') }),
  )
  const value = (number: number | null) => (number === null ? 'no data' : number.toFixed(1))
  const rows = answer.items.map(({ day, ends, begins, support, counts_again, left_out, scores }) => [
    day,
    [
      ...ends.map((each) => `${each.exception_id} ends: ${subjectOf(each)}, ${placeOf(each)}`),
      ...begins.map((each) => `${each.exception_id} begins: ${subjectOf(each)}, ${placeOf(each)}`),
      ...support.map(({ name, version, assets }) => `no more fixes for ${name} ${version}, on ${counted(assets, 'asset')}`),
    ].join('\n'),
    counts_again - left_out,
    scores.map(({ title, before, after }) => `${title} ${value(before)} → ${value(after)}`).join('\n'),
  ])
  show(context, answer, rows.length ? table(['day', 'what', 'findings that count', 'scores'], rows) : 'Nothing ends in that time.')
}

async function add(context: Context): Promise<void> {
  const text = (name: string) => textOption(context, name)
  const [vulnerability, control] = [text('vulnerability'), text('control')]
  if (vulnerability !== undefined && control !== undefined)
    throw new UserError('bad_exception', 'an exception is about a vulnerability or a control: name one of them')
  const json = {
    finding_id: numberOf(text('finding')),
    asset_ids: listOption(context, 'asset')?.map(numberOf),
    asset_groups: listOption(context, 'group'),
    all_groups: context.options['allGroups'] === true ? true : undefined,
    kind: vulnerability !== undefined ? 'vulnerability' : control !== undefined ? 'control' : undefined,
    subject: vulnerability ?? control,
    component: text('component'),
    everything: context.options['everything'] === true ? true : undefined,
    justification: text('justification'),
    reason: text('reason'),
    author: text('author') ?? process.env['USER'] ?? process.env['USERNAME'],
    starts_at: text('from'),
    ends_at: text('until'),
  }
  const added = await withConnection(context, (connection) =>
    connection.send<Exception>('POST', '/exceptions', { query: { org: text('org') }, json }),
  )
  show(context, added, `Exception ${added.exception_id} is ${added.state}: ${coverage(added)}`)
}

async function end(context: Context, number: string): Promise<void> {
  const until = textOption(context, 'until')
  const asset_groups = listOption(context, 'group')
  const ended = await withConnection(context, (connection) =>
    connection.send<Exception>('POST', `/exceptions/${number}/end`, {
      query: { org: textOption(context, 'org') },
      json: { ...(until === undefined ? {} : { ends_at: until }), asset_groups },
    }),
  )
  const sentence =
    asset_groups && ended.state !== 'ended'
      ? `Exception ${number} ends for ${asset_groups.join(', ')}; ${coverage(ended)}`
      : `Exception ${number} ends ${ended.ends_at}; the scores are up to date.`
  show(context, ended, sentence)
}

const coverage = ({ covered_findings, covered_assets, moves_scores }: Exception): string =>
  `it covers ${counted(covered_findings, 'open finding')} on ${counted(covered_assets, 'asset')}${moves_scores ? ', which no longer count in the scores' : '; the scores stay as they are'}.`

const subjectOf = ({ subject, component }: Exception): string =>
  subject === null ? `everything${component === null ? '' : ` in ${component}`}` : component ? `${subject} in ${component}` : subject

const placeOf = ({ assets, asset_count, asset_groups, group_count, statement }: Exception): string =>
  statement !== null
    ? statement.product
    : asset_groups !== null
      ? group_count === 1
        ? `group ${asset_groups[0]!}`
        : `${group_count} groups`
      : assets === null
        ? 'all assets'
        : asset_count === 1
          ? assets[0]!.name
          : `${asset_count} assets`

/** Throws UserError('bad_exception') for what is no number of ours. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UserError('bad_exception', `"${text.slice(0, 40)}" is not the number of an asset or finding`)
  return Number(text)
}
