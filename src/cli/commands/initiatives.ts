import { type CliCommand, jsonOption, momentOptions, orgOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { scoreText, table } from '../table.ts'

export const command: CliCommand = {
  summary: 'the initiatives with score and target',
  options: [orgOption, ...momentOptions, jsonOption],
  examples: ['plimsoll initiatives --json'],
  async run(context) {
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
