import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { gainText, scoreText, table } from '../table.ts'

interface Explained {
  direction: 'lower_is_better' | 'higher_is_better'
  from: { day: string; value: number | null }
  to: { day: string; value: number | null }
  change: number
  causes: { cause: string; title: string; part: number; note: string | null }[]
  groups: { title: string; part: number }[]
  parts: { kind: string; id: string; name: string; cause: string; part: number; stated_by: { source: string; import_no: number }[] }[]
  total: number
}

/** Parts that a person reads at once. */
const SHOWN = 10

/** Reads exposure, secure, metric:ID or initiative:ID. */
function readScore(word: string | undefined): { score: string; id: string | undefined } {
  const [, score, id] = /^(exposure|secure|metric|initiative)(?::(.+))?$/.exec(word ?? 'exposure') ?? []
  const needsId = score === 'metric' || score === 'initiative'
  if (!score || needsId !== (id !== undefined))
    throw new UserError('bad_score', `"${word}" is no score: give exposure, secure, metric:ID or initiative:ID`)
  return { score, id }
}

export const command: CliCommand = {
  summary: 'why a score moved, exactly',
  usage: '[score]',
  options: [
    { flags: '--from <day>', summary: 'from the end of this day; default 30 days before the other' },
    { flags: '--to <day>', summary: 'to the end of this day; default today, as it is now' },
    { flags: '--group <group>', summary: 'only assets of this asset group' },
    { flags: '--asset <number>', summary: 'the score of one asset, and what moved it' },
    { flags: '--cause <cause>', summary: 'only the parts of this cause, by its id in --json' },
    { flags: '--limit <n>', summary: `how many parts; default ${SHOWN}` },
    orgOption,
    ...momentOptions,
    { flags: '--from-known-at <when>', summary: 'what was known at the first end; default as --known-at' },
    jsonOption,
  ],
  examples: ['plimsoll explain exposure --from 2026-07-01 --to 2026-08-01', 'plimsoll explain initiative:cloud-security --json'],
  async run(context) {
    const { score, id } = readScore(context.words[0])
    await withConnection(context, async (connection) => {
      const answer = await connection.get<Explained>('/explain', {
        ...moment(context),
        score,
        id,
        from: textOption(context, 'from'),
        to: textOption(context, 'to'),
        from_known_at: textOption(context, 'fromKnownAt'),
        group: textOption(context, 'group'),
        asset: textOption(context, 'asset'),
        cause: textOption(context, 'cause'),
        limit: textOption(context, 'limit') ?? SHOWN,
      })
      if (context.options['json']) return context.print(JSON.stringify(answer, null, 2))
      const worse = (part: number) => (answer.direction === 'lower_is_better' ? part > 0 : part < 0)
      const words = (part: number) => (part === 0 ? 'no change' : `${gainText(Math.abs(part))} ${worse(part) ? 'worse' : 'better'}`)
      const end = ({ day, value }: { day: string; value: number | null }) => `${scoreText(value)} (end of ${day})`
      context.print(
        `${context.words[0] ?? 'exposure'}: ${end(answer.from)} → ${end(answer.to)}, ${words(answer.change)}  (${answer.direction.replaceAll('_', ' ')})\n`,
      )
      if (answer.causes.length === 0) return context.print('Nothing moved it.')
      context.print(
        table(
          ['cause', 'part', ''],
          [...answer.causes.map((each) => [each.title, words(each.part), each.note ?? '']), ['= all causes', words(answer.change), '']],
        ),
      )
      context.print(`\n${answer.groups.map((group) => `${group.title}: ${words(group.part)}`).join(' · ')}\n`)
      const titles = new Map(answer.causes.map((each) => [each.cause, each.title]))
      context.print(
        table(
          ['largest parts', 'through', 'part'],
          answer.parts.map((part) => [part.name, titles.get(part.cause) ?? part.cause, words(part.part)]),
        ),
      )
      if (answer.total > answer.parts.length) context.print(`… and ${answer.total - answer.parts.length} more (--limit, --cause)`)
    })
  },
}
