import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../errors.ts'
import { type CliOption, type Context, textOption } from './command.ts'
import { type Connection, withConnection } from './connect.ts'
import { table } from './table.ts'

/** Options of all that is set of metrics and initiatives. */
export const definitionOptions: CliOption[] = [
  { flags: '--id <id>', summary: 'try, lint, add: its id; default: the name of the file' },
  { flags: '--reason <text>', summary: 'add, archive, set: why, kept with it' },
  { flags: '--author <name>', summary: 'add, archive, set: who decided it; default: the account of this machine' },
]

/** Who sets it, and why. */
export const by = (context: Context): { author: string | undefined; reason: string | undefined } => ({
  author: textOption(context, 'author') ?? process.env['USER'] ?? process.env['USERNAME'],
  reason: textOption(context, 'reason'),
})

const verbs = ['try', 'lint', 'add', 'archive'] as const

/** Whether a word is what to do with a metric or initiative of one's own. */
export const isVerb = (word: string | undefined): word is (typeof verbs)[number] => verbs.some((verb) => verb === word)

/** The words behind the verb: an id and a value. Throws UserError('unknown_command'). */
export function readWords(context: Context, expected: string): [string, string] {
  const [, id, value, ...more] = context.words
  if (!id || !value || more.length) throw new UserError('unknown_command', `expected: ${expected}`)
  return [id, value]
}

interface Trial {
  problems: { place: string; line: number | null; message: string }[]
  warnings?: { place: string; message: string }[]
  answer: {
    exposed?: number
    total?: number
    missing?: string[]
    value?: number | null
    history: { day: string; value: number | null }[]
    assets?: { name: string; criticality: string | null; reason: string }[]
    milliseconds?: number
  } | null
}

const print = (context: Context, answer: unknown, lines: string): void =>
  context.print(context.options['json'] ? JSON.stringify(answer, null, 2) : lines)

/** `try`, `lint`, `add` a YAML file, or `archive` an id. lint and try end with 2 when something is wrong. */
export async function changeDefinition(context: Context, kind: 'metric' | 'initiative'): Promise<number | void> {
  const [verb, ...rest] = context.words
  if (!rest.length || (verb !== 'lint' && rest.length > 1))
    throw new UserError('unknown_command', `expected: plimsoll ${kind}s try|lint|add <file.yaml>, or plimsoll ${kind}s archive <id>`)
  const org = textOption(context, 'org')
  return withConnection(context, async (connection) => {
    if (verb === 'archive') {
      await connection.send('DELETE', `/${kind}s/${encodeURIComponent(rest[0]!)}`, { query: { org, ...by(context) } })
      return print(context, { id: rest[0], archived: true }, `Archived ${kind} ${rest[0]}; the past keeps it. The scores are up to date.`)
    }
    if (verb === 'add') {
      const { id, yaml } = await readDraft(context, rest[0]!)
      const may_be_empty = context.options['mayBeEmpty'] === true ? { may_be_empty: true } : {}
      const saved = await connection.send<{ title: string }>('PUT', `/${kind}s/${encodeURIComponent(id)}`, {
        query: { org },
        json: { yaml, ...by(context), ...(kind === 'metric' ? may_be_empty : {}) },
      })
      return print(context, saved, `Saved ${kind} ${id}: ${saved.title}. It has its history since the first import.`)
    }
    let failed = false
    const trials = []
    for (const file of rest) {
      const { id, yaml } = await readDraft(context, file)
      const trial = await connection.send<Trial>('POST', `/${kind}s/try`, { query: { org }, json: { id, yaml } })
      failed ||= trial.problems.length > 0
      trials.push({ file, ...trial })
      if (!context.options['json']) context.print(trialText(file, kind, verb === 'try', trial))
    }
    if (context.options['json']) context.print(JSON.stringify(trials.length === 1 ? trials[0] : trials, null, 2))
    return failed ? 2 : 0
  })
}

async function readDraft(context: Context, file: string): Promise<{ id: string; yaml: string }> {
  const id = textOption(context, 'id') ?? basename(file).replace(/\.ya?ml$/i, '')
  try {
    return { id, yaml: await readFile(file, 'utf8') }
  } catch (error) {
    throw new UserError('file_not_readable', `${file}: ${(error as Error).message}`, { cause: error })
  }
}

function trialText(file: string, kind: string, whole: boolean, { problems, warnings = [], answer }: Trial): string {
  if (problems.length)
    return problems
      .map(({ place, line, message }) => `${file}${line === null ? '' : `:${line}`}: ${place ? `${place} ` : ''}${message}`)
      .join('\n')
  const said = warnings.map(({ place, message }) => `\n${file}: ${place} ${message}`).join('')
  if (!whole || !answer) return `${file}: nothing is wrong with it.${said}`
  const { history, assets = [], missing = [] } = answer
  if (missing.length) return `${file}: no answer, it needs ${missing.join(', ')}.`
  const past = history.filter((_, index) => index % 90 === (history.length - 1) % 90)
  const percent = (value: number | null | undefined) => (value == null ? 'nothing to score' : `${value.toFixed(1)} %`)
  return (
    [
      kind === 'metric'
        ? `${answer.exposed} of ${answer.total} assets are exposed now (answered in ${answer.milliseconds} ms). Its last two years:`
        : `Its score is ${percent(answer.value)} now, higher is better. Its last two years:`,
      table(
        ['day', kind === 'metric' ? 'exposed' : 'score'],
        past.map(({ day, value }) => [day, percent(value)]),
      ),
      ...(assets.length
        ? [
            table(
              ['asset', 'criticality', 'why'],
              assets.map((asset) => [asset.name, asset.criticality, asset.reason]),
            ),
          ]
        : []),
    ].join('\n') + said
  )
}

/** Sets, or with `reset` clears, one thing. `field`: what the body calls the value. */
export function setOf(context: Context, path: string, value: string, field: string, more: Record<string, unknown> = {}): Promise<void> {
  const query = { org: textOption(context, 'org') }
  const initiative = textOption(context, 'initiative')
  const narrowed = initiative === undefined ? {} : { initiative }
  return withConnection(context, async (connection: Connection) => {
    const settings =
      value === 'reset'
        ? await connection.send('DELETE', path, { query: { ...query, ...by(context), ...narrowed } })
        : await connection.send('PUT', path, {
            query,
            json: { [field]: field === 'score' || field === 'points' ? Number(value) : value, ...by(context), ...narrowed, ...more },
          })
    print(context, settings, value === 'reset' ? 'Cleared; the scores are up to date.' : `Set to ${value}; the scores are up to date.`)
  })
}
