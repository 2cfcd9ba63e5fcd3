import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Event {
  day: string
  type: string
  headline: string
  assets: number
  direction: string
}

export const command: CliCommand = {
  summary: 'the risk feed, or posture events',
  options: [
    orgOption,
    ...momentOptions,
    { flags: '--feed <feed>', summary: 'risk (default) or posture' },
    { flags: '--type <type>', summary: 'only this type, as known_exploited' },
    { flags: '--from <day>', summary: 'first day' },
    { flags: '--to <day>', summary: 'last day' },
    { flags: '--limit <number>', summary: 'how many, newest first; default 100' },
    jsonOption,
  ],
  examples: ['plimsoll events --type known_exploited', 'plimsoll events --feed posture --json'],
  async run(context) {
    await withConnection(context, async (connection) => {
      const { items } = await connection.get<{ items: Event[] }>('/events', {
        ...moment(context),
        feed: textOption(context, 'feed') ?? 'risk',
        type: textOption(context, 'type'),
        from: textOption(context, 'from'),
        to: textOption(context, 'to'),
        limit: textOption(context, 'limit') ?? '100',
      })
      if (context.options['json']) context.print(JSON.stringify(items, null, 2))
      else
        context.print(
          items.length
            ? table(
                ['day', '', 'type', 'event'],
                items.map((event) => [event.day, event.direction, event.type, event.headline]),
              )
            : 'No events.',
        )
    })
  },
}
