import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { changeDefinition, definitionOptions, isVerb, readWords, setOf } from '../programme.ts'
import { scoreText, table } from '../table.ts'

export const command: CliCommand = {
  summary: 'the initiatives with score and target, and initiatives of your own',
  usage: '[verb] [words...]',
  options: [
    ...definitionOptions,
    { flags: '--by <day>', summary: 'target: by which day' },
    { flags: '--least <points>', summary: 'history: changes of at least so many points; default 2.5, 0 all' },
    { flags: '--from <day>', summary: 'history: first day' },
    { flags: '--to <day>', summary: 'history: last day' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll initiatives --json',
    'plimsoll initiatives try our-servers.yaml',
    'plimsoll initiatives add our-servers.yaml --reason "The board asked for it"',
    'plimsoll initiatives target our-servers 90 --by 2027-03-31',
    'plimsoll initiatives history our-servers --least 0',
    'plimsoll initiatives archive our-servers',
  ],
  async run(context) {
    const [verb, id] = context.words
    if (isVerb(verb)) return changeDefinition(context, 'initiative')
    if (verb === 'target') {
      const [of, value] = readWords(context, 'plimsoll initiatives target <id> <0–100 or reset>')
      if (value !== 'reset' && !/^\d{1,3}(\.\d+)?$/.test(value)) throw new UserError('bad_target', `"${value}" is not a score of 0–100`)
      const by = textOption(context, 'by')
      return setOf(context, `/initiatives/${encodeURIComponent(of)}/target`, value, 'score', by === undefined ? {} : { by })
    }
    if (verb === 'history' && id !== undefined) return history(context, id)
    if (verb !== undefined)
      throw new UserError(
        'unknown_command',
        'expected: plimsoll initiatives, or plimsoll initiatives with try|lint|add <file.yaml>, archive <id>, target <id> <score>, history <id>',
      )
    await withConnection(context, async (connection) => {
      const { items } = await connection.get<{
        items: {
          id: string
          title: string
          metrics: number
          metrics_with_data: number
          score: { value: number | null; target: number | null }
        }[]
      }>('/initiatives', moment(context))
      if (context.options['json']) context.print(JSON.stringify(items, null, 2))
      else
        context.print(
          table(
            ['initiative', 'score', 'target', 'metrics with data'],
            items.map((each) => [
              each.title,
              scoreText(each.score.value),
              scoreText(each.score.target),
              `${each.metrics_with_data} of ${each.metrics}`,
            ]),
          ),
        )
    })
  },
}

async function history(context: Context, id: string): Promise<void> {
  const query = {
    ...moment(context),
    least: textOption(context, 'least'),
    from: textOption(context, 'from'),
    to: textOption(context, 'to'),
  }
  const { items } = await withConnection(context, (connection) =>
    connection.get<{
      items: { day: string; before: number | null; after: number | null; change: number; metrics: number; reasons: string[] }[]
    }>(`/initiatives/${encodeURIComponent(id)}/changes`, query),
  )
  if (context.options['json']) return context.print(JSON.stringify(items, null, 2))
  const words = (change: number) => `${Math.abs(change).toFixed(1)} ${change < 0 ? 'worse' : 'better'}`
  context.print(
    items.length
      ? table(
          ['day', 'score', 'change', 'metrics', 'why'],
          items.map((each) => [each.day, scoreText(each.after), words(each.change), each.metrics, each.reasons.join(', ')]),
        )
      : 'No change of this size.',
  )
}
