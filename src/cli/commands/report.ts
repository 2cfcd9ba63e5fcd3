import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CliCommand, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'

/** Where the report is written when nobody says so. */
const DEFAULT_FILE = 'plimsoll-report.pdf'

export const command: CliCommand = {
  summary: 'the executive report as a PDF of one to three pages',
  options: [
    orgOption,
    ...momentOptions,
    { flags: '--from <day>', summary: 'first day of trend and changes; default: 90 days before the last' },
    { flags: '--to <day>', summary: 'last day; default: the day that is asked about' },
    { flags: '--out <file>', summary: `where to write it; default: ${DEFAULT_FILE}` },
    { flags: '--json', summary: 'print its numbers as JSON instead' },
  ],
  examples: ['plimsoll report --out board.pdf', 'plimsoll report --as-of 2026-03-31 --known-at 2026-03-31', 'plimsoll report --json'],
  async run(context) {
    const query = { ...moment(context), from: textOption(context, 'from'), to: textOption(context, 'to') }
    await withConnection(context, async (connection) => {
      if (context.options['json'] === true) {
        context.print(JSON.stringify(await connection.get('/reports/executive', query)))
        return
      }
      const file = textOption(context, 'out') ?? DEFAULT_FILE
      await pipeline(Readable.from(await connection.download('/reports/executive.pdf', query)), createWriteStream(file))
      context.print(`Written: ${file}`)
    })
  },
}
