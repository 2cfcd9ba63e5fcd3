import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { type Connection, moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Asset {
  asset_id: number
  name: string
  type: string
  state: string
  names: { name_type: string; name: string; source: string; since: string; until: string | null }[]
  identity: { text: string }[]
}

interface Changed {
  import_no: number
  asset_ids: number[]
}

const EXPECTED =
  'expected: plimsoll assets show <id>, plimsoll assets merge <id> <id> --reason <text>, plimsoll assets split <id> --name <kind:name> --reason <text>'

export const command: CliCommand = {
  summary: 'why an asset is one; say that two are one, or that one is several',
  usage: '<verb> <id> [other]',
  options: [
    { flags: '--reason <text>', summary: 'with merge and split: why' },
    { flags: '--name <kind:name>', summary: 'with split: this name identifies nothing, as serial:ABC123' },
    { flags: '--source <source>', summary: 'with split: what this source calls so is another asset' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll assets show 12',
    'plimsoll assets merge 12 17 --reason "same laptop, reinstalled in May"',
    'plimsoll assets split 12 --name serial:ABC123 --reason "cloned disk"',
  ],
  async run(context) {
    const [verb, ...words] = context.words
    await withConnection(context, async (connection) => {
      if (verb === 'show' && words.length === 1) return show(context, connection, idOf(words[0]))
      const query = { org: textOption(context, 'org') }
      const reason = textOption(context, 'reason') ?? ''
      if (verb === 'merge' && words.length === 2) {
        const json = { asset_ids: words.map(idOf), reason }
        return tell(context, 'They are one asset now', await connection.send<Changed>('POST', '/assets/merge', { query, json }))
      }
      if (verb === 'split' && words.length === 1) {
        const json = { name: textOption(context, 'name'), source: textOption(context, 'source'), reason }
        return tell(context, 'It is split', await connection.send<Changed>('POST', `/assets/${idOf(words[0])}/split`, { query, json }))
      }
      throw new UserError('unknown_command', EXPECTED)
    })
  },
}

/** Throws UserError('unknown_asset'). */
function idOf(word: string | undefined): number {
  const id = Number(word)
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UserError('unknown_asset', `"${word}" is not the number of an asset: the assets page shows it in its address`)
  return id
}

async function show(context: Context, connection: Connection, id: number): Promise<void> {
  const asset = await connection.get<Asset>(`/assets/${id}`, moment(context))
  if (context.options['json']) return context.print(JSON.stringify(asset, null, 2))
  context.print(`${asset.name}, ${asset.type}, ${asset.state}\n`)
  context.print(
    table(
      ['kind', 'name', 'source', 'since', 'until'],
      asset.names.map((name) => [name.name_type, name.name, name.source, name.since.slice(0, 10), name.until?.slice(0, 10) ?? '']),
    ),
  )
  context.print('')
  if (asset.identity.length) for (const { text } of asset.identity) context.print(`One asset: ${text}`)
  else context.print('Every source that reports it uses the same words: nothing had to be matched.')
}

function tell(context: Context, what: string, changed: Changed): void {
  if (context.options['json']) return context.print(JSON.stringify(changed))
  context.print(`${what}: ${changed.asset_ids.join(', ')}. To take it back: plimsoll undo ${changed.import_no}`)
}
