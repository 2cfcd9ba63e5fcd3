import { writeFile } from 'node:fs/promises'
import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { readScore } from './explain.ts'

interface Story {
  plain: string
  markdown: string
  html: string
}

const formats = ['plain', 'markdown', 'html'] as const

export const command: CliCommand = {
  summary: 'what moved a score over a range, in words and as a picture',
  usage: '[score]',
  options: [
    { flags: '--from <day>', summary: 'from the end of this day; default 30 days before the other' },
    { flags: '--to <day>', summary: 'to the end of this day; default today, as it is now' },
    { flags: '--group <group>', summary: 'only assets of this asset group' },
    { flags: '--asset <number>', summary: 'the score of one asset' },
    { flags: '--format <format>', summary: 'plain (default), markdown, or html to paste into a mail' },
    { flags: '--picture <file>', summary: 'write the picture to this SVG file' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll story --from 2026-07-01 --to 2026-08-01',
    'plimsoll story secure --format markdown',
    'plimsoll story --picture story.svg',
  ],
  async run(context) {
    const { score, id } = readScore(context.words[0])
    const format = formats.find((each) => each === (textOption(context, 'format') ?? 'plain'))
    if (!format) throw new UserError('bad_format', `--format "${textOption(context, 'format')}" is none of ${formats.join(', ')}`)
    const picture = textOption(context, 'picture')
    const asked = {
      ...moment(context),
      score,
      id,
      from: textOption(context, 'from'),
      to: textOption(context, 'to'),
      group: textOption(context, 'group'),
      asset: textOption(context, 'asset'),
    }
    await withConnection(context, async (connection) => {
      if (picture !== undefined) {
        const chunks: Uint8Array[] = []
        for await (const chunk of await connection.download('/story.svg', asked)) chunks.push(chunk)
        await writeFile(picture, Buffer.concat(chunks))
        context.tell(`Picture written to ${picture}`)
      }
      const story = await connection.get<Story>('/story', asked)
      context.print(context.options['json'] ? JSON.stringify(story, null, 2) : story[format].trimEnd())
    })
  },
}
