import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { readWords, setOf } from '../programme.ts'
import { gainText, table } from '../table.ts'

interface Event {
  event_id: string
  state: string
  owner: string | null
  recovered_on: string | null
  day: string
  type: string
  headline: string
  assets: number
  direction: string
  effect: number | null
}

/** What an event moved the exposure score by in words; only its direction where that is not known. */
const effectText = ({ effect, direction }: Event): string =>
  effect === null || effect === 0 ? direction : `${gainText(Math.abs(effect))} ${effect > 0 ? 'worse' : 'better'}`

interface Day {
  day: string
  change: number
  events: number
  causes: { title: string; part: number; told: number; rest: number }[]
}

const points = (part: number): string => (part === 0 ? '0' : `${gainText(Math.abs(part))} ${part > 0 ? 'worse' : 'better'}`)

const daysTable = (days: readonly Day[]): string =>
  days.length === 0
    ? 'The score did not move.'
    : table(
        ['day', 'cause', 'part', 'told by events', 'rest'],
        days.flatMap((day) => [
          ...day.causes.map((cause, index) => [
            index ? '' : day.day,
            cause.title,
            points(cause.part),
            points(cause.told),
            points(cause.rest),
          ]),
          ['', `= ${day.events} events`, points(day.change), '', ''],
        ]),
      )

/** Reads "2021-11-01..today" or "2021-11-01..2022-11-01". Throws UserError('bad_range'). */
function readReplay(text: string | undefined): { from: string; to: string | undefined } | undefined {
  if (text === undefined) return undefined
  const [, from, to] = /^(\d{4}-\d{2}-\d{2})\.\.(today|\d{4}-\d{2}-\d{2})$/.exec(text) ?? []
  if (!from || !to) throw new UserError('bad_range', `--replay "${text.slice(0, 60)}" is no range of days: expected 2021-11-01..today`)
  return { from, to: to === 'today' ? undefined : to }
}

export const command: CliCommand = {
  summary: 'the risk feed, or posture events; keep who sees to one',
  usage: '[verb] [id] [points]',
  options: [
    orgOption,
    ...momentOptions,
    { flags: '--feed <feed>', summary: 'risk (default) or posture' },
    { flags: '--type <type>', summary: 'only this type, as known_exploited' },
    { flags: '--from <day>', summary: 'first day' },
    { flags: '--to <day>', summary: 'last day' },
    { flags: '--group <group>', summary: 'only what concerns assets of this asset group, and its effect on their score' },
    { flags: '--replay <days>', summary: "the feed that today's inventory would have seen: 2021-11-01..today" },
    { flags: '--days', summary: 'day by day: how the exposure score moved, and how much of it the events tell' },
    { flags: '--optional', summary: 'also types that are listed only when they are named, as scores that got better' },
    { flags: '--state <state>', summary: 'only open or acknowledged ones; track: what it is from now on' },
    { flags: '--owner <name>', summary: 'only of this owner; track: who sees to it, "" for nobody' },
    { flags: '--note <text>', summary: 'track: a note, "" for none' },
    { flags: '--reason <text>', summary: 'track, threshold: why, for the log' },
    { flags: '--author <name>', summary: 'threshold: who decided it; default: the account of this machine' },
    { flags: '--limit <number>', summary: 'how many, newest first; default 100' },
    jsonOption,
  ],
  examples: [
    'plimsoll events --type known_exploited',
    'plimsoll events --replay 2021-11-01..today --type known_exploited',
    'plimsoll events --feed posture --json',
    'plimsoll events threshold initiative 3 --reason "Less is noise"',
    'plimsoll events track <id> --state acknowledged --owner "Web team"',
  ],
  async run(context) {
    const [verb = 'list', id] = context.words
    if (verb === 'track' && id) return track(context, id)
    if (verb === 'threshold') return threshold(context, id)
    if (verb !== 'list')
      throw new UserError(
        'unknown_command',
        'expected: plimsoll events, plimsoll events threshold, or plimsoll events track <id> with --state, --owner or --note',
      )
    const filter = { state: textOption(context, 'state'), owner: textOption(context, 'owner') }
    const replay = readReplay(textOption(context, 'replay'))
    await withConnection(context, async (connection) => {
      const range = {
        ...moment(context),
        group: textOption(context, 'group'),
        from: replay?.from ?? textOption(context, 'from'),
        to: replay?.to ?? textOption(context, 'to'),
        replay: replay ? 'true' : undefined,
      }
      if (context.options['days']) {
        const { items } = await connection.get<{ items: Day[] }>('/events/days', range)
        return context.print(context.options['json'] ? JSON.stringify(items, null, 2) : daysTable(items))
      }
      const { items } = await connection.get<{ items: Event[] }>('/events', {
        ...range,
        feed: textOption(context, 'feed') ?? 'risk',
        type: textOption(context, 'type'),
        optional: context.options['optional'] === true ? 'true' : undefined,
        filter: (filter.state ?? filter.owner) ? JSON.stringify(filter) : undefined,
        limit: textOption(context, 'limit') ?? '100',
      })
      if (context.options['json']) context.print(JSON.stringify(items, null, 2))
      else
        context.print(
          items.length
            ? table(
                ['day', 'effect', 'type', 'event'],
                items.map((event) => [event.day, effectText(event), event.type, event.headline]),
              )
            : 'No events.',
        )
    })
  },
}

/** Keeps what people say of an event. */
async function track(context: Context, id: string): Promise<void> {
  const text = (name: string) => textOption(context, name)
  const orNull = (value: string | undefined) => (value === '' ? null : value)
  const json = { state: text('state'), owner: orNull(text('owner')), note: orNull(text('note')), reason: text('reason') }
  const event = await withConnection(context, (connection) =>
    connection.send<Event>('PATCH', `/events/${encodeURIComponent(id)}`, { query: { org: text('org') }, json }),
  )
  const recovered = event.recovered_on === null ? '' : `, recovered on ${event.recovered_on}`
  context.print(
    context.options['json']
      ? JSON.stringify(event, null, 2)
      : `${event.headline}: ${event.state}, ${event.owner === null ? 'nobody sees to it' : `${event.owner} sees to it`}${recovered}.`,
  )
}

/** Shows the thresholds that are set, or sets one. */
async function threshold(context: Context, about: string | undefined): Promise<void> {
  if (about !== undefined) {
    const [of, value] = readWords(
      context,
      'plimsoll events threshold <all, exposure, secure, initiative, metric, initiative/ID or metric/ID> <points or reset>',
    )
    if (value !== 'reset' && !/^\d{1,3}(\.\d+)?$/.test(value)) throw new UserError('bad_threshold', `"${value}" is not a number of points`)
    return setOf(context, `/thresholds/${encodeURIComponent(of)}`, value, 'points')
  }
  const set = await withConnection(context, (connection) =>
    connection.get<{ default: number; items: { about: string; title: string; points: number; actor: string; reason: string | null }[] }>(
      '/thresholds',
      { org: textOption(context, 'org') },
    ),
  )
  if (context.options['json']) return context.print(JSON.stringify(set, null, 2))
  const rows = set.items.map(({ about: of, title, points: least, actor, reason }) => [of, title, least, actor, reason])
  context.print(
    `${rows.length ? `${table(['of', 'scores', 'points', 'by', 'why'], rows)}\nElse` : 'Everywhere'} ${set.default} points within a day make an event.`,
  )
}
