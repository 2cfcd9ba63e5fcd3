import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../errors.ts'
import { exportTables } from '../../store/queries/export/tables.ts'
import { type CliCommand, jsonOption, orgOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'

export const command: CliCommand = {
  summary: 'write every fact with its history, so that anyone can recompute every number',
  usage: '<history>',
  options: [orgOption, { flags: '--to <folder>', summary: 'where to write; one CSV file per table' }, jsonOption],
  examples: ['plimsoll export history --to ./history'],
  async run(context) {
    if (context.words[0] !== 'history') throw new UserError('unknown_command', 'expected: plimsoll export history --to <folder>')
    const folder = textOption(context, 'to')
    if (folder === undefined) throw new UserError('folder_needed', 'say where to write: --to <folder>')
    await mkdir(folder, { recursive: true })
    const files = await withConnection(context, async (connection) => {
      const files: string[] = []
      for (const { table } of exportTables) {
        const file = join(folder, `${table}.csv`)
        await pipeline(
          Readable.from(await connection.download(`/export/history/${table}`, { org: textOption(context, 'org') })),
          createWriteStream(file),
        )
        files.push(file)
      }
      return files
    })
    context.print(
      context.options['json'] ? JSON.stringify({ files }) : `Wrote ${files.length} tables to ${folder}. What they mean: docs/history.md`,
    )
  },
}
