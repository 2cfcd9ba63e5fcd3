import { readFileSync } from 'node:fs'
import { UserError } from '../../errors.ts'
import { actionStatuses, type ActionStatus, actionStatusTitles } from '../../model/secure-action.ts'
import { type CliCommand, type Context, jsonOption, listOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Action {
  action_id: string
  rank: number
  title: string
  category: string
  product: string | null
  status: ActionStatus
  regressed: boolean
  points: number | null
  max_points: number | null
  score_impact: number | null
}
interface Changes {
  change: number
  ours: number
  content: number
  scope: number
  achieved: number
  regressed: number
}

export const command: CliCommand = {
  summary: 'the secure score: recommended actions and their states, history, trends, zone and goal',
  usage: '[verb] [ids...]',
  options: [
    { flags: '--status <status>', summary: 'actions: only those with this status' },
    { flags: '--category <name>', summary: 'actions, history: only this category' },
    { flags: '--state <state>', summary: 'set: to_address, planned, risk_accepted, third_party or alternate_mitigation' },
    { flags: '--note <text>', summary: 'set: the action plan' },
    { flags: '--assign <name>', summary: 'set: who does it' },
    { flags: '--reason <text>', summary: 'set, describe, apply: why, for the history' },
    { flags: '--author <name>', summary: 'set, describe, apply, zone, goal: who does this; default: the account of this machine' },
    { flags: '--organisation <slug...>', summary: 'set, apply: in each of these organisations' },
    { flags: '--file <json>', summary: 'describe, template: a file with the description or the template' },
    { flags: '--from <day>', summary: 'history, compare, trends: first day' },
    { flags: '--to <day>', summary: 'history, compare, trends: last day' },
    { flags: '--okay <percent>', summary: 'zone: from where on the score is okay' },
    { flags: '--good <percent>', summary: 'zone: from where on it is good' },
    { flags: '--target <percent>', summary: 'goal: the score that shall be reached' },
    { flags: '--by <day>', summary: 'goal: by this day' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll secure-score',
    'plimsoll secure-score actions --status to_address',
    'plimsoll secure-score set microsoft-secure-score:AdminMFAV2 --state planned --note "With the new sign-in" --reason "Board, March"',
    'plimsoll secure-score history --from 2026-01-01',
    'plimsoll secure-score goal --target 85 --by 2030-06-30',
  ],
  async run(context) {
    const [verb = 'show', ...ids] = context.words
    const run = verbs[verb]
    if (!run)
      throw new UserError(
        'unknown_command',
        `expected one of: plimsoll secure-score ${Object.keys(verbs).join(', ')}; not "${verb.slice(0, 60)}"`,
      )
    await run(context, ids)
  },
}

const verbs: Record<string, (context: Context, ids: readonly string[]) => Promise<void>> = {
  show,
  actions,
  action,
  set,
  describe,
  history,
  compare,
  trends,
  zone,
  goal,
  template,
  apply,
}

const text = textOption
const fixed = (value: number | null, digits = 1): string => (value === null ? '–' : value.toFixed(digits))
const moved = (value: number): string => (value === 0 ? 'unchanged' : `${Math.abs(value).toFixed(2)} ${value > 0 ? 'better' : 'worse'}`)
const points = ({ points, max_points }: Pick<Action, 'points' | 'max_points'>): string =>
  max_points === null ? 'not scored' : `${points} of ${max_points}`
const print = (context: Context, answer: unknown, lines: () => string): void =>
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : lines())
const range = (context: Context) => ({ from: text(context, 'from'), to: text(context, 'to') })
const by = (context: Context) => ({
  reason: text(context, 'reason'),
  actor: text(context, 'author') ?? process.env['USER'] ?? process.env['USERNAME'],
})

/** The ids that a verb needs. Throws UserError('unknown_command'). */
function some(verb: string, ids: readonly string[]): readonly string[] {
  if (!ids.length) throw new UserError('unknown_command', `expected: plimsoll secure-score ${verb} with at least one id`)
  return ids
}

async function show(context: Context): Promise<void> {
  interface Overview {
    score: { value: number | null; points: number | null; max_points: number | null; reason: string | null }
    zone: string | null
    lines: Record<'planned' | 'licence' | 'achievable', { percent: number | null }>
    categories: { category: string; points: number; max_points: number; percent: number | null }[]
    review: Record<string, number>
    top: Action[]
  }
  const answer = await withConnection(context, (connection) => connection.get<Overview>('/secure-score', moment(context)))
  print(context, answer, () => {
    const { score, zone, lines, categories, review, top } = answer
    if (score.value === null) return `Nothing to score yet: ${score.reason}`
    return [
      `Secure score ${fixed(score.value)} % (higher is better), ${score.points} of ${score.max_points} points${zone ? `, zone: ${zone}` : ''}`,
      `Planned ${fixed(lines.planned.percent)} %, current licence ${fixed(lines.licence.percent)} %, achievable ${fixed(lines.achievable.percent)} %`,
      '',
      table(
        ['category', 'percent', 'points'],
        categories.map((each) => [each.category, fixed(each.percent), `${each.points} of ${each.max_points}`]),
      ),
      '',
      Object.entries(review)
        .map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`)
        .join(', '),
      ...(top.length ? ['', actionTable(top)] : []),
    ].join('\n')
  })
}

const actionTable = (actions: readonly Action[]): string =>
  table(
    ['rank', 'id', 'action', 'points', 'impact %', 'status', 'regressed', 'category'],
    actions.map((each) => [
      each.rank,
      each.action_id,
      each.title.slice(0, 60),
      points(each),
      fixed(each.score_impact, 2),
      actionStatusTitles[each.status],
      each.regressed ? 'yes' : 'no',
      each.category,
    ]),
  )

async function actions(context: Context): Promise<void> {
  const [status, category] = [text(context, 'status'), text(context, 'category')]
  const filter =
    status === undefined && category === undefined
      ? undefined
      : JSON.stringify({ ...(status && { status }), ...(category && { category }) })
  const items = await withConnection(context, async (connection) => {
    const all: Action[] = []
    for (let cursor: string | undefined = undefined; ;) {
      const page: { items: Action[]; next_cursor: string | null } = await connection.get('/secure-score/actions', {
        ...moment(context),
        filter,
        limit: 1000,
        cursor,
      })
      all.push(...page.items)
      if (page.next_cursor === null) return all
      cursor = page.next_cursor
    }
  })
  print(context, items, () => (items.length ? actionTable(items) : 'There is no recommended action.'))
}

async function action(context: Context, ids: readonly string[]): Promise<void> {
  const [id] = some('action', ids)
  interface Detail extends Action {
    evidence: string | null
    remediation: string | null
    history: { day: string; text: string; effect: number; actor: { kind: string; name: string | null } }[]
  }
  const answer = await withConnection(context, (connection) =>
    connection.get<Detail>(`/secure-score/actions/${encodeURIComponent(id!)}`, moment(context)),
  )
  print(context, answer, () =>
    [
      answer.title,
      `${actionStatusTitles[answer.status]}, ${points(answer)} points, ${answer.category}`,
      ...(answer.evidence ? [answer.evidence] : []),
      ...(answer.remediation ? ['', answer.remediation] : []),
      '',
      table(
        ['day', 'activity', 'score', 'by'],
        answer.history.map((each) => [each.day, each.text, moved(each.effect), each.actor.name ?? each.actor.kind]),
      ),
    ].join('\n'),
  )
}

interface StatesAnswer {
  results: { organisation: string; import_no: number | null; set: number; refused: { action_id: string; message: string }[] }[]
}

const statesLines = ({ results }: StatesAnswer): string =>
  results
    .flatMap(({ organisation, set: count, refused }) => [
      `${organisation}: ${count} set${refused.length ? `, ${refused.length} left as before` : ''}`,
      ...refused.map((each) => `  ${each.action_id}: ${each.message}`),
    ])
    .join('\n')

async function setStates(context: Context, wanted: readonly object[]): Promise<void> {
  const answer = await withConnection(context, (connection) =>
    connection.send<StatesAnswer>('POST', '/secure-score/states', {
      query: { org: text(context, 'org') },
      json: { actions: wanted, ...by(context), organisations: listOption(context, 'organisation') },
    }),
  )
  print(context, answer, () => statesLines(answer))
}

async function set(context: Context, ids: readonly string[]): Promise<void> {
  const state = text(context, 'state')
  if (!actionStatuses.some((each) => each === state))
    throw new UserError(
      'unknown_command',
      'expected --state with one of: to_address, planned, risk_accepted, third_party, alternate_mitigation',
    )
  await setStates(
    context,
    some('set', ids).map((action_id) => ({ action_id, state, note: text(context, 'note'), assigned_to: text(context, 'assign') })),
  )
}

/** A JSON file that the person names. Throws UserError('unreadable_file'). */
function readJsonFile(context: Context): Record<string, unknown> {
  const file = text(context, 'file')
  if (file === undefined) throw new UserError('unknown_command', 'expected --file with a file of JSON')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch (error) {
    throw new UserError('bad_action', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

async function describe(context: Context, ids: readonly string[]): Promise<void> {
  const body = readJsonFile(context)
  const answer = await withConnection(context, (connection) =>
    connection.send<{ import_no: number | null }>('POST', '/secure-score/descriptions', {
      query: { org: text(context, 'org') },
      json: { actions: some('describe', ids).map((action_id) => ({ action_id, body })), ...by(context) },
    }),
  )
  print(context, answer, () => (answer.import_no === null ? 'It said so already.' : 'Described; the score is up to date.'))
}

const changesLine = ({ change, ours, content, scope, achieved, regressed }: Changes): string =>
  `Score ${moved(change)}: ours ${moved(ours)}, content ${moved(content)}, scope ${moved(scope)}; ${achieved} points achieved, ${regressed} regressed`

async function history(context: Context): Promise<void> {
  interface History {
    days: { day: string; percent: number | null }[]
    changes: Changes
  }
  interface Activity {
    day: string
    title: string
    text: string
    effect: number
    category: string
    side: string
    actor: { kind: string; name: string | null }
  }
  const category = text(context, 'category')
  const query = { ...moment(context), ...range(context) }
  const answer = await withConnection(context, async (connection) => ({
    ...(await connection.get<History>('/secure-score/history', { ...query, category })),
    activities: (
      await connection.get<{ items: Activity[] }>('/secure-score/activities', {
        ...query,
        limit: 1000,
        filter: category === undefined ? undefined : JSON.stringify({ category }),
      })
    ).items,
  }))
  print(context, answer, () =>
    [
      `${answer.days[0]?.day}: ${fixed(answer.days[0]?.percent ?? null)} %, ${answer.days.at(-1)?.day}: ${fixed(answer.days.at(-1)?.percent ?? null)} %`,
      changesLine(answer.changes),
      '',
      table(
        ['day', 'action', 'activity', 'score', 'category', 'whose doing', 'by'],
        answer.activities.map((each) => [
          each.day,
          each.title.slice(0, 50),
          each.text,
          moved(each.effect),
          each.category,
          each.side,
          each.actor.name ?? each.actor.kind,
        ]),
      ),
    ].join('\n'),
  )
}

async function compare(context: Context): Promise<void> {
  interface Side {
    day: string
    percent: number | null
    points: number
    max_points: number
  }
  interface Compared {
    from: Side
    to: Side
    changes: Changes
    actions: {
      title: string
      from_points: number | null
      from_max: number | null
      to_points: number | null
      to_max: number | null
      effect: number
      sides: string[]
    }[]
  }
  const answer = await withConnection(context, (connection) =>
    connection.get<Compared>('/secure-score/compare', { ...moment(context), ...range(context) }),
  )
  const stand = (got: number | null, of: number | null) => (got === null ? 'not in the score' : `${got} of ${of}`)
  print(context, answer, () =>
    [
      ...[answer.from, answer.to].map((side) => `${side.day}: ${fixed(side.percent)} %, ${side.points} of ${side.max_points} points`),
      changesLine(answer.changes),
      '',
      table(
        ['action', answer.from.day, answer.to.day, 'score', 'whose doing'],
        answer.actions.map((each) => [
          each.title.slice(0, 60),
          stand(each.from_points, each.from_max),
          stand(each.to_points, each.to_max),
          moved(each.effect),
          each.sides.join(', '),
        ]),
      ),
    ].join('\n'),
  )
}

async function trends(context: Context): Promise<void> {
  interface Trends {
    zone: { bounds: { okay: number; good: number }; now: string | null; days: Record<string, number> }
    regression: { total: number; configuration: number; users: number; devices: number }
    changes: Changes
    goal: { target: number; day: string; missing: number; days_left: number; required: number | null; forecast: number | null } | null
  }
  const answer = await withConnection(context, (connection) =>
    connection.get<Trends>('/secure-score/trends', { ...moment(context), ...range(context) }),
  )
  const { zone: held, regression, changes, goal: wanted } = answer
  print(context, answer, () =>
    [
      `Zone: ${held.now ?? 'not scored'} (okay from ${held.bounds.okay} %, good from ${held.bounds.good} %); days good ${held.days['good']}, okay ${held.days['okay']}, bad ${held.days['bad']}`,
      changesLine(changes),
      `Points regressed through configuration ${regression.configuration}, users ${regression.users}, devices ${regression.devices}`,
      wanted
        ? `Goal: ${wanted.target} % by ${wanted.day}, ${fixed(wanted.missing)} missing${wanted.required === null ? '' : `, ${fixed(wanted.required, 2)} points needed in each 30 days`}${wanted.forecast === null ? '' : `; at today's pace ${fixed(wanted.forecast)} %`}`
        : 'No goal is set.',
    ].join('\n'),
  )
}

async function change(context: Context, json: object, said: string): Promise<void> {
  const answer = await withConnection(context, (connection) =>
    connection.send<unknown>('POST', '/secure-score/settings', { query: { org: text(context, 'org') }, json: { ...json, ...by(context) } }),
  )
  print(context, answer, () => said)
}

/** A number of percent that an option must give. Throws UserError('unknown_command'). */
function percentOption(context: Context, name: string): number {
  const value = Number(text(context, name) ?? Number.NaN)
  if (!(value >= 0 && value <= 100)) throw new UserError('unknown_command', `expected --${name} with a percentage from 0 to 100`)
  return value
}

function zone(context: Context): Promise<void> {
  return change(context, { zone: { okay: percentOption(context, 'okay'), good: percentOption(context, 'good') } }, 'The zone is set.')
}

function goal(context: Context): Promise<void> {
  return change(context, { goal: { target: percentOption(context, 'target'), day: text(context, 'by') ?? '' } }, 'The goal is set.')
}

function template(context: Context, ids: readonly string[]): Promise<void> {
  return change(context, { templates: [{ id: some('template', ids)[0], body: readJsonFile(context) }] }, 'The template is kept.')
}

/** Gives the states of a template to organisations. */
async function apply(context: Context, ids: readonly string[]): Promise<void> {
  const [id] = some('apply', ids)
  interface Settings {
    templates: { id: string; states: object[] }[]
  }
  const { templates } = await withConnection(context, (connection) =>
    connection.get<Settings>('/secure-score/settings', { org: text(context, 'org') }),
  )
  const found = templates.find((each) => each.id === id)
  if (!found) throw new UserError('unknown_template', `there is no template "${id!.slice(0, 100)}" here`, { status: 404 })
  await setStates(context, found.states)
}
