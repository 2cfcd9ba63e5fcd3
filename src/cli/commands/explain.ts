import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Explained {
  direction: 'lower_is_better' | 'higher_is_better'
  from: { day: string; shown: number | null }
  to: { day: string; shown: number | null }
  shown: number
  decimals: number
  causes: { cause: string; title: string; shown: number; note: string | null }[]
  groups: { title: string; shown: number }[]
  others_shown: number
  parts: {
    kind: string
    id: string
    name: string
    cause: string
    shown: number
    stated_by: { source: string; import_no: number; component: string | null; says: string | null }[]
  }[]
  total: number
}

/** Parts that a person reads at once. */
const SHOWN = 10

/** Who states a finding, in a few words. */
const STATED = 2

/** What a part is: of an asset its number, of a finding what feeds said that moved it, and who states it. */
function aboutPart({ kind, id, stated_by }: Explained['parts'][number]): string {
  if (kind === 'asset') return `--asset ${id}`
  const said = stated_by.map(({ source, import_no, component, says }) => `${says ?? component ?? 'found'}: ${source}, import ${import_no}`)
  const left = said.length - STATED
  return [...said.slice(0, STATED), ...(left > 0 ? [`and ${left} more`] : [])].join('; ')
}

/** Reads exposure, secure, metric:ID or initiative:ID. */
export function readScore(word: string | undefined): { score: string; id: string | undefined } {
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
    { flags: '--replay', summary: "as if today's inventory had been there all the time" },
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
        replay: context.options['replay'] ? 'true' : undefined,
        limit: textOption(context, 'limit') ?? SHOWN,
      })
      if (context.options['json']) return context.print(JSON.stringify(answer, null, 2))
      const worse = (part: number) => (answer.direction === 'lower_is_better' ? part > 0 : part < 0)
      const words = (part: number) =>
        part === 0 ? 'no change' : `${Math.abs(part).toFixed(answer.decimals)} ${worse(part) ? 'worse' : 'better'}`
      const end = ({ day, shown }: { day: string; shown: number | null }) =>
        `${shown === null ? '–' : shown.toFixed(answer.decimals)} (end of ${day})`
      context.print(
        `${context.words[0] ?? 'exposure'}: ${end(answer.from)} → ${end(answer.to)}, ${words(answer.shown)}  (${answer.direction.replaceAll('_', ' ')})\n`,
      )
      if (answer.causes.length === 0) return context.print('Nothing moved it.')
      context.print(
        table(
          ['cause', 'part', ''],
          [...answer.causes.map((each) => [each.title, words(each.shown), each.note ?? '']), ['= all causes', words(answer.shown), '']],
        ),
      )
      context.print(`\n${answer.groups.map((group) => `${group.title}: ${words(group.shown)}`).join(' · ')}\n`)
      const titles = new Map(answer.causes.map((each) => [each.cause, each.title]))
      context.print(
        table(
          ['largest parts', 'through', 'part', ''],
          [
            ...answer.parts.map((part) => [part.name, titles.get(part.cause) ?? part.cause, words(part.shown), aboutPart(part)]),
            ...(answer.total > answer.parts.length
              ? [[`${answer.total - answer.parts.length} others (--limit, --cause)`, '', words(answer.others_shown), '']]
              : []),
            ...(textOption(context, 'cause') === undefined ? [['= all parts', '', words(answer.shown), '']] : []),
          ],
        ),
      )
    })
  },
}
