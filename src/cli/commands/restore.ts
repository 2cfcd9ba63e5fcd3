import { UserError } from '../../errors.ts'
import { loadCatalog } from '../../insights/catalog.ts'
import { compute } from '../../insights/compute.ts'
import { formatInstant } from '../../model/time.ts'
import { restore } from '../../store/restore.ts'
import { openRaw } from '../../store/store.ts'
import { type CliCommand, jsonOption } from '../command.ts'
import { placeOf, runningServer } from '../place.ts'
import { progressLine } from '../progress.ts'

export const command: CliCommand = {
  summary: 'put a backup into an empty data folder or database',
  usage: '<file>',
  options: [jsonOption],
  examples: ['plimsoll restore plimsoll.tar --data ./restored'],
  async run(context) {
    const place = placeOf(context)
    if (await runningServer(place.data))
      throw new UserError('server_running', 'a server runs on this data folder: a backup is restored into an empty one', { status: 409 })
    const line = progressLine(context)
    const store = await openRaw(place)
    try {
      line.show('reading the backup …')
      const restored = await restore(store, context.words[0]!)
      await compute(store, loadCatalog(), (step) => line.show(`computing ${step} …`))
      line.done('')
      context.print(
        context.options['json']
          ? JSON.stringify({ ...restored, made_at: formatInstant(restored.made_at) })
          : `Restored ${restored.rows} rows and ${restored.inputs} inputs as of import ${restored.last_import}, made ${formatInstant(restored.made_at)}.`,
      )
    } finally {
      await store.engine.close()
    }
  },
}
