import { stat } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { UserError } from '../../errors.ts'
import { readPackFolder } from '../../ingest/pack-files.ts'
import { tarEnd, tarHeader, tarPadding } from '../../store/archive.ts'
import { type CliCommand, jsonOption, orgOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { by } from '../programme.ts'
import { table } from '../table.ts'

interface Pack {
  id: string
  version: string
  title: string
  notes: string
  metrics: string[]
  initiatives: string[]
  since: string
}
interface Preview {
  pack: Pack | null
  former: string | null
  problems: { file: string; place: string; line: number | null; message: string }[]
  moves: { kind: string; id: string; what: string; before: number | null; after: number | null; why: string[] }[]
}

export const command: CliCommand = {
  summary: 'content packs: list, preview, activate, deactivate, history',
  usage: '[verb] [pack]',
  options: [
    { flags: '--reason <text>', summary: 'activate, deactivate: why, kept with it' },
    { flags: '--author <name>', summary: 'activate, deactivate: who decided it; default: the account of this machine' },
    orgOption,
    jsonOption,
  ],
  examples: [
    'plimsoll packs',
    'plimsoll packs preview our-pack/',
    'plimsoll packs activate our-pack.tar.gz --reason "Reviewed in the October meeting"',
    'plimsoll packs deactivate our-pack',
    'plimsoll packs history',
  ],
  async run(context) {
    const [verb = 'list', what] = context.words
    const org = textOption(context, 'org')
    const show = (answer: unknown, lines: string) => context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : lines)
    if (verb === 'list' || verb === 'history') {
      await withConnection(context, async (connection) => {
        if (verb === 'list') {
          const { items } = await connection.get<{ items: Pack[] }>('/packs', { org })
          return show(items, packTable(items))
        }
        const { items } = await connection.get<{
          items: { id: string; value: string; from: string; to: string | null; actor: string; reason: string | null }[]
        }>('/packs/log', { org })
        show(
          items,
          items.length
            ? table(
                ['pack', 'version', 'from', 'to', 'by', 'why'],
                items.map((each) => [
                  each.id,
                  (JSON.parse(each.value) as Pack).version,
                  each.from,
                  each.to ?? 'now',
                  each.actor,
                  each.reason,
                ]),
              )
            : 'No pack was ever active.',
        )
      })
      return
    }
    if (what === undefined || !['preview', 'activate', 'deactivate'].includes(verb))
      throw new UserError(
        'unknown_command',
        'expected: plimsoll packs, plimsoll packs preview|activate <folder or archive>, plimsoll packs deactivate <id>, plimsoll packs history',
      )
    return withConnection(context, async (connection) => {
      if (verb === 'deactivate') {
        await connection.send('DELETE', `/packs/${encodeURIComponent(what)}`, { query: { org, ...by(context) } })
        return show({ id: what, active: false }, `Pack ${what} is no longer active; the past keeps it. The scores are up to date.`)
      }
      const body = await readBody(what)
      if (verb === 'activate') {
        const { items } = await connection.send<{ items: Pack[] }>('POST', '/packs', { query: { org, ...by(context) }, body })
        return show(items, `${packTable(items)}\nThe scores are up to date.`)
      }
      const preview = await connection.send<Preview>('POST', '/packs/preview', { query: { org }, body })
      show(preview, previewText(preview))
      return preview.problems.length ? 2 : 0
    })
  },
}

/** A folder as a tar archive, or the archive as it is. Throws UserError('file_not_readable'). */
async function readBody(path: string): Promise<Readable> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError('file_not_readable', `${path}: ${(cause as Error).message}`, { cause })
  })
  if (!found.isDirectory()) return createReadStream(path)
  const parts: Buffer[] = []
  for (const { path: name, text } of await readPackFolder(path)) {
    const bytes = Buffer.from(text)
    if (Buffer.byteLength(name) > 100) throw new UserError('not_a_pack', `${name} is too long a path for a content pack`)
    parts.push(tarHeader(name, bytes.length, 0), bytes, tarPadding(bytes.length))
  }
  return Readable.from([Buffer.concat([...parts, tarEnd()])])
}

const packTable = (packs: readonly Pack[]): string =>
  packs.length
    ? table(
        ['pack', 'version', 'title', 'metrics', 'initiatives', 'since'],
        packs.map((pack) => [pack.id, pack.version, pack.title, pack.metrics.length, pack.initiatives.length, pack.since.slice(0, 10)]),
      )
    : 'No pack is active.'

function previewText({ pack, former, problems, moves }: Preview): string {
  if (!pack)
    return problems
      .map(({ file, place, line, message }) => `${file}${line === null ? '' : `:${line}`}: ${place ? `${place} ` : ''}${message}`)
      .join('\n')
  const head = `${pack.title} ${pack.version}${former === null ? '' : ` (now ${former})`}: nothing is saved yet.`
  if (!moves.length) return `${head}\nNo score would move.`
  const value = (of: number | null) => (of === null ? null : of.toFixed(1))
  return `${head}\n${table(
    ['', 'id', 'what', 'before', 'after', 'why'],
    moves.map((move) => [move.kind, move.id, move.what, value(move.before), value(move.after), move.why.join('; ')]),
  )}`
}
