import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { gainText, table } from '../table.ts'

interface Recommendation {
  id: string
  kind: string
  title: string
  gain: number
  score: string
  assets: number
  findings: number
}

export const command: CliCommand = {
  summary: 'what to do next, by expected gain',
  options: [orgOption, ...momentOptions, { flags: '--limit <number>', summary: 'how many; default 30' }, jsonOption],
  examples: ['plimsoll recommendations --limit 10'],
  async run(context) {
    await withConnection(context, async (connection) => {
      const { items } = await connection.get<{ items: Recommendation[] }>('/recommendations', {
        ...moment(context),
        limit: textOption(context, 'limit') ?? '30',
      })
      if (context.options['json']) context.print(JSON.stringify(items, null, 2))
      else
        context.print(
          items.length
            ? table(
                ['expected gain', 'score', 'assets', 'findings', 'what'],
                items.map((each) => [gainText(each.gain), each.score, each.assets, each.findings, each.title]),
              )
            : 'Nothing to recommend.',
        )
    })
  },
}
