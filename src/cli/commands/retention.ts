import { UserError } from '../../errors.ts'
import type { RetentionPolicy } from '../../store/retention.ts'
import { type CliCommand, jsonOption, orgOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'

interface Run {
  import_no: number | null
  horizon: string | null
  facts: Record<string, number>
  inputs: number
}

const EXPECTED = 'expected: plimsoll retention show, plimsoll retention set --inputs <days> --facts <days>, plimsoll retention apply'

export const command: CliCommand = {
  summary: 'how long raw inputs and ended facts are kept; remove what is older',
  usage: '[verb]',
  options: [
    orgOption,
    { flags: '--feeds', summary: 'not an organisation, but the raw inputs of feeds' },
    { flags: '--inputs <days>', summary: 'with set: keep raw inputs so long; a number of days, or forever' },
    { flags: '--facts <days>', summary: 'with set: keep facts so long after their end; a number of days, or forever' },
    { flags: '--dry-run', summary: 'with apply: only say what would be removed' },
    jsonOption,
  ],
  examples: ['plimsoll retention', 'plimsoll retention set --inputs 365 --facts 1825', 'plimsoll retention apply --dry-run'],
  async run(context) {
    const [verb = 'show'] = context.words
    const query = { org: textOption(context, 'org'), feeds: context.options['feeds'] ? 'true' : 'false' }
    const json = context.options['json'] === true
    await withConnection(context, async (connection) => {
      if (verb === 'apply') {
        const dry = context.options['dryRun'] === true
        const run = await connection.send<Run>('POST', '/retention/apply', { query: { ...query, dry_run: String(dry) } })
        context.print(json ? JSON.stringify(run) : tellRun(run, dry))
        return
      }
      if (verb !== 'show' && verb !== 'set') throw new UserError('unknown_command', EXPECTED)
      const policy = await connection.get<RetentionPolicy>('/retention', query)
      const now =
        verb === 'show'
          ? policy
          : await connection.send<RetentionPolicy>('POST', '/retention', {
              query,
              json: {
                inputs_days: daysOf(textOption(context, 'inputs'), policy.inputs_days),
                facts_days: daysOf(textOption(context, 'facts'), policy.facts_days),
              },
            })
      const said = (days: number | null) => (days === null ? 'for ever' : `${days} days`)
      context.print(
        json ? JSON.stringify(now) : `Raw inputs are kept ${said(now.inputs_days)}; facts that have ended ${said(now.facts_days)}.`,
      )
    })
  },
}

function daysOf(text: string | undefined, otherwise: number | null): number | null {
  if (text === undefined) return otherwise
  if (text === 'forever') return null
  const days = Number(text)
  if (!Number.isInteger(days)) throw new UserError('bad_retention', `"${text}" is neither a whole number of days nor "forever"`)
  return days
}

function tellRun({ import_no, facts, inputs, horizon }: Run, dry: boolean): string {
  const rows = Object.entries(facts)
  if (!rows.length && !inputs) return 'There is nothing to remove.'
  const what = [...rows.map(([table, count]) => `${count} rows of ${table}`), `${inputs} raw inputs`].join(', ')
  const before = horizon === null || !rows.length ? '' : ` Facts of before ${horizon} are no longer whole.`
  return dry ? `Would remove ${what}.` : `Removed ${what}; logged as import ${import_no}.${before}`
}
