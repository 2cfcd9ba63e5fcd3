import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { gainText, table } from '../table.ts'

interface Event {
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
                ['day', 'effect', 'type', 'event'],
                items.map((event) => [event.day, effectText(event), event.type, event.headline]),
              )
            : 'No events.',
        )
    })
  },
}
