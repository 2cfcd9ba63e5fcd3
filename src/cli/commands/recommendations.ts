import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { gainText, scoreText, table } from '../table.ts'

interface Recommendation {
  id: string
  title: string
  state: string
  risk: string | null
  gain: number
  score: string
  assets: number
  findings: number
}

interface ScoreGain {
  title: string
  before: number | null
  after: number | null
  gain: number
}

interface JointGain {
  exposure: ScoreGain
  secure: ScoreGain
  initiatives: ScoreGain[]
  findings: number
  assets: number
}

interface Asset {
  asset_id: number
  name: string
  criticality: string | null
  reason: string
}

interface Detail extends Recommendation {
  implementation: string
  user_impact: { expected: number; none: number } | null
  active_alert: boolean | null
  remediation: string | null
  remediation_type: string
  sources: string[]
  gains: JointGain
  related_metrics: { title: string }[]
}

export const command: CliCommand = {
  summary: 'what to do next, by expected gain',
  usage: '[verb] [id...]',
  options: [
    { flags: '--state <state>', summary: 'list: compliant, not_compliant (default), mitigated, not_available or all' },
    { flags: '--surface <name>', summary: 'list: only devices, cloud, saas, identities, data or code' },
    orgOption,
    ...momentOptions,
    { flags: '--user-impact <impact>', summary: 'assets: only those of which sources say none, expected or not_stated' },
    { flags: '--limit <number>', summary: 'list, assets: how many; default 30' },
    jsonOption,
  ],
  examples: [
    'plimsoll recommendations --limit 10',
    'plimsoll recommendations show update:openssl',
    'plimsoll recommendations assets setting:defender:scid-39 --user-impact none',
    'plimsoll recommendations gain update:openssl campaign:fix-known-exploited-vulnerabilities',
  ],
  async run(context) {
    const [verb = 'list', ...ids] = context.words
    if (verb === 'list' && ids.length === 0) return list(context)
    if (verb === 'show' && ids.length === 1) return show(context, ids[0]!)
    if (verb === 'assets' && ids.length === 1) return assets(context, ids[0]!)
    if (verb === 'gain' && ids.length > 0) return together(context, ids)
    throw new UserError(
      'unknown_command',
      'expected: plimsoll recommendations, plimsoll recommendations show <id>, plimsoll recommendations assets <id>, plimsoll recommendations gain <id> <id> …',
    )
  },
}

async function list(context: Context): Promise<void> {
  const state = textOption(context, 'state') ?? 'not_compliant'
  const surface = textOption(context, 'surface')
  const filter = { ...(state === 'all' ? {} : { state }), ...(surface === undefined ? {} : { surface }) }
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Recommendation[] }>('/recommendations', {
      ...moment(context),
      filter: JSON.stringify(filter),
      limit: textOption(context, 'limit') ?? '30',
    }),
  )
  if (context.options['json']) context.print(JSON.stringify(items, null, 2))
  else
    context.print(
      items.length
        ? table(
            ['expected gain', 'score', 'risk', 'assets', 'findings', 'what', 'id'],
            items.map((each) => [gainText(each.gain), each.score, each.risk, each.assets, each.findings, each.title, each.id]),
          )
        : 'Nothing to recommend.',
    )
}

async function show(context: Context, id: string): Promise<void> {
  const one = await withConnection(context, (connection) =>
    connection.get<Detail>(`/recommendations/${encodeURIComponent(id)}`, moment(context)),
  )
  if (context.options['json']) context.print(JSON.stringify(one, null, 2))
  else
    context.print(
      [
        `${one.title} (${one.state.replaceAll('_', ' ')})`,
        one.implementation,
        one.user_impact === null
          ? ''
          : `Impact on users: none expected on ${one.user_impact.none}, expected on ${one.user_impact.expected} of its assets.`,
        one.active_alert ? 'A source ties an active alert to it.' : '',
        `${one.remediation_type.replaceAll('_', ' ')}${one.sources.length ? `, said by ${one.sources.join(', ')}` : ''}`,
        one.remediation ?? '',
        '',
        gains(one.gains),
      ]
        .filter((line, index, lines) => line !== '' || index === lines.length - 2)
        .join('\n'),
    )
}

async function assets(context: Context, id: string): Promise<void> {
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Asset[] }>(`/recommendations/${encodeURIComponent(id)}/assets`, {
      ...moment(context),
      user_impact: textOption(context, 'userImpact'),
      limit: textOption(context, 'limit') ?? '30',
    }),
  )
  if (context.options['json']) context.print(JSON.stringify(items, null, 2))
  else
    context.print(
      items.length
        ? table(
            ['asset', 'criticality', 'why', 'id'],
            items.map((each) => [each.name, each.criticality ?? 'not stated', each.reason, each.asset_id]),
          )
        : 'It is open on no such asset.',
    )
}

async function together(context: Context, ids: readonly string[]): Promise<void> {
  const { as_of, known_at, rules, org } = moment(context)
  const answer = await withConnection(context, (connection) =>
    connection.send<JointGain>('POST', '/recommendations/gain', { query: { as_of, known_at, rules, org }, json: { ids } }),
  )
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : gains(answer))
}

const gains = ({ exposure, secure, initiatives, findings, assets }: JointGain): string =>
  [
    table(
      ['score', 'now', 'then', 'expected gain'],
      [exposure, secure, ...initiatives].map((each) => [each.title, scoreText(each.before), scoreText(each.after), gainText(each.gain)]),
    ),
    `Expected when exactly ${findings} ${findings === 1 ? 'finding closes' : 'findings close'} on ${counted(assets, 'asset')}; computed together, not added.`,
  ].join('\n')
