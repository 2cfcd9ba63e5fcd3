import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption, orgOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Line {
  basis_title: string
  category: string
  source_title: string
  unit: 'percent' | 'points'
  sample_size: number | null
  latest: { day: string; value: number } | null
}

interface Answer {
  items: Line[]
  entered: { id: string; day: string; value: number }[]
  sharing: { shares: boolean; least: number; enough: boolean }
}

/** A value in words; missing is missing. */
const valueText = ({ latest, unit }: Line): string =>
  latest ? `${Number(latest.value.toFixed(2))}${unit === 'percent' ? ' %' : ' points'}` : 'missing'

export const command: CliCommand = {
  summary: 'what the secure score is compared with: list, enter, import, share',
  usage: '[verb] [what]',
  options: [
    orgOption,
    { flags: '--basis <name>', summary: 'add: whom it is about: AllTenants, TotalSeats, IndustryTypes, or a name of your own' },
    { flags: '--value <percent>', summary: 'add: percent of the points' },
    { flags: '--day <day>', summary: 'add: from when on it holds' },
    { flags: '--source <name>', summary: 'add: who says so' },
    { flags: '--category <name>', summary: 'add: Identity, Device, Apps, Data, Infrastructure; default: the whole score' },
    { flags: '--sample-size <number>', summary: 'add: how many organisations stand behind it' },
    jsonOption,
  ],
  examples: [
    'plimsoll benchmark',
    'plimsoll benchmark add --basis "Our peers" --value 54.5 --day 2026-03-01 --source "Peer survey 2026" --sample-size 40',
    'plimsoll benchmark import peers.csv',
    'plimsoll benchmark share on',
    'plimsoll benchmark remove "Peer survey 2026|Our peers|Total|2026-03-01"',
  ],
  async run(context) {
    const [verb = 'list', what] = context.words
    const json = context.options['json'] === true
    const query = { org: textOption(context, 'org') }
    await withConnection(context, async (connection) => {
      if (verb === 'list') {
        const { items, entered, sharing } = await connection.get<Answer>('/benchmarks', query)
        if (json) return context.print(JSON.stringify({ items, entered, sharing }))
        context.print(
          items.length
            ? table(
                ['compared with', 'category', 'value', 'since', 'source', 'sample'],
                items.map((line) => [
                  line.basis_title,
                  line.category,
                  valueText(line),
                  line.latest?.day ?? '',
                  line.source_title,
                  line.sample_size ?? 'not said',
                ]),
              )
            : 'Nothing to compare with yet: import a Graph export, or enter a value with plimsoll benchmark add.',
        )
        for (const { id } of entered) context.print(`entered: ${id}`)
        context.print(
          sharing.shares
            ? sharing.enough
              ? 'This organisation takes part in the comparison of this installation.'
              : `This organisation takes part; the comparison is shown once ${sharing.least} others do.`
            : 'This organisation does not take part in the comparison of this installation: plimsoll benchmark share on',
        )
      } else if (verb === 'add') {
        const number = (name: string) => {
          const text = textOption(context, name)
          return text === undefined ? undefined : Number(text)
        }
        const value = {
          source: textOption(context, 'source'),
          basis: textOption(context, 'basis'),
          category: textOption(context, 'category'),
          day: textOption(context, 'day'),
          value: number('value'),
          sample_size: number('sampleSize'),
        }
        for (const name of ['source', 'basis', 'day', 'value'] as const)
          if (value[name] === undefined)
            throw new UserError('bad_benchmark', `a comparison value needs --${name}: a number without source and date compares nothing`)
        const answer = await connection.send<{ values: number }>('POST', '/benchmarks', { query, json: { values: [value] } })
        context.print(json ? JSON.stringify(answer) : 'Entered 1 value.')
      } else if (verb === 'import' && what) {
        let content: string
        try {
          content = readFileSync(what, 'utf8')
        } catch (cause) {
          throw new UserError('no_such_file', `${what} cannot be read`, { cause })
        }
        const answer = await connection.send<{ values: number; import_no: number | null }>('POST', '/benchmarks/file', {
          query,
          json: { content, name: basename(what) },
        })
        context.print(
          json
            ? JSON.stringify(answer)
            : answer.import_no === null
              ? 'Nothing new: the same values were there.'
              : `Entered ${answer.values} values.`,
        )
      } else if (verb === 'remove' && what) {
        await connection.send('DELETE', `/benchmarks/${encodeURIComponent(what)}`, { query })
        context.print(json ? JSON.stringify({ removed: what }) : 'Taken away.')
      } else if (verb === 'share' && (what === 'on' || what === 'off')) {
        await connection.send('PUT', '/benchmarks/sharing', { query, json: { shares: what === 'on' } })
        context.print(
          json
            ? JSON.stringify({ shares: what === 'on' })
            : what === 'on'
              ? 'This organisation takes part.'
              : 'This organisation takes no longer part.',
        )
      } else
        throw new UserError(
          'unknown_command',
          'expected: plimsoll benchmark, or one of add, import <file>, remove <id>, share on, share off',
        )
    })
  },
}
