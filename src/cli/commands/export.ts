import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../errors.ts'
import { findOrg } from '../../store/orgs.ts'
import { exportTables, writeParquet } from '../../store/queries/export/tables.ts'
import { type CliCommand, jsonOption, orgOption, textOption } from '../command.ts'
import { type Connection, withConnection } from '../connect.ts'

export const command: CliCommand = {
  summary: 'write every fact with its history, so that anyone can recompute every number',
  usage: '<history>',
  options: [
    orgOption,
    { flags: '--to <folder>', summary: 'where to write; one file per table' },
    { flags: '--format <format>', summary: 'csv (default), or parquet from the embedded database while no server runs' },
    jsonOption,
  ],
  examples: ['plimsoll export history --to ./history', 'plimsoll export history --to ./history --format parquet'],
  async run(context) {
    if (context.words[0] !== 'history') throw new UserError('unknown_command', 'expected: plimsoll export history --to <folder>')
    const folder = textOption(context, 'to')
    if (folder === undefined) throw new UserError('folder_needed', 'say where to write: --to <folder>')
    const format = textOption(context, 'format') ?? 'csv'
    if (format !== 'csv' && format !== 'parquet') throw new UserError('bad_format', `--format ${format}: expected csv or parquet`)
    await mkdir(folder, { recursive: true })
    const org = textOption(context, 'org')
    const files = exportTables.map(({ table }) => ({ table, file: join(folder, `${table}.${format}`) }))
    await withConnection(context, (connection) =>
      format === 'csv' ? writeCsv(connection, org, files) : writeParquets(connection, org, files),
    )
    context.print(
      context.options['json']
        ? JSON.stringify({ files: files.map(({ file }) => file) })
        : `Wrote ${files.length} tables to ${folder}. What they mean: docs/history.md`,
    )
  },
}

type Files = readonly { table: string; file: string }[]

async function writeCsv(connection: Connection, org: string | undefined, files: Files): Promise<void> {
  for (const { table, file } of files)
    await pipeline(Readable.from(await connection.download(`/export/history/${table}`, { org })), createWriteStream(file))
}

async function writeParquets({ store }: Connection, slug: string | undefined, files: Files): Promise<void> {
  if (!store)
    throw new UserError('server_running', 'stop the running server first: Parquet is written from the store itself', { status: 409 })
  const org = await findOrg(store.engine, slug)
  if (!org) throw new UserError('unknown_organisation', 'there is no organisation yet: the first import opens one', { status: 404 })
  for (const { table, file } of files) await writeParquet(store.engine, table, org.org_id, file)
}
