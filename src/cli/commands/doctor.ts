import { access, constants, statfs } from 'node:fs/promises'
import { UserError } from '../../errors.ts'
import type { Sizes } from '../../store/engines/sizes.ts'
import { isWhole, type Verification } from '../../store/verify.ts'
import { type CliCommand, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { placeOf, runningServer } from '../place.ts'

interface Check {
  what: string
  state: 'good' | 'bad'
  detail: string
}

/** Free disk below which imports may fail. */
const LEAST_FREE = 1_000_000_000

export const command: CliCommand = {
  summary: 'look at this installation: Node, disk, database, chain of imports, sources gone silent',
  options: [jsonOption],
  examples: ['plimsoll doctor'],
  async run(context) {
    const place = placeOf(context)
    const checks: Check[] = []
    const check = async (what: string, look: () => Promise<string>) => {
      try {
        checks.push({ what, state: 'good', detail: await look() })
      } catch (error) {
        checks.push({ what, state: 'bad', detail: (error as Error).message })
      }
    }
    await check('Node.js', async () => process.version)
    await check('server', async () => (await runningServer(place.data)) ?? 'none runs on this data folder')
    await check('database', async () =>
      withConnection(
        context,
        async ({ get }) => `answers; ${counted((await get<{ items: unknown[] }>('/organisations')).items.length, 'organisation')}`,
      ),
    )
    await check('data folder', async () => {
      await access(place.data, constants.W_OK)
      return `${place.data} can be written`
    })
    await check('free disk', async () => {
      const { bavail, bsize } = await statfs(place.data)
      if (bavail * bsize < LEAST_FREE) throw new UserError('disk_full', `only ${Math.round((bavail * bsize) / 1e6)} MB are free`)
      return `${Math.round((bavail * bsize) / 1e9)} GB`
    })
    await check('sizes', async () =>
      withConnection(context, async ({ get }) => {
        const { readers, queue, memory, threads, temporary } = await get<Sizes>('/installation')
        return [
          `${readers} questions at a time, ${queue} may wait`,
          ...(memory === null ? [] : [`memory ${memory}, threads ${threads ?? 'as many as processors'}`]),
          ...(temporary === null ? [] : [`temporary files in ${temporary}`]),
        ].join('; ')
      }),
    )
    await check('chain of imports', async () =>
      withConnection(context, async ({ get }) => {
        const found = await get<Verification>('/verify')
        if (!isWhole(found)) throw new UserError('chain_broken', 'the past is not as it was learned: plimsoll verify says where')
        return `${counted(found.imports, 'import')} and ${counted(found.facts.checked, 'fact')}, all fit`
      }),
    )
    if (context.options['json']) context.print(JSON.stringify(checks, null, 2))
    else for (const { what, state, detail } of checks) context.print(`${state === 'good' ? '✓' : '✗'} ${what}: ${detail}`)
    return checks.some(({ state }) => state === 'bad') ? 2 : 0
  },
}
