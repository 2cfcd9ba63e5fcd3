import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'

export const command: CliCommand = {
  summary: 'take an import back: the history becomes what it would be without it',
  usage: '<import-no>',
  options: [jsonOption],
  examples: ['plimsoll undo 17'],
  async run(context) {
    const import_no = Number(context.words[0])
    if (!Number.isInteger(import_no) || import_no < 1)
      throw new UserError('unknown_import', `"${context.words[0]}" is not the number of an import`)
    const answer = await withConnection(context, (connection) => connection.send('POST', `/imports/${import_no}/undo`))
    context.print(context.options['json'] ? JSON.stringify(answer) : `Import ${import_no} is undone; the scores are up to date.`)
  },
}
