import { UserError } from '../../errors.ts'
import { rebuild } from '../../insights/compute.ts'
import type { CliCommand } from '../command.ts'
import { withConnection } from '../connect.ts'
import { progressLine } from '../progress.ts'

export const command: CliCommand = {
  summary: 'throw away what is derived from the facts and make it again',
  examples: ['plimsoll rebuild'],
  async run(context) {
    const line = progressLine(context)
    await withConnection(context, async ({ store, catalog }) => {
      if (!store)
        throw new UserError('server_running', 'stop the running server first: rebuilding needs the store for itself', { status: 409 })
      await rebuild(store, catalog, (step) => line.show(`computing ${step} …`))
    })
    line.done('Everything derived is made anew.')
  },
}
