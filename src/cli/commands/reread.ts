import { type CliCommand, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Item {
  import_no: number
  file_name: string | null
  format: string
  from_version: number
  to_version: number
  reread_as: number | null
}

export const command: CliCommand = {
  summary: 'read kept inputs again where their importer has a newer version',
  options: [{ flags: '--dry-run', summary: 'only list them' }, jsonOption],
  examples: ['plimsoll reread --dry-run'],
  async run(context) {
    const dry_run = String(context.options['dryRun'] === true)
    const { items } = await withConnection(context, (connection) =>
      connection.send<{ items: Item[] }>('POST', '/reread', { query: { dry_run } }),
    )
    if (context.options['json']) context.print(JSON.stringify(items, null, 2))
    else
      context.print(
        items.length
          ? table(
              ['import', 'file', 'format', 'version', 'now', 'read again as'],
              items.map((item) => [item.import_no, item.file_name, item.format, item.from_version, item.to_version, item.reread_as]),
            )
          : 'Every import was read by the newest version of its importer.',
      )
  },
}
