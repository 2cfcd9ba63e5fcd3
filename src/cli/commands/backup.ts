import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../errors.ts'
import { formatInstant } from '../../model/time.ts'
import { checkBackup, type Restored } from '../../store/restore.ts'
import { type CliCommand, type Context, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'

export const command: CliCommand = {
  summary: 'write everything that cannot be made again into one file, also while the server runs',
  usage: '<file>',
  options: [{ flags: '--check', summary: 'write nothing: read an existing backup and compare it with its digests' }, jsonOption],
  examples: ['plimsoll backup plimsoll.tar', 'plimsoll backup plimsoll.tar --check'],
  async run(context) {
    const file = context.words[0]!
    const found = context.options['check'] ? await checkBackup(file) : await write(context, file)
    const { size } = await stat(file)
    context.print(
      context.options['json']
        ? JSON.stringify({ file, bytes: size, ...found, made_at: formatInstant(found.made_at) })
        : `${file}: whole, ${Math.ceil(size / 1e6)} MB, ${found.rows} rows and ${found.inputs} inputs as of import ${found.last_import}, made ${formatInstant(found.made_at)}.` +
            (found.missing_inputs ? ` ${found.missing_inputs} inputs were missing already: see plimsoll verify.` : ''),
    )
  },
}

/** The file appears under its name only when it was read back whole. */
async function write(context: Context, file: string): Promise<Restored> {
  if (await stat(file).catch(() => null)) throw new UserError('file_exists', `${file} is there already: name another file`)
  const part = `${file}.part`
  try {
    await withConnection(context, async (connection) =>
      pipeline(Readable.from(await connection.download('/backup')), createWriteStream(part, { mode: 0o600 })),
    )
    const found = await checkBackup(part)
    await rename(part, file)
    return found
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
