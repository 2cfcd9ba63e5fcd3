import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { by, changeDefinition, definitionOptions, isVerb, readWords, setOf } from '../programme.ts'
import { scoreText, table } from '../table.ts'

export const command: CliCommand = {
  summary: 'the initiatives with score and target, and initiatives of your own',
  usage: '[verb] [words...]',
  options: [
    ...definitionOptions,
    { flags: '--by <day>', summary: 'target: by which day' },
    { flags: '--vendor', summary: 'product: the name is that of a vendor' },
    { flags: '--weakness <ids>', summary: 'product: weaknesses that belong to it, as CVE-2026-10001,CVE-2026-10002' },
    { flags: '--save', summary: 'product: save what is shown' },
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
    'plimsoll initiatives product openssl',
    'plimsoll initiatives product openssl --save --reason "Campaign of this spring"',
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
    if (verb === 'product' && id !== undefined) return product(context, context.words.slice(1).join(' '))
    if (verb !== undefined)
      throw new UserError(
        'unknown_command',
        'expected: plimsoll initiatives, or plimsoll initiatives with try|lint|add <file.yaml>, archive <id>, target <id> <score>, history <id>, product <name>',
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

async function product(context: Context, name: string): Promise<void> {
  const { org, ...past } = moment(context)
  const question = {
    name,
    of: context.options['vendor'] === true ? 'vendor' : 'product',
    vulnerabilities: textOption(context, 'weakness')?.split(',').filter(Boolean) ?? [],
  }
  await withConnection(context, async (connection) => {
    if (context.options['save'] === true) {
      const saved = await connection.send<{ id: string; title: string }>('POST', '/product-initiatives', {
        query: { org },
        json: { ...question, ...by(context) },
      })
      return context.print(context.options['json'] ? JSON.stringify(saved, null, 2) : `Saved initiative ${saved.id}: ${saved.title}.`)
    }
    const trial = await connection.send<{
      id: string
      value: number | null
      components: string[]
      missing: string[]
      metrics: { title: string; weight: string; exposed: number; total: number }[]
    }>('POST', '/product-initiatives/try', { query: { org, as_of: past.as_of, known_at: past.known_at }, json: question })
    if (context.options['json']) return context.print(JSON.stringify(trial, null, 2))
    context.print(
      [
        `${trial.id} is not saved. It asks for: ${trial.components.join(', ') || 'the weaknesses that were named'}.`,
        trial.missing.length
          ? `No answer, it needs ${trial.missing.join(', ')}.`
          : `Its score is ${scoreText(trial.value)} now, higher is better.`,
        table(
          ['metric', 'weight', 'exposed', 'of'],
          trial.metrics.map((one) => [one.title, one.weight, one.exposed, one.total]),
        ),
      ].join('\n'),
    )
  })
}
