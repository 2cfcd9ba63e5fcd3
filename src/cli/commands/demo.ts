import { loadDemo } from '../../demo/load.ts'
import { UserError } from '../../errors.ts'
import { removeOrg } from '../../store/orgs.ts'
import type { CliCommand } from '../command.ts'
import { withConnection } from '../connect.ts'
import { progressLine } from '../progress.ts'

export const command: CliCommand = {
  summary: 'load or remove the demo organisation',
  usage: '<verb>',
  examples: ['plimsoll demo load', 'plimsoll demo remove'],
  async run(context) {
    const [verb] = context.words
    const line = progressLine(context)
    await withConnection(context, async ({ store, catalog, send }) => {
      if (verb === 'remove') {
        if (store) await removeOrg(store, 'demo', 'cli')
        else await send('DELETE', '/organisations/demo')
        line.done('The demo organisation is removed.')
      } else if (verb === 'load') {
        if (!store)
          throw new UserError('server_running', 'stop the running server first: the demo needs the store for itself', { status: 409 })
        await loadDemo(store, catalog, (progress) => line.show(progress))
        line.done('The demo organisation is loaded.')
      } else throw new UserError('unknown_command', 'expected: plimsoll demo load, or plimsoll demo remove')
    })
  },
}
