import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { type Connection, moment, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
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
  'expected: plimsoll assets show <id>, set <id>… --criticality <level>, merge <id> <id> --reason <text>, split <id> --name <kind:name> --reason <text>, critical, or values'

interface Levels {
  criticality: { value: string | null; by: string | null; rule_id: string | null }
  asset_group: { value: string | null; by: string | null; rule_id: string | null }
  value: number
}

interface Values {
  rule: string
  score: number | null
  levels: { criticality: string; assets: number; scored: number; value: number; weight_share: number | null; score_share: number | null }[]
}

export const command: CliCommand = {
  summary: 'why an asset is one, how critical it is and what it weighs; say so, merge and split',
  usage: '<verb> [id...]',
  options: [
    { flags: '--criticality <level>', summary: 'with set: very_high, high, medium, low or none; reported: what sources and rules say' },
    { flags: '--group <name>', summary: 'with set: the asset group; none, or reported' },
    { flags: '--filter <json>', summary: 'with set, instead of ids: all assets that meet this condition' },
    { flags: '--preview', summary: 'with set and values: only say what it would do' },
    { flags: '--rule <rule>', summary: 'with values: criticality, plain or classic' },
    { flags: '--factors <list>', summary: 'with values: very_high=5,high=3,medium=1.5,none=1,low=0.75' },
    { flags: '--reason <text>', summary: 'with merge and split: why' },
    { flags: '--name <kind:name>', summary: 'with split: this name identifies nothing, as serial:ABC123' },
    { flags: '--source <source>', summary: 'with split: what this source calls so is another asset' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll assets show 12',
    'plimsoll assets set 12 17 --criticality very_high --reason "all orders go through them"',
    'plimsoll assets critical',
    'plimsoll assets values --rule plain --preview',
    'plimsoll assets merge 12 17 --reason "same laptop, reinstalled in May"',
    'plimsoll assets split 12 --name serial:ABC123 --reason "cloned disk"',
  ],
  async run(context) {
    const [verb, ...words] = context.words
    await withConnection(context, async (connection) => {
      if (verb === 'show' && words.length === 1) return show(context, connection, idOf(words[0]))
      if (verb === 'critical' && words.length === 0) return critical(context, connection)
      if (verb === 'values' && words.length === 0) return values(context, connection)
      if (verb === 'set') return set(context, connection, words)
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

/** A word as the API takes it: none is empty, reported takes the person's word back. */
const said = (word: string | undefined): string | null | undefined => (word === 'none' ? '' : word === 'reported' ? null : word)

async function set(context: Context, connection: Connection, words: readonly string[]): Promise<void> {
  const filter = textOption(context, 'filter')
  const json = {
    ...(filter === undefined ? { asset_ids: words.map(idOf) } : { filter }),
    criticality: said(textOption(context, 'criticality')),
    asset_group: said(textOption(context, 'group')),
    reason: textOption(context, 'reason'),
    preview: context.options['preview'] === true,
  }
  if ((filter === undefined) === (words.length === 0) || (json.criticality === undefined && json.asset_group === undefined))
    throw new UserError('unknown_command', EXPECTED)
  const done = await connection.send<{ assets: number; import_no: number | null; score_before: number | null; score_after: number | null }>(
    'POST',
    '/assets/set',
    { query: { org: textOption(context, 'org') }, json },
  )
  if (context.options['json']) return context.print(JSON.stringify(done))
  if (done.score_before !== null && done.score_after !== null)
    context.print(`Exposure score ${done.score_before.toFixed(1)}, with this ${done.score_after.toFixed(1)} of 100: lower is better.`)
  if (json.preview) return context.print(`It would be said of ${counted(done.assets, 'asset')}.`)
  context.print(
    done.import_no === null
      ? 'Nothing changed: that was said before.'
      : `Said of ${counted(done.assets, 'asset')}. To take it back: plimsoll undo ${done.import_no}`,
  )
}

async function critical(context: Context, connection: Connection): Promise<void> {
  const { items } = await connection.get<{
    items: { id: string; title: string; criticality: string; on: boolean; assets: number; to_review: number }[]
  }>('/classifications', moment(context))
  if (context.options['json']) return context.print(JSON.stringify(items, null, 2))
  context.print(
    table(
      ['classification', 'level', 'on', 'assets', 'to review', 'id'],
      items.map((each) => [each.title, each.criticality, each.on ? 'on' : 'off', String(each.assets), String(each.to_review), each.id]),
    ),
  )
}

async function values(context: Context, connection: Connection): Promise<void> {
  const rule = textOption(context, 'rule')
  const factors = textOption(context, 'factors')
  const query = { org: textOption(context, 'org') }
  const json = { rule: rule ?? 'criticality', ...(factors === undefined ? {} : { factors: factorsOf(factors) }) }
  const answer =
    rule === undefined && factors === undefined
      ? await connection.get<Values>('/asset-values', moment(context))
      : context.options['preview']
        ? await connection.send<Values>('POST', '/asset-values/preview', { query, json })
        : await connection.send<Values>('PUT', '/asset-values', { query, json: { ...json, reason: textOption(context, 'reason') } })
  if (context.options['json']) return context.print(JSON.stringify(answer, null, 2))
  const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)} %`)
  context.print(
    table(
      ['level', 'value', 'assets', 'in the score', 'of the weights', 'of the score'],
      answer.levels.map((each) => [
        each.criticality,
        String(each.value),
        String(each.assets),
        String(each.scored),
        percent(each.weight_share),
        percent(each.score_share),
      ]),
    ),
  )
  context.print(
    answer.score === null ? 'No asset is in the exposure score.' : `Exposure score ${answer.score.toFixed(1)} of 100: lower is better.`,
  )
}

/** Factors as "high=3,low=0.5"; what is left out stays as it comes. */
const factorsOf = (text: string): Record<string, number> => ({
  very_high: 5,
  high: 3,
  medium: 1.5,
  none: 1,
  low: 0.75,
  ...Object.fromEntries(
    text.split(',').map((part) => [part.slice(0, part.indexOf('=')).trim(), Number(part.slice(part.indexOf('=') + 1))]),
  ),
})

/** Throws UserError('unknown_asset'). */
function idOf(word: string | undefined): number {
  const id = Number(word)
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UserError('unknown_asset', `"${word}" is not the number of an asset: the assets page shows it in its address`)
  return id
}

async function show(context: Context, connection: Connection, id: number): Promise<void> {
  const asset = await connection.get<Asset>(`/assets/${id}`, moment(context))
  const levels = await connection.get<Levels>(`/assets/${id}/levels`, moment(context))
  if (context.options['json']) return context.print(JSON.stringify({ ...asset, levels }, null, 2))
  context.print(`${asset.name}, ${asset.type}, ${asset.state}\n`)
  context.print(`Criticality: ${wordOf(levels.criticality)}; it weighs ${levels.value} in the exposure score.`)
  context.print(`Asset group: ${wordOf(levels.asset_group)}.\n`)
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

/** What counts, and whose word it is. */
const wordOf = ({ value, by, rule_id }: Levels['criticality']): string =>
  `${value ?? 'none'}${by === null ? '' : by === 'person' ? ' (set by hand)' : by === 'source' ? ' (as reported)' : ` (by the rule ${rule_id})`}`

function tell(context: Context, what: string, changed: Changed): void {
  if (context.options['json']) return context.print(JSON.stringify(changed))
  context.print(`${what}: ${changed.asset_ids.join(', ')}. To take it back: plimsoll undo ${changed.import_no}`)
}
