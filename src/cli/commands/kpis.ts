import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Kpi {
  kpi_id: string
  name: string
  owner: string | null
  title: string
  state: string
  why: string
  value: number | null
  target: number
  due: string
}

export const command: CliCommand = {
  summary: 'KPIs: scores with a target, a day and an owner, and how they stand',
  usage: '[verb] [id]',
  options: [
    { flags: '--name <text>', summary: 'add, change: its name' },
    { flags: '--score <score>', summary: 'add, change: exposure, secure, initiative/<id> or metric/<id>' },
    { flags: '--target <number>', summary: 'add, change: 0–100 in the direction of the score' },
    { flags: '--due <day>', summary: 'add, change: last day on which the target may be reached' },
    { flags: '--owner <name>', summary: 'add, change: who answers for it' },
    { flags: '--review-days <number>', summary: 'add, change: days over which the pace is measured; default 30' },
    { flags: '--note <text>', summary: 'add, change: a note' },
    { flags: '--reason <text>', summary: 'add, change: why, for the log' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll kpis',
    'plimsoll kpis add --name "Exposure below 30" --score exposure --target 30 --due 2030-12-31 --owner CISO',
    'plimsoll kpis end <id>',
  ],
  async run(context) {
    const [verb = 'list', id] = context.words
    if (verb === 'list' && id === undefined) return list(context)
    if (verb === 'add' && id === undefined) return set(context, 'POST', '/kpis')
    if (verb === 'change' && id !== undefined) return set(context, 'PATCH', `/kpis/${encodeURIComponent(id)}`)
    if (verb === 'end' && id !== undefined) return end(context, id)
    throw new UserError('unknown_command', 'expected: plimsoll kpis, kpis add, kpis change <id>, kpis end <id>')
  },
}

const show = (context: Context, answer: unknown, sentence: string): void =>
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : sentence)

const word = (state: string): string => state.replace('_', ' ')

async function list(context: Context): Promise<void> {
  const { items } = await withConnection(context, (connection) =>
    connection.get<{ items: Kpi[] }>('/kpis', { ...moment(context), limit: 1000 }),
  )
  const rows = items.map((kpi) => [
    kpi.kpi_id,
    kpi.name,
    word(kpi.state),
    kpi.value === null ? '–' : kpi.value.toFixed(1),
    kpi.target,
    kpi.due,
    kpi.owner ?? '–',
    kpi.why,
  ])
  show(context, items, rows.length ? table(['KPI', 'name', 'state', 'value', 'target', 'due', 'owner', 'why'], rows) : 'There is no KPI.')
}

/** "initiative/ransomware" as score and id; undefined when it was not given. */
function scoreOf(text: string | undefined): { score?: string; id?: string } {
  if (text === undefined) return {}
  const [score, ...id] = text.split('/')
  return { score: score!, id: id.join('/') }
}

async function set(context: Context, method: 'POST' | 'PATCH', path: string): Promise<void> {
  const text = (name: string) => textOption(context, name)
  const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)))
  const json = {
    name: text('name'),
    ...scoreOf(text('score')),
    target: number('target'),
    due: text('due'),
    owner: text('owner'),
    review_days: number('reviewDays'),
    note: text('note'),
    reason: text('reason'),
  }
  const kpi = await withConnection(context, (connection) => connection.send<Kpi>(method, path, { query: { org: text('org') }, json }))
  show(context, kpi, `KPI ${kpi.kpi_id}, ${kpi.name}, is ${word(kpi.state)}: ${kpi.why}.`)
}

async function end(context: Context, id: string): Promise<void> {
  await withConnection(context, (connection) =>
    connection.send('DELETE', `/kpis/${encodeURIComponent(id)}`, { query: { org: textOption(context, 'org') } }),
  )
  show(context, { ended: id }, `KPI ${id} ended.`)
}
